import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { checkFeedPlace, decodePlace } from '../../model/event-place.ts'
import { addRoute } from '../add-route.ts'
import { answerStream } from '../events/answer-stream.ts'
import type { ServerApp, ServerEnv, ServerParts } from '../server-parts.ts'
import { forwardQuery, pageBody, pageOf, pageRequest } from '../shapes/page.ts'
import { LogLineBody, logLineBody, RunEventBody } from '../shapes/run-event.ts'
import { resourceQuery, runParams, runRef } from '../shapes/run-ref.ts'

const SSE = 'text/event-stream'
const afterQuery = {
  after: z.string().max(64).optional().openapi({
    description:
      'Goes on after the event with this id; a `Last-Event-ID`, which browsers send when they connect again, wins.',
  }),
}

/** What happens to runs while it does: streams of server-sent events, and what was logged. */
export function streamRoutes(app: ServerApp, _parts: ServerParts): void {
  runEvents(app)
  feedOfDefinition(app)
  feedOfTenant(app)
  runLogs(app)
}

function runEvents(app: ServerApp): void {
  addRoute(
    app,
    {
      ...{ method: 'get', path: '/api/runs/{id}/events', scope: 'runs:read', tag: 'runs' },
      name: 'streamRunEvents',
      summary: 'Follow a run',
      description:
        'Server-sent events, from its start or after one that is named, until it has ended. Rows of its history come once each, in order, whatever happens to connections.',
      params: runParams,
      query: z.strictObject({ ...resourceQuery, ...afterQuery }),
      answers: { 200: [RunEventBody, 'Events, as they happen.', SSE] },
    },
    async (c, { params, query }) => {
      const after = afterOf(c, query)
      if (after !== undefined) decodePlace(after)
      const run = await c.var.client.getRun(runRef(params, query))
      return answerStream(c, (signal) => run.events({ after, signal }))
    },
  )
}

function feedOfDefinition(app: ServerApp): void {
  addRoute(
    app,
    {
      ...{ method: 'get', path: '/api/definitions/{id}/events', scope: 'runs:read' },
      ...{ tag: 'definitions', name: 'streamDefinitionEvents' },
      summary: 'Follow all runs of a workflow',
      description: feedDescription,
      params: z.object({ id: z.string().max(256) }),
      query: z.strictObject(afterQuery),
      answers: { 200: [RunEventBody, 'Events, as they happen.', SSE] },
    },
    async (c, { params, query }) => feed(c, afterOf(c, query), params.id),
  )
}

function feedOfTenant(app: ServerApp): void {
  addRoute(
    app,
    {
      ...{ method: 'get', path: '/api/events/stream', scope: 'runs:read', tag: 'events' },
      name: 'streamEvents',
      summary: 'Follow all runs of the tenant',
      description: feedDescription,
      query: z.strictObject(afterQuery),
      answers: { 200: [RunEventBody, 'Events, as they happen.', SSE] },
    },
    async (c, { query }) => feed(c, afterOf(c, query)),
  )
}

const feedDescription =
  'Server-sent events, from now on or after one that is named: each at least once, of each run in order. An event `reset` says that what came before is not there any more; places are good for an hour.'

function runLogs(app: ServerApp): void {
  addRoute(
    app,
    {
      ...{ method: 'get', path: '/api/runs/{id}/logs', scope: 'runs:read', tag: 'runs' },
      name: 'getLogs',
      summary: 'What the handlers of a run logged, the oldest first',
      params: runParams,
      query: z.strictObject({
        ...{ ...resourceQuery, ...forwardQuery },
        step_id: z.string().max(512).optional(),
        level: z
          .enum(['debug', 'info', 'warn', 'error'])
          .optional()
          .openapi({ description: 'This and what is graver.' }),
      }),
      answers: { 200: [pageOf(LogLineBody), 'A page of it.'] },
    },
    async (c, { params, query }) => {
      const { step_id, level } = query
      const page = await c.var.client.getLogs({
        ...{ ...runRef(params, query), ...pageRequest(query) },
        ...(step_id === undefined ? {} : { stepId: step_id }),
        ...(level === undefined ? {} : { level }),
      })
      return c.json(pageBody(page, logLineBody))
    },
  )
}

function feed(c: Context<ServerEnv>, after: string | undefined, workflowId?: string): Response {
  if (after !== undefined) checkFeedPlace(after)
  return answerStream(c, (signal) => c.var.client.followRuns({ after, signal, workflowId }))
}

function afterOf(c: Context<ServerEnv>, query: { after?: string | undefined }): string | undefined {
  return c.req.header('last-event-id') || query.after
}
