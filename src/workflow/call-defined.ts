import { validate } from '../model/schema.ts'
import type { StepContext, StepDefinition } from './step-types.ts'

/** Calls the handler of a step with a name of its own; its schemas are checked on the way in and out. */
export async function callDefined(
  step: StepDefinition,
  input: unknown,
  ctx: StepContext,
): Promise<unknown> {
  const { inputSchema, outputSchema } = step.options
  const given = inputSchema
    ? await validate(inputSchema, input, `the input of step "${step.name}"`)
    : input
  const output = await step.handler(given, ctx)
  return outputSchema ? validate(outputSchema, output, `the output of step "${step.name}"`) : output
}
