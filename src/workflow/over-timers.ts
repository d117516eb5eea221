import type { LeasedRun } from '../definition/host.ts'
import type { JournalRow } from '../model/journal.ts'

const NO_ROWS: readonly JournalRow[] = []

/** Ends of waits for time alone that were over when the run came here: this process records them. */
export function overTimers({ waits, journal }: LeasedRun): readonly JournalRow[] {
  if (waits.size === 0) return NO_ROWS
  const over = [...waits].flatMap(([name, left]) => (left !== null && left < 0 ? [name] : []))
  return over
    .filter((name) => !journal.some((row) => row.kind === 't' && row.name === name))
    .map((name) => ({ kind: 't', name, data: null }))
}
