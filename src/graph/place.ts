import type { Gate } from '../dag/gate.ts'
import type { RetryOptions } from '../model/backoff.ts'
import { type EngineSteps, engineSteps } from '../workflow/engine-steps.ts'
import type { StepBaseContext } from '../workflow/step-types.ts'
import type { GraphPlan, PlannedBlock } from './document/index.ts'

/** What expressions may read of the steps that have ended, by id. */
export type StepOutputs = Record<string, { readonly output: unknown }>

/** What the expressions of a run may read beside its steps. */
export type RunNames = {
  readonly trigger: unknown
  readonly run: { readonly id: string; readonly workflow_id: string; readonly version: string }
}

/** Where a node does its work: the run, and the blocks that it is in. */
export type Place = {
  readonly plan: GraphPlan
  /** The workflow whose runs do single nodes, for those that have a queue. */
  readonly partId: string
  readonly names: RunNames
  /** Of the block and of those around it. Grows while the block runs. */
  readonly outputs: StepOutputs
  /** What the blocks around it call their item, round and the like. */
  readonly items: Readonly<Record<string, unknown>>
  readonly steps: StepBaseContext
  readonly engine: EngineSteps
  /** What calls handlers passes it. */
  readonly gate: Gate
  /** Of the blocks around it, for nodes that say nothing of it. */
  readonly retry: RetryOptions | undefined
  /** Runs the nodes of a block at a place within it, and tells what they have given. */
  readonly runBlock: (block: PlannedBlock, place: Place) => Promise<unknown>
}

/** Notes what a step gave. Not by assignment: a step may be called __proto__. */
export function setOutput(outputs: StepOutputs, id: string, output: unknown): void {
  Object.defineProperty(outputs, id, {
    ...{ value: { output: output ?? null }, enumerable: true, configurable: true, writable: true },
  })
}

/** The same place, its steps being others. */
export function withSteps(place: Place, steps: StepBaseContext): Place {
  return { ...place, steps, engine: engineSteps(steps) }
}
