import { z } from '@hono/zod-openapi'
import { PermissionError } from '../../model/errors.ts'
import { addRoute } from '../add-route.ts'
import { mayRegister } from '../may-register.ts'
import type { ServerApp, ServerParts } from '../server-parts.ts'
import { anything } from '../shapes/anything.ts'
import { duration } from '../shapes/duration.ts'
import { instant } from '../shapes/instant.ts'
import { forwardQuery, pageBody, pageOf, pageRequest, wholeBody } from '../shapes/page.ts'
import { toBody, toOptions } from '../shapes/to-body.ts'
import { NewApiKey } from './keys.ts'

const tenantShape = {
  slug: z.string(),
  name: z.string(),
  created_at: instant,
  suspended_at: instant.nullable(),
  suspend_reason: z.string().nullable(),
  deleting_at: instant.nullable(),
}
const Tenant = z.object(tenantShape).openapi('Tenant')

const Quota = z
  .object({
    kind: z.string(),
    most: z.number().nullable().openapi({ description: 'Null: no limit.' }),
    own: z.boolean().openapi({ description: 'Whether it was set for this tenant.' }),
    used: z.number().nullable(),
  })
  .openapi('Quota')

const AuditEntry = z
  .object({
    id: z.string(),
    at: instant,
    subject: z.string(),
    action: z.string(),
    target: z.string().nullable(),
    detail: anything,
  })
  .openapi('AuditEntry')

const common = { scope: 'admin', tag: 'tenant' } as const

/** The tenant itself, and the log of who did what in it. */
export function tenantRoutes(app: ServerApp, _parts: ServerParts): void {
  registerTenant(app)
  readTenant(app)
  exportTenant(app)
  audit(app)
}

function registerTenant(app: ServerApp): void {
  addRoute(
    app,
    {
      ...{ method: 'post', path: '/api/tenants', scope: null, tag: 'tenant' },
      name: 'registerTenant',
      summary: 'Make a tenant, with its first key',
      description: 'Where the installation lets anybody do so.',
      body: z.strictObject({ name: z.string().min(1).max(256) }),
      answers: {
        201: [z.object({ ...tenantShape, key: NewApiKey }), 'The tenant; its key is shown once.'],
      },
      problems: [403, 429],
    },
    async (c, { body }) => {
      if (!mayRegister(c))
        throw new PermissionError(
          'Here nobody makes a tenant for themselves. Ask those who run this installation.',
          { details: { rule: 'registration' } },
        )
      c.var.parts.registrations.take(c)
      const key = { name: 'first', scopes: ['admin'] as const }
      const made = await c.var.parts.engine.registerTenant({
        name: body.name,
        key,
        by: 'registration',
      })
      return c.json(toBody(made) as object, 201)
    },
  )
}

function readTenant(app: ServerApp): void {
  addRoute(
    app,
    {
      ...{ method: 'get', path: '/api/tenant', scope: 'runs:read', tag: 'tenant' },
      name: 'getTenant',
      summary: 'Get the tenant of who asks',
      answers: { 200: [Tenant, 'The tenant.'] },
    },
    async (c) => c.json(toBody(await c.var.client.getTenant()) as object),
  )
  addRoute(
    app,
    {
      ...{ ...common, method: 'get', path: '/api/tenant/quotas', name: 'getQuotas' },
      summary: 'How much the tenant may have, and has',
      answers: { 200: [pageOf(Quota), 'All of them.'] },
    },
    async (c) => c.json(wholeBody(await c.var.client.getQuotas(), (one) => toBody(one))),
  )
}

/** Lines of JSON, as they are read: a tenant may have more than memory holds. */
function exportTenant(app: ServerApp): void {
  addRoute(
    app,
    {
      ...{ ...common, method: 'get', path: '/api/tenant/export', name: 'exportTenant' },
      summary: 'All that is kept of the tenant, as lines of JSON',
      answers: {
        200: [
          z.string(),
          'Each line is {"table": …, "row": …}; no secret, no hash.',
          'application/x-ndjson',
        ],
      },
    },
    async (c) => {
      // asked for before the first line, so that what is wrong is a problem and not half an answer
      await c.var.client.getTenant()
      const lines = c.var.client.exportTenant()
      const encoder = new TextEncoder()
      const stream = new ReadableStream<Uint8Array>({
        async pull(controller) {
          const { done, value } = await lines.next()
          if (done) controller.close()
          else controller.enqueue(encoder.encode(`${value}\n`))
        },
        async cancel() {
          await lines.return(undefined)
        },
      })
      return c.body(stream, 200, { 'content-type': 'application/x-ndjson' })
    },
  )
}

function audit(app: ServerApp): void {
  addRoute(
    app,
    {
      ...{ ...common, method: 'get', path: '/api/audit', name: 'getAudit' },
      summary: 'Who did what, newest first',
      query: z.strictObject({
        subject: z.string().max(256).optional(),
        action: z
          .string()
          .max(128)
          .optional()
          .openapi({ description: 'With a `*` at its end: all that begin so.' }),
        target: z.string().max(512).optional(),
        ...forwardQuery,
      }),
      answers: { 200: [pageOf(AuditEntry), 'A page of it.'] },
    },
    async (c, { query }) => {
      const { limit: _, starting_after: __, ...filter } = query
      const page = await c.var.client.getAudit({ ...toOptions(filter), ...pageRequest(query) })
      return c.json(pageBody(page, (one) => toBody(one, ['detail'])))
    },
  )
  addRoute(
    app,
    {
      ...{ ...common, method: 'post', path: '/api/audit/prune', name: 'pruneAudit' },
      summary: 'Take entries of the audit log that are so old',
      body: z.strictObject({ older_than: duration }),
      answers: { 200: [z.object({ pruned: z.int() }), 'How many. That it was done is an entry.'] },
    },
    async (c, { body }) => {
      const by = c.var.principal.subject
      return c.json(await c.var.client.pruneAudit({ olderThan: body.older_than, by }))
    },
  )
}
