import type { WorkflowClient } from '../client/workflow-client.ts'
import type { WorkflowRun } from '../client/workflow-run.ts'
import { pausedPlace, programName, versionWord } from './show/words.ts'

/**
 * Why nothing happens to a run that waits to begin: no worker lives that takes it, or workers are given none like
 * it. Null for any other run.
 */
export async function whyNotTaken(
  client: WorkflowClient,
  { status, startsAt, workflowId, version, queue }: WorkflowRun,
): Promise<string | null> {
  if (status !== 'pending' || (startsAt !== null && startsAt.getTime() > Date.now())) return null
  const workers = await client.getWorkers()
  if (workers.length === 0)
    return 'No worker is alive now: the run waits until "millrace dev" or "millrace worker" runs.'
  const isTaken = workers.some(
    ({ workflows, queues }) =>
      workflows.some(({ id, version: has }) => id === workflowId && has === version) &&
      (queues === null || queues.includes(queue)),
  )
  if (!isTaken)
    return `No worker that is alive takes ${workflowId} ${versionWord(version)} of queue "${queue}": the run waits until one does.`
  const pauses = (await client.getLimits()).filter(({ rule }) => rule === 'pause')
  const pause = pauses.find(
    ({ scope, name }) => name === null || name === (scope === 'queue' ? queue : workflowId),
  )
  if (pause === undefined) return null
  const what = pause.name === null ? 'any run' : `runs of ${pausedPlace(pause)}`
  return `Workers are not given ${what} now: dispatch is paused. See ${programName()} limits`
}
