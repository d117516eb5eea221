import { type FeedRow, readFeed } from '../../kernel/streams.ts'
import type { Json } from '../../model/json.ts'
import { MAX_UNREAD_LIVE_BYTES } from '../../model/limits.ts'
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

/** While there are so many events, or so many characters of their data, that nobody has taken, no more are read. */
const ENOUGH = 100
const ENOUGH_DATA = MAX_UNREAD_LIVE_BYTES / 4
/** Changes that are read at once, unless they turn out to be large. */
const MOST_CHANGES = 100

/** Reads the feed of a tenant: all its runs, or those of a workflow. */
export class FeedReader implements FeedFollower {
  readonly session: Session
  readonly #workflow: string | undefined
  readonly #wake: () => void
  #position: string | null
  #events: { readonly event: FeedEvent; readonly size: number }[] = []
  /** Characters of the data of events that were not taken. */
  #unread = 0
  #limit = MOST_CHANGES
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

  /** Events that its reader has not taken, and characters of their data. */
  get unread(): { events: number; data: number } {
    return { events: this.#events.length, data: this.#unread }
  }

  wants(): boolean {
    this.#full = this.#hasEnough()
    return !this.#over && !this.#full
  }

  #hasEnough(): boolean {
    return this.#events.length > ENOUGH || this.#unread > ENOUGH_DATA
  }

  async read(): Promise<boolean> {
    const { db } = this.session
    const tenant = await this.session.tenant()
    if (this.#position === null) return false
    const options = { workflow: this.#workflow, limit: this.#limit }
    const rows = await readFeed(db, tenant, this.#position, options)
    if (this.#over) return false
    const last = rows.at(-1)
    if (!last) return false
    const kept = this.#keep(rows)
    const moved = kept.at(-1)?.position !== this.#position
    this.#position = (kept.at(-1) as FeedRow).position
    const isCut = kept.length < rows.length
    if (!isCut && last.what === 'reset') this.#push(resetEvent(last.position), 0)
    this.#hand()
    return moved && rows.length > 1
  }

  /**
   * Takes rows until there is enough of their data, those of one change at least: the others are read again, fewer at
   * once.
   * @returns those; the last one says how far it has come
   */
  #keep(rows: readonly FeedRow[]): readonly FeedRow[] {
    const before = this.#position
    for (const [i, row] of rows.slice(0, -1).entries()) {
      this.#push(feedEvent(row), row.data?.length ?? 0)
      const isEnough = this.#unread > (endsChange(row, rows[i + 1]) ? 1 : 4) * ENOUGH_DATA
      if (!isEnough || row.position === before) continue
      this.#limit = Math.max(1, this.#limit >> 1)
      return rows.slice(0, i + 1)
    }
    this.#limit = Math.min(MOST_CHANGES, this.#limit * 2)
    return rows
  }

  #push(event: FeedEvent, size: number): void {
    this.#events.push({ event, size })
    this.#unread += size
  }

  #shift(): FeedEvent | undefined {
    const first = this.#events.shift()
    this.#unread -= first?.size ?? 0
    return first?.event
  }

  /** The next event; undefined once it is closed. @throws what it failed with */
  next(): Promise<FeedEvent | undefined> {
    const event = this.#shift()
    if (this.#full && !this.#hasEnough()) {
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
    this.#waiting.resolve(this.#shift())
    this.#waiting = null
  }
}

/** Whether it is the last row of its change, so that none is told again after it. Not all that are can be known. */
function endsChange(row: FeedRow, next: FeedRow | undefined): boolean {
  return row.what === 'status' || next?.run !== row.run
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
