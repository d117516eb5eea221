import type { Database, Tx } from './database.ts'
import type { SqlOptions } from './runs.ts'
import { textArray } from './sql-arrays.ts'
import { nameUnstorable } from './unstorable.ts'

/** What a start made, or found. */
export type StartedEntity = { instance_id: string; state: string; started: boolean }

/** What a transition did; `executed_at` is a time as text. */
export type DoneTransition = {
  instance_id: string
  seq: number
  from: string
  to: string
  name: string
  executed_at: string
  repeated: boolean
}

/** What a check of a trail found; `seq` is the first place that is wrong. */
export type VerifiedHistory = {
  ok: boolean
  rows: number
  seq: number | null
  problem: string | null
}

/** Starts a machine for an entity. @see sql/functions/entity/start_entity.sql */
export async function startEntity(
  db: Database,
  machine: string,
  entity: string,
  options: SqlOptions,
  tx?: Tx,
): Promise<StartedEntity> {
  const values = [machine, entity, options]
  return first(db, 'select millrace.start_entity($1, $2, $3) as value', values, tx)
}

/** Moves an instance. @see sql/functions/entity/transition.sql */
export async function transition(
  db: Database,
  instance: string,
  options: SqlOptions,
  tx?: Tx,
): Promise<DoneTransition> {
  return first(db, 'select millrace.transition($1, $2) as value', [instance, options], tx)
}

/** Whether a trail is whole. @see sql/functions/entity/verify_history.sql */
export async function verifyHistory(
  db: Database,
  instance: string | null,
  options: SqlOptions,
): Promise<VerifiedHistory> {
  return first(db, 'select millrace.verify_history($1, $2) as value', [instance, options])
}

/** Moves what is due. @returns milliseconds until more is @see sql/functions/entity/work_entities.sql */
export async function workEntities(db: Database): Promise<number | null> {
  const [row] = await db.call<{ ms: number | null }>('select millrace.work_entities() as ms', [])
  return row?.ms ?? null
}

/** One start of a batch; times and JSON of `options` as in start_entity. */
export type EntityStart = {
  readonly machine: string
  readonly version: string | null
  /** Null: what the machine's document says, else its name. */
  readonly entity_table: string | null
  readonly entity_id: string
  /** Who was authenticated; null: the role of the session. */
  readonly by: string | null
  /** claimed_by, notes, context, metadata, request, if_exists; null: none of them. */
  readonly options: SqlOptions | null
}

/** One transition of a batch. */
export type EntityTransition = {
  /** Null: `options.entity` says which, {machine, table, id}. */
  readonly instance_id: string | null
  /** One of the two. */
  readonly name: string | null
  readonly to_state: string | null
  readonly by: string | null
  /** The same again gives the same answer and does nothing. */
  readonly idempotency_key: string | null
  /** claimed_by, roles, notes, context, metadata, set, expected_state; null: none of them. */
  readonly options: SqlOptions | null
}

/** Why one of a batch was refused, as the kernel's errors have it. */
export type ItemProblem = { code: string; message: string; hint: string; details: object }
/** What became of one of a batch: done, or refused. */
export type ItemResult<Done> = Done | { problem: ItemProblem }

/** Starts machines, up to 1,000 in one transaction; in the order of `items`. @see sql/functions/entity/start_entities.sql */
export async function startEntities(
  db: Database,
  tenant: number,
  items: readonly EntityStart[],
  tx?: Tx,
): Promise<ItemResult<StartedEntity>[]> {
  const texts = tx ? same : textArray
  const rows = await db
    .call<StartedEntity & Told>(
      `select ordinal, instance_id, state, started, problem
     from millrace.start_entities($1, $2, $3, $4, $5, $6, $7)`,
      [
        tenant,
        texts(items.map((item) => item.machine)),
        texts(items.map((item) => item.version)),
        texts(items.map((item) => item.entity_table)),
        texts(items.map((item) => item.entity_id)),
        texts(items.map((item) => item.by)),
        texts(items.map(toExtra)),
      ],
      tx,
    )
    .catch(nameIn(items))
  return inOrder(rows, items.length)
}

/** Moves instances, up to 1,000 in one transaction; in the order of `items`. @see sql/functions/entity/execute_transitions.sql */
export async function executeTransitions(
  db: Database,
  tenant: number,
  items: readonly EntityTransition[],
  tx?: Tx,
): Promise<ItemResult<DoneTransition>[]> {
  const [only] = items
  const alone = items.length === 1 && only
  const rows = await db
    .call<DoneTransition & Told>(
      alone ? ONE : MANY,
      [tenant, ...(alone ? [alone.instance_id, ...toValues(alone)] : toArrays(items, tx))],
      tx,
    )
    .catch(nameIn(items))
  return inOrder(rows, items.length)
}

const DONE = `instance_id, seq, from_state as "from", to_state as "to", transition as name,
  to_json(executed_at) #>> '{}' as executed_at, repeated, problem`
const MANY = `select ordinal, ${DONE} from millrace.execute_transitions($1, $2::uuid[], $3, $4, $5, $6, $7)`
// one needs no arrays, and no look at which are the same
const ONE = `select 1 as ordinal, ${DONE} from millrace.move_entity($1, $2, $3, $4, $5, $6, $7, null)`

function toValues(item: EntityTransition): (string | null)[] {
  return [item.name, item.to_state, item.by, item.idempotency_key, toExtra(item)]
}

function toArrays(items: readonly EntityTransition[], tx: Tx | undefined): unknown[] {
  const texts = tx ? same : textArray
  const values = items.map(toValues)
  const ids = items.map((item) => item.instance_id)
  return [ids, ...[0, 1, 2, 3, 4].map((i) => texts(values.map((row) => row[i] as string | null)))]
}

/** Their JSON is text within arrays, where `call` does not find what cannot be stored. */
function nameIn(items: readonly unknown[]): (error: unknown) => never {
  return (error) => {
    throw nameUnstorable(error, items)
  }
}

type Told = { ordinal: number; problem: ItemProblem | null }

function toExtra({ options }: { options: SqlOptions | null }): string | null {
  return options === null ? null : JSON.stringify(options)
}

function inOrder<Done>(rows: readonly (Done & Told)[], count: number): ItemResult<Done>[] {
  const results = new Array<ItemResult<Done>>(count)
  for (const { ordinal, problem, ...done } of rows) {
    results[ordinal - 1] = problem === null ? (done as Done) : { problem }
  }
  return results
}

const same = <T>(values: T): T => values

async function first<Value>(db: Database, sql: string, values: unknown[], tx?: Tx): Promise<Value> {
  const [row] = await db.call<{ value: Value }>(sql, values, tx)
  return (row as { value: Value }).value
}
