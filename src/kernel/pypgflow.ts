import type { Database } from './database.ts'
import type { SqlOptions } from './runs.ts'

/** Rows of a list of pypgflow, with all columns. @see sql/functions/entity/read_pypgflow.sql */
export async function readPypgflow(
  db: Database,
  relation: string,
  options: SqlOptions,
): Promise<Record<string, unknown>[]> {
  const rows = await db.call<{ row: Record<string, unknown> }>(
    'select r as row from millrace.read_pypgflow($1, $2) r',
    [relation, options],
  )
  return rows.map(({ row }) => row)
}

/** The machine that is named by its id or its name. @see sql/functions/machine/machine_of_id.sql */
export async function findMachine(
  db: Database,
  tenant: number,
  id: string,
): Promise<{ name: string; version: string | null }> {
  const rows = await db.call<{ name: string; version: string | null }>(
    'select name, version from millrace.machine_of_id($1, $2)',
    [tenant, id],
  )
  return rows[0] as { name: string; version: string | null }
}
