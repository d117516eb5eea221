import { z } from '@hono/zod-openapi'
import { addRoute } from '../add-route.ts'
import type { ServerApp, ServerParts } from '../server-parts.ts'
import { anything } from '../shapes/anything.ts'
import { pageBody, pageOf, pageQuery, pageRequest } from '../shapes/page.ts'
import { Run, runBody } from '../shapes/run.ts'
import { resourceQuery, runParams, runRef } from '../shapes/run-ref.ts'
import { TimelineEntry, timelineBody } from '../shapes/timeline.ts'
import { wholeNumber } from '../shapes/whole-number.ts'

const common = { method: 'get', scope: 'runs:read', tag: 'runs', params: runParams } as const

/** What there is to see of a run beside itself. */
export function runViewRoutes(app: ServerApp, _parts: ServerParts): void {
  getTimeline(app)
  getProgress(app)
  getState(app)
  getChildren(app)
}

function getTimeline(app: ServerApp): void {
  addRoute(
    app,
    {
      ...common,
      ...{ path: '/api/runs/{id}/timeline', name: 'getTimeline' },
      summary: 'What happened to a run, in order',
      query: z.strictObject({
        ...resourceQuery,
        limit: wholeNumber(1000, 'Default 1,000.'),
        starting_after: z
          .string()
          .regex(/^\d{1,9}$/, 'It is not a cursor that a page gave.')
          .optional()
          .openapi({ description: 'A `next_cursor`: a `seq`.' }),
      }),
      answers: { 200: [pageOf(TimelineEntry), 'A page of it.'] },
    },
    async (c, { params, query }) => {
      const page = await c.var.client.getTimeline({
        ...runRef(params, query),
        ...pageRequest(query),
      })
      return c.json(pageBody(page, timelineBody))
    },
  )
}

function getProgress(app: ServerApp): void {
  addRoute(
    app,
    {
      ...common,
      ...{ path: '/api/runs/{id}/progress', name: 'getProgress' },
      summary: 'How far a run is',
      description:
        'Of the steps that the last completed run of its version took. 100 only when it is completed.',
      query: z.strictObject(resourceQuery),
      answers: {
        200: [
          z
            .object({
              run: Run,
              completion_percentage: z.number(),
              total_steps: z.int(),
              completed_steps: z.int(),
            })
            .openapi('Progress'),
          'The run, and how far it is.',
        ],
      },
    },
    async (c, { params, query }) => {
      const run = await c.var.client.checkProgress(runRef(params, query))
      return c.json({
        run: runBody(run),
        completion_percentage: run.completionPercentage,
        total_steps: run.totalSteps,
        completed_steps: run.completedSteps,
      })
    },
  )
}

function getState(app: ServerApp): void {
  addRoute(
    app,
    {
      ...common,
      ...{ path: '/api/runs/{id}/state', name: 'getState' },
      summary: 'What a run has published',
      query: z.strictObject(resourceQuery),
      answers: {
        200: [z.object({ state: z.record(z.string(), anything) }), 'The values, by name.'],
      },
    },
    async (c, { params, query }) => {
      const { state } = await c.var.client.getRun(runRef(params, query))
      return c.json({ state })
    },
  )
}

function getChildren(app: ServerApp): void {
  addRoute(
    app,
    {
      ...common,
      ...{ path: '/api/runs/{id}/children', name: 'getChildren' },
      summary: 'The runs that a run has started, newest first',
      query: z.strictObject({ ...resourceQuery, ...pageQuery }),
      answers: { 200: [pageOf(Run), 'A page of them.'] },
    },
    async (c, { params, query }) => {
      const { id } = await c.var.client.getRun(runRef(params, query))
      const page = await c.var.client.getRuns({ parentId: id, ...pageRequest(query) })
      return c.json(pageBody(page, runBody))
    },
  )
}
