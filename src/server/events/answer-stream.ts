import type { Context } from 'hono'
import { hasScope } from '../../auth/principal.ts'
import type { FeedEvent } from '../../client/follow/feed-reader.ts'
import { WorkflowEngineError } from '../../model/errors.ts'
import type { RunEvent } from '../../model/run-event.ts'
import { statusOf } from '../problem.ts'
import type { ServerEnv, ServerParts } from '../server-parts.ts'
import { runEventBody } from '../shapes/run-event.ts'
import { eventStream, eventStreamHeaders } from './event-stream.ts'

/** How events are sent. */
export type StreamForm = {
  /** Each has its type as its name, for which browsers listen; else all go to `onmessage`. Default true. */
  named?: boolean
  /** What is sent as its data. */
  toBody?: (event: RunEvent) => unknown
}

/** A response that lasts until the source ends, the reader goes, its token is over, or the server closes. */
export function answerStream(
  c: Context<ServerEnv>,
  open: (signal: AbortSignal) => AsyncIterable<RunEvent | FeedEvent>,
  { named = true, toBody = runEventBody }: StreamForm = {},
): Response {
  const { principal, parts } = c.var
  const leave = parts.streams.enter(principal.tenant)
  const ended = new AbortController()
  const signal = AbortSignal.any([c.req.raw.signal, parts.closing])
  const source = open(AbortSignal.any([signal, ended.signal]))
  const request = c.req.raw
  const body = eventStream(source, {
    ...{ signal, named, toBody },
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
