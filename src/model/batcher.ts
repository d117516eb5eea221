/** How a batcher sends. */
export type BatcherOptions<In, Out> = {
  /** Calls that may be under way at once. */
  readonly lanes: number
  /** Items in one call. */
  readonly max: number
  /** The weight of an item, and the most that goes into one call; one item goes whatever it weighs. */
  readonly weight?: { readonly of: (item: In) => number; readonly max: number }
  /** Sends a batch; its answers, or promises of them, are in the order of the items. */
  readonly send: (items: In[]) => Promise<(Out | Promise<Out>)[]>
}

type Entry<In, Out> = {
  item: In
  resolve: (out: Out | Promise<Out>) => void
  reject: (error: unknown) => void
}

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
    const { lanes, send } = this.#options
    while (this.#busy < lanes && this.#queue.length > 0) {
      const batch = this.#queue.splice(0, this.#fitting())
      this.#busy++
      send(batch.map((entry) => entry.item))
        .then(
          (outs) => {
            for (const [i, entry] of batch.entries()) entry.resolve(outs[i] as Out | Promise<Out>)
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

  /** How many of the first go into one call. */
  #fitting(): number {
    const { max, weight } = this.#options
    if (!weight) return max
    let sum = 0
    const end = this.#queue.findIndex(({ item }, i) => {
      sum += weight.of(item)
      return i >= max || (i > 0 && sum > weight.max)
    })
    return end < 0 ? max : end
  }
}
