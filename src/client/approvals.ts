import { answerApproval, getApprovals } from '../kernel/approvals.ts'
import type { Tx } from '../kernel/database.ts'
import { InvalidInputError } from '../model/errors.ts'
import { encodePayload, type Json } from '../model/json.ts'
import { checkOptionNames, type OptionNames } from '../model/options.ts'
import { checkPageLimit, type Page } from './page.ts'
import { pageOf } from './plain-page.ts'
import { checkRunId } from './run-filter.ts'
import type { Session } from './session.ts'

/** A question to people that is open. */
export type Approval = {
  /** The run's id and the step: give it to answerApproval. */
  id: string
  runId: string
  stepId: string
  workflowId: string
  question: string
  details: Json
  /** Who may answer, by name and by role; both empty: anybody. */
  assignees: string[]
  roles: string[]
  askedAt: Date
  expiresAt: Date | null
}

/** Whose questions. Those to anybody are in every list. */
export type ApprovalFilter = {
  assignee?: string
  /** Of the assignee: questions to any of them count too. */
  roles?: string[]
  workflowId?: string
  runId?: string
  limit?: number
  startingAfter?: string | null
}

const approvalFilterNames: OptionNames<ApprovalFilter> = {
  ...{ assignee: true, roles: true, workflowId: true, runId: true },
  ...{ limit: true, startingAfter: true },
}

/** An answer. */
export type ApprovalAnswerOptions = {
  approvalId: string
  approved: boolean
  /** As the step expects it. */
  data?: unknown
  comment?: string
  /** Who answers: needed where somebody was asked by name. */
  by?: string
  /** What they are: needed where somebody was asked by role. */
  roles?: string[]
  tx?: Tx
}

/** A page of open questions, those of the oldest run first. @throws InvalidInputError */
export async function readApprovals(session: Session, p: ApprovalFilter): Promise<Page<Approval>> {
  checkOptionNames('getApprovals', p, approvalFilterNames)
  const limit = checkPageLimit(p.limit)
  const rows = await getApprovals(
    session.db,
    session.options({
      ...{ assignee: p.assignee, roles: p.roles, workflow_id: p.workflowId },
      run_id: p.runId === undefined ? undefined : checkRunId(p.runId),
      ...{ limit: limit + 1, after: p.startingAfter },
    }),
  )
  const items = rows.map((row) => ({
    ...{ id: row.id, runId: row.run_id, stepId: row.step_id, workflowId: row.workflow_id },
    ...{ question: row.question, details: row.details as Json, assignees: row.assignees },
    ...{ roles: row.roles, askedAt: row.asked_at, expiresAt: row.expires_at },
  }))
  return pageOf(items, limit, p.startingAfter, ({ id }) => id)
}

/** @throws InvalidInputError, IllegalMoveError, PermissionError */
export async function sendAnswer(session: Session, p: ApprovalAnswerOptions): Promise<void> {
  const { approvalId, approved, data, comment, by, roles, tx } = p
  if (typeof approvalId !== 'string' || typeof approved !== 'boolean') {
    throw new InvalidInputError(
      'answerApproval was given no approvalId, or approved is neither true nor false.',
    )
  }
  encodePayload(data, { what: `the data of the answer to "${approvalId}"` })
  const options = {
    ...session.options({ by, roles, comment }),
    ...(data === undefined ? {} : { data }),
  }
  await answerApproval(session.db, approvalId, approved, options, tx)
}
