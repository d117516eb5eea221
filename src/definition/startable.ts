import type { Schema } from '../model/schema.ts'

/**
 * Anything that runs can be started of: a definition, or a reference to one that lives elsewhere.
 */
// biome-ignore lint/suspicious/noExplicitAny: a phantom type's defaults: with unknown none would fit
export interface Startable<I = any, O = any, Steps = any> {
  readonly id: string
  /** Checked before a start, where the reference has it. */
  readonly inputSchema?: Schema | undefined
  /** Never set: it only carries the types. */
  readonly '~types'?: { input: I; output: O; steps: Steps }
}
