import type { Database } from './database.ts'

/** How busy a database made for tests is. */
export type TestState = {
  /** Runs that are at work, queued or due. */
  readonly busy: number
  /** Milliseconds until the next thing comes due; null: nothing will. */
  readonly dueMs: number | null
  /** The time by which runs live. */
  readonly clock: Date
}

/** @see sql/testing/get_test_state.sql */
export async function getTestState(db: Database): Promise<TestState> {
  const rows = await db.call<{ busy: number; due_ms: string | null; clock: Date }>(
    'select busy, due_ms::text, clock from millrace.get_test_state()',
    [],
  )
  const { busy, due_ms, clock } = rows[0] as (typeof rows)[0]
  return { busy, dueMs: due_ms === null ? null : Number(due_ms), clock }
}

/**
 * Moves the time by which runs live, and wakes what comes due.
 * @see sql/testing/advance_test_clock.sql
 */
export async function advanceTestClock(db: Database, ms: number): Promise<void> {
  await db.call('select millrace.advance_test_clock($1)', [Math.ceil(ms)])
}

/**
 * Hands back the runs of all workers, as if they had died.
 * @see sql/testing/crash_test_workers.sql
 */
export async function crashTestWorkers(db: Database): Promise<void> {
  await db.call('select millrace.crash_test_workers()', [])
}
