import type { Gate } from '../dag/gate.ts'
import type { EngineSteps } from '../workflow/engine-steps.ts'
import type { StepBaseContext } from '../workflow/step-types.ts'

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
