import { DefinitionError } from '../model/errors.ts'
import { checkName } from '../model/names.ts'
import type { DefinedStepOptions, StepContext, StepDefinition } from './step-types.ts'

const defined = new Set<string>()

/** The names of all steps that this process has defined: who names one by text is told at once if there is none. */
export function definedSteps(): ReadonlySet<string> {
  return defined
}

/**
 * A step with a name of its own, for use in several workflows: `step.run('charge', charge, order)`.
 * @throws DefinitionError for a bad name or handler
 * @example const charge = defineStep('charge', (order: Order, ctx) => bank.charge(order.amount, ctx.idempotencyKey))
 */
export function defineStep<I, O>(
  name: string,
  handler: (input: I, ctx: StepContext) => O | Promise<O>,
  options: DefinedStepOptions = {},
): StepDefinition<I, O> {
  checkName('step name', name)
  if (typeof handler !== 'function') {
    throw new DefinitionError(`The handler of step "${name}" is ${typeof handler}, not a function.`)
  }
  defined.add(name)
  return Object.freeze({ name, handler, options })
}
