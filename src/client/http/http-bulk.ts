import { parseDuration } from '../../model/duration.ts'
import type {
  BulkForkOptions,
  BulkOperation,
  BulkOptions,
  PruneOptions,
  PurgeOptions,
} from '../bulk-operations.ts'
import type { Shapes } from './api.ts'
import { filterBody } from './filter.ts'
import { camel, snake } from './names.ts'
import type { Transport } from './transport.ts'

type Reason = { reason?: string }

/**
 * Does something to many runs, those that a filter matches. Workers carry it out, from the oldest run to the newest.
 * @example const { matched } = await client.bulk.retry({ where: { workflowId: 'order', statuses: ['failed'] }, dryRun: true })
 */
export class HttpBulk {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** Ends them; completed steps are undone first. @throws InvalidInputError, also for a filter that is empty or matches none */
  async cancel(options: BulkOptions & Reason): Promise<BulkOperation> {
    return read(await this.#transport.call('bulkCancel', { body: bodyOf('cancel', options) }))
  }

  /** Ends them at once, without the undos of their steps. */
  async terminate(options: BulkOptions & Reason): Promise<BulkOperation> {
    return read(await this.#transport.call('bulkTerminate', { body: bodyOf('terminate', options) }))
  }

  /** Stops them until they are resumed. */
  async pause(options: BulkOptions & Reason): Promise<BulkOperation> {
    return read(await this.#transport.call('bulkPause', { body: bodyOf('pause', options) }))
  }

  /** Lets paused ones go on. */
  async resume(options: BulkOptions): Promise<BulkOperation> {
    return read(await this.#transport.call('bulkResume', { body: bodyOf('resume', options) }))
  }

  /** Starts a new run of each failed one, which goes on from its failure. */
  async retry(options: BulkOptions): Promise<BulkOperation> {
    return read(await this.#transport.call('bulkRetry', { body: bodyOf('retry', options) }))
  }

  /** Takes failures off the list of failures. */
  async discard(options: BulkOptions & Reason): Promise<BulkOperation> {
    return read(await this.#transport.call('bulkDiscard', { body: bodyOf('discard', options) }))
  }

  /** Starts a new run of each that has its history up to a step. */
  async fork(options: BulkOptions & BulkForkOptions): Promise<BulkOperation> {
    return read(await this.#transport.call('bulkFork', { body: bodyOf('fork', options) }))
  }

  /** Sends each a message. */
  async signal(
    options: BulkOptions & { eventName: string; data?: unknown },
  ): Promise<BulkOperation> {
    return read(await this.#transport.call('bulkSignal', { body: bodyOf('signal', options) }))
  }

  /** Moves those that no worker has at present to another version of their workflow. */
  async migrate(options: BulkOptions & { toVersion: string }): Promise<BulkOperation> {
    return read(await this.#transport.call('bulkMigrate', { body: bodyOf('migrate', options) }))
  }

  /** How far one is. @throws WorkflowRunNotFoundError if there is none of that id */
  async get(id: string): Promise<BulkOperation> {
    return read(await this.#transport.call('getBulk', { params: { id } }))
  }

  /** What it has not done yet it will not do. */
  async stop(id: string): Promise<BulkOperation> {
    return read(await this.#transport.call('stopBulk', { params: { id } }))
  }

  /** Takes runs that ended so long ago out of the history. */
  async prune({ olderThan, ...options }: PruneOptions): Promise<BulkOperation> {
    const body = { ...bodyOf('prune', options), older_than: parseDuration(olderThan) }
    return read(await this.#transport.call('prune', { body }))
  }

  /** Cancels the runs of a queue that have not begun. */
  async purge(queue: string, options: PurgeOptions): Promise<BulkOperation> {
    const given = { params: { name: queue }, body: snake(options) }
    return read(await this.#transport.call('purgeQueue', given))
  }
}

function bodyOf<O extends BulkOptions>(verb: string, { where, ...options }: O) {
  return { ...snake(options), where: filterBody(`the filter of bulk.${verb}`, where) }
}

function read({ body }: { body: Shapes['BulkOperation'] }): BulkOperation {
  return camel<BulkOperation>(body)
}
