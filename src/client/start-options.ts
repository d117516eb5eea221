import type { Signal } from '../definition/signal.ts'
import type { Tx } from '../kernel/database.ts'
import type { Duration } from '../model/duration.ts'
import type { Json } from '../model/json.ts'
import type { OptionNames } from '../model/options.ts'

/** Of a start. */
export type StartOptions = {
  /** What the run is about; scopes every read and write that names it. At most 256 characters. */
  resourceId?: string
  /**
   * Per tenant and workflow: the same key with the same input gives the same run, with another
   * IdempotencyConflictError.
   */
  idempotencyKey?: string
  /** A UUID of your own. */
  runId?: string
  /** Default: the definition's; of a reference, the version registered last. */
  version?: string
  queue?: string
  /** −1000 to 1000, higher first. */
  priority?: number
  /** Begin after this long. */
  delay?: Duration
  /**
   * It fails with a TimeoutError if it has not begun in this time (after its delay): what comes late is not wanted.
   */
  startWithin?: Duration
  tags?: string[]
  /** Values by name: those that the workflow declares win over its input, and lists are made by them. */
  attributes?: Record<string, Json>
  /** Of the whole run; default: the workflow's. */
  timeout?: Duration
  /** Tries after the first, of each step and of the handler; default: the workflow's. */
  retries?: number
  /**
   * A message to the run, whether this makes it or it is there already under its key: both in one transaction.
   * If that run has ended, IllegalMoveError, and nothing is done.
   */
  signal?: StartSignal
  /** Your transaction: the run exists if it commits. */
  tx?: Tx
  /** @deprecated accepted and ignored: leases replace expiry */
  expireInSeconds?: number
  /** @deprecated accepted and ignored */
  batchSize?: number
}

/** A message that goes with a start: of a signal that defineSignal made, or by its name. */
export type StartSignal = ({ signal: Signal } | { eventName: string }) & {
  data?: unknown
  /** The same one again, to the same run, sends nothing. */
  dedupeId?: string
}

export const startOptionNames: OptionNames<StartOptions> = {
  resourceId: true,
  idempotencyKey: true,
  runId: true,
  version: true,
  queue: true,
  priority: true,
  delay: true,
  startWithin: true,
  tags: true,
  attributes: true,
  timeout: true,
  retries: true,
  signal: true,
  tx: true,
  expireInSeconds: true,
  batchSize: true,
}
