import type { Gate } from '../dag/gate.ts'
import { copyPlain } from '../model/json.ts'
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
  /** Of steps that say nothing of it. */
  readonly maxAttempts: number
  /** Of a block of a map: the place of its first item. */
  readonly from?: number
}

/** What the handler of a step gets beside its input. @param index of an item of a map */
export function contextOf(
  step: FlowStep,
  input: unknown,
  place: Place,
  ctx: StepContext,
  index?: number,
): AttemptOfStep {
  const flow = { slug: place.flow, input: place.flowInput }
  const limit = step.retry?.maxAttempts ?? place.maxAttempts
  const known = { slug: step.id, input, limit, ...(index === undefined ? {} : { index }) }
  return new AttemptOfStep(ctx, place.engine, flow, known)
}

/** A handler with what it gets, as a step calls it: at each attempt a copy, which the handler may change. */
export function callOf(
  step: FlowStep,
  given: unknown,
  place: Place,
  handler: FlowHandler = step.handler as FlowHandler,
): (ctx: StepContext) => unknown {
  return (ctx) => handler(copyPlain(given), contextOf(step, given, place, ctx))
}

/** The options of a step, as step.run takes them. */
export function optionsOf(step: FlowStep, place: Place): RunStepOptions<unknown> {
  const { retry, timeoutMs, undo } = step
  const undoing = (output: unknown, ctx: StepContext) =>
    undo?.(output, contextOf(step, output, place, ctx))
  return {
    ...(retry === null ? {} : { retry }),
    ...(timeoutMs === null ? {} : { timeout: timeoutMs }),
    ...(undo === null ? {} : { undo: undoing }),
  }
}
