import { z } from '@hono/zod-openapi'
import { addRoute } from '../add-route.ts'
import type { ServerApp, ServerParts } from '../server-parts.ts'
import { instant } from '../shapes/instant.ts'
import { pageOf, wholeBody } from '../shapes/page.ts'
import { toBody, toOptions } from '../shapes/to-body.ts'

const Worker = z
  .object({
    id: z.string(),
    host: z.string(),
    pid: z.int(),
    queues: z.array(z.string()).nullable().openapi({ description: 'Null: all.' }),
    workflows: z.array(z.object({ id: z.string(), version: z.string() })),
    graphs: z
      .array(z.string())
      .nullable()
      .openapi({ description: "Stored graphs that it takes; ['*']: all; null: none." }),
    started_at: instant,
    lease_until: instant,
    draining: z.boolean(),
    running: z.array(z.object({ run_id: z.string(), step_id: z.string(), since: instant })),
  })
  .openapi('Worker')

/** Worker processes. */
export function workerRoutes(app: ServerApp, _parts: ServerParts): void {
  addRoute(
    app,
    {
      ...{ method: 'get', path: '/api/workers', scope: 'runs:read', tag: 'workers' },
      name: 'getWorkers',
      summary: 'The worker processes, and the steps that have run for long there',
      answers: { 200: [pageOf(Worker), 'All of them.'] },
    },
    async (c) => c.json(wholeBody(await c.var.client.getWorkers(), (one) => toBody(one))),
  )
  addRoute(
    app,
    {
      ...{ method: 'post', path: '/api/workers/drain', scope: 'admin', tag: 'workers' },
      name: 'drainWorkers',
      audit: 'workers.drain',
      summary: 'Tell workers to finish what runs, to hand the rest back, and to end',
      body: z.strictObject({
        worker_ids: z.array(z.string().max(32)).max(1000).optional(),
        all: z.literal(true).optional().openapi({ description: 'Either this or worker_ids.' }),
      }),
      answers: { 200: [z.object({ worker_ids: z.array(z.string()) }), 'Those that were told.'] },
      problems: [404, 409],
    },
    async (c, { body }) => {
      const told = await c.var.client.drainWorkers(toOptions(body) as { all: true })
      return c.json({ worker_ids: told })
    },
  )
}
