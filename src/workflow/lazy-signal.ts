import { setMaxListeners } from 'node:events'

/** What hears that something was aborted. */
export type AbortListener = (reason: unknown) => void

/**
 * Says once that something is given up. The AbortSignal for it is made when somebody asks for that: of tens of
 * thousands of attempts a second few do, and the engine's own code listens without one.
 */
export class LazySignal {
  #controller: AbortController | null = null
  #listeners: Set<AbortListener> | null = null
  #aborted = false
  #reason: unknown

  get aborted(): boolean {
    return this.#aborted
  }

  /** What it was aborted with. */
  get reason(): unknown {
    return this.#reason
  }

  get signal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = new AbortController()
      // as many steps as there may be listen to it
      setMaxListeners(0, this.#controller.signal)
      if (this.#aborted) this.#controller.abort(this.#reason)
    }
    return this.#controller.signal
  }

  /** The first reason counts. */
  abort(reason: unknown): void {
    if (this.#aborted) return
    this.#aborted = true
    this.#reason = reason
    this.#controller?.abort(reason)
    const listeners = this.#listeners
    this.#listeners = null
    if (listeners) for (const listener of listeners) listener(reason)
  }

  /** Calls it when this is aborted; at once, if it is already. */
  listen(listener: AbortListener): void {
    if (this.#aborted) return listener(this.#reason)
    this.#listeners ??= new Set()
    this.#listeners.add(listener)
  }

  unlisten(listener: AbortListener): void {
    this.#listeners?.delete(listener)
  }
}
