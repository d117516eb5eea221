/** Between two looks without a hint: notifications are hints only. */
const POLL_MS = 1000
/** After one that failed. */
const FAILED_MS = 500

/** Looks again and again: at once when it is asked to, and about once a second. One look at a time. */
export class Rounds {
  readonly #look: () => Promise<void>
  readonly #needed: () => boolean
  readonly #failed: (error: unknown) => void
  #timer: NodeJS.Timeout | null = null
  #under = false
  #again = false
  #closed = false

  /** @param needed whether there is anything to look for */
  constructor(look: () => Promise<void>, needed: () => boolean, failed: (error: unknown) => void) {
    this.#look = look
    this.#needed = needed
    this.#failed = failed
  }

  /** Looks now, or right after the look that is under way. */
  ask(): void {
    if (this.#closed || !this.#needed()) return
    if (this.#under) {
      this.#again = true
      return
    }
    this.#under = true
    if (this.#timer) clearTimeout(this.#timer)
    this.#again = false
    this.#look().then(
      () => this.#done(POLL_MS * (1 + Math.random() / 4)),
      (error: unknown) => {
        this.#failed(error)
        this.#again = false
        this.#done(FAILED_MS)
      },
    )
  }

  close(): void {
    this.#closed = true
    if (this.#timer) clearTimeout(this.#timer)
  }

  #done(ms: number): void {
    this.#under = false
    if (this.#again) return this.ask()
    if (this.#closed || !this.#needed()) return
    this.#timer = setTimeout(() => this.ask(), ms)
  }
}
