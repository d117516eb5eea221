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
   * @param work gives a promise, and throws nothing itself
   * @param givenUp aborted when nobody is interested in it any more: it keeps no place then, and takes none, whether
   * it ever ends or not
   * @returns what `work` gives
   */
  pass<T>(work: () => Promise<T>, givenUp?: AbortSignal): Promise<T> {
    if (this.#running === this.#limit) return this.#passLater(work, givenUp)
    this.#running++
    return this.#through(work, givenUp)
  }

  async #passLater<T>(work: () => Promise<T>, givenUp?: AbortSignal): Promise<T> {
    await new Promise<void>((resolve) => this.#waiting.push(resolve))
    return this.#through(work, givenUp)
  }

  /** It has a place. */
  #through<T>(work: () => Promise<T>, givenUp?: AbortSignal): Promise<T> {
    const ended = work()
    const leave = givenUp === undefined ? () => this.#leave() : this.#leaveOnce(givenUp)
    ended.then(leave, leave)
    return ended
  }

  /** What gives a place back, which is also given back when nobody is interested any more. */
  #leaveOnce(givenUp: AbortSignal): () => void {
    let left = false
    const leave = () => {
      givenUp.removeEventListener('abort', leave)
      if (!left) this.#leave()
      left = true
    }
    if (givenUp.aborted) leave()
    else givenUp.addEventListener('abort', leave)
    return leave
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
