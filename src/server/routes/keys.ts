import { z } from '@hono/zod-openapi'
import { SCOPES } from '../../auth/principal.ts'
import { addRoute } from '../add-route.ts'
import type { ServerApp, ServerParts } from '../server-parts.ts'
import { duration } from '../shapes/duration.ts'
import { instant } from '../shapes/instant.ts'
import { forwardQuery, pageBody, pageOf, pageRequest } from '../shapes/page.ts'
import { toBody, toOptions } from '../shapes/to-body.ts'

const shape = {
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.string()),
  created_at: instant,
  created_by: z.string(),
  expires_at: instant.nullable(),
  revoked_at: instant.nullable(),
  last_used_at: instant.nullable(),
}
const ApiKey = z.object(shape).openapi('ApiKey')

/** The key itself is in the first answer, and nowhere else. */
export const NewApiKey = z
  .object({
    ...shape,
    key: z
      .string()
      .nullable()
      .openapi({ description: 'Shown once: null where an Idempotency-Key has the answer again.' }),
  })
  .openapi('NewApiKey')

/** API keys of the tenant. */
export function keyRoutes(app: ServerApp, _parts: ServerParts): void {
  const common = { scope: 'admin', tag: 'keys' } as const
  addRoute(
    app,
    {
      ...{ ...common, method: 'post', path: '/api/keys', name: 'createKey', shownOnce: ['key'] },
      summary: 'Make an API key',
      body: z.strictObject({
        name: z.string().min(1).max(256),
        scopes: z.array(z.enum(SCOPES)).min(1).max(10),
        expires_in: duration.optional().openapi({ description: 'Default: it has no end.' }),
      }),
      answers: { 201: [NewApiKey, 'The key: it is shown once.'] },
    },
    async (c, { body }) => {
      const by = c.var.principal.subject
      const made = await c.var.client.createKey({ ...(toOptions(body) as typeof body), by })
      return c.json(toBody(made) as object, 201)
    },
  )
  addRoute(
    app,
    {
      ...{ ...common, method: 'get', path: '/api/keys', name: 'getKeys' },
      summary: 'List the API keys, newest first',
      query: z.strictObject(forwardQuery),
      answers: { 200: [pageOf(ApiKey), 'A page of them, also those that are over.'] },
    },
    async (c, { query }) =>
      c.json(pageBody(await c.var.client.getKeys(pageRequest(query)), (one) => toBody(one))),
  )
  addRoute(
    app,
    {
      ...{ ...common, method: 'delete', path: '/api/keys/{id}', name: 'revokeKey' },
      summary: 'Revoke an API key: nobody gets in with it any more, within five seconds',
      params: z.object({ id: z.string().max(64).openapi({ description: 'Of the key.' }) }),
      answers: { 200: [ApiKey, 'The key as it is now.'] },
    },
    async (c, { params: { id } }) =>
      c.json(toBody(await c.var.client.revokeKey({ id, by: c.var.principal.subject })) as object),
  )
}
