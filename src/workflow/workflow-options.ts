import type { StartOn } from '../definition/event.ts'
import type { RetryOptions } from '../model/backoff.ts'
import type { Duration } from '../model/duration.ts'
import type { OptionNames } from '../model/options.ts'
import type { Path } from '../model/path.ts'
import type { ScheduleOptions } from '../model/schedule-rules.ts'
import type { Schema, SchemaIn } from '../model/schema.ts'
import type { BatchOptions, OnConflict } from '../model/start-rules.ts'

/** Paths into the input, `'customer.id'`: runs with the same values there share the limit. None: all runs do. */
export type Key<I> = { key?: Path<I> | Path<I>[] }
type OneOrMany<T> = T | T[]

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
  /**
   * Runs that workers have at any moment: in all, or for each key; of several limits all hold. A run that
   * waits, sleeps or backs off has no place. Default: no limit.
   * @example concurrency: [{ limit: 10 }, { limit: 2, key: 'customer.id' }]
   */
  concurrency?: number | OneOrMany<{ limit: number } & Key<SchemaIn<S>>>
  /**
   * Runs that begin in a period, in all or for each key: a bucket of `burst` tokens (default: `limit`), filled
   * evenly. What is too much waits; a run that has begun is past it.
   * @example rateLimit: { limit: 100, period: '1 minute', key: 'customer.id' }
   */
  rateLimit?: OneOrMany<{ limit: number; period: Duration; burst?: number } & Key<SchemaIn<S>>>
  /**
   * Runs with different keys take turns, however many of each wait; with `weight`, the path of a number from
   * 0.01 to 1000 (default 1), in that proportion. Runs with different keys of other limits take turns as well.
   */
  fairness?: { key: Path<SchemaIn<S>> | Path<SchemaIn<S>>[]; weight?: Path<SchemaIn<S>> }
  /**
   * One live run for each key (waiting and paused ones are alive). A start while there is one: `reject` throws
   * ConflictError, `join` gives that run, `replace` cancels it and starts anew.
   * @example singleton: { onConflict: 'join', key: 'customer.id' }
   */
  singleton?: { onConflict: OnConflict } & Key<SchemaIn<S>>
  /** At most one start for each key in a period. What is too much is dropped, and gives the last run. */
  throttle?: { period: Duration } & Key<SchemaIn<S>>
  /**
   * A run begins when there was no start with its key for a period, with the input of the last one; at the latest
   * `maxWait` after the first. All starts until then give that one run.
   * @example debounce: { period: '5 seconds', maxWait: '1 minute', key: 'documentId' }
   */
  debounce?: { period: Duration; maxWait?: Duration } & Key<SchemaIn<S>>
  /**
   * Events that start a run, with their data as its input, in the transaction that emits them; with a `key`
   * only those of that key. The version that a start without one takes decides.
   * @example startOn: { event: orderPlaced }
   */
  startOn?: OneOrMany<StartOn<SchemaIn<S>>>
  /**
   * When runs are started: a cron, or a period (`{ every: '10 minutes' }`), or several. A worker that starts
   * with the version that is registered last makes, changes and deletes them as they stand here; their ids are
   * the workflow's with `#1`, `#2`.
   * @example schedule: { cron: '0 9 * * 1-5', timezone: 'Europe/Vienna' }
   */
  schedule?: OneOrMany<string | ScheduleOptions>
  /** How long ended runs are kept, by how they ended. Default: for ever. */
  retention?: Duration | { completed?: Duration; failed?: Duration; cancelled?: Duration }
}

/** With the option that changes what the handler gets. */
export type AllWorkflowOptions<S extends Schema = Schema> = WorkflowOptions<S> & {
  batch?: BatchOptions | undefined
}

export const workflowOptionNames: OptionNames<AllWorkflowOptions> = {
  inputSchema: true,
  outputSchema: true,
  version: true,
  timeout: true,
  retries: true,
  retry: true,
  queue: true,
  priority: true,
  maxSteps: true,
  concurrency: true,
  rateLimit: true,
  fairness: true,
  singleton: true,
  throttle: true,
  debounce: true,
  batch: true,
  startOn: true,
  retention: true,
  schedule: true,
}
