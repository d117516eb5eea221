import type { LimitRules } from '../model/limit-rules.ts'
import type { Database } from './database.ts'

/** A rule, or a pause, and how much of it is used. @see sql/functions/limit/get_limits.sql */
export type LimitRow = {
  scope: 'everything' | 'workflow' | 'queue'
  name: string | null
  rule: 'concurrency' | 'rate' | 'fairness' | 'pause'
  limit: number | null
  period_ms: string | null
  burst: number | null
  key: string[] | null
  running: number
  waiting: number
  busiest: { keys: Record<string, unknown>; running: number }[] | null
  paused_at: Date | null
  paused_by: string | null
  pause_reason: string | null
}

export async function getLimits(db: Database, options: object): Promise<LimitRow[]> {
  return db.call<LimitRow>('select * from millrace.get_limits($1)', [options])
}

/** Sets the limits of a queue. @see sql/functions/limit/put_queue.sql */
export async function putQueue(
  db: Database,
  queue: string,
  limits: LimitRules,
  options: object,
): Promise<void> {
  await db.call('select millrace.put_queue($1, $2, $3)', [queue, limits, options])
}

/** @see sql/functions/limit/pause_dispatch.sql */
export async function pauseDispatch(db: Database, options: object): Promise<void> {
  await db.call('select millrace.pause_dispatch($1)', [options])
}

/** @see sql/functions/limit/resume_dispatch.sql */
export async function resumeDispatch(db: Database, options: object): Promise<void> {
  await db.call('select millrace.resume_dispatch($1)', [options])
}
