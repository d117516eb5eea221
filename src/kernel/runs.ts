import type { SkipReason } from '../model/status.ts'
import type { Database, Tx } from './database.ts'
import { plainArray, textArray } from './sql-arrays.ts'

/** A start, as the kernel takes it. Ids are decimal strings; payloads are JSON text. */
export type Start = {
  readonly id: string
  readonly route: number
  readonly delayMs: number | null
  readonly input: string | null
  readonly meta: string | null
  /** A message to the run, be it new or there already, in the same transaction; `data` is JSON text. */
  readonly signal?: { readonly id: string; readonly name: string; readonly data: string | null }
}

/**
 * Of a start: made, or its key or id has a run already: the same start (`existing`), or another
 * (`taken`). A rule of its workflow may give it another run (`existing`), or refuse it, as there may be only
 * one and that is alive (`held`). `number-taken`: the number that was drawn for it is another run's, because the database
 * was set back; draw another.
 */
export type Started =
  | { readonly kind: 'made'; readonly at: Date }
  | { readonly kind: 'existing'; readonly run: string }
  | { readonly kind: 'key-taken' | 'id-taken'; readonly run: string | null }
  | { readonly kind: 'number-taken' | 'held'; readonly run: string }

/** A start that gave a run. */
export type Accepted = Extract<Started, { kind: 'made' | 'existing' }>

const kinds = { e: 'existing', k: 'key-taken', i: 'id-taken', r: 'held' } as const

/** The first of 1,024 run ids that are this process's own from now on. */
export async function takeIds(db: Database, tx?: Tx): Promise<bigint> {
  const rows = await db.call<{ id: string }>('select millrace.take_ids() as id', [], tx)
  return BigInt(rows[0]?.id as string)
}

/**
 * Starts runs; repeating the call with the same ids changes nothing.
 * @see sql/functions/run/start_runs.sql, sql/functions/signal/start_signalled.sql
 */
export async function startRuns(
  db: Database,
  tenant: number,
  starts: readonly Start[],
  tx?: Tx,
): Promise<Started[]> {
  const delayed = starts.some((start) => start.delayMs !== null)
  const special = starts.some((start) => start.meta !== null)
  const signals = starts.flatMap(({ id, signal }) => (signal ? { start: id, ...signal } : []))
  const call =
    signals.length > 0
      ? 'millrace.start_signalled($1, $2, $3, $4, $5, $6, $7)'
      : 'millrace.start_runs($1, $2, $3, $4, $5, $6)'
  // the caller's transaction may be that of another library, which has its own way with arrays
  const plain = tx ? same : plainArray
  const texts = tx ? same : textArray
  const rows = await db.call<{
    run_id: string
    verdict: keyof typeof kinds
    existing: string
    created_at: Date
  }>(
    `select run_id::text, verdict::text, existing::text, created_at from ${call}`,
    [
      tenant,
      plain(starts.map((start) => start.id)),
      plain(starts.map((start) => start.route)),
      delayed ? plain(starts.map((start) => start.delayMs)) : null,
      texts(starts.map((start) => start.input)),
      special ? texts(starts.map((start) => start.meta)) : null,
      ...(signals.length > 0 ? [JSON.stringify(signals)] : []),
    ],
    tx,
  )
  const made: Started = { kind: 'made', at: rows.pop()?.created_at as Date }
  const odd = new Map(
    rows.map((row) => {
      const kind = row.existing === row.run_id ? 'number-taken' : kinds[row.verdict]
      return [row.run_id, { kind, run: row.existing } as Started]
    }),
  )
  return starts.map((start) => odd.get(start.id) ?? made)
}

const same = <T>(values: T): T => values

/** A run as sql/functions/run/run_json.sql makes it. */
export type RunJson = {
  id: string
  workflow_id: string
  version: string
  status: 'pending' | 'running' | 'waiting' | 'paused' | 'completed' | 'failed' | 'cancelled'
  reason: 'person' | 'poison' | 'history_mismatch' | 'limit' | 'step' | 'undo_failed' | null
  phase: 'undoing' | null
  queue: string
  priority: number
  resource_id: string | null
  idempotency_key: string | null
  parent_id: string | null
  retried_from: string | null
  forked_from: string | null
  /** The step from which a fork went on. */
  forked_at: string | null
  /** Of a schedule's run, and its time. */
  schedule_id: string | null
  scheduled_for: string | null
  /** Of step.continueAsNew: the run before, and the one after. */
  continued_from: string | null
  continued_as: string | null
  input: unknown
  output: unknown
  failure: unknown
  state: Record<string, unknown>
  tags: string[]
  attributes: Record<string, unknown>
  current_step_id: string | null
  starts_at: string | null
  waits: { step_id: string; event: string | null; key?: string; until: string | null }[]
  created_at: string
  updated_at: string
  paused_at: string | null
  resumed_at: string | null
  completed_at: string | null
  timeout_at: string | null
  retry_count: number
  max_retries: number
}

/** Options in snake_case, as every public SQL function takes them. */
export type SqlOptions = Record<string, unknown>

/** Runs by their numbers, in that order. @see sql/functions/run/run_json.sql */
export async function readRuns(
  db: Database,
  tenant: number,
  numbers: readonly string[],
  tx?: Tx,
): Promise<RunJson[]> {
  const rows = await db.call<{ run: RunJson }>(
    'select run from millrace.run_json($1, $2)',
    [tenant, numbers],
    tx,
  )
  return rows.map((row) => row.run)
}

type Operation =
  | 'get_run'
  | 'cancel_workflow'
  | 'terminate_workflow'
  | 'pause_workflow'
  | 'resume_workflow'
  | 'retry_workflow'
  | 'fork_workflow'
  | 'migrate_workflow'
  | 'discard_workflow'

/** The operations that take a run and options, and return the run. */
export async function operateRun(
  db: Database,
  operation: Operation,
  run: string,
  options: SqlOptions,
  tx?: Tx,
): Promise<RunJson> {
  const rows = await db.call<{ run: RunJson }>(
    `select millrace.${operation}($1, $2) as run`,
    [run, options],
    tx,
  )
  return rows[0]?.run as RunJson
}

/** Sends a message to a run. `data` is JSON text. @see sql/functions/signal/trigger_event.sql */
export async function triggerEvent(
  db: Database,
  signal: { run: string; name: string; data: string | null },
  options: SqlOptions,
  tx?: Tx,
): Promise<RunJson> {
  const rows = await db.call<{ run: RunJson }>(
    'select millrace.trigger_event($1, $2, $3, $4) as run',
    [signal.run, signal.name, signal.data, options],
    tx,
  )
  return rows[0]?.run as RunJson
}

/**
 * Ends the wait that a run is in. `data` is JSON text.
 * @see sql/functions/run/fast_forward_workflow.sql
 */
export async function fastForwardRun(
  db: Database,
  run: string,
  data: string | null,
  options: SqlOptions,
  tx?: Tx,
): Promise<RunJson> {
  const text = 'select millrace.fast_forward_workflow($1, $2, $3) as run'
  const rows = await db.call<{ run: RunJson }>(text, [run, data ?? '{}', options], tx)
  return rows[0]?.run as RunJson
}

/** A run of a list; `place` is its cursor, where the list is in the order of an attribute. */
export type ListedRun = { readonly run: RunJson; readonly place: string | null }

/**
 * Runs, newest first or by an attribute, and where to go on; null if there are no more.
 * @see sql/functions/run/get_runs.sql
 */
export async function getRuns(
  db: Database,
  options: SqlOptions,
): Promise<{ runs: ListedRun[]; lastSeen: string | null }> {
  const rows = await db.call<{
    run: RunJson | null
    last_seen: string | null
    place: string | null
  }>('select * from millrace.get_runs($1)', [options])
  return {
    runs: rows.flatMap(({ run, place }) => (run ? [{ run, place }] : [])),
    lastSeen: rows[0]?.last_seen ?? null,
  }
}

export type TimelineRow = {
  seq: number
  step_id: string
  kind: 'step' | 'undo' | 'wait' | 'timer' | 'child' | 'control'
  status: 'running' | 'paused' | 'completed' | 'failed' | 'cancelled' | 'skipped'
  attempt: number
  output: unknown
  timed_out: boolean
  failure: unknown
  at: Date
  by: string | null
  reason: string | null
  child_id: string | null
  skip_reason: SkipReason | null
}

/** What happened to a run, in order. @see sql/functions/run/get_timeline.sql */
export async function getTimeline(
  db: Database,
  run: string,
  options: SqlOptions,
  tx?: Tx,
): Promise<TimelineRow[]> {
  return db.call<TimelineRow>('select * from millrace.get_timeline($1, $2)', [run, options], tx)
}

export type Progress = {
  completed_steps: number
  total_steps: number
  completion_percentage: string
}

/** How far a run is. @see sql/functions/run/check_progress.sql */
export async function checkProgress(
  db: Database,
  run: string,
  options: SqlOptions,
  tx?: Tx,
): Promise<Progress> {
  const rows = await db.call<Progress>(
    'select * from millrace.check_progress($1, $2)',
    [run, options],
    tx,
  )
  return rows[0] as Progress
}

/** How a run ended: `output` is JSON text, the output or the failure. */
export type Outcome = {
  readonly run: string
  readonly status: 'c' | 'f' | 'x'
  readonly output: string | null
  /** It continued as others: the last of these. Then it has no output of its own. */
  readonly continuedAs?: string | null
}

/** Of some runs those that have ended. */
export async function getOutcomes(
  db: Database,
  tenant: number,
  runs: readonly string[],
): Promise<Outcome[]> {
  return db.call<Outcome>(
    'select run_id::text as run, status, output, continued_as::text as "continuedAs" from millrace.get_outcomes($1, $2)',
    [tenant, runs],
  )
}

export type FailureRow = {
  fingerprint: string
  code: string
  message: string
  count: string
  sample: string
  first_at: Date
  last_at: Date
}

/** Failed runs that nobody has dealt with, by fingerprint. @see sql/functions/run/get_failures.sql */
export async function getFailures(db: Database, options: SqlOptions): Promise<FailureRow[]> {
  return db.call<FailureRow>('select * from millrace.get_failures($1)', [options])
}

/** Fails the runs whose own time-out is over. */
export async function expireRuns(db: Database): Promise<void> {
  await db.call('select millrace.expire_runs()', [])
}

/**
 * Cancels children whose parents have ended. Gives the milliseconds until there is more to do, null if there
 * is nothing.
 * @see sql/functions/run/close_children.sql
 */
export async function closeChildren(db: Database): Promise<number | null> {
  const rows = await db.call<{ ms: number | null }>('select millrace.close_children() as ms', [])
  return rows[0]?.ms ?? null
}

/**
 * The number of a run behind a UUID of ours or of the caller's.
 * @throws WorkflowRunNotFoundError
 */
export async function findRun(db: Database, tenant: number, run: string): Promise<string> {
  const rows = await db.call<{ id: string }>('select millrace.find_run($1, $2)::text as id', [
    tenant,
    run,
  ])
  return rows[0]?.id as string
}
