import type { Definition, InputOf, OutputOf } from '../definition/definition.ts'
import type { Startable } from '../definition/startable.ts'
import type { Tx } from '../kernel/database.ts'
import * as definitions from '../kernel/definitions.ts'
import * as runs from '../kernel/runs.ts'
import * as workers from '../kernel/workers.ts'
import { InvalidInputError } from '../model/errors.ts'
import { toIso } from '../model/instant.ts'
import { encodePayload } from '../model/json.ts'
import { MAX_KEY } from '../model/limits.ts'
import { checkName, checkText } from '../model/names.ts'
import { checkOptionNames } from '../model/options.ts'
import { decodeRunId, isUuid } from '../model/run-id.ts'
import type { WorkflowStatus } from '../model/status.ts'
import { describeValue } from '../model/text.ts'
import { type Page, type PageRequest, readPage } from './page.ts'
import { Results } from './results.ts'
import { awaitResult, awaitStatus } from './run-waits.ts'
import { Session, type SessionOptions } from './session.ts'
import { type Prepared, Starter, type StartOptions, startOptionNames } from './starter.ts'
import { readTimeline, type TimelineEntry } from './timeline.ts'
import { makeRun, type RunVerbs, type WaitOptions, type WorkflowRun } from './workflow-run.ts'

/** Which run. A run of another resource than `resourceId` is not found. */
export type RunRef = { runId: string; resourceId?: string; tx?: Tx }

/** Which runs. */
export type RunFilter = {
  workflowId?: string
  version?: string
  statuses?: WorkflowStatus[]
  resourceId?: string
  /** All of them. */
  tags?: string[]
  queue?: string
  parentId?: string
  createdAfter?: Date | string
  createdBefore?: Date | string
}

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
export class WorkflowClient {
  protected readonly session: Session
  protected readonly starter: Starter
  protected readonly results: Results
  readonly #verbs: RunVerbs

  /** @throws InvalidInputError unless exactly one of connectionString and pool is given */
  constructor(options: WorkflowClientOptions) {
    this.session = new Session(options)
    this.starter = new Starter(this.session)
    this.results = new Results(this.session, this.starter.ids)
    this.#verbs = {
      result: (id, wait) => this.#result(id, wait),
      waitForStatus: (run, statuses, wait) =>
        awaitStatus(run, statuses, wait, this.results, (id) => this.#number(id)),
      getRun: (p) => this.getRun(p) as Promise<WorkflowRun>,
      triggerEvent: (p) => this.triggerEvent(p),
      pauseWorkflow: (p) => this.pauseWorkflow(p),
      resumeWorkflow: (p) => this.resumeWorkflow(p),
      cancelWorkflow: (p) => this.cancelWorkflow(p),
      retryWorkflow: (p) => this.retryWorkflow(p),
      fastForwardWorkflow: (p) => this.fastForwardWorkflow(p),
      children: async (parentId) => (await this.getRuns({ parentId, limit: 100 })).items,
      timeline: (runId) => this.#timeline(runId),
    }
  }

  /**
   * Connects, so that a wrong connection shows now.
   * @throws UnavailableError, SchemaVersionError
   */
  async start(): Promise<void> {
    await this.session.tenant()
  }

  /** Closes its connections; a pool that it was given stays open. */
  async stop(): Promise<void> {
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
  async triggerEvent(
    p: RunRef & { eventName: string; data?: unknown; dedupeId?: string; options?: object },
  ): Promise<WorkflowRun> {
    const name = checkName('eventName', p.eventName)
    const data = encodePayload(p.data, { what: `the data of signal "${name}"` })
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
   * Ends a run: no attempt of it starts after this. Again: no change.
   * @throws IllegalMoveError if it ended otherwise
   */
  async cancelWorkflow(p: RunRef & { reason?: string; by?: string }): Promise<WorkflowRun> {
    return this.#operate('cancel_workflow', p, { reason: p.reason, by: p.by })
  }

  /**
   * A new run that goes on from the failure of a failed one: no completed step runs again.
   * @throws IllegalMoveError
   */
  async retryWorkflow(p: RunRef & { by?: string }): Promise<WorkflowRun> {
    return this.#operate('retry_workflow', p, { by: p.by })
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

  /** @throws WorkflowRunNotFoundError */
  async getRun<D extends Startable = Startable<unknown, unknown>>(
    p: RunRef,
  ): Promise<WorkflowRun<InputOf<D>, OutputOf<D>>> {
    return this.#operate('get_run', p) as Promise<WorkflowRun<InputOf<D>, OutputOf<D>>>
  }

  /** Runs, newest first, 20 on a page unless `limit` (at most 100) says otherwise. */
  async getRuns(p: RunFilter & PageRequest = {}): Promise<Page<WorkflowRun>> {
    return readPage(p, async (page) => {
      const { createdAfter, createdBefore } = p
      const { runs: found, lastSeen } = await runs.getRuns(
        this.session.db,
        this.session.options({
          workflow_id: p.workflowId,
          version: p.version,
          statuses: p.statuses,
          resource_id: p.resourceId,
          tags: p.tags?.length ? p.tags : undefined,
          queue: p.queue,
          parent_id: p.parentId === undefined ? undefined : checkRunId(p.parentId),
          created_after: createdAfter === undefined ? undefined : toIso(createdAfter),
          created_before: createdBefore === undefined ? undefined : toIso(createdBefore),
          ...page,
        }),
      )
      return { items: found.map((json) => this.#run(json)), lastSeen }
    })
  }

  /**
   * What happened to a run, in order; at most 1,000 entries at once, go on with `startingAfter`.
   */
  async getTimeline(
    p: RunRef & { startingAfter?: string | null; limit?: number },
  ): Promise<Page<TimelineEntry>> {
    const limit = Math.min(p.limit ?? 1000, 1000)
    const options = this.session.options({
      resource_id: p.resourceId,
      after: p.startingAfter,
      limit: limit + 1,
    })
    const entries = readTimeline(
      await runs.getTimeline(this.session.db, checkRunId(p.runId), options, p.tx),
    )
    const hasMore = entries.length > limit
    const items = entries.slice(0, limit)
    return {
      items,
      hasMore,
      nextCursor: hasMore ? (items.at(-1)?.seq ?? null) : null,
      hasPrev: p.startingAfter != null,
      prevCursor: null,
    }
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

  /**
   * The registered workflow versions, with their live runs and the living workers that have them.
   */
  async getWorkflows(): Promise<
    { id: string; version: string; kind: Definition['kind']; live: number; workers: number }[]
  > {
    const rows = await definitions.getWorkflows(this.session.db, this.session.options())
    return rows as {
      id: string
      version: string
      kind: Definition['kind']
      live: number
      workers: number
    }[]
  }

  /** The worker processes, and the steps that have run for long there. */
  async getWorkers(): Promise<
    {
      id: string
      host: string
      pid: number
      queues: string[] | null
      workflows: { id: string; version: string }[]
      startedAt: Date
      leaseUntil: Date
      running: { runId: string; stepId: string; since: Date }[]
    }[]
  > {
    const rows = await workers.getWorkers(this.session.db, this.session.options())
    return rows
      .filter((row) => row.alive)
      .map((row) => ({
        id: row.id,
        host: row.info.host,
        pid: row.info.pid,
        queues: row.info.queues === null ? null : [...row.info.queues],
        workflows: row.info.workflows.map(([id, version]) => ({ id, version })),
        startedAt: row.started_at,
        leaseUntil: row.lease_until,
        running: (row.running ?? []).map(({ run, step, since }) => ({
          runId: run,
          stepId: step,
          since: new Date(since),
        })),
      }))
  }

  /** Before a start: an engine makes its definitions known. */
  protected async prepare(): Promise<void> {}

  /** What a start by name means: an engine knows its own definitions. */
  protected startable(workflow: Startable): Startable & { version?: string } {
    return workflow
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

  async #number(id: string): Promise<string> {
    const ours = decodeRunId(id)
    if (ours) return String(ours.id)
    return runs.findRun(this.session.db, await this.session.tenant(), id)
  }

  async #result(id: string, wait: WaitOptions): Promise<unknown> {
    return awaitResult(id, await this.#number(id), wait, this.results, () =>
      this.getRun({ runId: id }),
    )
  }

  async #timeline(runId: string): Promise<TimelineEntry[]> {
    const all: TimelineEntry[] = []
    for (let startingAfter: string | null = null; ; ) {
      const page: Page<TimelineEntry> = await this.getTimeline({ runId, startingAfter })
      all.push(...page.items)
      startingAfter = page.nextCursor
      if (startingAfter === null) return all
    }
  }
}

type StartByName = { workflowId: string; input: unknown; options?: StartOptions } & StartOptions

function isByName(first: unknown): first is StartByName {
  return typeof first === 'object' && first !== null && 'workflowId' in first
}

function checkStartable(workflow: unknown): void {
  if (typeof (workflow as Startable | null | undefined)?.id === 'string') return
  throw new InvalidInputError(
    'startWorkflow was given no workflow. Give a definition or reference and its input, or { workflowId, input }.',
  )
}

function byName(p: StartByName): { workflow: Startable; input: unknown; options: StartOptions } {
  const { workflowId, input, options, ...rest } = p
  return { workflow: { id: workflowId }, input, options: { ...options, ...rest } }
}

function checkRunId(runId: string): string {
  if (typeof runId === 'string' && isUuid(runId)) return runId
  throw new InvalidInputError(
    `runId ${describeValue(runId)} is not a UUID. Give the id of a run as startWorkflow returned it.`,
  )
}
