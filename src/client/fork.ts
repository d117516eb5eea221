import type { Tx } from '../kernel/database.ts'
import { operateRun, type RunJson } from '../kernel/runs.ts'
import { encodePayload } from '../model/json.ts'
import { MAX_STEP_ID } from '../model/limits.ts'
import { checkText } from '../model/names.ts'
import type { IdPool } from './id-pool.ts'
import { checkRunId } from './run-filter.ts'
import type { Session } from './session.ts'
import { untilHeard } from './until-heard.ts'
import type { ForkOptions } from './workflow-run.ts'

/**
 * Forks a run, under an id that is drawn before: sent again after a lost reply, it is the same fork.
 * @throws InvalidInputError, PayloadError, IllegalMoveError, WorkflowNotFoundError
 */
export async function forkRun(
  session: Session,
  ids: IdPool,
  p: ForkOptions & { runId: string; resourceId?: string; tx?: Tx },
): Promise<RunJson> {
  const { fromStep, input, output, version, by, tx } = p
  checkText('fromStep', fromStep, MAX_STEP_ID)
  const run = checkRunId(p.runId)
  if (input !== undefined) encodePayload(input, { what: 'the input of a fork' })
  if (output !== undefined) encodePayload(output, { what: `the output of step "${fromStep}"` })
  const options = {
    ...session.options({
      ...{ resource_id: p.resourceId, from_step: fromStep, version, by },
      new_run: String(await ids.take(tx)),
    }),
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
  }
  const send = () => operateRun(session.db, 'fork_workflow', run, options, tx)
  return tx ? send() : untilHeard(send)
}
