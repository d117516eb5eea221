/** While a step runs beside a wait: how often the kernel is asked whether the wait has ended. */
const LOOK_MS = 1000
const LEAST_LOOK_MS = 5

/** When a run that stays in this process looks again at itself, or at its waits. */
export class LookTimer {
  #timer: NodeJS.Timeout | undefined
  #overdueMs = LEAST_LOOK_MS

  /** Instead of what was to come before. */
  later(ms: number, then: () => void): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(then, ms)
  }

  /** When a wait is over, and now and then before. @param dueIn milliseconds until the first is */
  watch(dueIn: number, then: () => void): void {
    // over by our clock but not by the database's, which may have been set back: ask less and less often
    this.#overdueMs = dueIn > 0 ? LEAST_LOOK_MS : Math.min(this.#overdueMs * 2, LOOK_MS)
    this.later(Math.max(Math.min(dueIn, LOOK_MS), this.#overdueMs), then)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}
