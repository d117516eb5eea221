import {
  PermissionError,
  RateLimitedError,
  UnavailableError,
  WorkflowEngineError,
  WorkflowRunNotFoundError,
} from '../../model/errors.ts'
import type { WorkflowLogger } from '../../model/logger.ts'
import type { RunEvent } from '../../model/run-event.ts'
import type { Item } from '../follow/event-queue.ts'
import type { FeedEvent } from '../follow/feed-reader.ts'
import type { EventsOptions, FeedOptions, LiveSource } from '../follow/live-source.ts'
import { checkRunId } from '../run-filter.ts'
import { LiveNotes } from './live-notes.ts'
import { backoff, pause } from './pause.ts'
import { problemError } from './problem.ts'
import { readEvent } from './run-json.ts'
import { type Message, readMessages } from './sse.ts'
import type { Transport } from './transport.ts'

/** A server says every 15 s that it is there. */
const SILENCE_MS = 45_000
/** Between two tries to connect, at most. */
const LONGEST_PAUSE_MS = 10_000
/** So often in a row a token may be refused within a stream before that is an error. */
const MAX_REFUSALS = 2

/** A stream that goes on, whatever happens to connections. */
type Course = {
  after: string | undefined
  signal: AbortSignal | undefined
  open(after: string | undefined, signal: AbortSignal): Promise<Response>
  /** Whether one that was closed after this event has ended. */
  ended(last: string | undefined): boolean
}

/** Follows runs and feeds by server-sent events. */
export class HttpLive implements LiveSource {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  get logger(): WorkflowLogger {
    return this.#transport.logger
  }

  async *events(id: string, options: EventsOptions = {}): AsyncGenerator<RunEvent, void> {
    for await (const { event } of this.items(id, { ...options, logs: true })) yield event
  }

  async *items(
    id: string,
    { after, signal, logs }: EventsOptions & { logs: boolean },
  ): AsyncGenerator<Item, void> {
    const given = { params: { id: checkRunId(id) } }
    const notes = new LiveNotes()
    const messages = this.#follow({
      ...{ after, signal, ended: isEnd },
      open: (last, until) =>
        this.#transport.open('streamRunEvents', given, { after: last, signal: until }),
    })
    for await (const { data } of messages) {
      const event = readEvent(data)
      if (event.type !== 'log' || logs) yield* notes.told(event)
    }
  }

  async *feed({ after, signal, workflowId }: FeedOptions = {}): AsyncGenerator<FeedEvent, void> {
    const messages = this.#follow({
      ...{ after, signal, ended: () => false },
      open: (last, until) => {
        const options = { after: last, signal: until }
        return workflowId === undefined
          ? this.#transport.open('streamEvents', {}, options)
          : this.#transport.open('streamDefinitionEvents', { params: { id: workflowId } }, options)
      },
    })
    for await (const { data } of messages) yield readEvent(data) as FeedEvent
  }

  async *#follow(course: Course): AsyncGenerator<Message, void> {
    const gone = new AbortController()
    const signals = [this.#transport.closing, gone.signal]
    const signal = AbortSignal.any(course.signal ? [course.signal, ...signals] : signals)
    const place = { last: course.after, failures: 0, refusals: 0 }
    try {
      while (!signal.aborted) {
        try {
          yield* this.#connected(course, place, signal)
          if (course.ended(place.last)) return
          place.failures++
        } catch (error) {
          if (signal.aborted) break
          // it was told of, and is gone now: there is nothing more to tell
          if (error instanceof WorkflowRunNotFoundError && place.last !== undefined) return
          place.failures++
          if (!mayComeAgain(error, place)) throw error
        }
        await pause(backoff(place.failures, LONGEST_PAUSE_MS), signal).catch(() => {})
      }
      // its own signal ends it quietly
      if (this.#transport.closing.aborted && !course.signal?.aborted)
        throw this.#transport.closing.reason
    } finally {
      gone.abort()
    }
  }

  /** The messages of one connection. */
  async *#connected(
    course: Course,
    place: { last: string | undefined; failures: number; refusals: number },
    signal: AbortSignal,
  ): AsyncGenerator<Message, void> {
    const silent = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const heard = () => {
      clearTimeout(timer)
      timer = setTimeout(() => silent.abort(), SILENCE_MS)
    }
    heard()
    try {
      const until = AbortSignal.any([signal, silent.signal])
      const response = await course.open(place.last, until)
      if (!response.body) return
      for await (const message of readMessages(response.body, heard, until)) {
        if (message.event === 'error') throw errorIn(message)
        place.failures = 0
        place.refusals = 0
        if (message.id !== null) place.last = message.id
        yield message
      }
    } catch (error) {
      throw error instanceof WorkflowEngineError
        ? error
        : new UnavailableError('The stream of events broke off.', { cause: error })
    } finally {
      clearTimeout(timer)
    }
  }
}

/** The id of an event says in its middle which status of the run was told last. */
function isEnd(last: string | undefined): boolean {
  return last !== undefined && /^\d+-[cfx]-/.test(last)
}

/** The token of a stream is over: another connection has another. */
class Refused extends PermissionError {}

function errorIn({ data }: Message): WorkflowEngineError {
  const {
    code,
    status,
    detail = '',
  } = JSON.parse(data) as {
    code: string
    status: number
    detail?: string
  }
  if (status === 401) return new Refused('The token of the stream is over.', { code })
  return problemError({ code, detail }, null)
}

function mayComeAgain(error: unknown, place: { refusals: number }): boolean {
  if (error instanceof Refused) return ++place.refusals < MAX_REFUSALS
  return error instanceof UnavailableError || error instanceof RateLimitedError
}
