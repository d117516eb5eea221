import type { Context } from 'hono'
import { hasScope } from '../../auth/principal.ts'
import type { FeedEvent } from '../../client/follow/feed-reader.ts'
import { WorkflowEngineError } from '../../model/errors.ts'
import type { RunEvent } from '../../model/run-event.ts'
import { statusOf } from '../problem.ts'
import type { ServerEnv, ServerParts } from '../server-parts.ts'
import { runEventBody } from '../shapes/run-event.ts'
import { eventStream, eventStreamHeaders } from './event-stream.ts'

/** What is remembered of a key is not taken for an answer while a stream is open: 4 s between two questions are enough. */
const MAX_AGE_MS = 500

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
  for (const [name, value] of Object.entries(eventStreamHeaders)) c.header(name, value)
  // nobody would read it, nor close it
  if (c.req.method === 'HEAD') return c.body(null)
  const request = c.req.raw
  const ended = new AbortController()
  const signal = AbortSignal.any([request.signal, parts.closing])
  const source = open(AbortSignal.any([signal, ended.signal]))
  // last: whatever is refused before has not entered
  const leave = parts.streams.enter(principal.tenant)
  const body = eventStream(source, {
    ...{ signal, named, toBody },
    toProblem: (error) => problemOf(error, parts),
    async checkToken() {
      const now = await parts.authenticate(request, { maxAgeMs: MAX_AGE_MS })
      return now !== null && now.tenant === principal.tenant && hasScope(now, 'runs:read')
    },
    onEnd() {
      leave()
      ended.abort()
    },
  })
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
