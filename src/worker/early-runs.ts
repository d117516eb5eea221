import type { DatabaseClock } from './database-clock.ts'
import type { HeldRun } from './held-runs.ts'

/**
 * Runs that were leased shortly before their time: they rest here until the database's clock has
 * surely reached it.
 */
export class EarlyRuns {
  readonly #clock: DatabaseClock
  readonly #ripe: (held: HeldRun) => void
  readonly #runs = new Set<HeldRun>()
  #timer: NodeJS.Timeout | undefined
  /** What the clock will show when the timer ends. */
  #armedFor = Number.POSITIVE_INFINITY

  /** @param ripe takes a run whose time has come */
  constructor(clock: DatabaseClock, ripe: (held: HeldRun) => void) {
    this.#clock = clock
    this.#ripe = ripe
  }

  get size(): number {
    return this.#runs.size
  }

  add(held: HeldRun): void {
    this.#runs.add(held)
    const dueAt = held.task.dueAt as number
    if (dueAt < this.#armedFor) this.#arm(dueAt)
  }

  drop(held: HeldRun): void {
    this.#runs.delete(held)
  }

  takeAll(): HeldRun[] {
    const all = [...this.#runs]
    this.#runs.clear()
    this.#arm(Number.POSITIVE_INFINITY)
    return all
  }

  /** Lets go those whose time has come. Also when the clock may have been set. */
  look(): void {
    if (this.#runs.size === 0) return
    const now = this.#clock.least()
    let next = Number.POSITIVE_INFINITY
    for (const held of this.#runs) {
      const dueAt = held.task.dueAt as number
      if (dueAt > now) next = Math.min(next, dueAt)
      else {
        this.#runs.delete(held)
        this.#ripe(held)
      }
    }
    this.#arm(next)
  }

  #arm(dueAt: number): void {
    clearTimeout(this.#timer)
    this.#armedFor = dueAt
    if (dueAt === Number.POSITIVE_INFINITY) return
    this.#timer = setTimeout(
      () => {
        this.#armedFor = Number.POSITIVE_INFINITY
        this.look()
      },
      Math.max(dueAt - this.#clock.least(), 1),
    )
  }
}
