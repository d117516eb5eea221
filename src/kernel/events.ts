import type { Database, Tx } from './database.ts'
import type { SqlOptions } from './runs.ts'

/** What became of an emission. */
export type Emitted = {
  readonly id: string
  /** Runs that waited for it. */
  readonly matched: number
  /** UUIDs of the runs that it started. */
  readonly started: readonly string[]
}

/** Emits an event. `data` is JSON text. @see sql/functions/event/emit_event.sql */
export async function emitEvent(
  db: Database,
  name: string,
  data: string | null,
  options: SqlOptions,
  tx?: Tx,
): Promise<Emitted> {
  const text = 'select millrace.emit_event($1, $2, $3) as emitted'
  const rows = await db.call<{ emitted: Emitted }>(text, [name, data, options], tx)
  return rows[0]?.emitted as Emitted
}

export type EventRow = {
  id: string
  name: string
  key: string
  data: unknown
  emitted_at: Date
  keep_until: Date
  dedupe_id: string | null
  matched: number
  spreading: boolean
  started: string[]
}

/** The events that are kept, the newest first. @see sql/functions/event/get_events.sql */
export async function getEvents(db: Database, options: SqlOptions): Promise<EventRow[]> {
  return db.call<EventRow>('select * from millrace.get_events($1)', [options])
}

/**
 * Gives events to runs that wait for them, some at a time. Gives the milliseconds until there is more to do,
 * null if there is nothing.
 * @see sql/functions/event/work_events.sql
 */
export async function workEvents(db: Database): Promise<number | null> {
  const rows = await db.call<{ ms: number | null }>('select millrace.work_events() as ms', [])
  return rows[0]?.ms ?? null
}
