import type { LeasedTask } from '../kernel/tasks.ts'
import { MAX_BATCH } from '../model/limits.ts'

/** What one reply may bring, about: runs are counted before it is known how large they are. */
const WANTED_BYTES = 32 * 1024 * 1024
/** A worker that knows nothing yet asks for so many: of the largest inputs, that is 128 MiB. */
const FIRST = 128

/**
 * How many runs to ask for at once, so that replies can be had: inputs and histories come whole. By how
 * large the last ones were, and never more than twice as many as the last time; after a reply that did
 * not come, which may have been too large, half as many.
 */
export class ReplySize {
  #most = FIRST
  #tasks = 0
  #bytes = 0

  /** At most so many. */
  get most(): number {
    return this.#most
  }

  /** One run of a reply. */
  took({ input, journal }: LeasedTask): void {
    this.#tasks++
    this.#bytes += input?.length ?? 0
    for (const { data } of journal) this.#bytes += data?.length ?? 0
  }

  /** The reply is through. */
  succeeded(): void {
    const fitting = this.#bytes === 0 ? MAX_BATCH : (WANTED_BYTES / this.#bytes) * this.#tasks
    this.#most = Math.max(Math.floor(Math.min(fitting, this.#most * 2, MAX_BATCH)), 1)
    this.#tasks = 0
    this.#bytes = 0
  }

  failed(): void {
    this.#most = Math.max(Math.floor(this.#most / 2), 1)
    this.#tasks = 0
    this.#bytes = 0
  }
}
