import type { RetryOptions } from '../model/backoff.ts'
import type { Duration } from '../model/duration.ts'
import type { OptionNames } from '../model/options.ts'
import type { Schema } from '../model/schema.ts'

/** Of a workflow. */
export type WorkflowOptions<S extends Schema = Schema> = {
  /**
   * Any Standard Schema (zod, valibot, arktype …): checks the input of every start, and types the
   * handler's.
   */
  inputSchema?: S
  /** Checks what the handler returns; a violation fails the run without retry. */
  outputSchema?: Schema
  /** Default '1'. Several can be registered at once; a run stays on its own. */
  version?: string
  /** Of a whole run, from its start; enforced. Default: none. */
  timeout?: Duration
  /** Tries after the first, of each step and of the handler. Default 2. They never multiply. */
  retries?: number
  /** Default for every step; wins over `retries`. */
  retry?: RetryOptions
  /** Default 'default'. */
  queue?: string
  /** Default 0; −1000 to 1000, higher first. */
  priority?: number
  /** Journal rows that a run may have before it is paused. Default 10,000. */
  maxSteps?: number
  /** How long ended runs are kept, by how they ended. Default: for ever. */
  retention?: Duration | { completed?: Duration; failed?: Duration; cancelled?: Duration }
}

export const workflowOptionNames: OptionNames<WorkflowOptions> = {
  inputSchema: true,
  outputSchema: true,
  version: true,
  timeout: true,
  retries: true,
  retry: true,
  queue: true,
  priority: true,
  maxSteps: true,
  retention: true,
}
