import type { LimitError, WorkflowEngineError } from '../model/errors.ts'
import type { JournalRow } from '../model/journal.ts'
import { suspensionRow } from './endings.ts'
import { type Due, type HistoryLimits, type Recorded, tooManyBytes } from './history-limits.ts'

/** Why a run cannot go on. */
type Cause = 'history_mismatch' | 'limit' | 'undo_failed'

/** Why, as live rows have it: the letters are the kernel's. */
const letters: Record<Cause, string> = { history_mismatch: 'h', limit: 'l', undo_failed: 'u' }

type Wanted = { readonly cause: Cause; readonly error: WorkflowEngineError }

/** Whether a run shall pause because it cannot go on. The first cause counts. */
export class Suspension {
  readonly #limits: HistoryLimits
  #first: Wanted | null = null

  constructor(limits: HistoryLimits) {
    this.#limits = limits
  }

  /** It shall pause. */
  get wanted(): boolean {
    return this.#first !== null
  }

  want(cause: Cause, error: WorkflowEngineError): void {
    this.#first ??= { cause, error }
  }

  /** A history that is full is no reason among undos: they are few, and nothing else is added. */
  allowMore(): void {
    if (this.#first?.cause === 'limit') this.#first = null
  }

  /** The history has so many rows, and no more may be added. */
  isLong(rows: number): boolean {
    return !this.#limits.allows(rows)
  }

  /** Looks at how many rows the history has, or will have. */
  look(rows: number): void {
    if (this.isLong(rows)) this.#exceed(this.#limits.tooManyRows())
  }

  /** Whether the history would have too many bytes with this row. */
  outgrows(journal: Recorded, outbox: Due, row: JournalRow): boolean {
    if (!this.#limits.outgrows(journal, outbox, row)) return false
    this.#exceed(tooManyBytes())
    return true
  }

  /** The row of the pause, and its reason as the kernel takes it. */
  describe(): { readonly row: JournalRow; readonly letter: string } {
    const { cause, error } = this.#first as Wanted
    return { row: suspensionRow(cause, error), letter: letters[cause] }
  }

  #exceed(error: LimitError): void {
    this.want('limit', error)
  }
}
