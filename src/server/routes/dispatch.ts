import { z } from '@hono/zod-openapi'
import { addRoute } from '../add-route.ts'
import { actorOf } from '../by.ts'
import type { ServerApp, ServerParts } from '../server-parts.ts'
import { anything } from '../shapes/anything.ts'
import { instant } from '../shapes/instant.ts'
import { pageOf, wholeBody } from '../shapes/page.ts'
import { toBody, toOptions } from '../shapes/to-body.ts'

const Limit = z
  .object({
    scope: z.enum(['everything', 'workflow', 'queue']),
    name: z.string().nullable(),
    rule: z.enum(['concurrency', 'rate', 'fairness', 'pause']),
    limit: z.number().nullable(),
    period_ms: z.number().nullable(),
    burst: z.number().nullable(),
    key: z.array(z.string()).nullable(),
    running: z.int(),
    waiting_keys: z.int(),
    busiest: z.array(z.object({ keys: z.record(z.string(), anything), running: z.int() })),
    paused_at: instant.nullable(),
    paused_by: z.string().nullable(),
    pause_reason: z.string().nullable(),
  })
  .openapi('Limit')

const nameParams = z.object({ name: z.string().max(256) })
const idParams = z.object({ id: z.string().max(256) })

/** Limits, and what is paused: a queue, a workflow, or everything. */
export function dispatchRoutes(app: ServerApp, _parts: ServerParts): void {
  getLimits(app)
  const everything = z.object({})
  steer(app, 'queues', '/api/queues/{name}', 'Queue', nameParams, ({ name }) => ({ queue: name }))
  steer(app, 'definitions', '/api/definitions/{id}', 'Workflow', idParams, ({ id }) => ({
    workflowId: id,
  }))
  steer(app, 'limits', '/api/dispatch', 'Dispatch', everything, () => ({}))
}

function getLimits(app: ServerApp): void {
  addRoute(
    app,
    {
      ...{ method: 'get', path: '/api/limits', scope: 'runs:read', tag: 'limits' },
      name: 'getLimits',
      summary: 'The limits of workflows and queues, pauses too, and how much of them is used',
      query: z.strictObject({
        workflow_id: z.string().max(256).optional(),
        queue: z.string().max(256).optional(),
      }),
      answers: { 200: [pageOf(Limit), 'All of them.'] },
    },
    async (c, { query }) =>
      c.json(
        wholeBody(await c.var.client.getLimits(toOptions(query)), (one) => toBody(one, ['keys'])),
      ),
  )
}

/** Pause and resume of one place. Workers are given no run of it meanwhile; starts and signals are taken as ever. */
function steer<P extends z.ZodType>(
  app: ServerApp,
  tag: string,
  path: string,
  name: string,
  params: P,
  placeOf: (params: z.output<P>) => { workflowId?: string; queue?: string },
): void {
  const what = name === 'Dispatch' ? 'everything of the tenant' : `a ${name.toLowerCase()}`
  const scope = 'workflows:write'
  addRoute(
    app,
    {
      ...{ method: 'post', path: `${path}/pause`, scope, tag, name: `pause${name}`, params },
      audit: `${name.toLowerCase()}.pause`,
      summary: `Give workers no run of ${what} until it is resumed`,
      body: z.strictObject({
        reason: z.string().max(4096).optional(),
        by: z.string().max(256).optional(),
      }),
      bodyOptional: true,
      answers: { 204: [null, 'Runs that workers have go on until they wait or end.'] },
      problems: [409],
    },
    async (c, given) => {
      const { by, reason } = given.body
      await c.var.client.pauseDispatch({
        ...{ ...placeOf(given.params), by: actorOf(c, by) },
        ...(reason !== undefined && { reason }),
      })
      return c.body(null, 204)
    },
  )
  addRoute(
    app,
    {
      ...{ method: 'post', path: `${path}/resume`, scope, tag, name: `resume${name}`, params },
      audit: `${name.toLowerCase()}.resume`,
      summary: `Give workers runs of ${what} again`,
      answers: { 204: [null, 'What was paused by its name is resumed by its name.'] },
      problems: [409],
    },
    async (c, given) => {
      await c.var.client.resumeDispatch(placeOf(given.params))
      return c.body(null, 204)
    },
  )
}
