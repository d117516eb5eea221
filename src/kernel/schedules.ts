import type { Overlap, ScheduleRule } from '../model/schedule-rules.ts'
import type { CatchUp } from '../model/ticks.ts'
import type { Database } from './database.ts'
import type { RunJson, SqlOptions } from './runs.ts'

/** Why a schedule starts nothing, or what became of its times. */
export type ScheduleNoteJson = { code: string; message: string; at: string }

/** A schedule as sql/functions/schedule/get_schedules.sql gives it, in JSON. */
export type ScheduleJson = {
  id: string
  workflow_id: string
  cron: string | null
  every_ms: number | null
  anchor_at: string | null
  timezone: string
  overlap: Overlap
  catch_up: CatchUp
  input: unknown
  /** Of its runs. */
  run_options: SqlOptions
  /** The version of the workflow whose code has it. */
  declared: string | null
  created_at: string
  after_at: string
  next_at: string | null
  last_at: string | null
  last_run_id: string | null
  waiting: number
  skipped: number
  problem: ScheduleNoteJson | null
  note: ScheduleNoteJson | null
  paused_at: string | null
  paused_by: string | null
  pause_reason: string | null
  /** The time by which runs live. */
  clock: string
}

/** @see sql/functions/schedule/put_schedule.sql */
export async function putSchedule(
  db: Database,
  id: string,
  workflow: string,
  options: SqlOptions,
): Promise<ScheduleJson> {
  const text = 'select millrace.put_schedule($1, $2, $3) as schedule'
  const rows = await db.call<{ schedule: ScheduleJson }>(text, [id, workflow, options])
  return rows[0]?.schedule as ScheduleJson
}

/** @see sql/functions/schedule/get_schedules.sql */
export async function getSchedules(db: Database, options: SqlOptions): Promise<ScheduleJson[]> {
  const text = 'select to_json(g) as schedule from millrace.get_schedules($1) g'
  const rows = await db.call<{ schedule: ScheduleJson }>(text, [options])
  return rows.map(({ schedule }) => schedule)
}

const steering = {
  pause: 'select millrace.pause_schedule($1, $2) as schedule',
  resume: 'select millrace.resume_schedule($1, $2) as schedule',
}

/** Starts nothing until it is resumed; or it is resumed. */
export async function steerSchedule(
  db: Database,
  verb: 'pause' | 'resume',
  id: string,
  options: SqlOptions,
): Promise<ScheduleJson> {
  const rows = await db.call<{ schedule: ScheduleJson }>(steering[verb], [id, options])
  return rows[0]?.schedule as ScheduleJson
}

/** @see sql/functions/schedule/delete_schedule.sql */
export async function deleteSchedule(db: Database, id: string, options: SqlOptions): Promise<void> {
  await db.call('select millrace.delete_schedule($1, $2)', [id, options])
}

/** Starts a run of it now. @see sql/functions/schedule/run_schedule.sql */
export async function runSchedule(db: Database, id: string, options: SqlOptions): Promise<RunJson> {
  const text = 'select millrace.run_schedule($1, $2) as run'
  const rows = await db.call<{ run: RunJson }>(text, [id, options])
  return rows[0]?.run as RunJson
}

/** The schedules that a workflow has in its code. */
export type DeclaredSchedules = {
  readonly workflow: string
  readonly version: string
  readonly schedules: readonly ScheduleRule[]
}

/** Makes, changes and deletes them. @see sql/functions/schedule/sync_schedules.sql */
export async function syncSchedules(
  db: Database,
  tenant: number,
  declared: readonly DeclaredSchedules[],
): Promise<void> {
  await db.call('select millrace.sync_schedules($1, $2)', [tenant, JSON.stringify(declared)])
}

/** A schedule that a worker should look at. */
export type DueSchedule = {
  readonly id: string
  readonly revision: number
  readonly cron: string | null
  readonly every_ms: string | null
  readonly anchor_at: Date | null
  readonly timezone: string
  readonly catch_up: CatchUp
  readonly after_at: Date
  readonly clock: Date
}

/** @see sql/functions/schedule/due_schedules.sql */
export async function dueSchedules(db: Database, most: number): Promise<DueSchedule[]> {
  return db.call<DueSchedule>(
    'select id::text, revision, cron, every_ms::text, anchor_at, timezone, catch_up, after_at, clock from millrace.due_schedules($1)',
    [most],
  )
}

/** What a worker has worked out for one that was due. */
export type Firing = {
  readonly id: string
  readonly revision: number
  /** Times that get a run each, as ISO 8601. */
  readonly ticks: readonly string[]
  /** The last time that has come. */
  readonly after: string | null
  readonly next: string | null
  readonly note?: { code: string; message: string }
  /** It cannot go on. */
  readonly problem?: { code: string; message: string }
}

/**
 * Does it: `lost` where somebody else was first, `held` where somebody's transaction is at it.
 * @see sql/functions/schedule/fire_schedules.sql
 */
export async function fireSchedules(
  db: Database,
  firings: readonly Firing[],
): Promise<('done' | 'lost' | 'held')[]> {
  const rows = await db.call<{ verdict: 'done' | 'lost' | 'held' }>(
    'select verdict from millrace.fire_schedules($1)',
    [JSON.stringify(firings)],
  )
  return rows.map(({ verdict }) => verdict)
}
