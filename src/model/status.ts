/**
 * The status of a run. A run in a wait is `waiting`; `paused` means that somebody, or the engine,
 * stopped it until it is resumed.
 * @example if (run.status === WorkflowStatus.COMPLETED) console.log(run.output)
 */
export const WorkflowStatus = {
  PENDING: 'pending',
  RUNNING: 'running',
  WAITING: 'waiting',
  PAUSED: 'paused',
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
} as const

export type WorkflowStatus = (typeof WorkflowStatus)[keyof typeof WorkflowStatus]

/** The status of a step: those of a run, and `skipped`. */
export type StepStatus = WorkflowStatus | 'skipped'

/** Which call of the step context made a step. */
export type StepType =
  | 'run'
  | 'waitFor'
  | 'waitUntil'
  | 'delay'
  | 'poll'
  | 'pause'
  | 'map'
  | 'stream'
  | 'transaction'
  | 'approval'
  | 'invoke'

/** Why a step of a flow or graph was skipped. */
export type SkipReason = 'condition_unmet' | 'handler_failed' | 'dependency_skipped'

/**
 * Whether a status is final: a run or step that has it never changes again.
 * @example isTerminal('cancelled') // true
 * @example isTerminal('paused') // false
 */
export function isTerminal(status: StepStatus): boolean {
  return (
    status === 'completed' || status === 'failed' || status === 'cancelled' || status === 'skipped'
  )
}
