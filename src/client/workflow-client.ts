import type { Definition, InputOf, OutputOf } from '../definition/definition.ts'
import { isSignal, type Signal } from '../definition/signal.ts'
import type { Startable } from '../definition/startable.ts'
import type { Tx } from '../kernel/database.ts'
import * as runs from '../kernel/runs.ts'
import { encodePayload } from '../model/json.ts'
import { MAX_KEY } from '../model/limits.ts'
import { checkName, checkText } from '../model/names.ts'
import { checkOptionNames } from '../model/options.ts'
import { validate } from '../model/schema.ts'
import {
  type Approval,
  type ApprovalAnswerOptions,
  type ApprovalFilter,
  readApprovals,
  sendAnswer,
} from './approvals.ts'
import { checkNamed } from './event-by-name.ts'
import { LiveRuns } from './follow/live-runs.ts'
import { forkRun } from './fork.ts'
import { IdPool } from './id-pool.ts'
import { OperationsClient } from './operations-client.ts'
import { cursorsOf, type Page, type PageRequest, readPage } from './page.ts'
import { Results } from './results.ts'
import {
  checkRunId,
  encodeFilter,
  encodeOrder,
  listNames,
  type RunFilter,
  type RunOrder,
} from './run-filter.ts'
import { runNumber } from './run-number.ts'
import { awaitEnd, awaitResult, awaitStatus, type Looks } from './run-waits.ts'
import { type PutSchedule, putOne, runOne, type Schedule } from './schedules.ts'
import {
  checkSessionOptions,
  type Session,
  type SessionOptions,
  sessionOptionNames,
} from './session.ts'
import { byName, checkStartable, isByName, type StartByName } from './start-by-name.ts'
import { type StartOptions, startOptionNames } from './start-options.ts'
import type { Prepared } from './starter.ts'
import { missingTaker } from './takers.ts'
import { type SharedParts, TenantClients } from './tenant-clients.ts'
import { readTimelinePage, type TimelineEntry } from './timeline.ts'
import { readWholeTimeline } from './whole-timeline.ts'
import {
  type ForkOptions,
  makeRun,
  type RunVerbs,
  type WaitOptions,
  type WorkflowRun,
} from './workflow-run.ts'

/** Which run. A run of another resource than `resourceId` is not found. */
export type RunRef = { runId: string; resourceId?: string; tx?: Tx }

/** A run and how far it is. 100 only when it is completed. */
export type WorkflowRunProgress = WorkflowRun & {
  completionPercentage: number
  totalSteps: number
  completedSteps: number
}

export type WorkflowClientOptions = SessionOptions

/**
 * Starts, signals, controls and reads runs; has no handlers, and connects on first use.
 * @example const client = new WorkflowClient({ connectionString: process.env.DATABASE_URL })
 *   const run = await client.startWorkflow(order, { orderId: 7 })
 */
export class WorkflowClient extends OperationsClient {
  protected readonly results: Results
  protected readonly live: LiveRuns
  readonly #verbs: RunVerbs
  readonly #looks: Looks = {
    read: (runId) => this.getRun({ runId }),
    whyNotTaken: async (run) => (await missingTaker(run, () => this.getWorkers()))?.why ?? null,
  }

  readonly #shared: SharedParts | undefined
  readonly #tenants: TenantClients<WorkflowClient>

  /**
   * @param shared only `forTenant` gives it
   * @throws InvalidInputError unless exactly one of connectionString and pool is given, and for an option that there is not
   */
  constructor(options: WorkflowClientOptions, shared?: SharedParts) {
    if (!shared) checkSessionOptions('a client', options, sessionOptionNames)
    super(options, shared)
    this.#shared = shared
    this.#tenants = (shared?.clients as TenantClients<WorkflowClient>) ?? new TenantClients()
    this.results = shared?.results ?? new Results(this.session, this.starter.ids)
    this.live = new LiveRuns(this.session, this.results.hearing)
    this.#verbs = {
      result: (id, wait) => this.#result(id, wait),
      waitForStatus: (run, statuses, wait) =>
        awaitStatus(run, statuses, wait, this.results, this.#looks, (id) =>
          runNumber(this.session, id),
        ),
      getRun: (p) => this.getRun(p) as Promise<WorkflowRun>,
      triggerEvent: (p) => this.triggerEvent(p),
      sendSignal: (signal, data, p) => this.triggerEvent(signal, data, p),
      pauseWorkflow: (p) => this.pauseWorkflow(p),
      resumeWorkflow: (p) => this.resumeWorkflow(p),
      cancelWorkflow: (p) => this.cancelWorkflow(p),
      terminateWorkflow: (p) => this.terminateWorkflow(p),
      retryWorkflow: (p) => this.retryWorkflow(p),
      forkWorkflow: (p) => this.forkWorkflow(p),
      fastForwardWorkflow: (p) => this.fastForwardWorkflow(p),
      children: async (parentId) => (await this.getRuns({ parentId, limit: 100 })).items,
      timeline: (runId) => readWholeTimeline((from) => this.getTimeline({ runId, ...from })),
      live: this.live,
    }
  }

  /**
   * The client of another tenant, over the same connections and listener: cheap, needs no `stop`, and works until this
   * one is stopped. That there is no such tenant shows in its first call.
   * @example const run = await client.forTenant('acme').getRun({ runId })
   */
  forTenant(slug: string): WorkflowClient {
    if (slug === this.tenant) return this
    return this.#tenants.get(slug, () => this.#with(this.session.forTenant(slug), this.starter.ids))
  }

  /** The same, drawing its ids from a block: what it does once more under these changes nothing. For the server. */
  withIds(first: bigint): WorkflowClient {
    return this.#with(this.session, new IdPool(this.session.db, first))
  }

  #with(session: Session, ids: IdPool): WorkflowClient {
    const results = this.results.forSession(session)
    const shared = { session, ids, results, clients: this.#tenants, prepare: () => this.prepare() }
    // what this process has in code is its own tenant's
    const known = session === this.session ? (w: Startable) => this.startable(w) : undefined
    return new WorkflowClient({ pool: session.db.pool }, { ...shared, ...(known && { known }) })
  }

  /**
   * Connects, so that a wrong connection shows now.
   * @throws UnavailableError, SchemaVersionError
   */
  async start(): Promise<void> {
    await this.session.tenant()
  }

  /** Closes its connections; a pool that it was given stays open. Of `forTenant` there is nothing to close. */
  async stop(): Promise<void> {
    if (this.#shared) return
    await this.results.close()
    await this.session.db.close()
  }

  /**
   * Starts a run. It is durable when this resolves; in a `tx`, when that commits.
   * @throws InvalidInputError, PayloadError, WorkflowNotFoundError, IdempotencyConflictError
   * @example await client.startWorkflow(order, { orderId: 7 }, { idempotencyKey: 'order-7' })
   */
  startWorkflow<I, O, St>(
    workflow: Startable<I, O, St>,
    ...input: undefined extends I
      ? [input?: NoInfer<I>, options?: StartOptions]
      : [input: NoInfer<I>, options?: StartOptions]
  ): Promise<WorkflowRun<I, O, St>>
  startWorkflow(
    p: { workflowId: string; input: unknown; options?: StartOptions } & StartOptions,
  ): Promise<WorkflowRun>
  async startWorkflow(
    first: Startable | StartByName,
    input?: unknown,
    options: StartOptions = {},
  ): Promise<WorkflowRun> {
    const call = isByName(first) ? byName(first) : { workflow: first, input, options }
    checkStartable(call.workflow)
    checkOptionNames('a start', call.options, startOptionNames)
    if (!call.options.tx) await this.prepare()
    const prepared = await this.starter.prepare(
      this.startable(call.workflow),
      call.input,
      call.options,
    )
    const started = await this.starter.start(prepared, call.options.tx)
    return this.#started(prepared, started, call.options.tx)
  }

  /** Starts up to 1,000 runs in one round trip, all or none. */
  async startWorkflows<I, O, St>(
    workflow: Startable<I, O, St>,
    inputs: readonly { input: NoInfer<I>; options?: Omit<StartOptions, 'tx'> }[],
    options: { tx?: Tx } = {},
  ): Promise<WorkflowRun<I, O, St>[]> {
    checkStartable(workflow)
    if (!options.tx) await this.prepare()
    for (const one of inputs) checkOptionNames('a start', one.options, startOptionNames)
    const startable = this.startable(workflow)
    const prepared = await Promise.all(
      inputs.map((one) =>
        this.starter.prepare(startable, one.input, { ...one.options, ...options }),
      ),
    )
    const started = await this.starter.startAll(prepared, options.tx)
    const made = await Promise.all(
      started.map((one, i) => this.#started(prepared[i] as Prepared, one, options.tx)),
    )
    return made as WorkflowRun<I, O, St>[]
  }

  /**
   * Sends a message to a run: buffered until the run waits for it, consumed once. The same
   * `dedupeId` again changes nothing.
   * @throws IllegalMoveError if the run has ended; WorkflowRunNotFoundError
   */
  triggerEvent<T>(
    signal: Signal<T>,
    data: NoInfer<T>,
    p: RunRef & { dedupeId?: string },
  ): Promise<WorkflowRun>
  triggerEvent(
    p: RunRef & { eventName: string; data?: unknown; dedupeId?: string; options?: object },
  ): Promise<WorkflowRun>
  async triggerEvent(
    first: Signal | EventByName,
    given?: unknown,
    ref?: RunRef & { dedupeId?: string },
  ): Promise<WorkflowRun> {
    const byName = (event: string) =>
      `triggerEvent({ runId, eventName: ${event}, data }), or triggerEvent(signal, data, { runId }) with what defineSignal makes`
    const p = isSignal(first)
      ? { ...(ref as RunRef & { dedupeId?: string }), eventName: first.name, data: given }
      : checkNamed('triggerEvent', first, byName)
    const name = checkName('eventName', p.eventName)
    const what = `the data of signal "${name}"`
    if (isSignal(first) && first.schema) await validate(first.schema, p.data, what)
    const data = encodePayload(p.data, { what })
    if (p.dedupeId !== undefined) checkText('dedupeId', p.dedupeId, MAX_KEY)
    // an id drawn here, so that the same message sent again after a lost reply is the same message
    const dedupe = p.dedupeId ?? `$${await this.starter.ids.take(p.tx)}`
    const options = this.session.options({ resource_id: p.resourceId, dedupe_id: dedupe })
    return this.#run(
      await runs.triggerEvent(
        this.session.db,
        { run: checkRunId(p.runId), name, data },
        options,
        p.tx,
      ),
    )
  }

  /**
   * Stops a run until `resumeWorkflow`. A step that runs is not interrupted.
   * @throws IllegalMoveError
   */
  async pauseWorkflow(p: RunRef & { reason?: string; by?: string }): Promise<WorkflowRun> {
    return this.#operate('pause_workflow', p, { reason: p.reason, by: p.by })
  }

  /** Lets a paused run go on. @throws IllegalMoveError if it is not paused */
  async resumeWorkflow(p: RunRef & { by?: string; options?: object }): Promise<WorkflowRun> {
    return this.#operate('resume_workflow', p, { by: p.by })
  }

  /**
   * Ends a run: no attempt of a step starts after this. Where completed steps have undos, it stays `running` (phase
   * `undoing`) until these have ended. Again: no change.
   * @throws IllegalMoveError if it ended otherwise
   */
  async cancelWorkflow(p: RunRef & { reason?: string; by?: string }): Promise<WorkflowRun> {
    return this.#operate('cancel_workflow', p, { reason: p.reason, by: p.by })
  }

  /**
   * Ends a run at once, as cancelled: no undo of its steps starts either. Again: no change.
   * @throws IllegalMoveError if it ended otherwise
   */
  async terminateWorkflow(p: RunRef & { reason?: string; by?: string }): Promise<WorkflowRun> {
    return this.#operate('terminate_workflow', p, { reason: p.reason, by: p.by })
  }

  /**
   * A new run that goes on from the failure of a failed one: no completed step runs again.
   * @throws IllegalMoveError
   */
  async retryWorkflow(p: RunRef & { by?: string }): Promise<WorkflowRun> {
    return this.#operate('retry_workflow', p, { by: p.by })
  }

  /**
   * A new run that has the history of another up to a step, and goes on from there: the step runs anew,
   * or gives the `output` that is passed. The other run stays as it is, whatever it is doing; what it had
   * done after that point, and messages that came to it, are not in the new one.
   * @throws InvalidInputError for a step that the run did not come to, or that ran beside others;
   *   WorkflowNotFoundError for a version that is not registered; IllegalMoveError
   * @example const fixed = await client.forkWorkflow({ runId, fromStep: 'charge', version: '2' })
   */
  async forkWorkflow(p: RunRef & ForkOptions): Promise<WorkflowRun> {
    if (p.input !== undefined) await this.#checkInput(p, p.input)
    return this.#run(await forkRun(this.session, this.starter.ids, p))
  }

  /**
   * Moves a run that no worker has at present to another version of its workflow. Code that does not fit
   * its history pauses it there, and it can be moved back.
   * @throws IllegalMoveError while a worker has it; WorkflowNotFoundError
   */
  async migrateWorkflow(p: RunRef & { toVersion: string; by?: string }): Promise<WorkflowRun> {
    return this.#operate('migrate_workflow', p, {
      to_version: checkName('toVersion', p.toVersion),
      by: p.by,
    })
  }

  /**
   * Takes a failure off the list of failures: somebody has dealt with it. A run that the engine paused is
   * cancelled; one that it paused among its undos ends without the others.
   * @throws IllegalMoveError for a run that is neither
   */
  async discardWorkflow(p: RunRef & { by?: string; reason?: string }): Promise<WorkflowRun> {
    return this.#operate('discard_workflow', p, { by: p.by, reason: p.reason })
  }

  /** The questions to people that are open, those of the oldest run first; 20 on a page. */
  async getApprovals(p: ApprovalFilter = {}): Promise<Page<Approval>> {
    return readApprovals(this.session, p)
  }

  /**
   * Answers a question; the run that asked goes on. The first answer counts.
   * @throws IllegalMoveError for a question that is not open any more; PermissionError for somebody who was
   *   not asked
   * @example await client.answerApproval({ approvalId, approved: true, by: 'grace' })
   */
  async answerApproval(p: ApprovalAnswerOptions): Promise<void> {
    await sendAnswer(this.session, p)
  }

  /**
   * Ends the wait that a run is in: with `data` as its message or poll result. A run that does not
   * wait stays as it is.
   */
  async fastForwardWorkflow(p: RunRef & { data?: unknown }): Promise<WorkflowRun> {
    const data = encodePayload(p.data, { what: 'the data of a fast-forward' })
    const options = this.session.options({ resource_id: p.resourceId })
    return this.#run(
      await runs.fastForwardRun(this.session.db, checkRunId(p.runId), data, options, p.tx),
    )
  }

  /** Waits for a run to end, however: true when it has, false when the time is over or the wait was aborted. */
  async awaitEnd(p: RunRef & WaitOptions): Promise<boolean> {
    return awaitEnd(await runNumber(this.session, checkRunId(p.runId)), p, this.results)
  }

  /** @throws WorkflowRunNotFoundError */
  async getRun<D extends Startable = Startable<unknown, unknown>>(
    p: RunRef,
  ): Promise<WorkflowRun<InputOf<D>, OutputOf<D>>> {
    return this.#operate('get_run', p) as Promise<WorkflowRun<InputOf<D>, OutputOf<D>>>
  }

  /**
   * Makes a schedule, or changes it: runs of a workflow are started at its times. Put again as it is, it goes
   * on where it was; with other times they are those after now.
   * @throws InvalidInputError, PayloadError, WorkflowNotFoundError, LimitError
   * @example const { nextRuns } = await client.putSchedule({ id: 'acme', workflowId: 'report', cron: '0 9 * * 1-5' })
   */
  async putSchedule(p: PutSchedule): Promise<Schedule> {
    await this.prepare()
    return putOne(this.session, p)
  }

  /**
   * Starts a run of a schedule now, whether it is paused or its last run has not ended; its times stay as they are.
   * @throws WorkflowRunNotFoundError for a schedule that is not there
   */
  async runSchedule(p: { id: string }): Promise<WorkflowRun> {
    return this.#run(await runOne(this.session, this.starter.ids, p))
  }

  /**
   * Runs, newest first, 20 on a page unless `limit` (at most 100) says otherwise. With `orderBy` those that have
   * that attribute, in its order; cursors of such pages are good for that order only.
   * @throws InvalidInputError for an attribute that is not declared, or a value of another type
   * @example await client.getRuns({ workflowId: 'order', attributes: { amount: { gte: 100 } }, orderBy: { attribute: 'amount', direction: 'desc' } })
   */
  async getRuns(
    p: RunFilter & PageRequest & { orderBy?: RunOrder } = {},
  ): Promise<Page<WorkflowRun>> {
    checkOptionNames('getRuns', p, listNames)
    const order_by = p.orderBy === undefined ? undefined : encodeOrder(p.orderBy)
    const places = new Map<WorkflowRun, string>()
    const fetch = async (page: object) => {
      const { runs: found, lastSeen } = await runs.getRuns(
        this.session.db,
        this.session.options({ ...encodeFilter(p), order_by, ...page }),
      )
      const items = found.map(({ run: json, place }) => {
        const run = this.#run(json)
        if (place !== null) places.set(run, place)
        return run
      })
      return { items, lastSeen }
    }
    return order_by ? readPage(p, fetch, cursorsOf(places)) : readPage(p, fetch)
  }

  /**
   * What happened to a run, in order; at most 1,000 entries at once, go on with `startingAfter`.
   */
  async getTimeline(
    p: RunRef & { startingAfter?: string | null; limit?: number },
  ): Promise<Page<TimelineEntry>> {
    return readTimelinePage(this.session, p)
  }

  /**
   * A run and how far it is: steps done, of those that the last completed run of its version took.
   */
  async checkProgress(p: RunRef): Promise<WorkflowRunProgress> {
    const runId = checkRunId(p.runId)
    const options = this.session.options({ resource_id: p.resourceId })
    const run = await this.#operate('get_run', p)
    const progress = await runs.checkProgress(this.session.db, runId, options, p.tx)
    return Object.assign(run, {
      completionPercentage: Number(progress.completion_percentage),
      totalSteps: progress.total_steps,
      completedSteps: progress.completed_steps,
    })
  }

  protected override async prepare(): Promise<void> {
    await this.#shared?.prepare()
  }

  /** What a start by name means: an engine knows its own definitions. */
  protected startable(workflow: Startable): Startable & { version?: string } {
    return this.#shared?.known?.(workflow) ?? workflow
  }

  async #operate(
    operation: Parameters<typeof runs.operateRun>[1],
    p: RunRef,
    more: object = {},
  ): Promise<WorkflowRun> {
    const options = this.session.options({ resource_id: p.resourceId, ...more })
    return this.#run(
      await runs.operateRun(this.session.db, operation, checkRunId(p.runId), options, p.tx),
    )
  }

  /** A new run is what it was made of; one that was there already is read. */
  async #started({ born, start }: Prepared, started: runs.Accepted, tx?: Tx): Promise<WorkflowRun> {
    if (started.kind === 'made') {
      const at = started.at.toISOString()
      const begins = start.delayMs === null ? null : started.at.getTime() + start.delayMs
      const starts_at = begins === null ? null : new Date(begins).toISOString()
      return this.#run({ ...born, starts_at, created_at: at, updated_at: at })
    }
    const [json] = await runs.readRuns(
      this.session.db,
      await this.session.tenant(),
      [started.run],
      tx,
    )
    return this.#run(json as runs.RunJson, true)
  }

  #run(json: runs.RunJson, existing = false): WorkflowRun {
    return makeRun(json, this.#verbs, existing)
  }

  /** A fork's input, where this process knows what its workflow takes. */
  async #checkInput(p: RunRef, input: unknown): Promise<void> {
    const { workflowId } = await this.#operate('get_run', p)
    await this.checkInputOf(workflowId, input)
  }

  protected override async checkInputOf(workflowId: string, input: unknown): Promise<void> {
    const workflow: Startable & Partial<Definition> = this.startable({ id: workflowId })
    const what = `the input of workflow "${workflowId}"`
    const inputs = workflow.defaults?.rules?.batch && Array.isArray(input) ? input : [input]
    for (const one of inputs)
      if (workflow.inputSchema) await validate(workflow.inputSchema, one, what)
    encodePayload(input, { what })
  }

  async #result(id: string, wait: WaitOptions): Promise<unknown> {
    const first = { id, run: await runNumber(this.session, id) }
    return awaitResult(first, wait, this.results, this.#looks)
  }
}

type EventByName = RunRef & {
  eventName: string
  data?: unknown
  dedupeId?: string
  options?: object
}
