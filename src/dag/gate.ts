/** Lets so many works run at once; the others wait, in the order in which they came. */
export class Gate {
  readonly #limit: number
  #running = 0
  readonly #waiting: (() => void)[] = []
  #next = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /**
   * @param givenUp aborted when nobody is interested in it any more: it keeps no place then, and takes none, whether
   * it ever ends or not
   * @throws what `work` throws
   */
  async pass<T>(work: () => Promise<T>, givenUp?: AbortSignal): Promise<T> {
    if (this.#running < this.#limit) this.#running++
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    let left = false
    const leave = () => {
      if (!left) this.#leave()
      left = true
    }
    if (givenUp?.aborted) leave()
    else givenUp?.addEventListener('abort', leave)
    try {
      return await work()
    } finally {
      givenUp?.removeEventListener('abort', leave)
      leave()
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
