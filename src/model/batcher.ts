/** How a batcher sends. */
export type BatcherOptions<In, Out> = {
  /** Calls that may be under way at once. */
  readonly lanes: number
  /** Items in one call. */
  readonly max: number
  /** Sends a batch; its answers are in the order of the items. */
  readonly send: (items: In[]) => Promise<Out[]>
}

type Entry<In, Out> = { item: In; resolve: (out: Out) => void; reject: (error: unknown) => void }

/**
 * Everything batched, nothing waits for a batch: what became ready while the previous call was in
 * flight goes out together. One item when idle, hundreds under load, no timer.
 */
export class Batcher<In, Out> {
  readonly #options: BatcherOptions<In, Out>
  #queue: Entry<In, Out>[] = []
  #busy = 0
  #scheduled = false

  constructor(options: BatcherOptions<In, Out>) {
    this.#options = options
  }

  /** Sends it with the next batch. @throws what `send` throws for that batch */
  add(item: In): Promise<Out> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ item, resolve, reject })
      if (this.#scheduled) return
      this.#scheduled = true
      setImmediate(() => {
        this.#scheduled = false
        this.#pump()
      })
    })
  }

  #pump(): void {
    const { lanes, max, send } = this.#options
    while (this.#busy < lanes && this.#queue.length > 0) {
      const batch = this.#queue.splice(0, max)
      this.#busy++
      send(batch.map((entry) => entry.item))
        .then(
          (outs) => {
            for (const [i, entry] of batch.entries()) entry.resolve(outs[i] as Out)
          },
          (error: unknown) => {
            for (const entry of batch) entry.reject(error)
          },
        )
        .finally(() => {
          this.#busy--
          this.#pump()
        })
    }
  }
}
