import type { Database, Tx } from '../kernel/database.ts'
import { takeIds } from '../kernel/runs.ts'

/** Ids that one draw gives. */
const BLOCK = 1024n

/**
 * Run ids, drawn before they are used: a start whose reply was lost is sent again under the same
 * id.
 */
export class IdPool {
  readonly #db: Database
  #next = 0n
  #end = 0n
  #drawing: Promise<void> | null = null

  /** @param first of a block that was drawn before */
  constructor(db: Database, first?: bigint) {
    this.#db = db
    if (first === undefined) return
    this.#next = first
    this.#end = first + BLOCK
  }

  /** @param tx a transaction of the caller's, which may hold the only connection of its pool. */
  async take(tx?: Tx): Promise<bigint> {
    if (tx && this.#next >= this.#end) await this.#draw(tx)
    while (this.#next >= this.#end) {
      this.#drawing ??= this.#draw().finally(() => {
        this.#drawing = null
      })
      await this.#drawing
    }
    return this.#next++
  }

  /** Forgets what it holds: the database was set back, and may hand them out again. */
  drop(): void {
    this.#next = this.#end
  }

  /** What is drawn stays drawn, also if the transaction rolls back. */
  async #draw(tx?: Tx): Promise<void> {
    const first = await takeIds(this.#db, tx)
    this.#next = first
    this.#end = first + BLOCK
  }
}
