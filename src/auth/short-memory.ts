/** Answers that are remembered at most: each is small, and those that were asked for longest ago go first. */
const MAX_ENTRIES = 10_000
/** A question that was sent longer ago is not waited for: what it says may be old by then. */
const MAX_JOIN_MS = 500

/**
 * Remembers answers for a few seconds, and asks once for all who ask at the same time. What an answer says was true
 * when the question was sent, so from then on its time counts.
 */
export class ShortMemory<T> {
  readonly #known = new Map<string, { value: T; at: number; until: number }>()
  readonly #asked = new Map<string, { answer: Promise<T>; at: number }>()
  readonly #now: () => number

  /** @param now milliseconds of a clock that only rises */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /**
   * @param ask the question; what it throws is not remembered
   * @param keepMs how long an answer holds; 0: not at all
   * @param maxAgeMs an answer that is older is not taken, though it holds. Default: any that holds is
   */
  async get(
    key: string,
    ask: () => Promise<T>,
    keepMs: (value: T) => number,
    maxAgeMs = Number.POSITIVE_INFINITY,
  ): Promise<T> {
    const at = this.#now()
    const known = this.#known.get(key)
    if (known !== undefined && known.until > at && at - known.at <= maxAgeMs) return known.value
    const asked = this.#asked.get(key)
    if (asked !== undefined && at - asked.at < Math.min(MAX_JOIN_MS, maxAgeMs)) return asked.answer
    return this.#ask(key, ask, keepMs, at)
  }

  /** Forgets one, or all. */
  forget(key?: string): void {
    if (key === undefined) this.#known.clear()
    else this.#known.delete(key)
  }

  #ask(key: string, ask: () => Promise<T>, keepMs: (value: T) => number, at: number): Promise<T> {
    const answer = ask()
      .then((value) => {
        this.#known.delete(key)
        const until = at + keepMs(value)
        if (until > this.#now()) this.#keep(key, { value, at, until })
        return value
      })
      .finally(() => {
        if (this.#asked.get(key)?.at === at) this.#asked.delete(key)
      })
    this.#asked.set(key, { answer, at })
    return answer
  }

  #keep(key: string, entry: { value: T; at: number; until: number }): void {
    if (this.#known.size >= MAX_ENTRIES)
      for (const oldest of [...this.#known.keys()].slice(0, MAX_ENTRIES / 10))
        this.#known.delete(oldest)
    this.#known.set(key, entry)
  }
}
