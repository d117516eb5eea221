import type { StepFailedError } from '../model/errors.ts'
import type { RunFailure } from '../model/failure.ts'
import { failedAtOnce } from '../workflow/step-failed.ts'
import { ExpressionError } from './expression/index.ts'

/** What a node fails with that no step has failed for: nothing of it is repeated. */
export function nodeFailed(id: string, error: unknown): StepFailedError {
  return failedAtOnce(id, error instanceof ExpressionError ? expressionFailed(error) : error)
}

/** What is recorded of it. */
export function failureOf(error: StepFailedError): RunFailure {
  return error.details.failure as RunFailure
}

/** With the code that the Workflow Automation Engine has for it. */
function expressionFailed(error: ExpressionError): Error {
  return Object.assign(error, { code: 'EXPRESSION_ERROR' })
}
