import type { Database } from '../kernel/database.ts'
import { advanceTestClock, getTestState } from '../kernel/testing.ts'
import { type Duration, parseDuration } from '../model/duration.ts'
import { InvalidInputError } from '../model/errors.ts'

/** Virtual time of a test: it runs on like real time, and jumps forward when it is told to. */
export class TestClock {
  readonly #db: Database
  readonly #settle: () => Promise<void>
  #time = Date.now()
  #at = performance.now()

  /** @param settle lets everything that is due run. */
  constructor(db: Database, settle: () => Promise<void>) {
    this.#db = db
    this.#settle = settle
  }

  /** The time by which runs live. */
  now(): Date {
    return new Date(this.#time + (performance.now() - this.#at))
  }

  /**
   * Lets so much time pass. What comes due on the way runs in its order and to its end before time goes
   * on, so that of two sleeps of a day each, one after the other, both are over after two days.
   * @throws TimeoutError if a run does not come to rest
   * @example await engine.clock.advance('2 days')
   */
  async advance(by: Duration): Promise<void> {
    await this.#pass(parseDuration(by))
  }

  /** As `advance`, up to an instant. @throws InvalidInputError for one in the past: time only goes forward */
  async set(at: Date): Promise<void> {
    await this.#settle()
    await this.#read()
    const ms = at.getTime() - this.now().getTime()
    if (Number.isNaN(ms) || ms <= 0) {
      throw new InvalidInputError(
        `The clock cannot be set to ${String(at)}: it is ${this.now().toISOString()}, and time only goes forward.`,
      )
    }
    await this.#pass(ms)
  }

  async #pass(ms: number): Promise<void> {
    let left = ms
    for (;;) {
      await this.#settle()
      const { dueMs } = await this.#read()
      if (dueMs === null || dueMs > left) break
      await advanceTestClock(this.#db, Math.max(dueMs, 0))
      left -= Math.max(dueMs, 0)
    }
    await advanceTestClock(this.#db, left)
    await this.#settle()
    await this.#read()
  }

  async #read() {
    const state = await getTestState(this.#db)
    this.#time = state.clock.getTime()
    this.#at = performance.now()
    return state
  }
}
