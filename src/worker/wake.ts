/** A sleep that can be ended, and a call that is not lost when nobody sleeps yet. */
export class Wake {
  #called = false
  #armed = false
  #end: (() => void) | null = null

  /** Whether it was said that the next sleep is a real one; a call takes that back. */
  get armed(): boolean {
    return this.#armed
  }

  arm(): void {
    this.#armed = true
  }

  /** Ends the sleep, or the next one. */
  now(): void {
    this.#armed = false
    this.#called = true
    this.#end?.()
  }

  /** Sleeps for at most so many milliseconds; not at all if it was called since the last sleep. */
  async sleep(ms: number): Promise<void> {
    if (this.#called || ms <= 0) {
      this.#called = false
      return
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#end = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    this.#end = null
    this.#called = false
  }

  /** Sleeps in full. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, ms * (0.5 + Math.random() / 2)))
  }
}
