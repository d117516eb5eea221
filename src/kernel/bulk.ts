import type { Database } from './database.ts'
import type { SqlOptions } from './runs.ts'

/** What can be done to many runs at once. */
export type BulkVerb =
  | 'cancel'
  | 'terminate'
  | 'pause'
  | 'resume'
  | 'retry'
  | 'discard'
  | 'fork'
  | 'signal'
  | 'migrate'
  | 'prune'

/** A bulk operation as sql/functions/bulk/bulk_json.sql makes it. */
export type BulkJson = {
  id: string | null
  verb: BulkVerb
  status: 'running' | 'completed' | 'cancelled'
  matched: number
  sample: string[]
  done: number
  failed: number
  failures: { run_id: string | null; code: string; message: string }[]
  by: string | null
  created_at: string
  ended_at: string | null
}

/** @see sql/functions/bulk/start_bulk.sql */
export async function startBulk(
  db: Database,
  verb: Exclude<BulkVerb, 'prune'>,
  filter: SqlOptions,
  options: SqlOptions,
): Promise<BulkJson> {
  return startedBulk(db, `millrace.bulk_${verb}($1, $2)`, filter, options)
}

/** What a function that begins one gives. */
export async function startedBulk(
  db: Database,
  call: string,
  filter: SqlOptions,
  options: SqlOptions,
): Promise<BulkJson> {
  const rows = await db.call<{ operation: BulkJson }>(`select ${call} as operation`, [
    filter,
    options,
  ])
  return rows[0]?.operation as BulkJson
}

/** Cancels the runs of a queue that have not begun. @see sql/functions/queue/purge_queue.sql */
export async function purgeQueue(
  db: Database,
  queue: string,
  options: SqlOptions,
): Promise<BulkJson> {
  const text = 'select millrace.purge_queue($1, $2) as operation'
  const rows = await db.call<{ operation: BulkJson }>(text, [queue, options])
  return rows[0]?.operation as BulkJson
}

/** How far one is. @see sql/functions/bulk/get_bulk_operation.sql */
export async function getBulk(db: Database, id: string, options: SqlOptions): Promise<BulkJson> {
  const text = 'select millrace.get_bulk_operation($1, $2) as operation'
  const rows = await db.call<{ operation: BulkJson }>(text, [id, options])
  return rows[0]?.operation as BulkJson
}

/** What it has not done yet it will not do. @see sql/functions/bulk/stop_bulk_operation.sql */
export async function stopBulk(db: Database, id: string, options: SqlOptions): Promise<BulkJson> {
  const text = 'select millrace.stop_bulk_operation($1, $2) as operation'
  const rows = await db.call<{ operation: BulkJson }>(text, [id, options])
  return rows[0]?.operation as BulkJson
}

/**
 * Does the next batch of the one that is due first. Gives the milliseconds until more is due, null if there
 * is none.
 * @see sql/functions/bulk/work_bulk.sql
 */
export async function workBulk(db: Database): Promise<number | null> {
  const rows = await db.call<{ ms: number | null }>('select millrace.work_bulk() as ms', [])
  return rows[0]?.ms ?? null
}
