import type { PreparedChild } from '../definition/host.ts'
import type { Change, JournalRow, Wait } from '../model/journal.ts'

/** What a write is for, beside the rows that travel with it. */
export type Part = Pick<Change, 'op' | 'output'>

/**
 * What goes out with the next write of a run, and whose turn it is to write: one at a time, because
 * two would give their rows the same numbers.
 */
export class Outbox {
  #rows: JournalRow[] = []
  #children: PreparedChild[] = []
  /** Transactions that wait until no other write is under way or due. */
  readonly #turns: (() => void)[] = []
  #busy = false

  /** Rows to be written. */
  get size(): number {
    return this.#rows.length
  }

  /** A write is under way. */
  get busy(): boolean {
    return this.#busy
  }

  /** Transactions that wait for their turn. */
  get turns(): number {
    return this.#turns.length
  }

  addRow(row: JournalRow): void {
    this.#rows.push(row)
  }

  /** Its row goes with it. */
  addChild(child: PreparedChild): void {
    this.#children.push(child)
  }

  /** Resolves when a transaction may write; `free` must follow. */
  turn(): Promise<void> {
    return new Promise((resolve) => {
      this.#turns.push(resolve)
      if (!this.#busy && this.#rows.length === 0) this.grant()
    })
  }

  /** The transaction that has waited longest has its turn. */
  grant(): void {
    this.#busy = true
    this.#turns.shift()?.()
  }

  /**
   * A write of all there is; `free` must follow.
   * @param length of the journal before it
   * @param waits of the run; none: as the kernel knows them
   */
  take(part: Part, length: number, waits: readonly Wait[]): Change {
    this.#busy = true
    const rows = this.#rows
    const children = this.#children.map((child) => child.start)
    this.#rows = []
    this.#children = []
    const ends = part.op === 'c' || part.op === 'f'
    return {
      ...part,
      length: length + (ends ? 0 : rows.length),
      rows: ends ? [] : rows,
      ...(ends && rows.length > 0 ? { tail: rows } : {}),
      ...(waits.length > 0 ? { waits } : {}),
      ...(children.length > 0 ? { children } : {}),
    }
  }

  /** The write is through. */
  free(): void {
    this.#busy = false
  }
}
