import type { Tx } from '../kernel/database.ts'
import { activateWorkflow, deactivateWorkflow, deleteWorkflow } from '../kernel/definitions.ts'
import { checkName } from '../model/names.ts'
import { checkOptionNames } from '../model/options.ts'
import type { Session } from './session.ts'

/** Which workflow, and who says so, and why. */
export type StopWorkflow = {
  workflowId: string
  reason?: string
  by?: string
  /** Your transaction. */
  tx?: Tx
}

/** Of a deletion. */
export type DeleteWorkflow = StopWorkflow & {
  /** Unfinished runs are no obstacle: they go on. */
  leaveRuns?: boolean
}

/** What was deleted. */
export type DeletedWorkflow = {
  versions: number
  /** Unfinished runs that were left. */
  live: number
}

export async function deactivate(session: Session, p: StopWorkflow): Promise<boolean> {
  checkOptionNames('deactivateWorkflow', p, { workflowId: true, reason: true, by: true, tx: true })
  const { workflowId, reason, by, tx } = p
  checkName('workflow id', workflowId)
  return deactivateWorkflow(session.db, workflowId, session.options({ reason, by }), tx)
}

export async function activate(
  session: Session,
  p: { workflowId: string; tx?: Tx },
): Promise<boolean> {
  checkOptionNames('activateWorkflow', p, { workflowId: true, tx: true })
  checkName('workflow id', p.workflowId)
  return activateWorkflow(session.db, p.workflowId, session.options(), p.tx)
}

export async function remove(session: Session, p: DeleteWorkflow): Promise<DeletedWorkflow> {
  const names = { workflowId: true, reason: true, by: true, tx: true, leaveRuns: true } as const
  checkOptionNames('deleteWorkflow', p, names)
  const { workflowId, reason, by, tx, leaveRuns } = p
  checkName('workflow id', workflowId)
  const options = session.options({ leave_runs: leaveRuns, reason, by })
  return deleteWorkflow(session.db, workflowId, options, tx)
}
