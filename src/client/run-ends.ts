import { formatDuration } from '../model/duration.ts'
import {
  IllegalMoveError,
  RunCancelledError,
  RunFailedError,
  TimeoutError,
} from '../model/errors.ts'
import type { RunFailure } from '../model/failure.ts'
import type { WorkflowStatus } from '../model/status.ts'

/** What the result of a run that failed throws. */
export function runFailed(id: string, failure: RunFailure): RunFailedError {
  const at = failure.stepId ? ` at step "${failure.stepId}"` : ''
  return new RunFailedError(`Run ${id} failed${at}: ${failure.message}`, {
    ...{ runId: id, failure, details: { failure } },
  })
}

/** What the result of a run that was cancelled throws. */
export function runCancelled(id: string): RunCancelledError {
  return new RunCancelledError(`Run ${id} was cancelled.`, { runId: id })
}

/** A run that has ended gets no other status. */
export function willNotBecome(
  run: { id: string; status: WorkflowStatus },
  statuses: readonly WorkflowStatus[],
): IllegalMoveError {
  return new IllegalMoveError(
    `Run ${run.id} is ${run.status} and will not become ${statuses.join(' or ')}.`,
    { runId: run.id },
  )
}

/** @param state what it does instead, as the end of a sentence */
export function notEnded(
  id: string,
  ms: number,
  state: string,
  status: WorkflowStatus | null,
): TimeoutError {
  return new TimeoutError(
    `Run ${id} has not ended within ${formatDuration(ms)}; ${state.replace(/\.$/, '')}.`,
    { runId: id, details: { timeoutMs: ms, status } },
  )
}

/** @param why nobody takes it, as the end of a sentence */
export function stillNot(
  run: { id: string; status: WorkflowStatus },
  statuses: readonly WorkflowStatus[],
  ms: number,
  why = '',
): TimeoutError {
  return new TimeoutError(
    `Run ${run.id} is still ${run.status}, not ${statuses.join(' or ')}, after ${formatDuration(ms)}${why}.`,
    { runId: run.id },
  )
}
