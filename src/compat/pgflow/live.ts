import { IllegalMoveError, TimeoutError } from '../../model/errors.ts'

export type WaitOptions = {
  /** Default 5 minutes, as pgflow's. */
  timeoutMs?: number
  signal?: AbortSignal
}

const TIMEOUT_MS = 300_000

/** What a run and a step of pgflow's have in common: a status, listeners, and those who wait. */
export abstract class Live<S extends string> {
  readonly #listeners = new Map<string, Set<(event: never) => void>>()
  readonly #changed = new Set<() => void>()
  #over = false

  abstract readonly status: S
  /** As messages call it. */
  protected abstract readonly named: string

  /** Listens for events with that status, or for all: '*'. @returns removes the listener */
  // biome-ignore lint/suspicious/noExplicitAny: as pgflow's declaration says it
  on(event: string, listener: (event: any) => void): () => void {
    const listeners = this.#listeners.get(event) ?? new Set()
    this.#listeners.set(event, listeners)
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  /**
   * Until it has that status, or one of them.
   * @throws TimeoutError; IllegalMoveError once it has ended otherwise, or is disposed of
   */
  async waitForStatus(status: S | S[], options: WaitOptions = {}): Promise<this> {
    const wanted = [status].flat() as S[]
    const { timeoutMs = TIMEOUT_MS, signal } = options
    let late = false
    let wake: () => void = () => {}
    const woken = () => wake()
    const timer = setTimeout(() => {
      late = true
      wake()
    }, timeoutMs)
    this.#changed.add(woken)
    signal?.addEventListener('abort', woken, { once: true })
    try {
      for (;;) {
        signal?.throwIfAborted()
        if (wanted.includes(this.status)) return this
        if (this.#over)
          throw new IllegalMoveError(
            `${this.named} is ${this.status} and will not become ${wanted.join(' or ')}.`,
          )
        if (late)
          throw new TimeoutError(
            `${this.named} is still ${this.status}, not ${wanted.join(' or ')}, after ${timeoutMs} ms.`,
          )
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', woken)
      this.#changed.delete(woken)
    }
  }

  protected tell(event: { status: string }): void {
    for (const name of [event.status, '*'])
      for (const listener of [...(this.#listeners.get(name) ?? [])]) listener(event as never)
    for (const changed of [...this.#changed]) changed()
  }

  /** It will not change any more. */
  protected end(): void {
    this.#over = true
    for (const changed of [...this.#changed]) changed()
  }

  protected forget(): void {
    this.#listeners.clear()
    this.end()
  }
}
