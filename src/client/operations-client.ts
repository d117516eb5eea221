import type { Definition } from '../definition/definition.ts'
import type { Event } from '../definition/event.ts'
import type { Tx } from '../kernel/database.ts'
import type { Limits } from '../model/limit-rules.ts'
import { MAX_KEY } from '../model/limits.ts'
import { checkText } from '../model/names.ts'
import { checkOptionNames } from '../model/options.ts'
import {
  type BulkOperation,
  BulkOperations,
  type PruneOptions,
  type PurgeOptions,
} from './bulk-operations.ts'
import {
  type PutWorkflow,
  type PutWorkflowOptions,
  readDefinition,
  type StoredDefinition,
  storeWorkflow,
  type WorkflowDocument,
} from './definitions.ts'
import {
  type Delivery,
  type DeliveryFilter,
  type DeliveryPlace,
  type DeliveryWithBody,
  readDeliveries,
  readDelivery,
  readOneDelivery,
} from './deliveries.ts'
import { EntityClient } from './entity/entity-client.ts'
import {
  type Emission,
  type EmitOptions,
  type EventByName,
  type EventFilter,
  emit,
  type KeptEvent,
  readEvents,
} from './events.ts'
import { type FailureGroup, readFailures } from './failures.ts'
import type { FeedEvent } from './follow/feed-reader.ts'
import type { FeedOptions, LiveRuns } from './follow/live-runs.ts'
import type { IdPool } from './id-pool.ts'
import {
  type DispatchPlace,
  type LimitReport,
  pause,
  readLimits,
  resume,
  setQueue,
} from './limits.ts'
import {
  type DefinitionFilter,
  type ListedDefinition,
  readDefinitions,
} from './listed-definitions.ts'
import { type LogFilter, type LogLine, readLogs } from './logs.ts'
import {
  checkSchema,
  type EngineState,
  type Metrics,
  type MetricsFilter,
  readEngineState,
  readMetrics,
} from './metrics.ts'
import type { Page, PageRequest } from './page.ts'
import {
  type DrainOptions,
  drain,
  type QueueReport,
  type RegisteredWorkflow,
  readQueues,
  readStorage,
  readVersions,
  readWorkers,
  readWorkflows,
  type StorageReport,
  type VersionReport,
  type WorkerReport,
} from './reports.ts'
import type { RunFilter } from './run-filter.ts'
import {
  pauseOne,
  readSchedule,
  readSchedules,
  removeOne,
  resumeOne,
  type Schedule,
} from './schedules.ts'
import { ServerSide } from './server-side.ts'
import { Session, type SessionOptions } from './session.ts'
import { Starter } from './starter.ts'
import {
  activate,
  type DeletedWorkflow,
  type DeleteWorkflow,
  deactivate,
  remove,
  type StopWorkflow,
} from './stopped-workflows.ts'
import { type ReceiverOptions, WebhookReceiver } from './webhook-receiver.ts'
import {
  deliverAgain,
  type PutWebhook,
  putWebhook,
  type RotateWebhookSecret,
  readWebhooks,
  removeWebhook,
  rotateSecret,
  type Webhook,
  type WebhookWithSecret,
} from './webhooks.ts'

/** What concerns not one run but all of them: reports, limits, what is done to many, what is kept. */
export abstract class OperationsClient extends EntityClient {
  protected readonly session: Session
  protected readonly starter: Starter
  #bulk: BulkOperations | null = null

  /** @param shared parts of another tenant's client of the same database */
  constructor(options: SessionOptions, shared?: { session: Session; ids: IdPool }) {
    super()
    this.session = shared?.session ?? new Session(options)
    this.starter = new Starter(this.session, shared?.ids)
  }

  /** Whose runs it starts and reads. */
  get tenant(): string {
    return this.session.tenantSlug
  }

  protected abstract readonly live: LiveRuns

  /**
   * What happens to the runs of the tenant, or of a workflow: at least once, of each run in order, from now on or after an
   * event of before. It goes on until its signal; a place that is more than an hour old may not be there any more: then
   * there is an event of type `reset`.
   * @example for await (const { runId, type } of client.followRuns({ workflowId: 'order' })) console.log(runId, type)
   */
  followRuns(options: FeedOptions = {}): AsyncIterable<FeedEvent> {
    checkOptionNames('followRuns', options, { after: true, signal: true, workflowId: true })
    if (options.workflowId !== undefined) checkText('workflowId', options.workflowId, MAX_KEY)
    return this.live.feed(options)
  }

  /**
   * What the handlers of a run logged (`ctx.logger`, `logger`), the oldest first, 20 on a page.
   * @throws InvalidInputError, WorkflowRunNotFoundError
   * @example const { items } = await client.getLogs({ runId, level: 'warn' })
   */
  async getLogs(p: LogFilter): Promise<Page<LogLine>> {
    return readLogs(this.session, p)
  }

  /** To many runs at once, what their filter says. */
  get bulk(): BulkOperations {
    this.#bulk ??= new BulkOperations(this.session, this.starter.ids, (id, input) =>
      this.checkInputOf(id, input),
    )
    return this.#bulk
  }

  /** For the server. */
  get serverSide(): ServerSide {
    return new ServerSide(this.session)
  }

  /** Refuses what is no input of a workflow, where this process knows what that takes. */
  protected async checkInputOf(_workflowId: string, _input: unknown): Promise<void> {}

  /**
   * Tells a fact to all runs that wait for it, and starts the workflows that start on it: those that wait now,
   * and for as long as it is kept (`keepFor`, a day by default) those that begin to wait, or are started, later.
   * Each run gets it once. Of more than a hundred runs workers give it to the others. The same `dedupeId` again
   * changes nothing, and answers the same.
   * @throws InvalidInputError, also for data that do not fit the event's schema; PayloadError
   * @example await client.emitEvent(paid, { amount: 90 }, { key: 'order-7', dedupeId: payment.id })
   */
  emitEvent<T>(
    // biome-ignore lint/suspicious/noExplicitAny: what receivers make of it is theirs
    event: Event<T, any>,
    data: NoInfer<T>,
    options: EmitOptions,
  ): Promise<Emission>
  emitEvent(p: EventByName): Promise<Emission>
  async emitEvent(
    first: Event | EventByName,
    data?: unknown,
    options?: EmitOptions,
  ): Promise<Emission> {
    return emit(this.session, this.starter.ids, first, data, options)
  }

  /** The events that are kept, the newest first, 20 on a page; of a name without a key the newest 10,000 are looked at. */
  async getEvents(p: EventFilter = {}): Promise<Page<KeptEvent>> {
    return readEvents(this.session, p)
  }

  /**
   * Dead letters: failed runs that nobody has retried or discarded, and runs that the engine paused, by
   * the fingerprint of their failure; 20 groups on a page unless `limit` (at most 100) says otherwise.
   * @example for (const { message, count, sample } of (await client.getFailures()).items) …
   */
  async getFailures(
    p: RunFilter & { limit?: number; startingAfter?: string | null } = {},
  ): Promise<Page<FailureGroup>> {
    return readFailures(this.session, p)
  }

  /**
   * The registered workflow versions, with their live runs and the living workers that have them.
   */
  async getWorkflows(): Promise<RegisteredWorkflow[]> {
    return readWorkflows(this.session)
  }

  /**
   * Stores a workflow that is data: a graph as a document, or a definition that has one. Workers with the option
   * `graphs` run it from now on; starts without a version take it. The same content again is the same version.
   * A document is checked as far as SQL can; what `defineGraph` made is checked already.
   * @throws DefinitionError (MR030) with all `issues`, ConflictError (MR015) if the version exists with another
   *   content, InvalidInputError for options, or for a workflow that is code
   * @example await client.putWorkflow({ name: 'ping', steps: [{ id: 'get', type: 'http', config: { url } }] })
   */
  async putWorkflow(
    workflow: Definition | WorkflowDocument,
    options?: PutWorkflowOptions,
  ): Promise<PutWorkflow> {
    const put = await storeWorkflow(this.session, workflow, options)
    this.starter.forget(put.id)
    return put
  }

  /**
   * The stored document of a workflow: of the version that is named, else of the one that was put or registered last.
   * @throws WorkflowNotFoundError if there is none; durable functions are code alone
   */
  async getDefinition(p: { workflowId: string; version?: string }): Promise<StoredDefinition> {
    return readDefinition(this.session, p)
  }

  /** The workflows that are documents, each in the version that starts take, those that are there longest first. */
  async getDefinitions(p: DefinitionFilter = {}): Promise<Page<ListedDefinition>> {
    return readDefinitions(this.session, p)
  }

  /**
   * No run of a workflow may be started any more, in whichever version, until `activateWorkflow`: starts, retries and
   * forks are refused (ConflictError, MR016), a child of it fails at once, and events and schedules start none. Runs
   * that are under way go on.
   * @returns whether it was active
   * @throws WorkflowNotFoundError
   * @example await client.deactivateWorkflow({ workflowId: 'order', reason: 'prices are wrong', by: 'ada' })
   */
  async deactivateWorkflow(p: StopWorkflow): Promise<boolean> {
    return deactivate(this.session, p)
  }

  /** Runs of a workflow may be started again. @returns whether it was not active @throws WorkflowNotFoundError */
  async activateWorkflow(p: { workflowId: string; tx?: Tx }): Promise<boolean> {
    return activate(this.session, p)
  }

  /**
   * A workflow is gone, with all its versions and its schedules. Its runs can still be read; with `leaveRuns` those
   * that are unfinished go on where workers have their version. The name can be used again: who puts or registers it
   * makes it anew, also a worker that still has its code.
   * @throws ConflictError (MR017) while it has unfinished runs, WorkflowNotFoundError
   */
  async deleteWorkflow(p: DeleteWorkflow): Promise<DeletedWorkflow> {
    const deleted = await remove(this.session, p)
    this.starter.forget(p.workflowId)
    return deleted
  }

  /**
   * The versions of workflows, newest first: the unfinished runs of each by what they do, and whether
   * workers have it. Before a version's code is taken away, `retirable` must be true.
   */
  async getVersions(p: { workflowId?: string } = {}): Promise<VersionReport[]> {
    return readVersions(this.session, p.workflowId)
  }

  /**
   * How the runs that were started lately did: counts, durations, failures of steps, ready runs. It looks at the
   * newest 5,000 unless `most` says otherwise; `from` tells from when on they are all.
   * @example const { durations, byWorkflow } = await client.getMetrics({ since: new Date(Date.now() - 3_600_000) })
   */
  async getMetrics(p: MetricsFilter = {}): Promise<Metrics> {
    return readMetrics(this.session, p)
  }

  /** How the engine is, of all tenants: workers, ready runs, how late they are. For those who run it. */
  async getEngineState(): Promise<EngineState> {
    return readEngineState(this.session)
  }

  /** @throws SchemaVersionError if the schema in the database is not that of this package; UnavailableError */
  async checkSchema(): Promise<void> {
    await checkSchema(this.session)
  }

  /** What lies in each queue that has unfinished runs, the longest first. It reads all of them. */
  async getQueues(p: { queue?: string } = {}): Promise<QueueReport[]> {
    checkOptionNames('getQueues', p, { queue: true })
    return readQueues(this.session, p.queue)
  }

  /** The limits of workflows and queues, and how much of them is used; pauses too. */
  async getLimits(p: DispatchPlace = {}): Promise<LimitReport[]> {
    return readLimits(this.session, p)
  }

  /**
   * Sets the limits of a queue, for all workflows in it together: they replace what it had, `{}` has none. A
   * workflow's own limits are options of `workflow()`.
   * @throws InvalidInputError
   * @example await client.putQueue('mail', { concurrency: 10, rateLimit: { limit: 100, period: '1 minute' } })
   */
  async putQueue(queue: string, limits: Limits): Promise<void> {
    await setQueue(this.session, queue, limits)
  }

  /**
   * No worker is given a run of a workflow, of a queue, or, without either, any of the tenant's, until
   * `resumeDispatch`. Runs that workers have go on until they wait or end; starts and signals are taken as ever.
   * @example await client.pauseDispatch({ queue: 'mail', reason: 'the provider is down', by: 'ada' })
   */
  async pauseDispatch(p: DispatchPlace & { reason?: string; by?: string } = {}): Promise<void> {
    await pause(this.session, p)
  }

  /** Workers are given runs again. What was paused by its name is resumed by its name. */
  async resumeDispatch(p: DispatchPlace = {}): Promise<void> {
    await resume(this.session, p)
  }

  /**
   * Cancels the runs of a queue that have not begun; workers carry it out. One that begins meanwhile goes on, and
   * counts as failed there.
   * @throws InvalidInputError, also where there is none
   * @example const { matched } = await client.purgeQueue('mail', { dryRun: true })
   */
  async purgeQueue(queue: string, options: PurgeOptions = {}): Promise<BulkOperation> {
    return this.bulk.purge(queue, options)
  }

  /** The schedules, by id: those that were put, and those that workflows have in their code. */
  async getSchedules(p: { workflowId?: string } = {}): Promise<Schedule[]> {
    return readSchedules(this.session, p)
  }

  /**
   * A schedule, with its `next` times: 5 unless that says otherwise, at most 100.
   * @throws WorkflowRunNotFoundError
   */
  async getSchedule(p: { id: string; next?: number }): Promise<Schedule> {
    return readSchedule(this.session, p)
  }

  /** Nothing is started by it any more; runs that it has started go on. @throws WorkflowRunNotFoundError */
  async deleteSchedule(p: { id: string }): Promise<void> {
    await removeOne(this.session, p)
  }

  /** Nothing is started by it until `resumeSchedule`; times that come meanwhile are gone. */
  async pauseSchedule(p: { id: string; reason?: string; by?: string }): Promise<Schedule> {
    return pauseOne(this.session, p)
  }

  /** It goes on with its times after now. */
  async resumeSchedule(p: { id: string }): Promise<Schedule> {
    return resumeOne(this.session, p)
  }

  /**
   * Makes a webhook, or changes it. With `workflowId` it comes in: each delivery to its path, checked by its signature,
   * starts a run with `{ payload, headers }` as its input. With `url` it goes out, and tells what happens to runs. Put
   * again as it is, nothing changes.
   * @returns also `secret`, where one was drawn: it is shown this once
   * @throws InvalidInputError, WorkflowNotFoundError, LimitError
   * @example const { path, secret } = await client.putWebhook({ id: 'orders', workflowId: 'order', scheme: 'github' })
   */
  async putWebhook(p: PutWebhook): Promise<WebhookWithSecret> {
    await this.prepare()
    return putWebhook(this.session, p)
  }

  /** The webhooks, by id: those that were put, and those of stored graphs. Of their secrets only how many. */
  async getWebhooks(
    p: { id?: string; workflowId?: string; direction?: 'in' | 'out' } = {},
  ): Promise<Webhook[]> {
    return readWebhooks(this.session, p)
  }

  /** Nothing comes in or goes out by it any more, and its deliveries are not kept. @throws WorkflowRunNotFoundError */
  async deleteWebhook(p: { id: string; by?: string }): Promise<void> {
    await removeWebhook(this.session, p)
  }

  /**
   * Another secret takes the place of a webhook's. The one before counts for a day still (`keepOld`), so that nothing is
   * refused while the other side changes.
   * @returns also `secret`, where one was drawn: it is shown this once
   * @throws InvalidInputError, WorkflowRunNotFoundError
   * @example const { secret } = await client.rotateWebhookSecret({ id: 'orders', keepOld: '1 hour' })
   */
  async rotateWebhookSecret(p: RotateWebhookSecret): Promise<WebhookWithSecret> {
    return rotateSecret(this.session, p)
  }

  /** What webhooks were sent, or have sent, the newest first, 20 on a page. Of forgeries only some are kept. */
  async getDeliveries(p: DeliveryFilter & PageRequest = {}): Promise<Page<Delivery>> {
    return readDeliveries(this.session, p)
  }

  /** One of them, with what was sent. @throws WorkflowRunNotFoundError */
  async getDelivery(p: DeliveryPlace): Promise<DeliveryWithBody> {
    return readOneDelivery(this.session, p)
  }

  /**
   * Delivers something again: of what came in another run is started, with the same payload; what goes out is sent
   * again, under the same id.
   * @returns the delivery that came of it
   * @throws IllegalMoveError for one that was rejected, or that came before; WorkflowRunNotFoundError
   */
  async redeliver(p: DeliveryPlace & { by?: string }): Promise<Delivery> {
    return readDelivery(await deliverAgain(this.session, this.starter.ids, p))
  }

  /**
   * What takes the deliveries of webhooks, for a server of your own: one for a process, to be closed at its end. It
   * serves the webhooks of all tenants, as whoever knows their paths may call them.
   * @example const receipt = await receiver.receive({ path, headers: request.headers, body })
   */
  webhookReceiver(options: ReceiverOptions = {}): WebhookReceiver {
    return new WebhookReceiver(this.session, options)
  }

  /** How much is kept of each workflow, the largest first. */
  async getStorage(p: { workflowId?: string } = {}): Promise<StorageReport[]> {
    return readStorage(this.session, p.workflowId)
  }

  /**
   * Takes runs that ended so long ago out of the history, with all that is kept of them; workers carry it out.
   * For what a workflow's own `retention` does not cover.
   * @throws InvalidInputError, also where no run matches
   * @example await client.prune({ where: { workflowId: 'order' }, olderThan: '90 days', dryRun: true })
   */
  async prune(p: PruneOptions): Promise<BulkOperation> {
    return this.bulk.prune(p)
  }

  /**
   * Tells workers to take no new run, to finish the steps that run, to hand the rest back, and to end.
   * @returns their ids
   * @throws InvalidInputError, WorkflowRunNotFoundError for one that is not there
   */
  async drainWorkers(p: DrainOptions): Promise<string[]> {
    return drain(this.session, p)
  }

  /** The worker processes, and the steps that have run for long there. */
  async getWorkers(): Promise<WorkerReport[]> {
    return readWorkers(this.session)
  }
}
