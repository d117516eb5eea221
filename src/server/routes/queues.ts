import { z } from '@hono/zod-openapi'
import { addRoute } from '../add-route.ts'
import { actorOf } from '../by.ts'
import type { ServerApp, ServerParts } from '../server-parts.ts'
import { anything } from '../shapes/anything.ts'
import { BulkOperation, bulkOptions } from '../shapes/bulk.ts'
import { instant } from '../shapes/instant.ts'
import { LimitsBody, toLimits } from '../shapes/limits.ts'
import { pageOf, wholeBody } from '../shapes/page.ts'
import { Run, runBody } from '../shapes/run.ts'
import { keyedStart, startOptions } from '../shapes/start.ts'
import { toBody, toOptions } from '../shapes/to-body.ts'

const params = z.object({ name: z.string().max(256).openapi({ description: 'Of the queue.' }) })

const Queue = z
  .object({
    queue: z.string(),
    ready: z.int().openapi({ description: 'Runs that a worker could begin, or go on with, now.' }),
    delayed: z.int(),
    running: z.int(),
    waiting: z.int(),
    paused: z.int(),
    oldest: instant
      .nullable()
      .openapi({ description: 'When the oldest that is ready was started.' }),
    workers: z.int().openapi({ description: 'Living workers that take it.' }),
  })
  .openapi('Queue')

/** Queues: what lies in them, their limits, and what is put into them. */
export function queueRoutes(app: ServerApp, _parts: ServerParts): void {
  getQueues(app)
  putQueue(app)
  sendToQueue(app)
  purgeQueue(app)
}

function getQueues(app: ServerApp): void {
  addRoute(
    app,
    {
      ...{ method: 'get', path: '/api/queues', scope: 'runs:read', tag: 'queues' },
      name: 'getQueues',
      summary: 'What lies in each queue that has unfinished runs, the longest first',
      query: z.strictObject({ queue: z.string().max(256).optional() }),
      answers: { 200: [pageOf(Queue), 'All of them.'] },
    },
    async (c, { query }) =>
      c.json(wholeBody(await c.var.client.getQueues(toOptions(query)), (one) => toBody(one))),
  )
}

function putQueue(app: ServerApp): void {
  addRoute(
    app,
    {
      ...{ method: 'put', path: '/api/queues/{name}', scope: 'workflows:write', tag: 'queues' },
      name: 'putQueue',
      audit: 'queue.put',
      summary: 'Set the limits of a queue: they replace what it had',
      params,
      body: LimitsBody,
      answers: { 204: [null, 'They hold from now on.'] },
      problems: [409],
    },
    async (c, given) => {
      await c.var.client.putQueue(given.params.name, toLimits(given.body))
      return c.body(null, 204)
    },
  )
}

function sendToQueue(app: ServerApp): void {
  const { queue: _, ...options } = startOptions
  addRoute(
    app,
    {
      ...{ method: 'post', path: '/api/queues/{name}', scope: 'runs:write', tag: 'queues' },
      name: 'sendToQueue',
      startsRuns: true,
      summary: 'Start a run of a workflow in a queue',
      params,
      body: z.strictObject({ workflow_id: z.string(), input: anything, ...options }),
      answers: {
        200: [Run, 'It was there already, under the same key or id.'],
        201: [Run, 'It was started.'],
      },
      problems: [409],
    },
    async (c, given) => {
      const { workflow_id, input, ...rest } = given.body
      const run = await c.var.client.startWorkflow({
        ...{ workflowId: workflow_id, input },
        options: { ...keyedStart(rest, c.var.idempotencyKey), queue: given.params.name },
      })
      c.header('location', `../runs/${run.id}`)
      return c.json(runBody(run), run.existing ? 200 : 201)
    },
  )
}

function purgeQueue(app: ServerApp): void {
  addRoute(
    app,
    {
      ...{ method: 'post', path: '/api/queues/{name}/purge', scope: 'runs:write', tag: 'queues' },
      name: 'purgeQueue',
      audit: 'queue.purge',
      summary: 'Cancel the runs of a queue that have not begun',
      params,
      body: z.strictObject({ ...bulkOptions, reason: z.string().max(4096).optional() }),
      bodyOptional: true,
      answers: { 202: [BulkOperation, 'It was accepted, and workers carry it out.'] },
      problems: [409],
    },
    async (c, given) => {
      const { by, ...options } = given.body
      const operation = await c.var.client.purgeQueue(given.params.name, {
        ...toOptions(options),
        by: actorOf(c, by),
      })
      return c.json(toBody(operation) as object, 202)
    },
  )
}
