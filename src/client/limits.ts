import {
  getLimits,
  type LimitRow,
  pauseDispatch,
  putQueue,
  resumeDispatch,
} from '../kernel/limits.ts'
import { type Limits, parseLimits } from '../model/limit-rules.ts'
import { checkName } from '../model/names.ts'
import { checkOptionNames } from '../model/options.ts'
import type { Session } from './session.ts'

/** A limit or a pause, and how much of it is used. */
export type LimitReport = {
  scope: 'everything' | 'workflow' | 'queue'
  /** Of the workflow or queue; null: everything. */
  name: string | null
  rule: 'concurrency' | 'rate' | 'fairness' | 'pause'
  limit: number | null
  periodMs: number | null
  burst: number | null
  /** Paths into the input; null: of all runs together. */
  key: string[] | null
  /** Runs of that workflow or queue that workers have now. */
  running: number
  /** Keys with runs that wait for a worker. */
  waitingKeys: number
  /** The ten keys with the most running. */
  busiest: { keys: Record<string, unknown>; running: number }[]
  pausedAt: Date | null
  pausedBy: string | null
  pauseReason: string | null
}

/** What is paused: one workflow, one queue, or, without either, everything of the tenant. */
export type DispatchPlace = { workflowId?: string; queue?: string }

export async function readLimits(session: Session, p: DispatchPlace): Promise<LimitReport[]> {
  const rows = await getLimits(session.db, session.options(placeOf('getLimits', p)))
  return rows.map(reportOf)
}

function reportOf(row: LimitRow): LimitReport {
  return {
    ...{ scope: row.scope, name: row.name, rule: row.rule, limit: row.limit },
    periodMs: row.period_ms === null ? null : Number(row.period_ms),
    ...{ burst: row.burst, key: row.key, running: row.running, waitingKeys: row.waiting },
    busiest: row.busiest ?? [],
    ...{ pausedAt: row.paused_at, pausedBy: row.paused_by, pauseReason: row.pause_reason },
  }
}

export async function setQueue(session: Session, queue: string, limits: Limits): Promise<void> {
  checkName('queue', queue)
  checkOptionNames('putQueue', limits, { concurrency: true, rateLimit: true, fairness: true })
  await putQueue(session.db, queue, parseLimits(limits), session.options())
}

export async function pause(
  session: Session,
  p: DispatchPlace & { reason?: string; by?: string },
): Promise<void> {
  const { reason, by, ...place } = p
  const options = { ...placeOf('pauseDispatch', place), reason, by }
  await pauseDispatch(session.db, session.options(options))
}

export async function resume(session: Session, p: DispatchPlace): Promise<void> {
  await resumeDispatch(session.db, session.options(placeOf('resumeDispatch', p)))
}

/** A misspelled name would pause everything. */
function placeOf(what: string, p: DispatchPlace): { workflow_id?: string; queue?: string } {
  checkOptionNames(what, p, { workflowId: true, queue: true })
  return {
    ...(p.workflowId === undefined ? {} : { workflow_id: p.workflowId }),
    ...(p.queue === undefined ? {} : { queue: p.queue }),
  }
}
