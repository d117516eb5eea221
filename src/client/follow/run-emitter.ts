import type { RunEvent } from '../../model/run-event.ts'

import type { LiveSource } from './live-source.ts'

export type Listener = (event: RunEvent) => void

/**
 * Hands the events of a run to listeners. It follows the run from the first listener on, from its start, until it has
 * ended, or nobody listens any more.
 */
export class RunEmitter {
  readonly #live: LiveSource
  readonly #id: string
  readonly #listeners = new Map<string, Set<Listener>>()
  readonly #endings = new Set<(error: Error | null) => void>()
  readonly #steps: Set<string>
  #stop: AbortController | null = null
  #begun = false
  #ended = false

  /** @param steps is filled with the steps of which something was heard */
  constructor(live: LiveSource, id: string, steps = new Set<string>()) {
    this.#live = live
    this.#id = id
    this.#steps = steps
  }

  /** Something was told already: who comes now has missed it. */
  get begun(): boolean {
    return this.#begun
  }

  /** The run has ended, and all its events were told. */
  get ended(): boolean {
    return this.#ended
  }

  on(type: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(type) ?? new Set()
    this.#listeners.set(type, listeners)
    listeners.add(listener)
    this.#begin()
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0) this.#listeners.delete(type)
      if (this.#listeners.size === 0) this.#stop?.abort()
    }
  }

  /** Calls back once no further event will come; with the reason, if the run has not ended. */
  onEnd(listener: (error: Error | null) => void): () => void {
    this.#endings.add(listener)
    return () => this.#endings.delete(listener)
  }

  #begin(): void {
    if (this.#stop || this.#ended) return
    const stop = new AbortController()
    this.#stop = stop
    this.#follow(stop.signal).then(
      () => this.#over(stop, null),
      (error: Error) => this.#over(stop, error),
    )
  }

  async #follow(signal: AbortSignal): Promise<void> {
    for await (const event of this.#live.events(this.#id, { signal })) {
      this.#begun = true
      if (event.stepId !== undefined) this.#steps.add(event.stepId)
      const listeners = [event.type, '*'].flatMap((type) => [...(this.#listeners.get(type) ?? [])])
      for (const listener of listeners) this.#call(listener, event)
    }
  }

  /** What a listener throws is its own affair. */
  #call(listener: Listener, event: RunEvent): void {
    try {
      listener(event)
    } catch (error) {
      this.#live.logger.error(`a listener of run ${this.#id} failed`, error)
    }
  }

  #over(stop: AbortController, error: Error | null): void {
    if (this.#stop !== stop) return
    this.#stop = null
    if (error) this.#live.logger.log(`run ${this.#id} is not followed any more: ${error.message}`)
    this.#ended = error === null && !stop.signal.aborted
    for (const listener of [...this.#endings]) listener(error)
    if (!this.#ended && !error && this.#listeners.size > 0) this.#begin()
  }
}
