import type { Definition, InputOf, OutputOf } from '../../definition/definition.ts'
import { isSignal, type Signal } from '../../definition/signal.ts'
import type { Startable } from '../../definition/startable.ts'
import { checkOptionNames } from '../../model/options.ts'
import { validate } from '../../model/schema.ts'
import { checkNamed } from '../event-by-name.ts'
import type { FeedEvent } from '../follow/feed-reader.ts'
import type { FeedOptions } from '../follow/live-source.ts'
import type { LogFilter, LogLine } from '../logs.ts'
import type { Page, PageRequest } from '../page.ts'
import { checkRunId, listNames, type RunFilter, type RunOrder } from '../run-filter.ts'
import { byName, checkStartable, isByName, type StartByName } from '../start-by-name.ts'
import type { StartOptions } from '../start-options.ts'
import type { TimelineEntry } from '../timeline.ts'
import { readWholeTimeline } from '../whole-timeline.ts'
import type { RunRef, WorkflowRunProgress } from '../workflow-client.ts'
import { type ForkOptions, makeRun, type RunVerbs, type WorkflowRun } from '../workflow-run.ts'
import type { Shapes } from './api.ts'
import { filterQuery, orderQuery, pageQuery } from './filter.ts'
import { HttpLive } from './live.ts'
import { camel } from './names.ts'
import { readFailure, readRun } from './run-json.ts'
import { refuseTx, startBody } from './start-body.ts'
import {
  type Answered,
  drawKey,
  type Given,
  type HttpClientOptions,
  type OperationName,
  type Sending,
  Transport,
} from './transport.ts'
import { awaitResult, awaitStatus } from './waits.ts'

/** Verbs of single runs whose answer is the run. */
type Verb = 'pauseRun' | 'resumeRun' | 'cancelRun' | 'terminateRun' | 'discardRun' | 'retryRun'

/** A page of a list, as it is sent. */
type PageBody<T> = Omit<Answered<'getRuns'>, 'data'> & { data: readonly T[] }

/** Starts, moves and reads runs over HTTP. */
export abstract class HttpRuns {
  protected readonly transport: Transport
  readonly #live: HttpLive
  readonly #verbs: RunVerbs

  /** @throws InvalidInputError */
  constructor(options: HttpClientOptions) {
    this.transport = new Transport(options)
    this.#live = new HttpLive(this.transport)
    this.#verbs = {
      result: (id, wait) =>
        awaitResult(id, { ...wait, signal: this.transport.until(wait.signal) }, (run, ms, signal) =>
          this.#ask(run, ms, signal),
        ),
      waitForStatus: (run, statuses, wait) => awaitStatus(run, statuses, wait, this.#live),
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
      live: this.#live,
    }
  }

  /** Ends streams and requests that wait, with UnavailableError; runs go on. */
  close(): void {
    this.transport.close()
  }

  /**
   * Starts a run. It is durable when this resolves, and is started once, however often the request had to be sent: the
   * key that it was sent with becomes the run's `idempotencyKey`, unless it was given one.
   * @throws InvalidInputError, also (MR003) for a `tx`; PayloadError, WorkflowNotFoundError, IdempotencyConflictError
   * @example const run = await client.startWorkflow({ workflowId: 'order', input: { orderId: 7 } })
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
    const { body, key } = await this.startOf(call.workflow, call.input, call.options)
    const { id: workflow_id } = call.workflow
    const answer = await this.transport.call(
      'startRun',
      { body: { workflow_id, ...body } },
      { key },
    )
    return this.started(answer, key)
  }

  /** Starts up to 1,000 runs in one request, all or none. That one was there already is not told: `existing` is false. */
  async startWorkflows<I, O, St>(
    workflow: Startable<I, O, St>,
    inputs: readonly { input: NoInfer<I>; options?: Omit<StartOptions, 'tx'> }[],
    options: { tx?: unknown } = {},
  ): Promise<WorkflowRun<I, O, St>[]> {
    checkStartable(workflow)
    refuseTx('startWorkflows', options)
    const starts = await Promise.all(
      inputs.map((one) => this.startOf(workflow, one.input, one.options)),
    )
    const { body } = await this.transport.call('startRuns', {
      body: { workflow_id: workflow.id, runs: starts.map((one) => one.body) },
    })
    return body.data.map((run) => this.run(run)) as WorkflowRun<I, O, St>[]
  }

  /** What is sent of a start, and the key of its request. */
  protected async startOf(workflow: Startable, input: unknown, options?: StartOptions) {
    const { inputSchema, id } = workflow
    if (inputSchema) await validate(inputSchema, input, `the input of workflow "${id}"`)
    const own = (workflow as Partial<Definition>).version
    const body = { input, ...(await startBody(options)) }
    return { body: { ...body, version: body.version ?? own }, key: drawKey() }
  }

  /** Whether it was there before is said by the status; but not where it was this request that made it. */
  protected started(answer: { body: Shapes['Run']; status: number }, key: string): WorkflowRun {
    const existing = answer.status === 200 && answer.body.idempotency_key !== key
    return this.run(answer.body, existing)
  }

  /**
   * Sends a message to a run: buffered until the run waits for it, consumed once. The same `dedupeId` again changes
   * nothing.
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
    first: Signal | (RunRef & { eventName: string; data?: unknown; dedupeId?: string }),
    given?: unknown,
    ref?: RunRef & { dedupeId?: string },
  ): Promise<WorkflowRun> {
    const how = (event: string) =>
      `triggerEvent({ runId, eventName: ${event}, data }), or triggerEvent(signal, data, { runId }) with what defineSignal makes`
    const p = isSignal(first)
      ? { ...(ref as RunRef & { dedupeId?: string }), eventName: first.name, data: given }
      : checkNamed('triggerEvent', first, how)
    if (isSignal(first) && first.schema)
      await validate(first.schema, p.data, `the data of signal "${first.name}"`)
    const body = { event_name: p.eventName, data: p.data, dedupe_id: p.dedupeId }
    return this.#moved('signalRun', { ...refOf('triggerEvent', p), body })
  }

  /** Stops a run until `resumeWorkflow`. A step that runs is not interrupted. @throws IllegalMoveError */
  async pauseWorkflow(p: RunRef & { reason?: string; by?: string }): Promise<WorkflowRun> {
    return this.#verb('pauseRun', p, { reason: p.reason, by: p.by })
  }

  /** Lets a paused run go on. @throws IllegalMoveError if it is not paused */
  async resumeWorkflow(p: RunRef & { by?: string; options?: object }): Promise<WorkflowRun> {
    return this.#verb('resumeRun', p, { by: p.by })
  }

  /** Ends a run; completed steps are undone first, where they have undos. Again: no change. @throws IllegalMoveError */
  async cancelWorkflow(p: RunRef & { reason?: string; by?: string }): Promise<WorkflowRun> {
    return this.#verb('cancelRun', p, { reason: p.reason, by: p.by })
  }

  /** Ends a run at once, as cancelled, without the undos of its steps. @throws IllegalMoveError */
  async terminateWorkflow(p: RunRef & { reason?: string; by?: string }): Promise<WorkflowRun> {
    return this.#verb('terminateRun', p, { reason: p.reason, by: p.by })
  }

  /** Takes a failure off the list of failures: somebody has dealt with it. @throws IllegalMoveError */
  async discardWorkflow(p: RunRef & { by?: string; reason?: string }): Promise<WorkflowRun> {
    return this.#verb('discardRun', p, { reason: p.reason, by: p.by })
  }

  /** A new run that goes on from the failure of a failed one: no completed step runs again. @throws IllegalMoveError */
  async retryWorkflow(p: RunRef & { by?: string }): Promise<WorkflowRun> {
    return this.#verb('retryRun', p, { by: p.by })
  }

  /**
   * A new run that has the history of another up to a step, and goes on from there: the step runs anew, or gives the
   * `output` that is passed.
   * @throws InvalidInputError for a step that the run did not come to; WorkflowNotFoundError; IllegalMoveError
   */
  async forkWorkflow(p: RunRef & ForkOptions): Promise<WorkflowRun> {
    const { fromStep: from_step, input, output, version, by } = p
    return this.#moved('forkRun', {
      ...refOf('forkWorkflow', p),
      body: { from_step, input, output, version, by },
    })
  }

  /** Moves a run that no worker has at present to another version of its workflow. @throws IllegalMoveError */
  async migrateWorkflow(p: RunRef & { toVersion: string; by?: string }): Promise<WorkflowRun> {
    const body = { to_version: p.toVersion, by: p.by }
    return this.#moved('migrateRun', { ...refOf('migrateWorkflow', p), body })
  }

  /** Ends the wait that a run is in: with `data` as its message or poll result. */
  async fastForwardWorkflow(p: RunRef & { data?: unknown }): Promise<WorkflowRun> {
    return this.#moved('fastForwardRun', {
      ...refOf('fastForwardWorkflow', p),
      body: { data: p.data },
    })
  }

  /** @throws WorkflowRunNotFoundError */
  async getRun<D extends Startable = Startable<unknown, unknown>>(
    p: RunRef,
  ): Promise<WorkflowRun<InputOf<D>, OutputOf<D>>> {
    const { body } = await this.transport.call('getRun', refOf('getRun', p))
    return this.run(body) as WorkflowRun<InputOf<D>, OutputOf<D>>
  }

  /** A page of runs, newest first, or in the order of an attribute. @throws InvalidInputError */
  async getRuns(
    p: RunFilter & PageRequest & { orderBy?: RunOrder } = {},
  ): Promise<Page<WorkflowRun>> {
    checkOptionNames('getRuns', p, listNames)
    const query = { ...filterQuery(p), ...orderQuery(p.orderBy), ...pageQuery(p) }
    const { body } = await this.transport.call('getRuns', { query })
    return this.page(body, (run) => this.run(run))
  }

  /** What happened to a run, in order; at most 1,000 entries at once, go on with `startingAfter`. */
  async getTimeline(
    p: RunRef & { startingAfter?: string | null; limit?: number },
  ): Promise<Page<TimelineEntry>> {
    const { params, query } = refOf('getTimeline', p)
    const given = {
      params,
      query: { ...query, limit: p.limit, starting_after: p.startingAfter ?? undefined },
    }
    const { body } = await this.transport.call('getTimeline', given)
    return this.page(body, readEntry)
  }

  /** A run and how far it is: steps done, of those that the last completed run of its version took. */
  async checkProgress(p: RunRef): Promise<WorkflowRunProgress> {
    const { body } = await this.transport.call('getProgress', refOf('checkProgress', p))
    return Object.assign(this.run(body.run), {
      completionPercentage: body.completion_percentage,
      totalSteps: body.total_steps,
      completedSteps: body.completed_steps,
    })
  }

  /** What the handlers of a run logged, the oldest first, 20 on a page. */
  async getLogs(p: LogFilter): Promise<Page<LogLine>> {
    const { params, query } = refOf('getLogs', p)
    const more = { step_id: p.stepId, level: p.level, limit: p.limit }
    const { body } = await this.transport.call('getLogs', {
      params,
      query: { ...query, ...more, starting_after: p.startingAfter ?? undefined },
    })
    return this.page(body, (line) => camel<LogLine>(line, { opaque: ['fields'] }))
  }

  /**
   * What happens to the runs of the tenant, or of a workflow: at least once, of each run in order, from now on or after
   * an event of before. It goes on until its signal, or until the client is closed.
   */
  followRuns(options: FeedOptions = {}): AsyncIterable<FeedEvent> {
    checkOptionNames('followRuns', options, { after: true, signal: true, workflowId: true })
    return this.#live.feed(options)
  }

  /** A run object of what was answered. */
  protected run(body: Shapes['Run'], existing = false): WorkflowRun {
    return makeRun(readRun(body), this.#verbs, existing)
  }

  protected page<T, I>(body: PageBody<T>, read: (item: T) => I): Page<I> {
    return {
      items: body.data.map(read),
      nextCursor: body.next_cursor,
      prevCursor: body.prev_cursor,
      hasMore: body.has_more,
      hasPrev: body.has_prev,
    }
  }

  async #verb(
    name: Verb,
    p: RunRef,
    body: { reason?: string | undefined; by?: string | undefined },
  ) {
    return this.#moved(name, { ...refOf(name, p), body })
  }

  async #moved<N extends OperationName>(name: N, given: Given<N>): Promise<WorkflowRun> {
    const { body } = await this.transport.call(name, given)
    return this.run(body as Shapes['Run'])
  }

  /** The run as it is when it has ended, or after so long. */
  async #ask(id: string, waitMs: number, signal: AbortSignal): Promise<WorkflowRun> {
    const sending: Sending = { signal, timeoutMs: waitMs + 15_000 }
    const given = { params: { id: checkRunId(id) }, query: { wait: `${waitMs} ms` } }
    const { body } = await this.transport.call('getRun', given, sending)
    return this.run(body)
  }
}

/** Which run, as operations take it. @throws InvalidInputError */
export function refOf(
  what: string,
  p: RunRef,
): {
  params: { id: string }
  query: { resource_id?: string | undefined }
} {
  refuseTx(what, p)
  return { params: { id: checkRunId(p.runId) }, query: { resource_id: p.resourceId } }
}

function readEntry(entry: Shapes['TimelineEntry']): TimelineEntry {
  const { failure } = entry
  const read = camel<TimelineEntry>(entry, { opaque: ['output'], instants: ['timestamp'] })
  return {
    ...read,
    output: (entry.output ?? undefined) as TimelineEntry['output'],
    failure: failure && readFailure(failure),
  }
}
