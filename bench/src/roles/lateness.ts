/** How late the sleepers of a worker woke, by its own clock: the same way for every system. */
export class Lateness {
  /** When each went to sleep, first of all: a replay passes the same place again. */
  readonly #since = new Map<number, number>()
  readonly #late = new Map<number, number>()

  asleep(k: number): void {
    if (!this.#since.has(k)) this.#since.set(k, performance.now())
  }

  awake(k: number): void {
    const since = this.#since.get(k)
    if (since === undefined || this.#late.has(k)) return
    this.#late.set(k, performance.now() - since - 1000)
  }

  /** Milliseconds over the second, one for each that woke. */
  list(): number[] {
    return [...this.#late.values()]
  }
}
