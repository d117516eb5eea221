import type { PreparedChild } from '../definition/host.ts'
import type { Ask, Change, Emission, JournalRow, Wait } from '../model/journal.ts'
import { MAX_BATCH, MAX_WRITE_BYTES } from '../model/limits.ts'

/** What a write is for, beside the rows that travel with it. */
export type Part = Pick<Change, 'op' | 'output' | 'successor'>

/** What happens in the transaction that writes a row: a child is started, or an event emitted. */
export type Consequence = { readonly child?: PreparedChild; readonly event?: Emission }

/** A row, and what happens with it. */
type Entry = {
  readonly row: JournalRow
  readonly child: PreparedChild | undefined
  readonly event: Emission | undefined
}

/** Rows from which on a step that only computes waits for a write: what a crash repeats, and a write carries, is bounded. */
const MAX_STRETCH = 100

/** Of most runs. */
const NONE: Entry[] = []
const NO_ROWS: readonly JournalRow[] = []
const NOTHING: Consequence = {}

/**
 * What goes out with the next write of a run, and whose turn it is to write: one at a time, because
 * two would give their rows the same numbers.
 */
export class Outbox {
  #entries: Entry[] = []
  /** Rows that nothing waits for: they go with the next write, whatever it is for. */
  #late: Entry[]
  #bytes = 0
  /** Runs that it starts. */
  #children = 0
  /** What is under way: it may be refused, and then goes again. */
  #sent: readonly Entry[] = NONE
  /** Questions that go with the next write that does not end the run. */
  #asks: Ask[] = []
  /** Some rows set attributes. */
  #sets = false
  /** Transactions that wait until no other write is under way or due. */
  readonly #turns: (() => void)[] = []
  #busy = false

  constructor(late: readonly JournalRow[]) {
    this.#late = late.map((row) => ({ row, child: undefined, event: undefined }))
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
    return this.#bytes > MAX_WRITE_BYTES || this.#children > MAX_BATCH
  }

  /** A step that only computes may add its row without waiting for a write. */
  get hasRoom(): boolean {
    return this.#entries.length < MAX_STRETCH && !this.large
  }

  /** A write is under way. */
  get busy(): boolean {
    return this.#busy
  }

  /** Transactions that wait for their turn. */
  get turns(): number {
    return this.#turns.length
  }

  add(row: JournalRow, what: Consequence = NOTHING): void {
    const entry = { row, child: what.child, event: what.event }
    this.#entries.push(entry)
    this.#bytes += bytesOf(entry)
    if (entry.child !== undefined) this.#children++
    this.#sets ||= row.kind === 'l'
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
    this.#sent = entries
    const rows = entries.map(({ row }) => row)
    const ends = part.op === 'c' || part.op === 'f'
    const waiting = waits.length > 0 ? { waits, waitsFrom: performance.now(), dueIn } : undefined
    const more = consequencesOf(entries)
    const values = this.#sets ? this.#takeValues(rows) : undefined
    if (!ends) {
      const asks = this.#asks.length > 0 ? { asks: this.#asks } : undefined
      if (asks) this.#asks = []
      return {
        ...part,
        length: length + rows.length,
        rows,
        ...waiting,
        ...more,
        ...values,
        ...asks,
      }
    }
    return { ...part, length, rows: NO_ROWS, tail: rows, ...more, ...values }
  }

  /** What these rows set, for the index. */
  #takeValues(rows: readonly JournalRow[]): Pick<Change, 'values'> {
    this.#sets = this.#entries.some(({ row }) => row.kind === 'l')
    const values = rows.flatMap(({ kind, data }) => (kind === 'l' && data !== null ? [data] : []))
    return values.length > 0 ? { values } : {}
  }

  /** Late rows, and all others or as many as fit. */
  #takeFitting(): Entry[] {
    const late = this.#takeLate()
    if (this.large) {
      const entries = this.#entries.splice(0, this.#fitting())
      this.#measure()
      return [...late, ...entries]
    }
    const entries = this.#entries
    this.#entries = []
    this.#bytes = 0
    this.#children = 0
    return late.length === 0 ? entries : [...late, ...entries]
  }

  #takeLate(): Entry[] {
    const late = this.#late
    this.#late = NONE
    return late
  }

  /**
   * Of a run that ends: what is due goes with the next write, but nothing that would begin something. An event goes with
   * the row of its step, which was at work already.
   * @param sent also what was sent last, before it: the kernel did not take it
   * @returns the rows that do not go
   */
  restore(sent: boolean): JournalRow[] {
    const all = [...(sent ? this.#sent : NONE), ...this.#entries]
    this.#sent = NONE
    this.#entries = all.filter(({ row }) => !begins.includes(row.kind))
    this.#measure()
    this.#asks = []
    return all.flatMap(({ row }) => (begins.includes(row.kind) ? row : []))
  }

  /** The write is through. */
  free(): void {
    this.#busy = false
    this.#sent = NONE
  }

  /** Finds anew what the entries amount to. */
  #measure(): void {
    this.#bytes = this.#entries.reduce((sum, entry) => sum + bytesOf(entry), 0)
    this.#children = this.#entries.reduce((sum, { child }) => (child ? sum + 1 : sum), 0)
  }

  /** How many of the first fit; at least one. */
  #fitting(): number {
    let bytes = 0
    let children = 0
    const end = this.#entries.findIndex((entry) => {
      bytes += bytesOf(entry)
      if (entry.child !== undefined) children++
      return bytes > MAX_WRITE_BYTES || children > MAX_BATCH
    })
    return Math.max(end, 1)
  }
}

/** Kinds of rows by which something begins, or stops, that does not any more once a run was cancelled. */
const begins = 'cpbx'

/** Most rows have none, and then nothing is made. */
function consequencesOf(entries: readonly Entry[]): Pick<Change, 'children' | 'emits'> | undefined {
  if (!entries.some(({ child, event }) => child !== undefined || event !== undefined))
    return undefined
  const children = entries.flatMap(({ child }) => child?.start ?? [])
  const emits = entries.flatMap(({ event }) => event ?? [])
  return {
    ...(children.length > 0 ? { children } : {}),
    ...(emits.length > 0 ? { emits } : {}),
  }
}

function bytesOf({ row, child, event }: Entry): number {
  const data = (row.data?.length ?? 0) + (child?.start.input?.length ?? 0)
  return event ? data + (event.data?.length ?? 0) : data
}
