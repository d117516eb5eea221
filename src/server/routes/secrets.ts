import { z } from '@hono/zod-openapi'
import { addRoute } from '../add-route.ts'
import type { ServerApp, ServerParts } from '../server-parts.ts'
import { instant } from '../shapes/instant.ts'
import { forwardQuery, pageBody, pageOf, pageRequest } from '../shapes/page.ts'
import { toBody } from '../shapes/to-body.ts'

const Secret = z
  .object({
    name: z.string(),
    key: z
      .string()
      .openapi({ description: 'Under which key of the installation it is encrypted.' }),
    created_at: instant,
    changed_at: instant,
    changed_by: z.string(),
  })
  .openapi('Secret')

const params = z.object({ name: z.string().max(256).openapi({ description: 'Of the secret.' }) })
const common = { scope: 'admin', tag: 'secrets' } as const

/** Secrets that graphs read. Nobody can read them back. */
export function secretRoutes(app: ServerApp, _parts: ServerParts): void {
  addRoute(
    app,
    {
      ...{ ...common, method: 'get', path: '/api/secrets', name: 'getSecrets' },
      summary: 'List the names of the secrets, never their values',
      query: z.strictObject(forwardQuery),
      answers: { 200: [pageOf(Secret), 'A page of them.'] },
    },
    async (c, { query }) =>
      c.json(pageBody(await c.var.client.getSecrets(pageRequest(query)), (one) => toBody(one))),
  )
  addRoute(
    app,
    {
      ...{ ...common, method: 'put', path: '/api/secrets/{name}', name: 'putSecret', params },
      summary: 'Keep a secret, encrypted',
      body: z.strictObject({ value: z.string().min(1) }),
      answers: { 204: [null, 'Graphs read it from now on.'] },
    },
    async (c, given) => {
      const by = c.var.principal.subject
      await c.var.client.putSecret(given.params.name, given.body.value, { by })
      return c.body(null, 204)
    },
  )
  addRoute(
    app,
    {
      ...{ ...common, method: 'delete', path: '/api/secrets/{name}', name: 'deleteSecret', params },
      summary: 'Delete a secret: nodes that read it fail from now on',
      answers: { 204: [null, 'It is gone.'] },
    },
    async (c, given) => {
      await c.var.client.deleteSecret({ name: given.params.name, by: c.var.principal.subject })
      return c.body(null, 204)
    },
  )
}
