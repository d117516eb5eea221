const NOBODY: Map<string, () => void> = new Map()

/** The steps of a run whose handlers are at work, and those that wait until they may begin. */
export class Activity {
  readonly #active = new Map<string, number>()
  #waiting = NOBODY

  /** Steps at work. */
  get size(): number {
    return this.#active.size
  }

  /** Steps that wait until what came before them is durable. */
  get waiting(): number {
    return this.#waiting.size
  }

  /** One that waits, to tell of it. */
  get firstWaiting(): string | undefined {
    return this.#waiting.keys().next().value
  }

  /** The step works from now on. */
  begin(key: string): void {
    this.#active.set(key, performance.now())
  }

  /** Resolves when the step may begin, and has. */
  wait(key: string): Promise<void> {
    if (this.#waiting === NOBODY) this.#waiting = new Map()
    return new Promise((resolve) => {
      this.#waiting.set(key, () => {
        this.begin(key)
        resolve()
      })
    })
  }

  /** All that wait begin. */
  release(): void {
    const waiting = this.#waiting
    this.#waiting = NOBODY
    for (const start of waiting.values()) start()
  }

  /** None that waits will begin. */
  dismiss(): void {
    this.#waiting = NOBODY
  }

  /** The step does nothing any more. Tells whether it did. */
  end(key: string): boolean {
    return this.#active.delete(key)
  }

  /** With the milliseconds (performance.now) at which they began. */
  list(): { step: string; since: number }[] {
    return [...this.#active].map(([step, since]) => ({ step, since }))
  }
}
