import { z } from '@hono/zod-openapi'
import { MAX_BATCH } from '../../model/limits.ts'
import { addRoute } from '../add-route.ts'
import type { ServerApp, ServerParts } from '../server-parts.ts'
import { anything } from '../shapes/anything.ts'
import { Run, runBody } from '../shapes/run.ts'
import { keyedStart, startOptions } from '../shapes/start.ts'

/** Starts many runs at once. */
export function runsBulkRoutes(app: ServerApp, _parts: ServerParts): void {
  addRoute(
    app,
    {
      ...{ method: 'post', path: '/api/runs/bulk', scope: 'runs:write', tag: 'runs' },
      name: 'startRuns',
      startsRuns: true,
      summary: 'Start many runs of a workflow, all or none',
      body: z.strictObject({
        workflow_id: z.string(),
        runs: z.array(z.strictObject({ input: anything, ...startOptions })).max(MAX_BATCH),
      }),
      answers: {
        201: [
          z.object({ data: z.array(Run) }),
          'One for each, in their order; a start whose key or id was there already has that run.',
        ],
      },
      problems: [404, 409],
    },
    async (c, { body }) => {
      const inputs = body.runs.map(({ input, ...options }, i) => ({
        input,
        options: keyedStart(options, c.var.idempotencyKey, i),
      }))
      const runs = await c.var.client.startWorkflows({ id: body.workflow_id }, inputs)
      return c.json({ data: runs.map(runBody) }, 201)
    },
  )
}
