import type { Gate } from '../dag/gate.ts'
import { InvalidInputError, LimitError } from '../model/errors.ts'
import type { EngineSteps } from '../workflow/engine-steps.ts'
import type { RunStepOptions, StepBaseContext, StepContext } from '../workflow/step-types.ts'
import { AttemptOfStep } from './flow-context.ts'
import type { FlowHandler, FlowStep, FlowWork } from './flow-step.ts'
import { raceBranches } from './race.ts'

/** Where a step does its work. */
export type Place = {
  readonly flow: string
  readonly flowInput: unknown
  readonly steps: StepBaseContext
  readonly engine: EngineSteps
  /** Handlers pass it. */
  readonly gate: Gate
}

type Work<T extends FlowWork['type']> = Extract<FlowWork, { type: T }>

/**
 * Does what a step does, and gives its output.
 * @param given its input: of a map, what has the array
 * @throws StepFailedError, ChildFailedError
 */
export function doWork(step: FlowStep, given: unknown, place: Place): Promise<unknown> {
  const { work } = step
  switch (work.type) {
    case 'single':
      return place.gate.pass(() =>
        place.steps.run(step.id, callOf(step, given, place), optionsOf(step, place)),
      )
    case 'map':
      return map(step, work, given, place)
    case 'wait_for':
      return waitFor(step, work, place)
    case 'delay':
      return place.steps.delay(step.id, work.ms).then(() => null)
    case 'approval':
      return place.steps.approval(step.id, work.approval)
    case 'invoke':
      return place.steps.invoke(step.id, work.workflow, inputOf(step, given))
    case 'loop':
      return loop(step, work, given, place)
    case 'race':
      return place.gate.pass(() => raceBranches(step, work.branches, given, place))
  }
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

function map(step: FlowStep, work: Work<'map'>, given: unknown, place: Place): Promise<unknown> {
  const items = itemsOf(step, work, given, place.flow)
  // nothing else would say that it has ended
  if (items.length === 0) return place.steps.run(step.id, () => [])
  const flow = { slug: place.flow, input: place.flowInput }
  const handler = step.handler as FlowHandler
  const item = (one: unknown, ctx: StepContext) =>
    handler(one, new AttemptOfStep(ctx, place.engine, flow, { slug: step.id, input: one }))
  const { concurrency } = work
  return place.steps.map(step.id, items, item, { ...optionsOf(step, place), concurrency })
}

/** @throws InvalidInputError where there is no array: the run fails at once */
function itemsOf(
  { id }: FlowStep,
  { array }: Work<'map'>,
  given: unknown,
  flow: string,
): readonly unknown[] {
  const items = array === null ? given : (given as Record<string, unknown>)[array]
  if (Array.isArray(items)) return items
  // the step that it maps over was skipped
  if (items === undefined && array !== null) return []
  const what = array === null ? `the input of flow "${flow}"` : `the output of step "${array}"`
  const found = items === null ? 'null' : items === undefined ? 'nothing' : typeof items
  throw new InvalidInputError(
    `[TYPE_VIOLATION] Map "${id}" goes over ${what}, which is ${found}, not an array. Return an array there (\`.array()\` checks the type).`,
    { workflowId: flow, details: { step: id, array, found } },
  )
}

async function waitFor(step: FlowStep, work: Work<'wait_for'>, place: Place): Promise<unknown> {
  const { source, timeoutMs } = work
  if (timeoutMs === null) return place.steps.waitFor(step.id, source)
  return (await place.steps.waitFor(step.id, source, { timeout: timeoutMs })) ?? null
}

/** The input of the run that a step starts, made by the author's function. */
function inputOf(step: FlowStep, given: unknown, ...more: unknown[]): unknown {
  return (step.handler as (...args: unknown[]) => unknown)(given, ...more)
}

/** Runs it once, and again as long as the author's function says. @returns what each has given */
async function loop(
  step: FlowStep,
  { workflow, maxIterations, goesOn }: Work<'loop'>,
  given: unknown,
  place: Place,
): Promise<unknown[]> {
  const outputs: unknown[] = []
  do {
    if (outputs.length === maxIterations) {
      throw new LimitError(
        `Loop "${step.id}" of flow "${place.flow}" would go on after ${maxIterations} rounds, its maxIterations. Raise it, or have \`while\` say false earlier.`,
        { workflowId: place.flow, details: { step: step.id, maxIterations } },
      )
    }
    const input = inputOf(step, given, outputs.at(-1))
    outputs.push(await place.steps.invoke(step.id, workflow, input))
  } while (goesOn(outputs.at(-1)))
  return outputs
}
