import type { Database, Tx } from './database.ts'
import type { SqlOptions } from './runs.ts'

/** An instance as sql/functions/entity/entity_json.sql makes it. */
export type EntityJson = {
  id: string
  machine: string
  version: string
  entity_table: string
  entity_id: string
  state: string
  status: 'live' | 'completed'
  metadata: Record<string, unknown>
  seq: number
  entered_at: string
  due_at: string | null
  created_at: string
  updated_at: string
  completed_at: string | null
  timer: { tries: number; problem: string } | null
}

/** A row of the trail as sql/functions/entity/get_history.sql gives it. */
export type HistoryRow = {
  seq: number
  from_state: string | null
  to_state: string
  transition: string | null
  transition_id: string | null
  version: string
  executed_by: string
  claimed_by: string | null
  notes: string | null
  context: unknown
  metadata: unknown
  changes: unknown
  executed_at: Date
  spent_ms: string | null
  hash: string
}

/** @see sql/functions/entity/get_transitions.sql */
export type TransitionRow = {
  transition_id: string
  transition_name: string
  to_state_name: string
  to_state_metadata: unknown
  transition_context: unknown
  transition_conditions: unknown
  allowed: boolean
  reason: string | null
  not_enforced: unknown
}

/** @see sql/functions/entity/count_entities.sql */
export type StateCountRow = { state: string; final: boolean; count: string }

/** @see sql/functions/entity/get_state_times.sql */
export type StateTimesRow = {
  state: string
  count: string
  average_ms: number
  p50_ms: number
  p95_ms: number
  max_ms: number
}

/** What a step of a migration did. @see sql/functions/entity/migrate_entities.sql */
export type MigrationJson = {
  states: { from: string; to: string | null; count: number }[]
  migrated: number
  cursor: string | null
  /** Once the cursor is null. */
  remaining?: number
}

/** One instance; of the `entity` of its options the live one, else the last. @see sql/functions/entity/get_entity.sql */
export async function getEntity(
  db: Database,
  instance: string | null,
  options: SqlOptions,
  tx?: Tx,
): Promise<EntityJson> {
  const values = [instance, options]
  const [row] = await db.call<{ value: EntityJson }>(
    'select millrace.get_entity($1, $2) as value',
    values,
    tx,
  )
  return (row as { value: EntityJson }).value
}

/** Instances, the newest first, and how far was looked. @see sql/functions/entity/get_entities.sql */
export async function getEntities(
  db: Database,
  options: SqlOptions,
): Promise<{ items: EntityJson[]; lastSeen: string | null }> {
  return listed(await db.call('select entity, last_seen from millrace.get_entities($1)', [options]))
}

/** The trail of an instance, in order. @see sql/functions/entity/get_history.sql */
export async function getHistory(
  db: Database,
  instance: string | null,
  options: SqlOptions,
): Promise<HistoryRow[]> {
  return db.call('select * from millrace.get_history($1, $2)', [instance, options])
}

/** What leaves the state of an instance. @see sql/functions/entity/get_transitions.sql */
export async function getTransitions(
  db: Database,
  instance: string | null,
  options: SqlOptions,
): Promise<TransitionRow[]> {
  return db.call('select * from millrace.get_transitions($1, $2)', [instance, options])
}

/** How many are in each state. @see sql/functions/entity/count_entities.sql */
export async function countEntities(
  db: Database,
  machine: string,
  options: SqlOptions,
): Promise<StateCountRow[]> {
  return db.call('select * from millrace.count_entities($1, $2)', [machine, options])
}

/** How long they were in each state. @see sql/functions/entity/get_state_times.sql */
export async function getStateTimes(
  db: Database,
  machine: string,
  options: SqlOptions,
): Promise<StateTimesRow[]> {
  return db.call('select * from millrace.get_state_times($1, $2)', [machine, options])
}

/** Live ones that are in their state for too long. @see sql/functions/entity/get_sla_breaches.sql */
export async function getSlaBreaches(
  db: Database,
  machine: string,
  options: SqlOptions,
): Promise<{
  items: (EntityJson & { sla_ms: number; late_ms: number })[]
  lastSeen: string | null
}> {
  return listed(
    await db.call('select entity, last_seen from millrace.get_sla_breaches($1, $2)', [
      machine,
      options,
    ]),
  )
}

/** A step of a migration to another version. @see sql/functions/entity/migrate_entities.sql */
export async function migrateEntities(
  db: Database,
  machine: string,
  versions: { from: string; to: string },
  mapping: object,
  options: SqlOptions,
): Promise<MigrationJson> {
  const [row] = await db.call<{ value: MigrationJson }>(
    'select millrace.migrate_entities($1, $2, $3, $4, $5) as value',
    [machine, versions.from, versions.to, mapping, options],
  )
  return (row as { value: MigrationJson }).value
}

/** A page may be a single row that only says how far was looked. */
function listed<Item>(rows: { entity: Item | null; last_seen: string | null }[]) {
  const items = rows.flatMap(({ entity }) => (entity === null ? [] : [entity]))
  return { items, lastSeen: rows[0]?.last_seen ?? null }
}
