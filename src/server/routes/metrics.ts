import { z } from '@hono/zod-openapi'
import { addRoute } from '../add-route.ts'
import type { ServerApp, ServerParts } from '../server-parts.ts'
import { instant } from '../shapes/instant.ts'
import { toBody, toOptions } from '../shapes/to-body.ts'

const ms = z.number().nullable()
const durations = { avg: ms, p50: ms, p90: ms, p95: ms, p99: ms, max: ms }
const count = z.int()

const Metrics = z
  .object({
    since: instant,
    until: instant,
    from: instant.openapi({ description: 'From when on these are all runs.' }),
    complete: z.boolean().openapi({ description: 'They are all since the time asked for.' }),
    total: count.openapi({ description: 'Runs that were looked at: nothing is extrapolated.' }),
    by_status: z.record(z.string(), count),
    durations: z
      .object({ count, ...durations })
      .openapi({ description: 'Of completed runs, in milliseconds from start to end.' }),
    by_workflow: z.array(
      z.object({
        ...{ workflow_id: z.string(), count, completed: count, failed: count, cancelled: count },
        ...durations,
      }),
    ),
    steps: z.array(
      z.object({
        workflow_id: z.string(),
        step_id: z.string(),
        type: z.string().nullable().openapi({ description: 'Of a node of a graph.' }),
        ...{ ended: count, failed: count, rate: z.number() },
        ...{ attempts: count, failed_attempts: count },
      }),
    ),
    steps_of: count.openapi({ description: 'Of how many runs the steps were looked at.' }),
    queues: z.array(
      z.object({
        ...{ queue: z.string(), ready: count },
        capped: z.boolean().openapi({ description: 'There are more.' }),
        oldest: instant.nullable(),
      }),
    ),
    webhooks: z
      .object({
        ...{ accepted: count, rejected: count, errors: count, duplicates: count },
        ...{ pending: count, delivered: count, failed: count, complete: z.boolean() },
      })
      .openapi({ description: 'Deliveries that came in, and those that went out.' }),
  })
  .openapi('Metrics')

/** Numbers of the tenant's runs. */
export function metricRoutes(app: ServerApp, _parts: ServerParts): void {
  addRoute(
    app,
    {
      ...{ method: 'get', path: '/api/metrics', scope: 'runs:read', tag: 'metrics' },
      name: 'getMetrics',
      summary: 'How the runs that were started lately did: counts, durations, failures of steps',
      query: z.strictObject({
        workflow_id: z.string().max(256).optional(),
        since: instant.optional().openapi({ description: 'Default: a day ago.' }),
        most: z.coerce
          .number()
          .int()
          .min(100)
          .max(20_000)
          .optional()
          .openapi({ description: 'Runs to look at, the newest first; default 5,000.' }),
      }),
      answers: { 200: [Metrics, 'Of the runs that were looked at.'] },
    },
    async (c, { query }) => {
      const metrics = await c.var.client.getMetrics(toOptions(query))
      return c.json(toBody(metrics, ['byStatus']) as object)
    },
  )
}
