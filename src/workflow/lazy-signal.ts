/** An AbortSignal that is made when somebody asks for it: of tens of thousands of attempts a second few do. */
export class LazySignal {
  #controller: AbortController | null = null
  #reason: unknown = null

  get signal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = new AbortController()
      if (this.#reason !== null) this.#controller.abort(this.#reason)
    }
    return this.#controller.signal
  }

  /** The first reason counts. */
  abort(reason: unknown): void {
    this.#reason ??= reason
    this.#controller?.abort(reason)
  }
}
