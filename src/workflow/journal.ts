import { HistoryMismatchError } from '../model/errors.ts'
import type { JournalKind, JournalRow } from '../model/journal.ts'

/** What the journal holds under one key. */
export type Entry = {
  /** The row that ended it: a result, a failure for good, a message or the end of its time. */
  end: JournalRow | null
  /** The child that was started. */
  child: JournalRow | null
  /** Attempts that failed. */
  failures: number
}

const EMPTY: Entry = Object.freeze({ end: null, child: null, failures: 0 })

/**
 * What a run has behind it, by key. Replay takes the entries one by one as the handler asks for them;
 * what it does not ask for, although it does other things already, tells that the code has changed.
 */
export class Journal {
  /** Rows that are durable, control rows included. */
  length: number
  /** Attempts of the handler that failed. */
  handlerFailures = 0
  readonly #entries = new Map<string, Entry>()
  readonly #unseen = new Set<string>()

  constructor(rows: readonly JournalRow[]) {
    this.length = rows.length
    for (const row of rows) this.#read(row)
  }

  /** Keys that the handler has not asked for. */
  get unseen(): ReadonlySet<string> {
    return this.#unseen
  }

  /**
   * What is recorded under a key.
   * @throws HistoryMismatchError if it was recorded by another kind of step than the one that asks.
   */
  take(key: string, what: string, kinds: string): Entry {
    const entry = this.#entries.get(key)
    if (entry === undefined) return EMPTY
    this.#unseen.delete(key)
    const odd = [entry.end, entry.child].find((row) => row !== null && !kinds.includes(row.kind))
    if (odd) {
      throw new HistoryMismatchError(
        `Step "${key}" is recorded as ${described[odd.kind] ?? odd.kind}, but the code now calls ${what} there.`,
        { details: { step: key, expected: described[odd.kind] ?? odd.kind, found: what } },
      )
    }
    return entry
  }

  /** News of a wait: recorded by the kernel, and asked for already. */
  add(row: JournalRow): void {
    if (row.kind === '~') return
    this.length++
    this.#read(row)
    this.#unseen.delete(row.name)
  }

  #read(row: JournalRow): void {
    if (row.kind === 'h') this.handlerFailures++
    if (!recorded.includes(row.kind)) return
    let entry = this.#entries.get(row.name)
    if (entry === undefined) {
      entry = { end: null, child: null, failures: 0 }
      this.#entries.set(row.name, entry)
      this.#unseen.add(row.name)
    }
    if (row.kind === 'e') entry.failures++
    else if (row.kind === 'c') entry.child = row
    else entry.end = row
  }
}

/** The kinds that belong to a step; the others are about the run. */
const recorded = 'refgtoc'

const described: { [K in JournalKind]?: string } = {
  r: 'a step with a result',
  f: 'a step that failed',
  g: 'a wait that got a message',
  t: 'a delay',
  o: 'a wait that timed out',
  c: 'a child workflow',
}
