const MINUTE_MS = 60_000
/** Names that are remembered at most. */
const MAX_NAMES = 10_000
const OTHERS = 'others'

/** How often each of many, an address say, has done something in this minute, at this server. */
export class MinuteCounts {
  readonly #now: () => number
  readonly #beyond: 'share' | 'pass'
  #counts = new Map<string, number>()
  #until = 0

  /**
   * @param beyond names that come when there are too many: all of them share one count, or none of them is counted
   * @param now milliseconds of a clock that only rises
   */
  constructor(beyond: 'share' | 'pass', now: () => number = () => performance.now()) {
    this.#beyond = beyond
    this.#now = now
  }

  /** Nobody has done it in this minute. */
  get isEmpty(): boolean {
    return this.#counts.size === 0 || this.#now() >= this.#until
  }

  /** Whole seconds until the minute is over, and with it all counts. */
  get secondsLeft(): number {
    return Math.max(1, Math.ceil((this.#until - this.#now()) / 1000))
  }

  of(name: string): number {
    const key = this.#keyOf(name)
    return this.isEmpty || key === null ? 0 : (this.#counts.get(key) ?? 0)
  }

  /** @returns how often with this time */
  add(name: string): number {
    const now = this.#now()
    if (now >= this.#until) {
      this.#counts = new Map()
      this.#until = now + MINUTE_MS
    }
    const key = this.#keyOf(name)
    if (key === null) return 1
    const count = (this.#counts.get(key) ?? 0) + 1
    this.#counts.set(key, count)
    return count
  }

  #keyOf(name: string): string | null {
    if (this.#counts.has(name) || this.#counts.size < MAX_NAMES) return name
    return this.#beyond === 'share' ? OTHERS : null
  }
}
