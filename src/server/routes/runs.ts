import { z } from '@hono/zod-openapi'
import { addRoute } from '../add-route.ts'
import type { ServerApp, ServerParts } from '../server-parts.ts'
import { anything } from '../shapes/anything.ts'
import { pageBody, pageOf, pageQuery, pageRequest } from '../shapes/page.ts'
import { Run, runBody } from '../shapes/run.ts'
import { filterQuery, orderQuery, toFilter, toOrder } from '../shapes/run-query.ts'
import { resourceQuery, runParams, runRef } from '../shapes/run-ref.ts'
import { keyedStart, startOptions } from '../shapes/start.ts'
import { afterWait, checkWait, waitQuery } from '../wait.ts'

/** Starts runs, and reads them. */
export function runRoutes(app: ServerApp, _parts: ServerParts): void {
  startRun(app)
  getRun(app)
  getRuns(app)
}

function startRun(app: ServerApp): void {
  addRoute(
    app,
    {
      ...{ method: 'post', path: '/api/runs', scope: 'runs:write', tag: 'runs' },
      name: 'startRun',
      startsRuns: true,
      summary: 'Start a run',
      description:
        'It is durable when the answer comes. With `wait`, the answer is the run at its end, if that comes in time.',
      query: z.strictObject(waitQuery),
      body: z.strictObject({ workflow_id: z.string(), input: anything, ...startOptions }),
      answers: {
        200: [Run, 'It was there already, under the same key or id.'],
        201: [Run, 'It was started.'],
      },
      problems: [404, 409],
    },
    async (c, { query, body }) => {
      const { workflow_id, input, ...options } = body
      if (query.wait !== undefined) checkWait(query.wait)
      const run = await c.var.client.startWorkflow({
        ...{ workflowId: workflow_id, input, options: keyedStart(options, c.var.idempotencyKey) },
      })
      c.header('location', `runs/${run.id}`)
      return c.json(runBody(await afterWait(c, run, query.wait)), run.existing ? 200 : 201)
    },
  )
}

function getRun(app: ServerApp): void {
  addRoute(
    app,
    {
      ...{ method: 'get', path: '/api/runs/{id}', scope: 'runs:read', tag: 'runs' },
      name: 'getRun',
      summary: 'Get a run',
      params: runParams,
      query: z.strictObject({ ...resourceQuery, ...waitQuery }),
      answers: { 200: [Run, 'The run as it is; with `wait`, at its end, if that comes in time.'] },
    },
    async (c, { params, query }) => {
      if (query.wait !== undefined) checkWait(query.wait)
      const run = await c.var.client.getRun(runRef(params, query))
      return c.json(runBody(await afterWait(c, run, query.wait)))
    },
  )
}

function getRuns(app: ServerApp): void {
  addRoute(
    app,
    {
      ...{ method: 'get', path: '/api/runs', scope: 'runs:read', tag: 'runs' },
      name: 'getRuns',
      summary: 'List runs, newest first',
      query: z.strictObject({ ...filterQuery, ...orderQuery, ...pageQuery }),
      answers: { 200: [pageOf(Run), 'A page of them.'] },
    },
    async (c, { query }) => {
      const page = await c.var.client.getRuns({
        ...toFilter(query),
        ...toOrder(query),
        ...pageRequest(query),
      })
      return c.json(pageBody(page, runBody))
    },
  )
}
