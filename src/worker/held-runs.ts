import type { RunHandle } from '../definition/definition.ts'
import type { LeasedTask } from '../kernel/tasks.ts'
import { LeaseLostError } from '../model/errors.ts'
import { MAX_UNWRITTEN } from '../model/limits.ts'
import type { DatabaseClock } from './database-clock.ts'
import { EarlyRuns } from './early-runs.ts'

/** A run that this worker owns. */
export type HeldRun = {
  readonly task: LeasedTask
  /** Null while it waits for a place, or for its time. */
  handle: RunHandle | null
  /** It has a place: its handler may be at work. */
  placed: boolean
  /** It was cancelled, and its steps are to be undone. */
  cancelled: boolean
  readonly since: number
}

/** What it needs of its worker. */
export type HeldRunsParts = {
  readonly concurrency: number
  readonly clock: DatabaseClock
  /** Starts a run that got its place. */
  readonly begin: (held: HeldRun) => void
  /** Gives a run to others that has no place here. */
  readonly handBack: (held: HeldRun) => void
}

/** How many more than have places a claim may take: what was finished in this long. */
const BACKLOG_MS = 50
const RATE_WINDOW_MS = 200
/** The same of runs with limits: what waits here holds a place, and its turn was decided when it came. */
const LANE_BACKLOG_MS = 5

/**
 * The runs that this worker owns, and its places: at most `concurrency` are at work at once, the
 * rest wait here, ahead of their turn, so that there is work while the next claim is under way. How
 * many wait is measured by how fast they go: with slow handlers none, or they would wait here for
 * nothing while other workers idle. What was leased before its time takes no place until it comes.
 */
export class HeldRuns {
  readonly #concurrency: number
  readonly #begin: (held: HeldRun) => void
  readonly #handBack: (held: HeldRun) => void
  readonly #early: EarlyRuns
  readonly #held = new Map<string, HeldRun>()
  #waiting: HeldRun[] = []
  #placed = 0
  #suspects = 0
  #ended = 0
  #windowAt = performance.now()
  #rate = 0

  constructor({ concurrency, clock, begin, handBack }: HeldRunsParts) {
    this.#concurrency = concurrency
    this.#begin = begin
    this.#handBack = handBack
    this.#early = new EarlyRuns(clock, (held) => this.#ripe(held))
  }

  get size(): number {
    return this.#held.size
  }

  /** A run that may kill its worker is held alone of its kind. */
  get mayTakeSuspect(): boolean {
    return this.#suspects === 0
  }

  /**
   * How many more runs a claim may take. Those whose handlers are through count until they are written:
   * else a database that writes more slowly than the handlers run would let them pile up.
   */
  room(): number {
    const ahead = Math.min(Math.floor(this.#measuredRate() * BACKLOG_MS), 1000)
    const free = this.#concurrency - this.#placed + ahead - this.#waiting.length
    return Math.min(free, this.#concurrency + MAX_UNWRITTEN - this.#held.size)
  }

  /** How many of them may be runs with limits. */
  laneRoom(): number {
    const ahead = Math.floor(this.#measuredRate() * LANE_BACKLOG_MS)
    const free = this.#concurrency - this.#placed + ahead - this.#waiting.length
    return Math.max(Math.min(free, this.room()), 0)
  }

  /** How many of them may be leased before their time: there shall be a place for each when it comes. */
  earlyRoom(): number {
    return Math.max(this.room() - this.#early.size, 0)
  }

  get(run: string): HeldRun | undefined {
    return this.#held.get(run)
  }

  all(): HeldRun[] {
    return [...this.#held.values()]
  }

  /** Takes a run; what is already held under the same fence is left alone. */
  add(task: LeasedTask): void {
    const known = this.#held.get(task.run)
    if (known?.task.fence === task.fence) return
    if (known) {
      // its lease went and came back: whatever still goes on under the old one is not felt any more
      this.drop(task.run, known)
      known.handle?.abort(new LeaseLostError('The run was leased anew.'))
    }
    const held: HeldRun = {
      task,
      handle: null,
      placed: false,
      cancelled: false,
      since: performance.now(),
    }
    this.#held.set(task.run, held)
    if (task.crashes >= 3) this.#suspects++
    if (task.dueAt === null) this.#enter(held)
    else this.#early.add(held)
  }

  /** The database's clock may have been set: what it says is due has its turn. */
  look(): void {
    this.#early.look()
  }

  #enter(held: HeldRun): void {
    this.#waiting.push(held)
    this.#fill()
  }

  /** Others may have taken the place meanwhile: another worker may have one. */
  #ripe(held: HeldRun): void {
    if (this.room() > 0) this.#enter(held)
    else this.#handBack(held)
  }

  /** Its handler is through: the place is free, although the last write is still under way. */
  leave(held: HeldRun): void {
    if (!held.placed) return
    held.placed = false
    this.#placed--
    this.#ended++
    this.#fill()
  }

  /** Not this worker's any more. */
  drop(run: string, held: HeldRun): void {
    if (this.#held.get(run) !== held) return
    this.#held.delete(run)
    if (held.task.crashes >= 3) this.#suspects--
    this.#early.drop(held)
    if (held.placed) this.leave(held)
    else if (held.handle === null) this.#waiting = this.#waiting.filter((one) => one !== held)
  }

  /** Takes out the runs that wait for a place, or for their time. */
  takeWaiting(): HeldRun[] {
    const waiting = [...this.#waiting, ...this.#early.takeAll()]
    this.#waiting = []
    return waiting
  }

  #fill(): void {
    while (this.#placed < this.#concurrency && this.#waiting.length > 0) {
      const held = this.#waiting.shift() as HeldRun
      held.placed = true
      this.#placed++
      this.#begin(held)
    }
  }

  /** Runs ended in a millisecond, lately. */
  #measuredRate(): number {
    const now = performance.now()
    const window = now - this.#windowAt
    if (window >= RATE_WINDOW_MS) {
      this.#rate = this.#ended / window
      this.#ended = 0
      this.#windowAt = now
      return this.#rate
    }
    return Math.max(this.#rate, window > 10 ? this.#ended / window : 0)
  }
}
