/** Lets so many works run at once; the others wait, in the order in which they came. */
export class Gate {
  readonly #limit: number
  #running = 0
  readonly #waiting: (() => void)[] = []
  #next = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** @throws what `work` throws */
  async pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running < this.#limit) this.#running++
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      return await work()
    } finally {
      this.#leave()
    }
  }

  /** The place goes to the one that has waited longest. */
  #leave(): void {
    const next = this.#waiting[this.#next++]
    if (next) return next()
    this.#waiting.length = 0
    this.#next = 0
    this.#running--
  }
}
