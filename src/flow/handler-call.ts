import { copyPlain } from '../model/json.ts'
import type { RunStepOptions, StepContext } from '../workflow/step-types.ts'
import { AttemptOfStep } from './flow-context.ts'
import type { FlowHandler, FlowStep } from './flow-step.ts'
import type { Place } from './place.ts'

/** Of most steps. */
const NO_OPTIONS: RunStepOptions<unknown> = Object.freeze({})

/** A handler with what it gets, as a step calls it: at each attempt a copy, which the handler may change. */
export function callOf(
  step: FlowStep,
  given: unknown,
  place: Place,
  handler: FlowHandler = step.handler as FlowHandler,
): (ctx: StepContext) => unknown {
  return (ctx) => handler(copyPlain(given), new AttemptOfStep(ctx, place, step, given))
}

/** The options of a step, as step.run takes them. */
export function optionsOf(step: FlowStep, place: Place): RunStepOptions<unknown> {
  const { retry, timeoutMs, undo } = step
  if (retry === null && timeoutMs === null && undo === null) return NO_OPTIONS
  const undoing = (output: unknown, ctx: StepContext) =>
    undo?.(output, new AttemptOfStep(ctx, place, step, output))
  return {
    ...(retry === null ? {} : { retry }),
    ...(timeoutMs === null ? {} : { timeout: timeoutMs }),
    ...(undo === null ? {} : { undo: undoing }),
  }
}
