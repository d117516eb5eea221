import { type BulkJson, startedBulk } from './bulk.ts'
import type { Database } from './database.ts'
import type { SqlOptions } from './runs.ts'

/**
 * Deletes runs whose retention is over, some at a time. Gives the milliseconds until there is more to look
 * through, null if no workflow has a retention.
 * @see sql/functions/retention/prune_history.sql
 */
export async function pruneHistory(db: Database): Promise<number | null> {
  const rows = await db.call<{ ms: number | null }>('select millrace.prune_history() as ms', [])
  return rows[0]?.ms ?? null
}

/** Takes runs that ended so long ago out of the history. @see sql/functions/retention/prune.sql */
export async function prune(
  db: Database,
  filter: SqlOptions,
  options: SqlOptions,
): Promise<BulkJson> {
  return startedBulk(db, 'millrace.prune($1, $2)', filter, options)
}

export type StorageRow = {
  workflow_id: string
  runs: string
  live: string
  journal_rows: string
  bytes: string
  estimated: boolean
}

/** @see sql/functions/retention/get_storage.sql */
export async function getStorage(db: Database, options: SqlOptions): Promise<StorageRow[]> {
  return db.call<StorageRow>('select * from millrace.get_storage($1)', [options])
}
