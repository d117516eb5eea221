import { RunCancelledError } from '../model/errors.ts'
import type { Change, JournalRow, Verdict } from '../model/journal.ts'
import type { Execution } from './execution.ts'
import { forever } from './forever.ts'
import type { Pump } from './pump.ts'

/** Runs a transaction; gets what makes the change of the row that it commits. */
export type Transacting<T> = (
  change: (row: JournalRow) => Change,
) => Promise<{ result: T; verdict: Verdict }>

/**
 * Runs a transaction that commits the end of a step. No other write of this run is under way or due meanwhile,
 * because both would give their rows the same numbers. Once the steps of the run are being undone, none commits.
 * @throws RunCancelledError then
 */
export async function transact<T>(x: Execution, pump: Pump, run: Transacting<T>): Promise<T> {
  await pump.outbox.turn()
  try {
    if (x.ending) throw cancelled()
    const length = x.journal.length + 1
    let written: Change = { op: 'k', length, rows: [] }
    const { result, verdict } = await run((row) => {
      written = { op: 'k', length, rows: [pump.activity.dated(row)] }
      return written
    })
    if (verdict.kind !== 'undo') x.journal.grow(written)
    pump.heed(verdict)
    if (verdict.kind === 'undo') throw cancelled()
    if (x.over) return forever()
    for (const { name } of written.rows) pump.deliveries.place(name, false)
    return result
  } finally {
    pump.written()
  }
}

function cancelled(): RunCancelledError {
  return new RunCancelledError('The run ends, and its steps are undone.')
}
