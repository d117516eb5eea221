import { StepFailedError } from '../model/errors.ts'
import type { RunFailure } from '../model/failure.ts'

/** The error of a step that used up its attempts. `failure` is what is recorded of the last one. */
export function stepFailed(key: string, failure: RunFailure, cause: unknown): StepFailedError {
  const { attempt, message } = failure
  const times = attempt === 1 ? '' : ` after ${attempt} attempts`
  return new StepFailedError(`Step "${key}" failed${times}: ${message}`, {
    cause,
    details: { step: key, attempts: attempt, failure },
  })
}
