import { LimitError } from '../model/errors.ts'
import type { JournalRow } from '../model/journal.ts'
import { MAX_JOURNAL_BYTES } from '../model/limits.ts'
import type { RunLogger } from '../model/logger.ts'

/** The part of its limit from which on a history is long. */
const LONG = 0.8
/** Below so many rows a history is never called long: there would be no time to do anything about it. */
const LEAST_ROWS = 10

/** What of a history is recorded, and what will be with the next write. */
export type Recorded = { readonly length: number; readonly bytes: number }
export type Due = { readonly size: number; readonly bytes: number; add(row: JournalRow): void }

/** How long the history of a run may become, and whether somebody was told that it is long. */
export class HistoryLimits {
  readonly #maxSteps: number
  #warned: boolean

  /** @param warned the history holds the row that says so */
  constructor(maxSteps: number, warned: boolean) {
    this.#maxSteps = maxSteps
    this.#warned = warned
  }

  /** Whether a history may have so many rows: that of the warning does not count. */
  allows(rows: number): boolean {
    return rows - (this.#warned ? 1 : 0) <= this.#maxSteps
  }

  /** Whether it is near one of its limits, with what is about to be recorded. */
  isLong(journal: Recorded, outbox: Due): boolean {
    if (journal.bytes + outbox.bytes >= MAX_JOURNAL_BYTES * LONG) return true
    const rows = journal.length + outbox.size
    return rows >= this.#maxSteps * LONG && this.#maxSteps >= LEAST_ROWS
  }

  /** Once in its life, when it becomes long, that is logged, and said in the history itself. */
  watch(journal: Recorded, outbox: Due, host: { readonly logger: RunLogger }): void {
    if (this.#warned || !this.isLong(journal, outbox)) return
    this.#warned = true
    const [rows, limit] = [journal.length + outbox.size, this.#maxSteps]
    outbox.add({ kind: 'w', name: '', data: JSON.stringify({ rows, limit }) })
    host.logger.warn(
      `the history has ${rows} rows of the ${limit} that it may have; at the limit the run is paused. Go on in a new run by step.continueAsNew.`,
    )
  }

  /** Whether a row would make it too large. */
  outgrows(journal: Recorded, outbox: Due, { data }: JournalRow): boolean {
    return journal.bytes + outbox.bytes + (data?.length ?? 0) > MAX_JOURNAL_BYTES
  }

  /** The history has more rows than the workflow allows. */
  tooManyRows(): LimitError {
    return new LimitError(
      `The run has more than ${this.#maxSteps} journal rows. Raise maxSteps, go on in a new run by step.continueAsNew, or split the workflow into children.`,
      { code: 'MR022', details: { limit: this.#maxSteps } },
    )
  }
}

/** It would have more bytes than any run may have. */
export function tooManyBytes(): LimitError {
  const megabytes = MAX_JOURNAL_BYTES / 1024 / 1024
  return new LimitError(
    `The history of the run would have more than ${megabytes} MiB. Store large values elsewhere and keep references, go on in a new run by step.continueAsNew, or split the workflow into children.`,
    { code: 'MR022', details: { limitBytes: MAX_JOURNAL_BYTES } },
  )
}
