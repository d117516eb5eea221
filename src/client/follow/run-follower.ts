import type { RunNews, RunPlace } from '../../kernel/streams.ts'
import { InvalidInputError, WorkflowRunNotFoundError } from '../../model/errors.ts'
import { type EventPlace, encodePlace, FIRST_PLACE } from '../../model/event-place.ts'
import type { Json } from '../../model/json.ts'
import { MAX_UNREAD_LIVE, MAX_UNREAD_LIVE_BYTES } from '../../model/limits.ts'
import type { LiveNote } from '../../model/live-note.ts'
import {
  type EventBody,
  isEnd,
  type RunEvent,
  rowEvent,
  type StatusLetter,
  statusEvent,
} from '../../model/run-event.ts'
import type { Session } from '../session.ts'
import { EventQueue, type Item } from './event-queue.ts'
import type { Follower } from './follower.ts'
import { logEvent } from './log-event.ts'

/** Lines that were logged right before the end may come a little later than it. */
const LINGER_MS = 250
/** While there are so many events, or so many bytes of them, that nobody has taken, no more are asked for. */
const ENOUGH = 50
const ENOUGH_BYTES = MAX_UNREAD_LIVE_BYTES / 4

/** Rows after which a step does nothing more, or begins anew. */
const OVER = 'rfkCgto'

export type FollowOptions = {
  readonly session: Session
  /** The run's number, and its UUID. */
  readonly run: string
  readonly id: string
  readonly after?: EventPlace
  /** Also what is logged. */
  readonly logs: boolean
  /** It wants more: the hub shall look. */
  readonly wake: () => void
  readonly wakeWithin: (ms: number) => void
}

/** Follows one run: makes events of what the kernel says of it and of what is only live, in order, each once. */
export class RunFollower implements Follower {
  readonly session: Session
  readonly run: string
  readonly #id: string
  readonly #logs: boolean
  readonly #options: FollowOptions
  readonly #queue: EventQueue
  #place: EventPlace
  #checked: boolean
  #lingered = false
  #over = false
  /** Of what is live: heard, but the journal was not looked at since. */
  #held: LiveNote[] = []
  /** So many of them came before it was looked at. */
  #ripe = 0
  /** It has not asked for more, as its reader is slow. */
  #full = false
  readonly #running = new Set<string>()
  /** Of each step that gives chunks: which attempt, and the number of the next. */
  readonly #chunks = new Map<string, { epoch: string; next: number }>()

  constructor(options: FollowOptions) {
    this.session = options.session
    this.run = options.run
    this.#id = options.id
    this.#logs = options.logs
    this.#options = options
    this.#place = options.after ?? FIRST_PLACE
    this.#checked = options.after === undefined
    this.#queue = new EventQueue({ most: MAX_UNREAD_LIVE, bytes: MAX_UNREAD_LIVE_BYTES })
  }

  /** Recorded events that its reader has not taken, and their bytes, about. */
  get unread(): { events: number; bytes: number } {
    return { events: this.#queue.size, bytes: this.#queue.bytes }
  }

  /** The next event; undefined once there is none any more. @throws what it failed with */
  async next(): Promise<Item | undefined> {
    if (this.#full && !this.#hasEnough()) {
      this.#full = false
      this.#options.wake()
    }
    return this.#queue.next()
  }

  #hasEnough(): boolean {
    return this.#queue.size > ENOUGH || this.#queue.bytes > ENOUGH_BYTES
  }

  /** Ends it for its reader, who need not take what is left. */
  close(): void {
    this.#over = true
    this.#queue.close()
  }

  fail(error: Error): void {
    this.#over = true
    this.#queue.fail(error)
  }

  wants(): RunPlace | null {
    this.#full = this.#hasEnough()
    if (this.#over || this.#full) return null
    this.#ripe = this.#held.length
    const { next, log } = this.#place
    return { run: this.run, next, log: this.#logs ? log : null }
  }

  take(news: readonly RunNews[]): boolean {
    if (this.#over) return false
    const logs = news.filter((one) => one.what === 'log')
    let told = 0
    for (const one of news) {
      if (one.what === 'gone') return this.#gone()
      if (one.what === 'start') this.#start(one.at)
      if (one.what === 'row') {
        while (logs[0] && logs[0].at < one.at) this.#log(logs.shift() as LogNews)
        this.#row(one)
        told++
      }
    }
    for (const one of logs) this.#log(one)
    for (const note of this.#held.splice(0, this.#ripe)) this.#live(note)
    const status = news.find((one) => one.what === 'status')
    if (status) this.#status(status)
    return !this.#over && told + logs.length > 0
  }

  /** It was deleted from the history, or was never there. */
  #gone(): false {
    if (this.#place.next < 0)
      this.fail(new WorkflowRunNotFoundError(`There is no run ${this.#id}.`, { runId: this.#id }))
    else this.close()
    return false
  }

  #start(at: Date): void {
    this.#place = { ...this.#place, next: 0 }
    this.#tell({ type: 'pending', status: 'pending', at: at.toISOString() })
  }

  #row(row: Extract<RunNews, { what: 'row' }>): void {
    if (row.name !== null && OVER.includes(row.kind)) {
      this.#release((note) => note.k === row.name)
      this.#running.delete(row.name)
      this.#chunks.delete(row.name)
    }
    const status = row.kind === 'p' ? 'z' : this.#place.status
    this.#place = { ...this.#place, next: Number(row.seq) + 1, status }
    this.#tell(rowEvent(row), row.data?.length)
  }

  #log(line: LogNews): void {
    this.#place = { ...this.#place, log: line.seq }
    this.#tell(logEvent(line), line.data.length)
  }

  #status({ seq, at, kind, name, data }: Extract<RunNews, { what: 'status' }>): void {
    const { next, status } = this.#place
    if (next < Number(seq)) return
    if (!this.#checked && next > Number(seq)) return this.fail(notOfIt(this.#id, this.#place))
    this.#checked = true
    if (kind !== status) {
      this.#place = { ...this.#place, status: kind as StatusLetter }
      this.#tell(statusEvent(kind, at ?? new Date(), data, name), data?.length)
    }
    if (!isEnd(kind)) return
    if (!this.#logs || this.#lingered) return this.close()
    this.#lingered = true
    this.#options.wakeWithin(LINGER_MS)
  }

  // ── what is live

  hear(note: LiveNote): void {
    if (this.#over) return
    const known = note.t === 'chunk' && this.#held.length === 0 && this.#running.has(note.k)
    if (known) return this.#live(note)
    // what the journal says of the time before comes first
    if (this.#held.length < MAX_UNREAD_LIVE) this.#held.push(note)
    this.#options.wake()
  }

  #release(which: (note: LiveNote) => boolean): void {
    if (this.#held.length === 0) return
    const ready = this.#held.filter(which)
    this.#held = this.#held.filter((note) => !which(note))
    this.#ripe = Math.min(this.#ripe, this.#held.length)
    for (const note of ready) this.#live(note)
  }

  #live(note: LiveNote): void {
    this.#running.add(note.k)
    const at = new Date().toISOString()
    if (note.t === 'step') {
      const body: EventBody = { type: 'step:running', stepId: note.k, status: 'running', at }
      this.#queue.push({ event: this.#event({ ...body, attempt: note.a }) }, 100, true)
      return
    }
    const epoch = `${note.e} ${note.a}`
    const chunks = this.#chunks.get(note.k) ?? { epoch, next: 0 }
    this.#chunks.set(note.k, chunks)
    const step = { stepId: note.k, attempt: note.a, at }
    if (chunks.epoch !== epoch) {
      Object.assign(chunks, { epoch, next: 0 })
      this.#queue.push({ event: this.#event({ ...step, type: 'reset' }) }, 100, true)
    }
    for (const [i, chunk] of note.c.entries()) {
      const index = note.i + i
      if (index < chunks.next) continue // it was sent again for others who came later
      chunks.next = index + 1
      const place = { index, stored: note.s === 1 }
      const event = this.#event({ ...step, type: 'chunk', data: chunk, ...place })
      this.#queue.push({ event, ...place }, sizeOf(chunk), true)
    }
  }

  /** @param size of what it holds */
  #tell(body: EventBody, size = 0): void {
    this.#queue.push({ event: this.#event(body) }, size, false)
  }

  #event(body: EventBody): RunEvent {
    return { id: encodePlace(this.#place), runId: this.#id, ...body }
  }
}

type LogNews = Extract<RunNews, { what: 'log' }>

function sizeOf(chunk: Json): number {
  return typeof chunk === 'string' ? chunk.length : JSON.stringify(chunk).length
}

function notOfIt(id: string, place: EventPlace): InvalidInputError {
  return new InvalidInputError(
    `"${encodePlace(place)}" is not the id of an event of run ${id}: so much has not happened to it.`,
    { runId: id },
  )
}
