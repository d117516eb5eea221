import type { WorkflowRunProgress } from '../../client/workflow-client.ts'
import type { WorkflowRun } from '../../client/workflow-run.ts'
import { formatDuration } from '../../model/duration.ts'
import type { RunFailure } from '../../model/failure.ts'
import { isTerminal } from '../../model/status.ts'
import type { Output } from '../output.ts'
import type { Paint } from '../style.ts'
import { printable } from '../style.ts'
import { facts, table } from '../table.ts'
import { ago, firstLine, localTime, oneLine, paintStatus } from './words.ts'

/** Runs as a table. */
export function showRuns(runs: readonly WorkflowRun[], { paint, columns }: Output): string {
  return table(
    [
      { heading: paint('dim', 'RUN'), cell: (run) => run.id },
      { heading: paint('dim', 'WORKFLOW'), cell: (run) => `${run.workflowId} v${run.version}` },
      { heading: paint('dim', 'STATUS'), cell: (run) => paintStatus(run.status, paint) },
      { heading: paint('dim', 'STARTED'), cell: (run) => ago(run.createdAt) },
      { heading: paint('dim', 'TOOK'), cell: took, align: 'right' },
      { heading: paint('dim', 'NOTE'), cell: why },
    ],
    runs,
    columns,
  )
}

/** All that is known of one run, but for its timeline. */
export function showRun(run: WorkflowRunProgress, { paint }: Output): string {
  const head = `${paint('bold', run.workflowId)} v${run.version}  ${paintStatus(run.status, paint)}`
  const body = facts([
    ['run', run.id],
    ['resource', run.resourceId],
    ['key', run.idempotencyKey],
    ['tags', run.tags.join(', ')],
    ['queue', run.queue === 'default' ? null : run.queue],
    ['priority', run.priority === 0 ? null : String(run.priority)],
    ['parent', run.parentId],
    ['retry of', run.retriedFrom],
    ['started', `${localTime(run.createdAt)}  ${paint('dim', ago(run.createdAt))}`],
    ['took', took(run)],
    ['progress', progress(run)],
    ['paused', run.status === 'paused' ? why(run) : null],
    ['waits at', run.status === 'waiting' ? why(run) : null],
    ['times out', run.timeoutAt && !isTerminal(run.status) ? localTime(run.timeoutAt) : null],
    ['input', oneLine(run.input)],
    ['output', run.output === null ? null : oneLine(run.output)],
    ['failure', run.failure && showFailure(run.failure, paint)],
  ])
  return `${head}\n\n${body}`
}

/** The stack of a failure, without the message that is told already. */
export function showStack(failure: RunFailure, paint: Paint): string {
  const stack = failure.stack ?? `${failure.name}: ${failure.message}`
  return paint('dim', printable(stack))
}

function showFailure(failure: RunFailure, paint: Paint): string {
  const where = failure.stepId === null ? '' : ` in step "${failure.stepId}"`
  const tries = failure.attempt > 1 ? `, attempt ${failure.attempt}` : ''
  const what = `${failure.name}: ${printable(failure.message)}`
  return `${paint('red', what)}\n${paint('dim', `${failure.code}${where}${tries}`)}`
}

function took(run: WorkflowRun): string {
  if (run.completedAt === null) return ''
  return formatDuration(run.completedAt.getTime() - run.createdAt.getTime())
}

function progress(run: WorkflowRunProgress): string | null {
  if (isTerminal(run.status) || run.completedSteps === 0) return null
  return `${run.completedSteps} of ${run.totalSteps} steps`
}

const reasons = {
  person: 'by a person',
  step: 'by step.pause',
  poison: 'its worker died again and again',
  history_mismatch: 'its code no longer fits its history',
  limit: 'its history is full',
} as const

/** Why a run is where it is, in a few words. */
function why(run: WorkflowRun): string {
  if (run.status === 'paused') return run.reason === null ? '' : reasons[run.reason]
  if (run.status === 'waiting') return run.currentStepId ?? ''
  return run.status === 'failed' ? firstLine(run.error ?? '') : ''
}
