import { type FeedRow, readFeed } from '../../kernel/streams.ts'
import type { Json } from '../../model/json.ts'
import {
  type EventBody,
  type RunEvent,
  rowEvent,
  type StatusLetter,
  statusEvent,
} from '../../model/run-event.ts'
import { encodeRunId } from '../../model/run-id.ts'
import type { Session } from '../session.ts'
import type { FeedFollower } from './follower.ts'

/**
 * An event of a feed. Of one of type `reset` the run is '': what came before is not there any more, or the feed was not
 * written: look at the runs anew, and go on from here. Outputs over 64 KiB are left out: `data.cut` is true then.
 */
export type FeedEvent = RunEvent & { readonly workflowId: string }

/** While there are so many events that nobody has taken, no more are read. */
const ENOUGH = 100

/** Reads the feed of a tenant: all its runs, or those of a workflow. */
export class FeedReader implements FeedFollower {
  readonly session: Session
  readonly #workflow: string | undefined
  readonly #wake: () => void
  #position: string | null
  #events: FeedEvent[] = []
  /** Who waits for the next event; one at a time. */
  #waiting: { resolve(event: FeedEvent | undefined): void; reject(error: Error): void } | null =
    null
  #error: Error | null = null
  #over = false
  #full = false

  /** @param after null: from now on */
  constructor(
    session: Session,
    options: { workflow?: string | undefined; after: string | null; wake: () => void },
  ) {
    this.session = session
    this.#workflow = options.workflow
    this.#position = options.after
    this.#wake = options.wake
  }

  get begins(): boolean {
    return this.#position === null
  }

  begin(place: string): void {
    this.#position ??= place
  }

  wants(): boolean {
    this.#full = this.#events.length > ENOUGH
    return !this.#over && !this.#full
  }

  async read(): Promise<boolean> {
    const { db } = this.session
    const tenant = await this.session.tenant()
    if (this.#position === null) return false
    const rows = await readFeed(db, tenant, this.#position, { workflow: this.#workflow })
    if (this.#over) return false
    const last = rows.at(-1)
    for (const row of rows) if (row !== last) this.#events.push(feedEvent(row))
    if (last) {
      const moved = last.position !== this.#position
      this.#position = last.position
      if (last.what === 'reset') this.#events.push(resetEvent(last.position))
      this.#hand()
      return moved && rows.length > 1
    }
    return false
  }

  /** The next event; undefined once it is closed. @throws what it failed with */
  next(): Promise<FeedEvent | undefined> {
    const event = this.#events.shift()
    if (this.#full && this.#events.length <= ENOUGH) {
      this.#full = false
      this.#wake()
    }
    if (event) return Promise.resolve(event)
    const error = this.#error
    this.#error = null
    if (error) return Promise.reject(error)
    if (this.#over) return Promise.resolve(undefined)
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
    })
  }

  close(): void {
    this.#over = true
    this.#waiting?.resolve(undefined)
    this.#waiting = null
  }

  fail(error: Error): void {
    if (this.#over) return
    this.#over = true
    if (this.#waiting) this.#waiting.reject(error)
    else this.#error = error
    this.#waiting = null
  }

  #hand(): void {
    if (!this.#waiting || this.#events.length === 0) return
    this.#waiting.resolve(this.#events.shift())
    this.#waiting = null
  }
}

function feedEvent(row: FeedRow): FeedEvent {
  const runId = encodeRunId(BigInt(row.run))
  return { id: row.position, runId, workflowId: row.workflow, ...bodyOf(row) }
}

function bodyOf(row: FeedRow): EventBody {
  const { what, at, kind, name, data, cut } = row
  if (what === 'start') return { type: 'pending', status: 'pending', at: at.toISOString() }
  const body =
    what === 'status'
      ? statusEvent(kind as StatusLetter, at, data)
      : rowEvent({ at, kind: kind as Parameters<typeof rowEvent>[0]['kind'], name, data })
  return cut ? { ...body, data: { cut: true } as Json } : body
}

function resetEvent(id: string): FeedEvent {
  const at = new Date().toISOString()
  return { id, type: 'reset', runId: '', workflowId: '', at }
}
