import type { RunJson, SqlOptions } from '../kernel/runs.ts'
import * as kernel from '../kernel/schedules.ts'
import { type Duration, parseDuration } from '../model/duration.ts'
import { InvalidInputError, WorkflowRunNotFoundError } from '../model/errors.ts'
import type { Json } from '../model/json.ts'
import { MAX_KEY } from '../model/limits.ts'
import { checkName, checkTags, checkText } from '../model/names.ts'
import { checkOptionNames, type OptionNames } from '../model/options.ts'
import {
  type CronOptions,
  type EveryOptions,
  type Overlap,
  parseScheduleRule,
  type ScheduleOptions,
  scheduleRuleNames,
} from '../model/schedule-rules.ts'
import { describeValue } from '../model/text.ts'
import { type CatchUp, nextTimes, timesOf } from '../model/ticks.ts'
import type { IdPool } from './id-pool.ts'
import type { Session } from './session.ts'
import { untilHeard } from './until-heard.ts'

/** Of the runs of a schedule. */
type RunOptions = {
  /** Default: at each time the one that was registered last. */
  version?: string
  queue?: string
  priority?: number
  resourceId?: string
  tags?: string[]
  attributes?: Record<string, Json>
  timeout?: Duration
  retries?: number
}

type Put = RunOptions & {
  id: string
  workflowId: string
  /** Default: as it is; a new one is not. */
  paused?: boolean
  /** Who pauses it. */
  by?: string
}

/** A schedule to be made or changed. */
export type PutSchedule = ScheduleOptions & Put

/** Why a schedule starts nothing, or what became of its times. */
export type ScheduleNote = { code: string; message: string; at: Date }

/** A rule by which runs are started. */
export type Schedule = {
  id: string
  workflowId: string
  /** Null: it has `every`. */
  cron: string | null
  timezone: string | null
  /** Milliseconds; null: it has a `cron`. */
  every: number | null
  overlap: Overlap
  catchUp: CatchUp
  input: unknown
  /** The version of the workflow whose code has it; null: it was put at run time. */
  declaredBy: string | null
  createdAt: Date
  paused: boolean
  pausedAt: Date | null
  pausedBy: string | null
  pauseReason: string | null
  /** The next five; none while it is paused. */
  nextRuns: Date[]
  /** The last time for which it started a run, and the run that it started last. */
  lastRunAt: Date | null
  lastRunId: string | null
  /** Times that have come and wait for the end of the last run. */
  waiting: number
  /** Times that got no run, because the one before had not ended. */
  skipped: number
  /** Why it starts nothing, or did not the last time. */
  problem: ScheduleNote | null
  /** What became of times that were too many. */
  note: ScheduleNote | null
}

const NEXT_RUNS = 5
/** What may be asked for. */
const MAX_NEXT_RUNS = 100

const putNames: OptionNames<CronOptions & EveryOptions & Put> = {
  ...scheduleRuleNames,
  ...{ id: true, workflowId: true, paused: true, by: true },
  ...{ version: true, queue: true, priority: true, resourceId: true, tags: true },
  ...{ attributes: true, timeout: true, retries: true },
}

/** Sent again after a lost reply it changes nothing. */
export async function putOne(session: Session, p: PutSchedule): Promise<Schedule> {
  checkOptionNames('putSchedule', p, putNames)
  const id = checkName('schedule id', p.id)
  const workflow = checkName('workflow id', p.workflowId)
  if (p.paused !== undefined && typeof p.paused !== 'boolean')
    throw new InvalidInputError(`paused ${describeValue(p.paused)} is not true or false.`)
  const rule = parseScheduleRule(ruleOf(p))
  const options = session.options({ ...rule, ...encodeRunOptions(p), paused: p.paused, by: p.by })
  return read(await untilHeard(() => kernel.putSchedule(session.db, id, workflow, options)))
}

/** The part of it that says when. */
function ruleOf(p: PutSchedule): ScheduleOptions {
  const own = Object.entries(p).filter(([name]) => name in scheduleRuleNames)
  return Object.fromEntries(own) as ScheduleOptions
}

/** What else is wrong with them the kernel says. */
function encodeRunOptions(p: RunOptions): SqlOptions {
  if (p.resourceId !== undefined) checkText('resourceId', p.resourceId, MAX_KEY)
  if (p.version !== undefined) checkName('version', p.version)
  if (p.queue !== undefined) checkName('queue', p.queue)
  if (p.tags !== undefined) checkTags(p.tags)
  return {
    ...{ version: p.version, queue: p.queue, priority: p.priority, retries: p.retries },
    ...{ resource_id: p.resourceId, tags: p.tags, attributes: p.attributes },
    timeout: p.timeout === undefined ? undefined : parseDuration(p.timeout),
  }
}

export async function readSchedules(
  session: Session,
  p: { workflowId?: string },
): Promise<Schedule[]> {
  checkOptionNames('getSchedules', p, { workflowId: true })
  const options = session.options({ workflow_id: p.workflowId })
  return (await kernel.getSchedules(session.db, options)).map((json) => read(json))
}

/** @throws WorkflowRunNotFoundError */
export async function readSchedule(
  session: Session,
  p: { id: string; next?: number },
): Promise<Schedule> {
  checkOptionNames('getSchedule', p, { id: true, next: true })
  const { next = NEXT_RUNS } = p
  if (!Number.isInteger(next) || next < 1 || next > MAX_NEXT_RUNS)
    throw new InvalidInputError(
      `next ${describeValue(next)} is not a whole number from 1 to ${MAX_NEXT_RUNS}.`,
    )
  const id = checkId(p.id)
  const [found] = await kernel.getSchedules(session.db, session.options({ id }))
  if (found === undefined)
    throw new WorkflowRunNotFoundError(
      `There is no schedule "${id}". getSchedules() lists those that there are.`,
      { details: { id } },
    )
  return read(found, next)
}

/** After a lost reply it may be gone already. */
export async function removeOne(session: Session, p: { id: string }): Promise<void> {
  const id = checkId(p.id)
  await untilHeard(async (lost) => {
    try {
      await kernel.deleteSchedule(session.db, id, session.options())
    } catch (error) {
      if (!lost || !(error instanceof WorkflowRunNotFoundError)) throw error
    }
  })
}

export async function pauseOne(
  session: Session,
  p: { id: string; reason?: string; by?: string },
): Promise<Schedule> {
  const options = session.options({ reason: p.reason, by: p.by })
  const [db, id] = [session.db, checkId(p.id)]
  return read(await untilHeard(() => kernel.steerSchedule(db, 'pause', id, options)))
}

export async function resumeOne(session: Session, p: { id: string }): Promise<Schedule> {
  const [db, id] = [session.db, checkId(p.id)]
  return read(await untilHeard(() => kernel.steerSchedule(db, 'resume', id, session.options())))
}

/** Under a number that is drawn before: sent again after a lost reply, it is the same run. */
export async function runOne(session: Session, ids: IdPool, p: { id: string }): Promise<RunJson> {
  const id = checkId(p.id)
  const options = session.options({ new_run: String(await ids.take()) })
  return untilHeard(() => kernel.runSchedule(session.db, id, options))
}

/** Those of a workflow's code have a number behind a #. */
function checkId(id: unknown): string {
  const [, name, number] = /^(.*?)(#\d{1,3})?$/s.exec(String(id)) ?? []
  return `${checkName('schedule id', name)}${number ?? ''}`
}

function read(json: kernel.ScheduleJson, next = NEXT_RUNS): Schedule {
  return {
    ...{ id: json.id, workflowId: json.workflow_id },
    ...{
      cron: json.cron,
      timezone: json.cron === null ? null : json.timezone,
      every: json.every_ms,
    },
    ...{ overlap: json.overlap, catchUp: json.catch_up, input: json.input ?? undefined },
    declaredBy: json.declared,
    createdAt: new Date(json.created_at),
    paused: json.paused_at !== null,
    pausedAt: date(json.paused_at),
    ...{ pausedBy: json.paused_by, pauseReason: json.pause_reason },
    nextRuns: json.paused_at === null ? nextRunsOf(json, next) : [],
    lastRunAt: date(json.last_at),
    lastRunId: json.last_run_id,
    ...{ waiting: json.waiting, skipped: json.skipped },
    ...{ problem: readNote(json.problem), note: readNote(json.note) },
  }
}

/** What SQL was given may not be readable: then there are none, and the schedule's problem says why. */
function nextRunsOf(json: kernel.ScheduleJson, count: number): Date[] {
  const { cron, timezone, every_ms, anchor_at, clock } = json
  const anchor = new Date(anchor_at ?? 0).getTime()
  const rule = cron === null ? { everyMs: every_ms as number, anchor } : { cron, timezone }
  try {
    return nextTimes(timesOf(rule), new Date(clock).getTime(), count)
  } catch (error) {
    if (error instanceof InvalidInputError) return []
    throw error
  }
}

function readNote(note: kernel.ScheduleNoteJson | null): ScheduleNote | null {
  return note && { ...note, at: new Date(note.at) }
}

function date(text: string | null): Date | null {
  return text === null ? null : new Date(text)
}
