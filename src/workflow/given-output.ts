import { toFailure } from '../model/failure.ts'
import { type Schema, validate } from '../model/schema.ts'
import { stepFailed } from './step-failed.ts'

/**
 * The output that a person gave to a step as its run was forked. Its function did not make it, so only here it is
 * held against the step's schema. It is given as it is stored. Of a run that failed by it a retry runs the step.
 * @throws StepFailedError if it does not fit
 */
export async function checkGiven(
  key: string,
  schema: Schema,
  recorded: Promise<unknown>,
): Promise<unknown> {
  const output = await recorded
  try {
    await validate(schema, output, `the output that was given to step "${key}"`)
  } catch (error) {
    throw stepFailed(key, toFailure(error, { stepId: key, attempt: 1 }), error)
  }
  return output
}
