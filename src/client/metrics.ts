import * as kernel from '../kernel/metrics.ts'
import { checkMigrated } from '../kernel/migrate.ts'
import { toIso } from '../model/instant.ts'
import { checkOptionNames, type OptionNames } from '../model/options.ts'
import type { Session } from './session.ts'

export type { EngineStateJson as EngineState } from '../kernel/metrics.ts'

/** Of which runs. */
export type MetricsFilter = {
  workflowId?: string
  /** Those that were started since; default: a day ago. */
  since?: Date | string
  /** How many runs are looked at, the newest first: 100 to 20,000, default 5,000. */
  most?: number
}

/** How long completed runs took, in milliseconds from their start to their end; null: there are none. */
export type Durations = {
  count: number
  avg: number | null
  p50: number | null
  p90: number | null
  p95: number | null
  p99: number | null
  max: number | null
}

/** How the runs that were started lately did: of those that were looked at, nothing is extrapolated. */
export type Metrics = {
  since: Date
  until: Date
  /** From when on these are all runs; later than `since` where there were more than `most`. */
  from: Date
  complete: boolean
  /** Runs that were looked at. */
  total: number
  byStatus: Record<string, number>
  durations: Durations
  byWorkflow: (Durations & {
    workflowId: string
    completed: number
    failed: number
    cancelled: number
  })[]
  steps: {
    workflowId: string
    stepId: string
    /** Of a node of a graph. */
    type: string | null
    ended: number
    failed: number
    /** failed / ended */
    rate: number
    attempts: number
    failedAttempts: number
  }[]
  /** Of how many runs, the newest, the steps were looked at. */
  stepsOf: number
  /** Runs that are ready; `capped`: there are more. */
  queues: { queue: string; ready: number; capped: boolean; oldest: Date | null }[]
  /**
   * Deliveries of webhooks: what came in (`accepted`, `rejected`, `errors`, `duplicates`; the last three from the begin
   * of the hour on) and what went out. `complete`: the log had no more of that time than were looked at.
   */
  webhooks: kernel.WebhookCounts
}

const names: OptionNames<MetricsFilter> = { workflowId: true, since: true, most: true }

export async function readMetrics(session: Session, p: MetricsFilter): Promise<Metrics> {
  checkOptionNames('getMetrics', p, names)
  const since = p.since === undefined ? undefined : toIso(p.since)
  const options = session.options({ workflow_id: p.workflowId, since, most: p.most })
  const json = await kernel.getMetrics(session.db, options)
  return {
    since: new Date(json.since),
    until: new Date(json.until),
    from: new Date(json.from),
    complete: json.complete,
    total: json.total,
    byStatus: json.by_status,
    durations: json.durations,
    byWorkflow: json.by_workflow.map(({ workflow_id, ...rest }) => ({
      workflowId: workflow_id,
      ...rest,
    })),
    steps: json.steps.map(({ workflow_id, step_id, failed_attempts, ...rest }) => ({
      ...{ workflowId: workflow_id, stepId: step_id, ...rest },
      failedAttempts: failed_attempts,
    })),
    stepsOf: json.steps_of,
    webhooks: json.webhooks,
    queues: json.queues.map(({ oldest, ...rest }) => ({
      ...rest,
      oldest: oldest === null ? null : new Date(oldest),
    })),
  }
}

/** How the engine is, of all tenants; for those who run it. */
export function readEngineState(session: Session): Promise<kernel.EngineStateJson> {
  return kernel.getEngineState(session.db)
}

/** @throws SchemaVersionError if the schema is not that of this package; UnavailableError */
export function checkSchema(session: Session): Promise<void> {
  return checkMigrated(session.db)
}
