import type { Database, Tx } from './database.ts'
import type { SqlOptions } from './runs.ts'

export type ApprovalRow = {
  id: string
  run_id: string
  workflow_id: string
  step_id: string
  question: string
  details: unknown
  assignees: string[]
  roles: string[]
  asked_at: Date
  expires_at: Date | null
}

/** The questions that are open. @see sql/functions/approval/get_approvals.sql */
export async function getApprovals(db: Database, options: SqlOptions): Promise<ApprovalRow[]> {
  return db.call<ApprovalRow>('select * from millrace.get_approvals($1)', [options])
}

/** Answers one. @see sql/functions/approval/answer_approval.sql */
export async function answerApproval(
  db: Database,
  id: string,
  approved: boolean,
  options: SqlOptions,
  tx?: Tx,
): Promise<void> {
  await db.call('select millrace.answer_approval($1, $2, $3)', [id, approved, options], tx)
}
