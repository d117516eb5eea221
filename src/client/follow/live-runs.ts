import { checkFeedPlace, decodePlace } from '../../model/event-place.ts'
import type { RunEvent } from '../../model/run-event.ts'
import type { Hearing } from '../hearing.ts'
import { runNumber } from '../run-number.ts'
import type { Session } from '../session.ts'
import type { Item } from './event-queue.ts'
import { type FeedEvent, FeedReader } from './feed-reader.ts'
import { type Hub, hubOf } from './hub.ts'
import type { EventsOptions, FeedOptions, LiveSource } from './live-source.ts'
import { RunFollower } from './run-follower.ts'

export type { EventsOptions, FeedOptions }

/** What an iterator that is closed and read one by one needs. */
type Source<T> = { next(): Promise<T | undefined>; close(): void }

/** Follows runs and feeds for a client. */
export class LiveRuns implements LiveSource {
  readonly #session: Session
  readonly #hub: Hub

  constructor(session: Session, hearing: Hearing) {
    this.#session = session
    this.#hub = hubOf(hearing)
  }

  get logger(): Session['logger'] {
    return this.#session.logger
  }

  /** A run's events, until it has ended. @throws InvalidInputError for `after`, at the first event */
  async *events(id: string, options: EventsOptions = {}): AsyncGenerator<RunEvent, void> {
    for await (const { event } of this.items(id, { ...options, logs: true })) yield event
  }

  /** The same, with what is known of chunks. */
  async *items(
    id: string,
    { after, signal, logs }: EventsOptions & { logs: boolean },
  ): AsyncGenerator<Item, void> {
    const place = after === undefined ? undefined : decodePlace(after)
    if (signal?.aborted) return
    const run = await runNumber(this.#session, id)
    const follower = new RunFollower({
      ...{ session: this.#session, run, id, logs },
      ...(place ? { after: place } : {}),
      wake: () => this.#hub.wake(run),
      wakeWithin: (ms) => this.#hub.wakeWithin(run, ms),
    })
    yield* drain(follower, this.#hub.add(follower), signal)
  }

  /** What happens to the runs of the tenant, from now on or after an event; it ends with its signal only. */
  async *feed({ after, signal, workflowId }: FeedOptions = {}): AsyncGenerator<FeedEvent, void> {
    const place = after === undefined ? null : checkFeedPlace(after)
    if (signal?.aborted) return
    const reader = new FeedReader(this.#session, {
      ...{ workflow: workflowId, after: place },
      wake: () => this.#hub.wakeFeed(),
    })
    yield* drain(reader, this.#hub.addFeed(reader), signal)
  }
}

async function* drain<T>(
  source: Source<T>,
  leave: () => void,
  signal: AbortSignal | undefined,
): AsyncGenerator<T, void> {
  const close = () => source.close()
  signal?.addEventListener('abort', close, { once: true })
  if (signal?.aborted) close()
  try {
    for (let one = await source.next(); one !== undefined; one = await source.next()) {
      yield one
      if (signal?.aborted) return
    }
  } finally {
    signal?.removeEventListener('abort', close)
    source.close()
    leave()
  }
}
