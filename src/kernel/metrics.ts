import type { Database } from './database.ts'
import type { SqlOptions } from './runs.ts'

/** What `get_metrics` says; times are texts of ISO 8601. */
export type MetricsJson = {
  since: string
  until: string
  from: string
  complete: boolean
  total: number
  by_status: Record<string, number>
  durations: DurationsJson
  by_workflow: (Omit<DurationsJson, 'count'> & {
    workflow_id: string
    count: number
    completed: number
    failed: number
    cancelled: number
  })[]
  steps: {
    workflow_id: string
    step_id: string
    type: string | null
    ended: number
    failed: number
    rate: number
    attempts: number
    failed_attempts: number
  }[]
  steps_of: number
  queues: { queue: string; ready: number; capped: boolean; oldest: string | null }[]
  webhooks: WebhookCounts
}

/** Milliseconds; null where there is none. */
export type DurationsJson = {
  count: number
  avg: number | null
  p50: number | null
  p90: number | null
  p95: number | null
  p99: number | null
  max: number | null
}

/** Deliveries, by what became of them. */
export type WebhookCounts = {
  accepted: number
  rejected: number
  errors: number
  duplicates: number
  pending: number
  delivered: number
  failed: number
  complete: boolean
}

/** What `get_engine_state` says. */
export type EngineStateJson = {
  workers: number
  draining: number
  silent: number
  ready: number
  ready_capped: boolean
  queues: Record<string, number>
  due_seconds: number
  events_due_seconds: number
  schedules_due_seconds: number
  snapshot_seconds: number
  hidden_sessions: number
  started: number
  ended: number
}

/** @see sql/functions/metric/get_metrics.sql */
export async function getMetrics(db: Database, options: SqlOptions): Promise<MetricsJson> {
  const rows = await db.call<{ json: MetricsJson }>('select millrace.get_metrics($1) as json', [
    options,
  ])
  return (rows[0] as { json: MetricsJson }).json
}

/** @see sql/functions/metric/get_engine_state.sql */
export async function getEngineState(db: Database): Promise<EngineStateJson> {
  const rows = await db.call<{ json: EngineStateJson }>(
    'select millrace.get_engine_state() as json',
    [],
  )
  return (rows[0] as { json: EngineStateJson }).json
}
