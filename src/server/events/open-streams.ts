import { RateLimitedError } from '../../model/errors.ts'
import { MAX_STREAMS } from '../../model/limits.ts'

/** Until a reader that was turned away should come again. */
const AGAIN_MS = 5000

/** How many streams of events are open, of each tenant. */
export class OpenStreams {
  readonly #most: number
  readonly #open = new Map<string, number>()

  constructor(most: number = MAX_STREAMS) {
    this.#most = most
  }

  /**
   * One more is open.
   * @returns says that it is not any more; may be called several times
   * @throws RateLimitedError
   */
  enter(tenant: string): () => void {
    const count = this.#open.get(tenant) ?? 0
    if (count >= this.#most)
      throw new RateLimitedError(
        `${count} streams of events are open already, which is the limit of a tenant. Close some, or follow the whole tenant in one.`,
        { details: { limit: this.#most, retryAfter: AGAIN_MS } },
      )
    this.#open.set(tenant, count + 1)
    let left = false
    return () => {
      if (left) return
      left = true
      const now = (this.#open.get(tenant) ?? 1) - 1
      if (now > 0) this.#open.set(tenant, now)
      else this.#open.delete(tenant)
    }
  }
}
