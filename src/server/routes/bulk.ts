import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { BulkOptions } from '../../client/bulk-operations.ts'
import { addRoute } from '../add-route.ts'
import { actorOf } from '../by.ts'
import type { ServerApp, ServerEnv, ServerParts } from '../server-parts.ts'
import { anything } from '../shapes/anything.ts'
import { BulkOperation, bulkOptions } from '../shapes/bulk.ts'
import { RunFilterBody } from '../shapes/run-query.ts'
import { toBody, toOptions } from '../shapes/to-body.ts'

const reason = { reason: z.string().max(4096).optional() }

/** What is done to many runs, and what each verb takes beside which runs. */
const verbs = {
  cancel: ['End them; completed steps are undone first', reason],
  terminate: ['End them at once, without the undos of their steps', reason],
  pause: ['Stop them until they are resumed', reason],
  resume: ['Let paused ones go on', {}],
  retry: ['Start a new run of each failed one, which goes on from its failure', {}],
  discard: ['Take failures off the list of failures', reason],
  fork: [
    'Start a new run of each that has its history up to a step',
    { from_step: z.string(), version: z.string().optional(), input: anything, output: anything },
  ],
  signal: ['Send each a message', { event_name: z.string(), data: anything }],
  migrate: ['Move them to another version of their workflow', { to_version: z.string() }],
} as const satisfies Record<string, readonly [string, Record<string, z.ZodType>]>

const started = 'It was accepted, and workers carry it out; of a dry run, what it would do.'
const operationParams = z.object({
  id: z.string().max(32).openapi({ description: 'Of the operation.' }),
})

/** Does something to many runs at once. */
export function bulkRoutes(app: ServerApp, _parts: ServerParts): void {
  for (const [verb, [summary, own]] of Object.entries(verbs)) addVerb(app, verb, summary, own)
  addRoute(
    app,
    {
      ...{ method: 'get', path: '/api/bulk/{id}', scope: 'runs:read', tag: 'bulk' },
      name: 'getBulk',
      summary: 'How far an operation is',
      params: operationParams,
      answers: { 200: [BulkOperation, 'The operation.'] },
    },
    async (c, { params }) => c.json(toBody(await c.var.client.bulk.get(params.id)) as object),
  )
  addRoute(
    app,
    {
      ...{ method: 'post', path: '/api/bulk/{id}/stop', scope: 'runs:write', tag: 'bulk' },
      name: 'stopBulk',
      audit: 'bulk.stop',
      summary: 'Stop an operation: what it has not done yet it will not do',
      params: operationParams,
      answers: { 200: [BulkOperation, 'The operation as it is now.'] },
      problems: [409],
    },
    async (c, { params }) => c.json(toBody(await c.var.client.bulk.stop(params.id)) as object),
  )
}

function addVerb(
  app: ServerApp,
  verb: string,
  summary: string,
  own: Record<string, z.ZodType>,
): void {
  const name = `bulk${verb.charAt(0).toUpperCase()}${verb.slice(1)}`
  addRoute(
    app,
    {
      ...{ method: 'post', path: `/api/bulk/${verb}`, scope: 'runs:write', tag: 'bulk' },
      ...{ name, summary, audit: `bulk.${verb}` },
      body: z.strictObject({ where: RunFilterBody, ...bulkOptions, ...own }),
      answers: { 202: [BulkOperation, started] },
      problems: [404, 409],
    },
    async (c, { body }) => {
      const options = toBulkOptions(c, body as Body)
      const call = c.var.client.bulk[verb as keyof typeof verbs].bind(c.var.client.bulk)
      return c.json(toBody(await call(options as never)) as object, 202)
    },
  )
}

type Body = { where: object; by?: string | undefined }

/** Who does it is said for them, whatever else is. */
export function toBulkOptions(c: Context<ServerEnv>, { where, by, ...rest }: Body): BulkOptions {
  return { ...toOptions(rest), where: toOptions(where), by: actorOf(c, by) }
}
