import type { WorkerReport } from './reports.ts'
import type { WorkflowRun } from './workflow-run.ts'

/**
 * Why no worker takes a run that may begin, as the end of a sentence: none is alive, or none that is takes runs
 * like it. Null for any other run.
 * @param workers asked only for a run that may begin
 */
export async function missingTaker(
  { status, startsAt, workflowId, version, queue }: WorkflowRun,
  workers: () => Promise<readonly WorkerReport[]>,
): Promise<{ readonly alive: boolean; readonly why: string } | null> {
  if (status !== 'pending' || (startsAt !== null && startsAt.getTime() > Date.now())) return null
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
