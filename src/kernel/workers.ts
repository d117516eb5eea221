import type { Database } from './database.ts'

/** What people see of a worker process. */
export type WorkerInfo = {
  readonly host: string
  readonly pid: number
  readonly queues: readonly string[] | null
  readonly workflows: readonly (readonly [name: string, version: string])[]
  /** Stored graphs that it takes in any version; `['*']`: all; absent: none. */
  readonly graphs?: readonly string[]
  /** It serves all tenants: where it runs is not shown. */
  readonly shared?: true
}

/**
 * Announces this process. `seenFence`: the highest that it ever saw; tells a database set back by a
 * restore.
 */
export async function registerWorker(
  db: Database,
  tenant: number,
  leaseMs: number,
  info: WorkerInfo,
  seenFence: string,
): Promise<string> {
  const rows = await db.call<{ id: string }>(
    'select millrace.register_worker($1, $2, $3, $4)::text as id',
    [tenant, leaseMs, JSON.stringify(info), seenFence],
  )
  return rows[0]?.id as string
}

/** Another set of workflows than it was registered with. */
export async function describeWorker(
  db: Database,
  worker: string,
  info: WorkerInfo,
): Promise<void> {
  await db.call('select millrace.describe_worker($1, $2)', [worker, JSON.stringify(info)])
}

/** The statement of the heartbeat: the lease thread has no Database, only a connection. */
export const RENEW_LEASE = 'select millrace.renew_lease($1, $2) as held'

export async function renewLease(db: Database, worker: string, leaseMs: number): Promise<boolean> {
  const rows = await db.call<{ held: boolean }>(RENEW_LEASE, [worker, leaseMs])
  return rows[0]?.held === true
}

/**
 * Reports steps that have run for long; returns the runs whose lease is over, and, with a minus before their numbers,
 * those that were cancelled and whose steps are to be undone.
 */
export async function reportRunning(
  db: Database,
  worker: string,
  running: readonly object[],
  leases: readonly { run: string; fence: string }[],
): Promise<string[]> {
  const rows = await db.call<{ run: string }>(
    'select millrace.report_running($1, $2, $3, $4)::text as run',
    [
      worker,
      JSON.stringify(running),
      leases.map((lease) => lease.run),
      leases.map((lease) => lease.fence),
    ],
  )
  return rows.map((row) => row.run)
}

/** Hands back the runs of workers whose lease is over. */
export async function recover(db: Database): Promise<number> {
  const rows = await db.call<{ n: number }>('select millrace.recover() as n', [])
  return rows[0]?.n ?? 0
}

/** Ends this process's lease; what it still held goes back without blame. */
export async function stopWorker(db: Database, worker: string): Promise<void> {
  await db.call('select millrace.stop_worker($1)', [worker])
}

/** Tells workers to finish what they have, and to end. @see sql/functions/worker/drain_workers.sql */
export async function drainWorkers(db: Database, options: object): Promise<string[]> {
  const rows = await db.call<{ ids: string[] }>('select millrace.drain_workers($1) as ids', [
    options,
  ])
  return rows[0]?.ids ?? []
}

/** Whether this worker was told to. */
export async function isDraining(db: Database, worker: string): Promise<boolean> {
  const text = 'select millrace.is_draining($1) as draining'
  const rows = await db.call<{ draining: boolean }>(text, [worker])
  return rows[0]?.draining === true
}

/** Asks for notifications of ended runs for the next 30 s. */
export async function watch(db: Database, tenant: number, watcher: string): Promise<void> {
  await db.call('select millrace.watch($1, $2)', [tenant, watcher])
}

export type WorkerRow = {
  id: string
  info: WorkerInfo
  running: { run: string; step: string; since: string }[] | null
  started_at: Date
  lease_until: Date
  alive: boolean
  /** An operator has told it to end. */
  draining: boolean
}

/** What lies in a queue. */
export type QueueReport = {
  queue: string
  /** Runs that a worker could begin, or go on with, now. */
  ready: number
  /** Their start is put off. */
  delayed: number
  running: number
  waiting: number
  paused: number
  /** When the oldest that is ready was started. */
  oldest: Date | null
  /** Living workers that take it. */
  workers: number
}

/** @see sql/functions/queue/get_queues.sql */
export async function getQueues(db: Database, options: object): Promise<QueueReport[]> {
  return db.call<QueueReport>('select * from millrace.get_queues($1)', [options])
}

export async function getWorkers(db: Database, options: object): Promise<WorkerRow[]> {
  return db.call<WorkerRow>('select * from millrace.get_workers($1)', [options])
}
