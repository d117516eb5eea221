import type { PreparedChild } from '../definition/host.ts'
import type { Ask, Change, JournalRow, Wait } from '../model/journal.ts'
import { MAX_WRITE_BYTES } from '../model/limits.ts'

/** What a write is for, beside the rows that travel with it. */
export type Part = Pick<Change, 'op' | 'output'>

/** A row, and the child that is started with it. */
type Entry = { readonly row: JournalRow; readonly child: PreparedChild | null }

/** Of most runs. */
const NONE: Entry[] = []
const NO_ROWS: readonly JournalRow[] = []

/**
 * What goes out with the next write of a run, and whose turn it is to write: one at a time, because
 * two would give their rows the same numbers.
 */
export class Outbox {
  #entries: Entry[] = []
  /** Rows that nothing waits for: they go with the next write, whatever it is for. */
  #late: Entry[]
  #bytes = 0
  /** Questions that go with the next write that does not end the run. */
  #asks: Ask[] = []
  /** Transactions that wait until no other write is under way or due. */
  readonly #turns: (() => void)[] = []
  #busy = false

  constructor(late: readonly JournalRow[]) {
    this.#late = late.map((row) => ({ row, child: null }))
  }

  /** Rows to be written. */
  get size(): number {
    return this.#entries.length
  }

  /** Rows beside these that nothing waits for. */
  get late(): number {
    return this.#late.length
  }

  /** Of their payloads. */
  get bytes(): number {
    return this.#bytes
  }

  /** There is more than goes into one write. */
  get large(): boolean {
    return this.#bytes > MAX_WRITE_BYTES
  }

  /** A write is under way. */
  get busy(): boolean {
    return this.#busy
  }

  /** Transactions that wait for their turn. */
  get turns(): number {
    return this.#turns.length
  }

  add(row: JournalRow, child: PreparedChild | null = null): void {
    this.#entries.push({ row, child })
    this.#bytes += bytesOf({ row, child })
  }

  /** Asks people with the next write. */
  ask(question: Ask): void {
    this.#asks.push(question)
  }

  /** Resolves when a transaction may write; `free` must follow. */
  turn(): Promise<void> {
    this.#entries.unshift(...this.#takeLate())
    return new Promise((resolve) => {
      this.#turns.push(resolve)
      if (!this.#busy && this.#entries.length === 0) this.grant()
    })
  }

  /** The transaction that has waited longest has its turn. */
  grant(): void {
    this.#busy = true
    this.#turns.shift()?.()
  }

  /**
   * A write of all there is, or of what fits into one; `free` must follow.
   * @param length of the journal before it
   * @param waits of the run; none: as the kernel knows them
   * @param dueIn milliseconds until the first of them is over by time
   */
  take(part: Part, length: number, waits: readonly Wait[], dueIn: number): Change {
    this.#busy = true
    const entries = this.#takeFitting()
    const rows = entries.map(({ row }) => row)
    const ends = part.op === 'c' || part.op === 'f'
    const waiting = waits.length > 0 ? { waits, waitsFrom: performance.now(), dueIn } : undefined
    const children = entries.some(({ child }) => child !== null)
      ? { children: entries.flatMap(({ child }) => child?.start ?? []) }
      : undefined
    if (!ends) {
      const asks = this.#asks.length > 0 ? { asks: this.#asks } : undefined
      if (asks) this.#asks = []
      return { ...part, length: length + rows.length, rows, ...waiting, ...children, ...asks }
    }
    return { ...part, length, rows: NO_ROWS, tail: rows, ...children }
  }

  /** Late rows, and all others or as many as fit. */
  #takeFitting(): Entry[] {
    const late = this.#takeLate()
    if (this.large) {
      const entries = this.#entries.splice(0, this.#fitting())
      for (const entry of entries) this.#bytes -= bytesOf(entry)
      return [...late, ...entries]
    }
    const entries = this.#entries
    this.#entries = []
    this.#bytes = 0
    return late.length === 0 ? entries : [...late, ...entries]
  }

  #takeLate(): Entry[] {
    const late = this.#late
    this.#late = NONE
    return late
  }

  /**
   * Of a run that ends: rows that the kernel did not take go with the next write, before what is due, but nothing that
   * would begin something.
   * @returns the rows that do not go
   */
  restore(rows: readonly JournalRow[]): JournalRow[] {
    const all = [...rows, ...this.#entries.map(({ row }) => row)]
    const kept = all.filter(({ kind }) => !begins.includes(kind))
    this.#entries = kept.map((row) => ({ row, child: null }))
    this.#bytes = this.#entries.reduce((sum, entry) => sum + bytesOf(entry), 0)
    this.#asks = []
    return all.filter(({ kind }) => begins.includes(kind))
  }

  /** The write is through. */
  free(): void {
    this.#busy = false
  }

  /** How many of the first fit; at least one. */
  #fitting(): number {
    let bytes = 0
    const end = this.#entries.findIndex((entry) => {
      bytes += bytesOf(entry)
      return bytes > MAX_WRITE_BYTES
    })
    return Math.max(end, 1)
  }
}

/** Kinds of rows by which something begins, or stops, that does not any more once a run was cancelled. */
const begins = 'cpbx'

function bytesOf({ row, child }: Entry): number {
  return (row.data?.length ?? 0) + (child?.start.input?.length ?? 0)
}
