import type { Definition } from '../../definition/definition.ts'
import { checkEventKey, type Event, isEvent } from '../../definition/event.ts'
import type { Startable } from '../../definition/startable.ts'
import { InvalidInputError } from '../../model/errors.ts'
import type { Limits } from '../../model/limit-rules.ts'
import { checkOptionNames } from '../../model/options.ts'
import { validate } from '../../model/schema.ts'
import type { Approval, ApprovalAnswerOptions, ApprovalFilter } from '../approvals.ts'
import type { BulkOperation, PruneOptions, PurgeOptions } from '../bulk-operations.ts'
import type {
  PutWorkflow,
  PutWorkflowOptions,
  StoredDefinition,
  WorkflowDocument,
} from '../definitions.ts'
import { checkNamed } from '../event-by-name.ts'
import type { Emission, EmitOptions, EventByName, EventFilter, KeptEvent } from '../events.ts'
import type { FailureGroup } from '../failures.ts'
import type { DispatchPlace, LimitReport } from '../limits.ts'
import type { DefinitionFilter, ListedDefinition } from '../listed-definitions.ts'
import type { Metrics, MetricsFilter } from '../metrics.ts'
import type { Page } from '../page.ts'
import type {
  DrainOptions,
  QueueReport,
  RegisteredWorkflow,
  StorageReport,
  VersionReport,
  WorkerReport,
} from '../reports.ts'
import { filterNames, type RunFilter } from '../run-filter.ts'
import type { PutSchedule, Schedule } from '../schedules.ts'
import type { StartOptions } from '../start-options.ts'
import type { DeletedWorkflow, DeleteWorkflow, StopWorkflow } from '../stopped-workflows.ts'
import type { WorkflowRun } from '../workflow-run.ts'
import { filterQuery, instant } from './filter.ts'
import { HttpAdministration } from './http-administration.ts'
import { HttpBulk } from './http-bulk.ts'
import { camel, snake } from './names.ts'
import { duration, refuseTx } from './start-body.ts'

/** A queue, to put runs into. */
export type HttpQueue = {
  readonly name: string
  /** Starts a run of a workflow in it. @throws as startWorkflow does */
  send<I, O, St>(
    workflow: Startable<I, O, St> | string,
    input: NoInfer<I>,
    options?: Omit<StartOptions, 'queue'>,
  ): Promise<WorkflowRun<I, O, St>>
}

/**
 * A WorkflowClient over HTTP, for browsers and Node: starts, signals, controls, follows and reads runs on a server. It
 * needs no `start`; requests are sent again while the server is away for a moment, and nothing is done twice.
 * @example const client = new HttpWorkflowClient({ baseUrl: 'https://flows.example.com', token: () => session.token })
 *   const run = await client.startWorkflow({ workflowId: 'order', input: { orderId: 7 } })
 *   run.on('step:completed', ({ stepId }) => console.log(stepId))
 *   console.log(await run.result({ timeout: '1 minute' }))
 */
export class HttpWorkflowClient extends HttpAdministration {
  #bulk: HttpBulk | null = null

  /** To many runs at once, what their filter says. */
  get bulk(): HttpBulk {
    this.#bulk ??= new HttpBulk(this.transport)
    return this.#bulk
  }

  /**
   * Tells a fact to all runs that wait for it, and starts the workflows that start on it. The same `dedupeId` again
   * changes nothing, and answers the same.
   * @throws InvalidInputError, also for data that do not fit the event's schema; PayloadError
   * @example await client.emitEvent(paid, { amount: 90 }, { key: 'order-7' })
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
    given?: unknown,
    options?: EmitOptions,
  ): Promise<Emission> {
    const how = (name: string) =>
      `emitEvent({ eventName: ${name}, key, data }), or emitEvent(event, data, { key }) with what defineEvent makes`
    const p: EventByName = isEvent(first)
      ? { ...(options as EmitOptions), eventName: first.name, data: given }
      : checkNamed('emitEvent', first, how)
    refuseTx('emitEvent', p)
    if (isEvent(first) && first.schema)
      await validate(first.schema, given, `the data of event "${first.name}"`)
    const { eventName, key, data, dedupeId, keepFor } = p
    const { body } = await this.transport.call('emitEvent', {
      body: {
        ...{ event_name: eventName, key: checkEventKey(eventName, key), data },
        ...{ dedupe_id: dedupeId, keep_for: duration(keepFor) },
      },
    })
    return camel<Emission>(body)
  }

  /** The events that are kept, the newest first, 20 on a page. */
  async getEvents({ startingAfter, ...p }: EventFilter = {}): Promise<Page<KeptEvent>> {
    const query = { ...snake(p), starting_after: startingAfter ?? undefined }
    const { body } = await this.transport.call('getEvents', { query })
    return this.page(body, (one) =>
      camel<KeptEvent>(one, { opaque: ['data'], instants: ['keep_until'] }),
    )
  }

  /** The questions to people that are open, those of the oldest run first; 20 on a page. */
  async getApprovals(p: ApprovalFilter = {}): Promise<Page<Approval>> {
    const { startingAfter, roles, ...rest } = p
    const query = { ...snake(rest), role: roles, starting_after: startingAfter ?? undefined }
    const { body } = await this.transport.call('getApprovals', { query })
    return this.page(body, (one) => camel<Approval>(one, { opaque: ['details'] }))
  }

  /**
   * Answers a question; the run that asked goes on. The first answer counts. It is the answer of who asks for this:
   * `by` and `roles` of somebody else need the scope admin.
   * @throws IllegalMoveError for a question that is not open any more; PermissionError for somebody who was not asked
   */
  async answerApproval(p: ApprovalAnswerOptions): Promise<void> {
    refuseTx('answerApproval', p)
    const { approvalId, approved, data, comment, by, roles } = p
    await this.transport.call('answerApproval', {
      ...{ params: { id: approvalId }, body: { approved, data, comment, by, roles } },
    })
  }

  /** Dead letters: failed runs that nobody has dealt with, by the fingerprint of their failure. */
  async getFailures(
    p: RunFilter & { limit?: number; startingAfter?: string | null } = {},
  ): Promise<Page<FailureGroup>> {
    checkOptionNames('getFailures', p, { ...filterNames, limit: true, startingAfter: true })
    const { limit, startingAfter, statuses: _, ...filter } = p
    const { status: __, ...query } = filterQuery(filter)
    const { body } = await this.transport.call('getFailures', {
      query: { ...query, limit, starting_after: startingAfter ?? undefined },
    })
    return this.page(body, (one) => camel<FailureGroup>(one))
  }

  /** Makes a schedule, or changes it: runs of a workflow are started at its times. */
  async putSchedule(p: PutSchedule): Promise<Schedule> {
    const { id, every, timeout, ...rest } = p as PutSchedule & { every?: string }
    const body = { ...snake(rest), every: duration(every), timeout: duration(timeout) }
    return readSchedule(
      await this.transport.call('putSchedule', { params: { id }, body: body as never }),
    )
  }

  /** The schedules, by id. */
  async getSchedules(p: { workflowId?: string } = {}): Promise<Schedule[]> {
    const { body } = await this.transport.call('getSchedules', { query: snake(p) })
    return body.data.map((one) => readSchedule({ body: one }))
  }

  /** A schedule, with its `next` times: 5 unless that says otherwise, at most 100. @throws WorkflowRunNotFoundError */
  async getSchedule({ id, next }: { id: string; next?: number }): Promise<Schedule> {
    const schedule = readSchedule(await this.transport.call('getSchedule', { params: { id } }))
    if (next === undefined) return schedule
    const given = { params: { id }, query: { count: next } }
    const { body } = await this.transport.call('getNextTimes', given)
    return { ...schedule, nextRuns: body.data.map((one) => new Date(one)) }
  }

  /** Nothing is started by it any more; runs that it has started go on. @throws WorkflowRunNotFoundError */
  async deleteSchedule({ id }: { id: string }): Promise<void> {
    await this.transport.call('deleteSchedule', { params: { id } })
  }

  /** Nothing is started by it until `resumeSchedule`; times that come meanwhile are gone. */
  async pauseSchedule(p: { id: string; reason?: string; by?: string }): Promise<Schedule> {
    const { id, ...body } = p
    return readSchedule(await this.transport.call('pauseSchedule', { params: { id }, body }))
  }

  /** It goes on with its times after now. */
  async resumeSchedule({ id }: { id: string }): Promise<Schedule> {
    return readSchedule(await this.transport.call('resumeSchedule', { params: { id } }))
  }

  /** Starts a run of a schedule now; its times stay as they are. @throws WorkflowRunNotFoundError */
  async runSchedule({ id }: { id: string }): Promise<WorkflowRun> {
    return this.run((await this.transport.call('runSchedule', { params: { id } })).body)
  }

  /**
   * Stores a workflow that is a document: the object of a graph, its text as JSON or YAML with `id`, or what defineGraph
   * made. The same content again is the same version.
   * @throws DefinitionError (MR030) with all `issues`; ConflictError (MR015) if the version exists with another content
   */
  async putWorkflow(
    workflow: Definition | WorkflowDocument,
    options: PutWorkflowOptions = {},
  ): Promise<PutWorkflow> {
    const { id, document, version } = documentOf(workflow)
    const { timeout, limits, ...rest } = options
    const { body } = await this.transport.call('putWorkflow', {
      params: { id },
      body: {
        ...{ version, ...rest, document, timeout: duration(timeout) },
        limits: limits && limitsBody(limits),
      },
    })
    return { id: body.workflow_id, version: body.version, created: body.created }
  }

  /** The registered workflow versions, with their live runs and the living workers that have them. */
  async getWorkflows(): Promise<RegisteredWorkflow[]> {
    const { body } = await this.transport.call('getWorkflows', {})
    return body.data.map((one) => camel<RegisteredWorkflow>(one))
  }

  /** The stored document of a workflow. @throws WorkflowNotFoundError if there is none; durable functions are code alone */
  async getDefinition(p: { workflowId: string; version?: string }): Promise<StoredDefinition> {
    const given = { params: { id: p.workflowId }, query: { version: p.version } }
    const { body } = await this.transport.call('getDefinition', given)
    return camel<StoredDefinition>(body, { opaque: ['document'] })
  }

  /** The workflows that are documents, each in the version that starts take; 20 on a page. */
  async getDefinitions(p: DefinitionFilter = {}): Promise<Page<ListedDefinition>> {
    const { active, ...rest } = p
    const query = {
      ...snake(rest),
      active: active === undefined ? undefined : (`${active}` as const),
      starting_after: p.startingAfter ?? undefined,
    }
    const { body } = await this.transport.call('getDefinitions', { query })
    return this.page(body, (one) => camel<ListedDefinition>(one, { opaque: ['document'] }))
  }

  /** The versions of a workflow, newest first, and whether their code is needed. */
  async getVersions(p: { workflowId: string }): Promise<VersionReport[]> {
    const { body } = await this.transport.call('getVersions', { params: { id: p.workflowId } })
    return body.data.map((one) => camel<VersionReport>(one, { instants: ['oldest'] }))
  }

  /** No run of a workflow may be started any more until `activateWorkflow`. @returns whether it was active */
  async deactivateWorkflow(p: StopWorkflow): Promise<boolean> {
    refuseTx('deactivateWorkflow', p)
    const given = { params: { id: p.workflowId }, body: { reason: p.reason, by: p.by } }
    return (await this.transport.call('deactivateWorkflow', given)).body.changed
  }

  /** Runs of a workflow may be started again. @returns whether it was not active */
  async activateWorkflow(p: { workflowId: string; tx?: unknown }): Promise<boolean> {
    refuseTx('activateWorkflow', p)
    const given = { params: { id: p.workflowId } }
    return (await this.transport.call('activateWorkflow', given)).body.changed
  }

  /** A workflow is gone, with all its versions and its schedules; its runs can still be read. */
  async deleteWorkflow(p: DeleteWorkflow): Promise<DeletedWorkflow> {
    refuseTx('deleteWorkflow', p)
    const query = p.leaveRuns === true ? { leave_runs: 'true' as const } : {}
    const given = { params: { id: p.workflowId }, query }
    return camel<DeletedWorkflow>((await this.transport.call('deleteWorkflow', given)).body)
  }

  /**
   * A queue, to put runs into.
   * @example await client.queue('mail').send('welcome', { to: 'ada@example.com' })
   */
  queue(name: string): HttpQueue {
    const send = async (
      workflow: Startable | string,
      input: unknown,
      options?: Omit<StartOptions, 'queue'>,
    ) => {
      const startable = typeof workflow === 'string' ? { id: workflow } : workflow
      const { body, key } = await this.startOf(startable, input, options)
      const { queue: _, ...rest } = body
      const given = { params: { name }, body: { workflow_id: startable.id, ...rest } }
      return this.started(await this.transport.call('sendToQueue', given, { key }), key)
    }
    return { name, send: send as HttpQueue['send'] }
  }

  /** What lies in each queue that has unfinished runs, the longest first. */
  async getQueues(p: { queue?: string } = {}): Promise<QueueReport[]> {
    const { body } = await this.transport.call('getQueues', { query: p })
    return body.data.map((one) => camel<QueueReport>(one, { instants: ['oldest'] }))
  }

  /** Sets the limits of a queue: they replace what it had, `{}` has none. */
  async putQueue(queue: string, limits: Limits): Promise<void> {
    await this.transport.call('putQueue', { params: { name: queue }, body: limitsBody(limits) })
  }

  /** Cancels the runs of a queue that have not begun; workers carry it out. */
  async purgeQueue(queue: string, options: PurgeOptions = {}): Promise<BulkOperation> {
    return this.bulk.purge(queue, options)
  }

  /** The limits of workflows and queues, and how much of them is used; pauses too. */
  async getLimits(p: DispatchPlace = {}): Promise<LimitReport[]> {
    const { body } = await this.transport.call('getLimits', { query: snake(p) })
    return body.data.map((one) => camel<LimitReport>(one, { opaque: ['keys'] }))
  }

  /** No worker is given a run of a workflow, of a queue, or, without either, any of the tenant's. */
  async pauseDispatch(p: DispatchPlace & { reason?: string; by?: string } = {}): Promise<void> {
    const { workflowId, queue, ...body } = p
    checkPlace(p)
    if (queue !== undefined)
      await this.transport.call('pauseQueue', { params: { name: queue }, body })
    else if (workflowId !== undefined)
      await this.transport.call('pauseWorkflow', { params: { id: workflowId }, body })
    else await this.transport.call('pauseDispatch', { body })
  }

  /** Workers are given runs again. What was paused by its name is resumed by its name. */
  async resumeDispatch(p: DispatchPlace = {}): Promise<void> {
    const { workflowId, queue } = p
    checkPlace(p)
    if (queue !== undefined) await this.transport.call('resumeQueue', { params: { name: queue } })
    else if (workflowId !== undefined)
      await this.transport.call('resumeWorkflow', { params: { id: workflowId } })
    else await this.transport.call('resumeDispatch', {})
  }

  /** The worker processes, and the steps that have run for long there. */
  async getWorkers(): Promise<WorkerReport[]> {
    const { body } = await this.transport.call('getWorkers', {})
    const instants = ['lease_until', 'since']
    return body.data.map((one) => camel<WorkerReport>(one, { instants }))
  }

  /** Tells workers to finish what runs, to hand the rest back, and to end. @returns their ids */
  async drainWorkers(p: DrainOptions): Promise<string[]> {
    const { body } = await this.transport.call('drainWorkers', { body: snake(p) })
    return [...body.worker_ids]
  }

  /** How much is kept of each workflow, the largest first. */
  async getStorage(p: { workflowId?: string } = {}): Promise<StorageReport[]> {
    const { body } = await this.transport.call('getStorage', { query: snake(p) })
    return body.data.map((one) => camel<StorageReport>(one))
  }

  /** How the runs that were started lately did: counts, durations, failures of steps, ready runs. */
  async getMetrics(p: MetricsFilter = {}): Promise<Metrics> {
    const { since, ...rest } = p
    const query = { ...snake(rest), since: instant(since) }
    const { body } = await this.transport.call('getMetrics', { query })
    const instants = ['since', 'until', 'from', 'oldest']
    return camel<Metrics>(body, { opaque: ['by_status'], instants })
  }

  /** Takes runs that ended so long ago out of the history; workers carry it out. @throws InvalidInputError */
  async prune(p: PruneOptions): Promise<BulkOperation> {
    return this.bulk.prune(p)
  }
}

function readSchedule({ body }: { body: object }): Schedule {
  const { input, ...rest } = body as { input?: unknown }
  return { ...camel<Schedule>(rest, { instants: ['next_runs'] }), input: input ?? undefined }
}

function documentOf(workflow: Definition | WorkflowDocument): {
  id: string
  document: Record<string, unknown>
  version?: string
} {
  const { run, id, document, kind, version } = workflow as Partial<Definition>
  if (typeof run !== 'function') {
    const given = workflow as { name?: unknown; workflow?: { name?: unknown } }
    const name = given.name ?? given.workflow?.name
    return { id: String(name), document: workflow as Record<string, unknown> }
  }
  if ((kind === 'graph' || kind === 'machine') && document && id !== undefined)
    return {
      ...{ id, document: JSON.parse(document.text) as Record<string, unknown> },
      ...(version === undefined ? {} : { version }),
    }
  throw new InvalidInputError(
    `Workflow "${id}" is code (kind ${kind}): there is nothing to send. A worker that has it makes it known.`,
    { workflowId: String(id) },
  )
}

function limitsBody({ rateLimit, ...rest }: Limits) {
  const rates = rateLimit === undefined ? undefined : [rateLimit].flat()
  return {
    ...rest,
    rate_limit: rates?.map(({ period, ...rate }) => ({
      ...rate,
      period: duration(period) as number,
    })),
  }
}

function checkPlace({ workflowId, queue }: DispatchPlace): void {
  if (workflowId !== undefined && queue !== undefined)
    throw new InvalidInputError('Give workflowId or queue, not both.')
}
