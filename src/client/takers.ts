import type { WorkerReport } from './reports.ts'
import type { WorkflowRun } from './workflow-run.ts'

/** A wait is over for a moment before a worker has it. */
const GRACE_MS = 2000

/**
 * Why no worker takes a run that may begin or go on, as the end of a sentence: none is alive, or none that is takes
 * runs like it. Null for any other run.
 * @param workers asked only for such a run
 */
export async function missingTaker(
  run: WorkflowRun,
  workers: () => Promise<readonly WorkerReport[]>,
): Promise<{ readonly alive: boolean; readonly why: string } | null> {
  if (!isDue(run)) return null
  const { workflowId, version, queue } = run
  const alive = await workers()
  if (alive.length === 0) return { alive: false, why: 'no worker is alive' }
  const isTaken = alive.some(
    ({ workflows, queues, graphs, shared }) =>
      (workflows.some(({ id, version: has }) => id === workflowId && has === version) ||
        // of many tenants it does not name them all
        (shared && graphs?.some((name) => name === '*' || name === workflowId))) &&
      (queues === null || queues.includes(queue)),
  )
  if (isTaken) return null
  return {
    alive: true,
    why: `no worker that is alive takes ${workflowId} in version ${version} of queue "${queue}"`,
  }
}

/** Whether a worker should have it by now, or has it. */
export function isDue({ status, startsAt, waits }: WorkflowRun): boolean {
  if (status === 'pending') return startsAt === null || startsAt.getTime() <= Date.now()
  // whom it waits for is not known to be late
  if (status === 'waiting') {
    return waits.some(({ until }) => until !== null && until.getTime() < Date.now() - GRACE_MS)
  }
  return status === 'running'
}
