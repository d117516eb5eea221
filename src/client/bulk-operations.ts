import {
  type BulkJson,
  type BulkVerb,
  getBulk,
  purgeQueue,
  startBulk,
  stopBulk,
} from '../kernel/bulk.ts'
import type { Database } from '../kernel/database.ts'
import { prune } from '../kernel/retention.ts'
import type { SqlOptions } from '../kernel/runs.ts'
import { type Duration, parseDuration } from '../model/duration.ts'
import { InvalidInputError } from '../model/errors.ts'
import { encodePayload } from '../model/json.ts'
import { MAX_BULK_RATE } from '../model/limits.ts'
import { checkName } from '../model/names.ts'
import { checkOptionNames, type OptionNames } from '../model/options.ts'
import type { IdPool } from './id-pool.ts'
import { encodeFilter, filterNames, type RunFilter } from './run-filter.ts'
import type { Session } from './session.ts'
import { untilHeard } from './until-heard.ts'

/** Which runs, and how. */
export type BulkOptions = {
  /** At least one of its fields; at most 100,000 runs. */
  where: RunFilter
  /** Counts and samples, and changes nothing. */
  dryRun?: boolean
  /** Runs a second at most; default: as fast as it goes. */
  perSecond?: number
  /** Who does it, for the timelines and the record. */
  by?: string
}

/** How far a bulk operation is. */
export type BulkOperation = {
  /** Null of a dry run, which is not kept. */
  id: string | null
  verb: BulkVerb
  /** `cancelled`: it was stopped before it was through. */
  status: 'running' | 'completed' | 'cancelled'
  /** Runs that the filter matched when it began. */
  matched: number
  /** The ids of the first ten of them. */
  sample: string[]
  done: number
  /** Runs for which the verb was refused: some may have ended, or gone on, meanwhile. */
  failed: number
  /** The first 20 of these. One without a run tells why the operation itself could not go on. */
  failures: { runId: string | null; code: string; message: string }[]
  by: string | null
  createdAt: Date
  endedAt: Date | null
}

/** Which runs are to be taken out of the history. */
export type PruneOptions = BulkOptions & {
  /** How long ago they must have ended. */
  olderThan: Duration
}

type Reason = { reason?: string }

type CheckInput = (workflowId: string, input: unknown) => Promise<void>

/** How runs are forked. */
export type BulkForkOptions = {
  fromStep: string
  version?: string
  /** Of each new run, all of one workflow that the filter names; default: as it was. */
  input?: unknown
  /** What the step gives in each. */
  output?: unknown
}

/** How the runs of a queue that have not begun are cancelled. */
export type PurgeOptions = Omit<BulkOptions, 'where'> & Reason

/**
 * Does something to many runs, those that a filter matches. Workers carry it out, from the oldest run to the
 * newest, and go on where a worker died.
 * @example const { matched } = await client.bulk.retry({ where: { workflowId: 'order', statuses: ['failed'] }, dryRun: true })
 */
export class BulkOperations {
  readonly #session: Session
  readonly #ids: IdPool
  readonly #checkInput: CheckInput

  /** @param checkInput refuses what is no input of a workflow */
  constructor(session: Session, ids: IdPool, checkInput: CheckInput) {
    this.#session = session
    this.#ids = ids
    this.#checkInput = checkInput
  }

  /** Ends them, whatever they do; completed steps are undone first. @throws InvalidInputError, also for a filter that is empty or matches none */
  cancel(options: BulkOptions & Reason): Promise<BulkOperation> {
    return this.#start('cancel', options, { reason: true })
  }

  /** Ends them at once, without the undos of their steps. */
  terminate(options: BulkOptions & Reason): Promise<BulkOperation> {
    return this.#start('terminate', options, { reason: true })
  }

  /** Stops them until they are resumed. */
  pause(options: BulkOptions & Reason): Promise<BulkOperation> {
    return this.#start('pause', options, { reason: true })
  }

  /** Lets paused ones go on. */
  resume(options: BulkOptions): Promise<BulkOperation> {
    return this.#start('resume', options, {})
  }

  /** Starts a new run of each failed one, which goes on from its failure. */
  retry(options: BulkOptions): Promise<BulkOperation> {
    return this.#start('retry', options, {})
  }

  /** Takes failures off the list of failures. */
  discard(options: BulkOptions & Reason): Promise<BulkOperation> {
    return this.#start('discard', options, { reason: true })
  }

  /** Starts a new run of each that has its history up to a step; with an `output` the step gives that in each, and does not run. */
  async fork(options: BulkOptions & BulkForkOptions): Promise<BulkOperation> {
    const { input, output, fromStep, where } = options
    if (input !== undefined) {
      encodePayload(input, { what: 'the input of forks' })
      // without a name the kernel refuses it
      if (where?.workflowId !== undefined) await this.#checkInput(where.workflowId, input)
    }
    if (output !== undefined) encodePayload(output, { what: `the output of step "${fromStep}"` })
    const own = { fromStep: true, version: true, input: true, output: true } as const
    return this.#start('fork', options, own)
  }

  /** Sends each a message. */
  signal(options: BulkOptions & { eventName: string; data?: unknown }): Promise<BulkOperation> {
    encodePayload(options.data, { what: `the data of signal "${options.eventName}"` })
    return this.#start('signal', options, { eventName: true, data: true })
  }

  /** Moves those that no worker has at present to another version of their workflow. */
  migrate(options: BulkOptions & { toVersion: string }): Promise<BulkOperation> {
    return this.#start('migrate', options, { toVersion: true })
  }

  /** How far one is. @throws WorkflowRunNotFoundError if there is none of that id */
  async get(id: string): Promise<BulkOperation> {
    return read(await getBulk(this.#session.db, String(id), this.#session.options()))
  }

  /** What it has not done yet it will not do. */
  async stop(id: string): Promise<BulkOperation> {
    return read(await stopBulk(this.#session.db, String(id), this.#session.options()))
  }

  /** Takes runs that ended so long ago out of the history, with all that is kept of them. */
  async prune(options: PruneOptions): Promise<BulkOperation> {
    const { olderThan, ...rest } = options
    const { filter, more } = this.#prepare('prune', rest, {})
    const older_than = parseDuration(olderThan)
    return this.#begin({ ...more, older_than }, (db, all) => prune(db, filter, all))
  }

  /** Cancels the runs of a queue that have not begun. */
  async purge(queue: string, options: PurgeOptions): Promise<BulkOperation> {
    checkName('queue', queue)
    if ('where' in options)
      throw new InvalidInputError('purgeQueue takes no "where": it has a queue.')
    const { more } = this.#prepare('cancel', { ...options, where: {} }, { reason: true })
    return this.#begin(more, (db, all) => purgeQueue(db, queue, all))
  }

  async #start(
    verb: Exclude<BulkVerb, 'prune'>,
    options: BulkOptions,
    own: Record<string, true>,
  ): Promise<BulkOperation> {
    const { filter, more } = this.#prepare(verb, options, own)
    return this.#begin(more, (db, all) => startBulk(db, verb, filter, all))
  }

  /** Under an id that is drawn before: sent again after a lost reply, it is the same operation. */
  async #begin(
    options: Record<string, unknown>,
    start: (db: Database, options: SqlOptions) => Promise<BulkJson>,
  ): Promise<BulkOperation> {
    const operation_id = String(await this.#ids.take())
    // null may be a payload
    const nulls = Object.entries(options).filter(([, value]) => value === null)
    const all = {
      ...this.#session.options({ ...options, operation_id }),
      ...Object.fromEntries(nulls),
    }
    return read(await untilHeard(() => start(this.#session.db, all)))
  }

  /** @throws InvalidInputError */
  #prepare(verb: BulkVerb, options: BulkOptions, own: Record<string, true>) {
    checkOptionNames(`bulk.${verb}`, options, { ...known, ...own })
    const { where, dryRun, perSecond, by, ...rest } = options
    if (typeof where !== 'object' || where === null)
      throw new InvalidInputError(
        `bulk.${verb} was given no filter. Say in "where" which runs are meant.`,
      )
    if (
      perSecond !== undefined &&
      !(perSecond >= 1 && perSecond <= MAX_BULK_RATE && Number.isInteger(perSecond))
    )
      throw new InvalidInputError(
        `perSecond ${perSecond} is not a whole number from 1 to ${MAX_BULK_RATE}.`,
      )
    checkOptionNames('the filter of a bulk operation', where, filterNames)
    const filter = Object.entries(encodeFilter(where)).filter(([, value]) => value !== undefined)
    const more = { dry_run: dryRun, per_second: perSecond, by, ...snake(rest) }
    return { filter: Object.fromEntries(filter), more }
  }
}

const known: OptionNames<BulkOptions> = { where: true, dryRun: true, perSecond: true, by: true }

/** The verbs' own options, as the kernel calls them. */
function snake(options: object): Record<string, unknown> {
  const name = (key: string) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  return Object.fromEntries(Object.entries(options).map(([key, value]) => [name(key), value]))
}

function read(json: BulkJson): BulkOperation {
  const { failures, created_at, ended_at, ...rest } = json
  return {
    ...rest,
    failures: failures.map(({ run_id, ...failure }) => ({ runId: run_id, ...failure })),
    createdAt: new Date(created_at),
    endedAt: ended_at === null ? null : new Date(ended_at),
  }
}
