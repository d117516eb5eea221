import { z } from '@hono/zod-openapi'
import type { Tenant } from '../../client/tenants.ts'
import { mayRegister } from '../may-register.ts'
import type { ServerApp, ServerParts } from '../server-parts.ts'
import { instant, instantOf } from '../shapes/instant.ts'
import { addCompatRoute } from './add-compat-route.ts'
import { CompatError } from './compat-error.ts'

/** A tenant as that engine tells it. */
const CompatTenant = z
  .object({
    id: z.string(),
    name: z.string(),
    is_active: z.boolean(),
    created_at: instant,
  })
  .openapi('CompatTenant')

const Registered = CompatTenant.extend({
  api_key: z.string().openapi({ description: 'Shown this once.' }),
}).openapi('CompatRegistered')

/** Tenants, as that engine has them. */
export function compatTenantRoutes(app: ServerApp, _parts: ServerParts): void {
  register(app)
  me(app)
}

function register(app: ServerApp): void {
  addCompatRoute(
    app,
    {
      ...{ method: 'post', path: '/api/tenants/register', scope: null, tag: 'compat' },
      name: 'compatRegisterTenant',
      summary: 'Make a tenant, with its first key',
      body: z.object({ name: z.string().min(1).max(200) }),
      answers: { 201: [Registered, 'The key is shown this once.'] },
      problems: [403, 429],
    },
    async (c, { body }) => {
      const { engine, registrations } = c.var.parts
      if (!mayRegister(c))
        throw new CompatError(
          403,
          'REGISTRATION_DISABLED',
          'This server registers nobody by himself. Ask its operator for a key.',
        )
      registrations.take(c)
      const key = { name: 'first', scopes: ['admin'] as const }
      const made = await engine.registerTenant({ name: body.name, key, by: 'registration' })
      return c.json({ ...tenantBody(made), api_key: made.key?.key as string }, 201)
    },
  )
}

function me(app: ServerApp): void {
  addCompatRoute(
    app,
    {
      ...{ method: 'get', path: '/api/tenants/me', scope: 'runs:read', tag: 'compat' },
      name: 'compatGetTenant',
      summary: 'The tenant whose key it is',
      answers: { 200: [CompatTenant, 'As it is now.'] },
    },
    async (c) => c.json(tenantBody(await c.var.client.getTenant())),
  )
}

function tenantBody({ slug, name, suspendedAt, createdAt }: Tenant): z.input<typeof CompatTenant> {
  return { id: slug, name, is_active: suspendedAt === null, created_at: instantOf(createdAt) }
}
