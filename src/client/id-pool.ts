import type { Database } from '../kernel/database.ts'
import { takeIds } from '../kernel/runs.ts'

/** Ids that one draw gives. */
const BLOCK = 1024n

/**
 * Run ids, drawn before they are used: a start whose reply was lost is sent again under the same id.
 */
export class IdPool {
  readonly #db: Database
  #next = 0n
  #end = 0n
  #drawing: Promise<void> | null = null

  constructor(db: Database) {
    this.#db = db
  }

  async take(): Promise<bigint> {
    while (this.#next >= this.#end) {
      this.#drawing ??= this.#draw()
      await this.#drawing
    }
    return this.#next++
  }

  /** Forgets what it holds: the database was set back, and may hand them out again. */
  drop(): void {
    this.#next = this.#end
  }

  async #draw(): Promise<void> {
    try {
      this.#next = await takeIds(this.#db)
      this.#end = this.#next + BLOCK
    } finally {
      this.#drawing = null
    }
  }
}
