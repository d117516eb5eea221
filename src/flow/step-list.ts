import type { FlowStep } from './flow-step.ts'

type Shared = { readonly steps: FlowStep[]; readonly places: Map<string, number> }

/**
 * The steps of a flow so far. Adding one makes a new list, and leaves this one as it is; those that were made of each
 * other share what they have in common, so that a flow of thousands of steps does not copy them thousands of times.
 */
export class StepList {
  readonly length: number
  readonly #shared: Shared

  private constructor(length: number, shared: Shared) {
    this.length = length
    this.#shared = shared
  }

  static readonly empty: StepList = new StepList(0, { steps: [], places: new Map() })

  /** In the order in which they were added. */
  get all(): readonly FlowStep[] {
    return this.#shared.steps.slice(0, this.length)
  }

  get(id: string): FlowStep | undefined {
    const place = this.#shared.places.get(id)
    return place === undefined || place >= this.length ? undefined : this.#shared.steps[place]
  }

  has(id: string): boolean {
    return this.get(id) !== undefined
  }

  with(step: FlowStep): StepList {
    // another flow has gone on from here already, or all begin here
    const isTaken = this.length === 0 || this.#shared.steps.length > this.length
    const shared = isTaken ? copyOf(this.all) : this.#shared
    shared.places.set(step.id, this.length)
    shared.steps.push(step)
    return new StepList(this.length + 1, shared)
  }
}

function copyOf(steps: readonly FlowStep[]): Shared {
  return { steps: [...steps], places: new Map(steps.map(({ id }, place) => [id, place])) }
}
