import type { Definition } from '../definition/definition.ts'
import * as definitions from '../kernel/definitions.ts'
import { getStorage } from '../kernel/retention.ts'
import { drainWorkers, getQueues, getWorkers, type QueueReport } from '../kernel/workers.ts'
import { InvalidInputError } from '../model/errors.ts'
import { checkOptionNames } from '../model/options.ts'
import type { Session } from './session.ts'

export type { QueueReport }

/** A version of a workflow that somebody registered. */
export type RegisteredWorkflow = {
  id: string
  version: string
  kind: Definition['kind']
  /** Unfinished runs. */
  live: number
  /** Living workers that have it. */
  workers: number
  /** `inactive`: no run may be started; `deleted`: only its unfinished runs are there. */
  state: 'active' | 'inactive' | 'deleted'
}

/** A version of a workflow, and who needs it. */
export type VersionReport = {
  workflowId: string
  version: string
  kind: string
  /** Unfinished runs; the next four are parts of them. */
  live: number
  pending: number
  running: number
  waiting: number
  paused: number
  /** Living workers that have it. */
  workers: number
  /** When the oldest of its unfinished runs was started. */
  oldest: Date | null
  registeredAt: Date
  /** It has unfinished runs, and no living worker has it: they wait for one. */
  orphaned: boolean
  /** No run needs its code any more. */
  retirable: boolean
}

export async function readQueues(
  session: Session,
  queue: string | undefined,
): Promise<QueueReport[]> {
  return getQueues(session.db, session.options({ queue }))
}

/** What is kept of a workflow. */
export type StorageReport = {
  workflowId: string
  runs: number
  /** Unfinished runs. */
  live: number
  journalRows: number
  /** Of the rows, without indexes. */
  bytes: number
  /** Reckoned from a sample, except for `live`. */
  estimated: boolean
}

/** A living worker process. */
export type WorkerReport = {
  id: string
  host: string
  pid: number
  /** Null: all. */
  queues: string[] | null
  workflows: { id: string; version: string }[]
  /** Names of the stored graphs that it takes; `['*']`: all; null: none. */
  graphs: string[] | null
  /** It serves all tenants: neither its host nor what it does for others is shown. */
  shared: boolean
  startedAt: Date
  leaseUntil: Date
  /** It was told to end: it takes no run any more. */
  draining: boolean
  /** Steps that have run for long. */
  running: { runId: string; stepId: string; since: Date }[]
}

export async function readWorkflows(session: Session): Promise<RegisteredWorkflow[]> {
  return (await definitions.getWorkflows(session.db, session.options())) as RegisteredWorkflow[]
}

export async function readVersions(
  session: Session,
  workflowId: string | undefined,
): Promise<VersionReport[]> {
  const options = session.options({ workflow_id: workflowId })
  const rows = await definitions.getVersions(session.db, options)
  return rows.map(({ workflow_id, registered_at, ...row }) => ({
    workflowId: workflow_id,
    ...row,
    registeredAt: registered_at,
  }))
}

export async function readWorkers(session: Session): Promise<WorkerReport[]> {
  const rows = await getWorkers(session.db, session.options())
  return rows
    .filter((row) => row.alive)
    .map((row) => ({
      id: row.id,
      host: row.info.host,
      pid: row.info.pid,
      queues: row.info.queues === null ? null : [...row.info.queues],
      workflows: row.info.workflows.map(([id, version]) => ({ id, version })),
      graphs: row.info.graphs ? [...row.info.graphs] : null,
      shared: row.info.shared === true,
      startedAt: row.started_at,
      leaseUntil: row.lease_until,
      draining: row.draining,
      running: (row.running ?? []).map(({ run, step, since }) => ({
        runId: run,
        stepId: step,
        since: new Date(since),
      })),
    }))
}

/** Which workers shall end: these, or all there are. */
export type DrainOptions = (
  | { workerIds: string[]; all?: never }
  | { all: true; workerIds?: never }
) & {
  /** Of those that serve all tenants, not of this tenant's own: for who runs the installation. */
  allTenants?: boolean
}

export async function drain(session: Session, p: DrainOptions): Promise<string[]> {
  checkOptionNames('drainWorkers', p, { workerIds: true, all: true, allTenants: true })
  const { workerIds, all, allTenants } = p
  if ((workerIds === undefined) === (all !== true))
    throw new InvalidInputError('drainWorkers needs either workerIds or all: true.')
  const options = { worker_ids: workerIds, all, all_tenants: allTenants }
  return drainWorkers(session.db, session.options(options))
}

export async function readStorage(
  session: Session,
  workflowId: string | undefined,
): Promise<StorageReport[]> {
  const rows = await getStorage(session.db, session.options({ workflow_id: workflowId }))
  return rows.map((row) => ({
    ...{ workflowId: row.workflow_id, runs: Number(row.runs), live: Number(row.live) },
    ...{ journalRows: Number(row.journal_rows), bytes: Number(row.bytes) },
    estimated: row.estimated,
  }))
}
