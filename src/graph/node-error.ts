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
  return Object.assign(error, { code: 'EXPRESSION_ERROR', message: messageOf(error) })
}

/**
 * The message of an error of an expression in a document. A node that may be read has ended: if it is not there, it was
 * skipped, which the expression alone cannot know.
 */
export function messageOf({ message, path = '' }: ExpressionError): string {
  if (!/^steps(\.\w+|\[[^\]]+\])$/.test(path)) return message
  return `${message}. What was skipped is not in steps: ask first, as in "${path}.output if ${path} is defined else none".`
}
