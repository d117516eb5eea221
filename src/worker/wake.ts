/** A sleep that can be ended, and a call that is not lost when nobody sleeps yet. */
export class Wake {
  #called = false
  #armed = false
  /** performance.now() at which something comes due here, whatever the sleeper knew of it. */
  #dueAt = Number.POSITIVE_INFINITY
  #timer: NodeJS.Timeout | undefined
  /** performance.now() at which the sleep ends by itself. */
  #endsAt = Number.POSITIVE_INFINITY
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

  /** The sleep, or the next one, ends in so many milliseconds at the latest. */
  within(ms: number): void {
    const at = performance.now() + ms
    if (at >= this.#dueAt) return
    this.#dueAt = at
    if (this.#end && at < this.#endsAt) this.#endAt(at)
  }

  /** Sleeps for at most so many milliseconds; not at all if it was called since the last sleep. */
  async sleep(ms: number): Promise<void> {
    if (this.#called || ms <= 0) {
      this.#called = false
      return
    }
    await new Promise<void>((resolve) => {
      this.#end = resolve
      this.#endAt(Math.min(performance.now() + ms, this.#dueAt))
    })
    clearTimeout(this.#timer)
    this.#end = null
    this.#called = false
    if (performance.now() >= this.#dueAt) this.#dueAt = Number.POSITIVE_INFINITY
  }

  /** Sleeps in full. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, ms * (0.5 + Math.random() / 2)))
  }

  #endAt(at: number): void {
    clearTimeout(this.#timer)
    this.#endsAt = at
    const left = Math.max(Math.ceil(at - performance.now()), 0)
    this.#timer = setTimeout(() => this.#end?.(), left)
  }
}
