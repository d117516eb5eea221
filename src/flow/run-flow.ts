import type { Dag } from '../dag/dag.ts'
import { Gate } from '../dag/gate.ts'
import { type Ends, type NodeEnd, type Skipped, type Walker, walk } from '../dag/walk.ts'
import { ChildFailedError, StepFailedError } from '../model/errors.ts'
import type { RunFailure } from '../model/failure.ts'
import { type EngineSteps, engineSteps } from '../workflow/engine-steps.ts'
import type { StepBaseContext } from '../workflow/step-types.ts'
import type { FlowStep } from './flow-step.ts'
import { isMet } from './is-met.ts'
import { doElsewhere, isPart } from './parts.ts'
import type { Place } from './place.ts'
import { doHere, itemsOf } from './work.ts'

/** Steps of one run whose handlers are at work at once, in one process. */
const MAX_AT_ONCE = 100

/** What runs of a flow do. */
export type FlowProgram = {
  readonly slug: string
  readonly dag: Dag<FlowStep>
  /** Of steps that say nothing of it. */
  readonly maxAttempts: number
}

/**
 * One run of a flow: a durable function that calls its steps as they become ready.
 * @returns the outputs of the steps on which no other depends, but for those that were skipped
 * @throws StepFailedError, ChildFailedError of the step that fails the run
 */
export async function runFlow(
  program: FlowProgram,
  input: unknown,
  step: StepBaseContext,
): Promise<Record<string, unknown>> {
  const ends = await walk(program.dag, new FlowWalker(program, input, step))
  const leaves = program.dag.leaves.flatMap((id) => {
    const end = ends.get(id)
    return end?.status === 'completed' ? [[id, end.output] as const] : []
  })
  return Object.fromEntries(leaves)
}

class FlowWalker implements Walker<FlowStep> {
  readonly #place: Place
  readonly #engine: EngineSteps

  constructor(
    { slug: flow, maxAttempts }: FlowProgram,
    flowInput: unknown,
    steps: StepBaseContext,
  ) {
    const [engine, gate] = [engineSteps(steps), new Gate(MAX_AT_ONCE)]
    this.#engine = engine
    this.#place = { flow, maxAttempts, flowInput, steps, engine, gate }
  }

  async perform(step: FlowStep, ends: Ends): Promise<NodeEnd> {
    const given = step.dependsOn.length === 0 ? this.#place.flowInput : outputsOf(step, ends)
    if (step.condition && !isMet(step.condition, given)) return this.#unmet(step)
    if (step.startDelayMs > 0) await this.#engine.startDelay(step.id, step.startDelayMs)
    try {
      return { status: 'completed', output: await this.#do(step, given, this.#place) }
    } catch (error) {
      return this.#exhausted(step, error)
    }
  }

  #do(step: FlowStep, given: unknown, place: Place): Promise<unknown> {
    const { id, work } = step
    const input = work.type === 'map' ? itemsOf(id, work, given, place.flow) : given
    // nothing else would say that it has ended
    if (work.type === 'map' && (input as unknown[]).length === 0)
      return place.steps.run(id, () => [])
    return isPart(step) ? doElsewhere(step, input, place) : doHere(step, input, place)
  }

  skip(step: FlowStep, { reason }: Skipped): Promise<void> {
    return this.#engine.skip(step.id, { reason })
  }

  async #unmet({ id, whenUnmet }: FlowStep): Promise<NodeEnd> {
    if (whenUnmet === 'fail') {
      throw new StepFailedError(
        `Step "${id}" failed: its condition is not met, and whenUnmet is 'fail'.`,
        { details: { step: id, attempts: 0, reason: 'condition_unmet' } },
      )
    }
    await this.#engine.skip(id, { reason: 'condition_unmet' })
    return { status: 'skipped', reason: 'condition_unmet', cascades: whenUnmet !== 'skip' }
  }

  async #exhausted({ id, whenExhausted }: FlowStep, error: unknown): Promise<NodeEnd> {
    const isOfStep = error instanceof StepFailedError || error instanceof ChildFailedError
    if (whenExhausted === 'fail' || !isOfStep) throw error
    const failure = error.details.failure as RunFailure
    await this.#engine.skip(`${id}~skipped`, { reason: 'handler_failed', failure })
    return { status: 'skipped', reason: 'handler_failed', cascades: whenExhausted !== 'skip' }
  }
}

/** By slug; those that were skipped are not in it. */
function outputsOf({ dependsOn }: FlowStep, ends: Ends): Record<string, unknown> {
  const outputs = dependsOn.flatMap((id) => {
    const end = ends.get(id)
    return end?.status === 'completed' ? [[id, end.output] as const] : []
  })
  return Object.fromEntries(outputs)
}
