import type { StepStatus, WorkflowStatus } from '../../model/status.ts'

/** pgflow's statuses of a run. */
export const FlowRunStatus = {
  Started: 'started',
  Completed: 'completed',
  Failed: 'failed',
} as const
export type FlowRunStatus = (typeof FlowRunStatus)[keyof typeof FlowRunStatus]

/** pgflow's statuses of a step. */
export const FlowStepStatus = {
  ...{ Created: 'created', Started: 'started', Completed: 'completed' },
  ...{ Failed: 'failed', Skipped: 'skipped' },
} as const
export type FlowStepStatus = (typeof FlowStepStatus)[keyof typeof FlowStepStatus]

/** What pgflow calls it; a run that was cancelled has failed there. */
export function runStatus(status: WorkflowStatus): FlowRunStatus {
  if (status === 'completed') return 'completed'
  return status === 'failed' || status === 'cancelled' ? 'failed' : 'started'
}

/** The same of a step. */
export function stepStatus(status: StepStatus): FlowStepStatus {
  if (status === 'completed' || status === 'failed' || status === 'skipped') return status
  if (status === 'cancelled') return 'failed'
  return status === 'pending' ? 'created' : 'started'
}
