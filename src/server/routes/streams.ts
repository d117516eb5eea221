import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { hasScope } from '../../auth/principal.ts'
import type { FeedEvent } from '../../client/follow/feed-reader.ts'
import { WorkflowEngineError } from '../../model/errors.ts'
import { checkFeedPlace, decodePlace } from '../../model/event-place.ts'
import type { RunEvent } from '../../model/run-event.ts'
import { addRoute } from '../add-route.ts'
import { eventStream, eventStreamHeaders } from '../events/event-stream.ts'
import { OpenStreams } from '../events/open-streams.ts'
import { statusOf } from '../problem.ts'
import type { ServerApp, ServerEnv, ServerParts } from '../server-parts.ts'
import { forwardQuery, pageBody, pageOf, pageRequest } from '../shapes/page.ts'
import { LogLineBody, logLineBody, RunEventBody, runEventBody } from '../shapes/run-event.ts'
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
  const streams = new OpenStreams()
  runEvents(app, streams)
  feedOfDefinition(app, streams)
  feedOfTenant(app, streams)
  runLogs(app)
}

function runEvents(app: ServerApp, streams: OpenStreams): void {
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
      return answer(c, streams, (signal) => run.events({ after, signal }))
    },
  )
}

function feedOfDefinition(app: ServerApp, streams: OpenStreams): void {
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
    async (c, { params, query }) => feed(c, streams, afterOf(c, query), params.id),
  )
}

function feedOfTenant(app: ServerApp, streams: OpenStreams): void {
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
    async (c, { query }) => feed(c, streams, afterOf(c, query)),
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

function feed(
  c: Context<ServerEnv>,
  streams: OpenStreams,
  after: string | undefined,
  workflowId?: string,
): Response {
  if (after !== undefined) checkFeedPlace(after)
  return answer(c, streams, (signal) => c.var.client.followRuns({ after, signal, workflowId }))
}

function afterOf(c: Context<ServerEnv>, query: { after?: string | undefined }): string | undefined {
  return c.req.header('last-event-id') || query.after
}

/** A response that lasts until the source ends, the reader goes, its token is over, or the server closes. */
function answer(
  c: Context<ServerEnv>,
  streams: OpenStreams,
  open: (signal: AbortSignal) => AsyncIterable<RunEvent | FeedEvent>,
): Response {
  const { principal, parts } = c.var
  const leave = streams.enter(principal.tenant)
  const ended = new AbortController()
  const signal = AbortSignal.any([c.req.raw.signal, parts.closing])
  const source = open(AbortSignal.any([signal, ended.signal]))
  const request = c.req.raw
  const body = eventStream(source, {
    signal,
    toBody: runEventBody,
    toProblem: (error) => problemOf(error, parts),
    async checkToken() {
      const now = await parts.authenticate(request)
      return now !== null && now.tenant === principal.tenant && hasScope(now, 'runs:read')
    },
    onEnd() {
      leave()
      ended.abort()
    },
  })
  for (const [name, value] of Object.entries(eventStreamHeaders)) c.header(name, value)
  return c.body(body)
}

/** What is the reader's fault is told; after anything else it comes again, and goes on. */
function problemOf(error: unknown, { logger }: ServerParts): object | null {
  const status = error instanceof WorkflowEngineError ? statusOf(error) : 500
  if (status < 500) {
    const { code, message } = error as WorkflowEngineError
    return { code, status, detail: message }
  }
  logger.log(`a stream of events ended: ${(error as Error).message}`)
  return null
}
