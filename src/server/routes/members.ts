import { z } from '@hono/zod-openapi'
import { ROLES, type Role } from '../../auth/principal.ts'
import { addRoute } from '../add-route.ts'
import type { ServerApp, ServerParts } from '../server-parts.ts'
import { instant } from '../shapes/instant.ts'
import { forwardQuery, pageBody, pageOf, pageRequest } from '../shapes/page.ts'
import { toBody, toOptions } from '../shapes/to-body.ts'

const Member = z
  .object({
    subject: z.string(),
    email: z.string().nullable(),
    name: z.string().nullable(),
    roles: z.array(z.string()),
    created_at: instant,
    changed_at: instant,
  })
  .openapi('Member')

const params = z.object({
  subject: z
    .string()
    .max(256)
    .openapi({ description: 'As the tokens of the identity provider say it.' }),
})
const common = { scope: 'admin', tag: 'members' } as const

/** Who logs in elsewhere, and what they may do here. */
export function memberRoutes(app: ServerApp, _parts: ServerParts): void {
  addRoute(
    app,
    {
      ...{ ...common, method: 'get', path: '/api/members', name: 'getMembers' },
      summary: 'List the members, by subject',
      query: z.strictObject(forwardQuery),
      answers: { 200: [pageOf(Member), 'A page of them.'] },
    },
    async (c, { query }) =>
      c.json(pageBody(await c.var.client.getMembers(pageRequest(query)), (one) => toBody(one))),
  )
  addRoute(
    app,
    {
      ...{ ...common, method: 'put', path: '/api/members/{subject}', name: 'putMember', params },
      summary: 'Say what somebody may do here',
      description: 'What is not given stays as it is; a new member is a viewer.',
      body: z.strictObject({
        roles: z.array(z.enum(Object.keys(ROLES) as [Role, ...Role[]])).optional(),
        email: z.string().max(320).optional(),
        name: z.string().max(256).optional(),
      }),
      bodyOptional: true,
      answers: { 200: [Member, 'The member as it is now.'] },
    },
    async (c, given) => {
      const put = { ...toOptions(given.body), subject: given.params.subject }
      const by = c.var.principal.subject
      return c.json(toBody(await c.var.client.putMember({ ...put, by })) as object)
    },
  )
  addRoute(
    app,
    {
      ...{ ...common, method: 'delete', path: '/api/members/{subject}', name: 'removeMember' },
      summary: 'Take all roles from somebody, within five seconds',
      params,
      answers: { 204: [null, 'They have no role here any more.'] },
    },
    async (c, given) => {
      const { subject } = given.params
      await c.var.client.removeMember({ subject, by: c.var.principal.subject })
      return c.body(null, 204)
    },
  )
}
