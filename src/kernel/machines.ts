import type { Database } from './database.ts'
import type { SqlOptions } from './runs.ts'

/** A version of a machine, as SQL lists it. */
export type MachineRow = {
  readonly definition_id: string
  readonly workflow_id: string
  readonly version: string
  readonly newest: boolean
  readonly active: boolean
  readonly states: number
  readonly transitions: number
  readonly entity_table: string | null
  readonly metadata: Record<string, unknown>
  readonly created_at: Date
  readonly registered_at: Date
}

/** @see sql/functions/machine/get_machines.sql */
export async function getMachines(db: Database, options: SqlOptions): Promise<MachineRow[]> {
  return db.call<MachineRow>('select * from millrace.get_machines($1)', [options])
}
