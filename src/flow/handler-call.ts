import type { Gate } from '../dag/gate.ts'
import type { EngineSteps } from '../workflow/engine-steps.ts'
import type { RunStepOptions, StepBaseContext, StepContext } from '../workflow/step-types.ts'
import { AttemptOfStep } from './flow-context.ts'
import type { FlowHandler, FlowStep } from './flow-step.ts'

/** Where a step does its work. */
export type Place = {
  readonly flow: string
  readonly flowInput: unknown
  readonly steps: StepBaseContext
  readonly engine: EngineSteps
  /** Handlers pass it. */
  readonly gate: Gate
  /** Of a block of a map: the place of its first item. */
  readonly from?: number
}

/** A handler with what it gets, as a step calls it. */
export function callOf(
  step: FlowStep,
  given: unknown,
  place: Place,
  handler: FlowHandler = step.handler as FlowHandler,
): (ctx: StepContext) => unknown {
  const flow = { slug: place.flow, input: place.flowInput }
  return (ctx) =>
    handler(given, new AttemptOfStep(ctx, place.engine, flow, { slug: step.id, input: given }))
}

/** The options of a step, as step.run takes them. */
export function optionsOf(step: FlowStep, place: Place): RunStepOptions<unknown> {
  const { retry, timeoutMs, undo } = step
  const flow = { slug: place.flow, input: place.flowInput }
  return {
    ...(retry === null ? {} : { retry }),
    ...(timeoutMs === null ? {} : { timeout: timeoutMs }),
    ...(undo === null
      ? {}
      : {
          undo: (output: unknown, ctx: StepContext) =>
            undo(
              output,
              new AttemptOfStep(ctx, place.engine, flow, { slug: step.id, input: output }),
            ),
        }),
  }
}
