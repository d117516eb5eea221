import { StepFailedError } from '../model/errors.ts'

/**
 * What a race fails with of which all branches failed: the last of their errors, which knows the steps of the others.
 * The retry of a run that fails by it does all of them anew.
 */
export function allFailed(errors: readonly unknown[]): unknown {
  const last = errors.at(-1)
  if (!(last instanceof StepFailedError)) return last
  const others = errors.flatMap(stepsOf).filter((step) => step !== last.details.step)
  if (others.length > 0) last.details.alsoFailed = [...new Set(others)]
  return last
}

/** The step that an error is of, and those that it knows. */
function stepsOf(error: unknown): string[] {
  if (!(error instanceof StepFailedError)) return []
  const { step, alsoFailed = [] } = error.details as { step: string; alsoFailed?: string[] }
  return [step, ...alsoFailed]
}
