import { isDue, missingTaker } from '../client/takers.ts'
import type { WorkflowClient } from '../client/workflow-client.ts'
import type { WorkflowRun } from '../client/workflow-run.ts'
import { capitalise } from '../model/text.ts'
import { pausedPlace, programName } from './show/words.ts'

/**
 * Why nothing happens to a run that waits to begin, or to go on: no worker lives that takes it, or workers are given
 * none like it. Null for any other run.
 */
export async function whyNotTaken(
  client: WorkflowClient,
  run: WorkflowRun,
): Promise<string | null> {
  const { status, workflowId, queue } = run
  if (!isDue(run)) return null
  const missing = await missingTaker(run, () => client.getWorkers())
  if (missing !== null) {
    const until = missing.alive ? 'one does' : '"millrace dev" or "millrace worker" runs'
    return `${capitalise(missing.why)}${missing.alive ? '' : ' now'}: the run waits until ${until}.`
  }
  // what a worker has goes on through a pause
  if (status === 'running') return null
  const pauses = (await client.getLimits()).filter(({ rule }) => rule === 'pause')
  const pause = pauses.find(
    ({ scope, name }) => name === null || name === (scope === 'queue' ? queue : workflowId),
  )
  if (pause === undefined) return null
  const what = pause.name === null ? 'any run' : `runs of ${pausedPlace(pause)}`
  return `Workers are not given ${what} now: dispatch is paused. See ${programName()} limits`
}
