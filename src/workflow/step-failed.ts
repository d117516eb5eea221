import { StepFailedError } from '../model/errors.ts'
import { type RunFailure, toFailure } from '../model/failure.ts'

/** The error of a step that used up its attempts. `failure` is what is recorded of the last one. */
export function stepFailed(key: string, failure: RunFailure, cause: unknown): StepFailedError {
  const { attempt, message } = failure
  const times = attempt === 1 ? '' : ` after ${attempt} attempts`
  return new StepFailedError(`Step "${key}" failed${times}: ${message}`, {
    cause,
    details: { step: key, attempts: attempt, failure },
  })
}

/** The same of a step of the engine's that no handler has failed: nothing of it is repeated. */
export function failedAtOnce(key: string, error: unknown): StepFailedError {
  if (error instanceof StepFailedError) return error
  return stepFailed(key, toFailure(error, { stepId: key, attempt: 1 }), error)
}
