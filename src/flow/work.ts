import { InvalidInputError, LimitError } from '../model/errors.ts'
import { copyPlain } from '../model/json.ts'
import { failedAtOnce } from '../workflow/step-failed.ts'
import type { StepContext } from '../workflow/step-types.ts'
import { AttemptOfStep } from './flow-context.ts'
import type { FlowHandler, FlowStep, FlowWork } from './flow-step.ts'
import { callOf, optionsOf } from './handler-call.ts'
import type { Place } from './place.ts'
import { raceBranches } from './race.ts'

type Work<T extends FlowWork['type']> = Extract<FlowWork, { type: T }>

/**
 * Does what a step does, here, and gives its output.
 * @param given its input: of a map, the array
 * @throws StepFailedError, ChildFailedError
 */
export function doHere(step: FlowStep, given: unknown, place: Place): Promise<unknown> {
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

function map(step: FlowStep, work: Work<'map'>, items: unknown, place: Place): Promise<unknown> {
  const { from = 0 } = place
  const handler = step.handler as FlowHandler
  const item = (one: unknown, ctx: StepContext & { index: number }) => {
    return handler(copyPlain(one), new AttemptOfStep(ctx, place, step, one, from + ctx.index))
  }
  const { concurrency } = work
  const all = items as readonly unknown[]
  return place.steps.map(step.id, all, item, { ...optionsOf(step, place), concurrency })
}

/** What a map goes over. @throws InvalidInputError where there is no array: the run fails at once */
export function itemsOf(
  id: string,
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
  return (step.handler as (...args: unknown[]) => unknown)(copyPlain(given), ...more)
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
      throw failedAtOnce(step.id, tooManyRounds(step.id, maxIterations))
    }
    const input = inputOf(step, given, outputs.at(-1))
    outputs.push(await place.steps.invoke(step.id, workflow, input))
  } while (goesOn(outputs.at(-1)))
  return outputs
}

function tooManyRounds(id: string, most: number): LimitError {
  return new LimitError(
    `Loop "${id}" would go on after ${most} rounds, its maxIterations. Raise it, or have \`while\` say false earlier.`,
    { details: { step: id, maxIterations: most } },
  )
}
