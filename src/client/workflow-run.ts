import type { Signal } from '../definition/signal.ts'
import type { RunJson } from '../kernel/runs.ts'
import type { Duration } from '../model/duration.ts'
import type { RunFailure } from '../model/failure.ts'
import type { Json } from '../model/json.ts'
import type { RunEvent, RunEventName } from '../model/run-event.ts'
import type { WorkflowStatus } from '../model/status.ts'
import type { EventsOptions, LiveSource } from './follow/live-source.ts'
import { RunEmitter } from './follow/run-emitter.ts'
import { FollowedStep, type RunStep } from './follow/run-step.ts'
import { type StreamOptions, streamChunks } from './follow/stream-chunks.ts'
import type { TimelineEntry } from './timeline.ts'

/**
 * Why a run is paused: a person asked, or the engine cannot go on (`failure` says why), or
 * step.pause.
 */
export type PauseReason = NonNullable<RunJson['reason']>

/** A run: a snapshot with verbs. `JSON.stringify` gives the data alone. */
// biome-ignore lint/suspicious/noExplicitAny: what a definition leaves open is any
export interface WorkflowRun<I = unknown, O = unknown, Steps = any> {
  readonly id: string
  readonly workflowId: string
  readonly version: string
  readonly status: WorkflowStatus
  readonly reason: PauseReason | null
  /** `undoing`: it has failed or was cancelled, and its completed steps are undone before it ends. */
  readonly phase: 'undoing' | null
  readonly queue: string
  readonly priority: number
  readonly resourceId: string | null
  readonly idempotencyKey: string | null
  readonly parentId: string | null
  readonly retriedFrom: string | null
  readonly forkedFrom: string | null
  /** Of a fork: the step from which it went on. */
  readonly forkedAt: string | null
  /** Of a run that a schedule started: its id, and for which of its times. */
  readonly scheduleId: string | null
  readonly scheduledFor: Date | null
  /** Of a run that goes on where another ended by step.continueAsNew: that one. */
  readonly continuedFrom: string | null
  /** Of one that ended so: the run that goes on. It is completed, and its `result()` is that of the last. */
  readonly continuedAs: string | null
  readonly input: I
  readonly output: O | null
  readonly error: string | null
  readonly failure: RunFailure | null
  /** What it published by step.set, by name. */
  readonly state: Record<string, Json>
  readonly tags: string[]
  /** As they are now: those of its start, and what step.setAttributes set. */
  readonly attributes: Record<string, Json>
  readonly currentStepId: string | null
  /** Of a delayed start: when it may begin. */
  readonly startsAt: Date | null
  /** What ends its waits: the signal of that name, or the event of that name and key, or the time. */
  readonly waits: { stepId: string; event: string | null; key?: string; until: Date | null }[]
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly pausedAt: Date | null
  readonly resumedAt: Date | null
  readonly completedAt: Date | null
  readonly timeoutAt: Date | null
  readonly retryCount: number
  readonly maxRetries: number
  readonly '~steps'?: Steps
  /**
   * Of a start: the run was there already, under the same key or id; else false. As it tells of the
   * start and not of the run, `JSON.stringify` leaves it out.
   */
  readonly existing: boolean
  /**
   * The output, when the run has completed; of one that continued as new, when the last of them has.
   * @throws RunFailedError, RunCancelledError; TimeoutError if it was given a `timeout` (ms, '30 s')
   */
  result(options?: WaitOptions): Promise<O>
  /** Until the run has one of these statuses. Rejects at once when it ends otherwise. */
  waitForStatus(
    status: WorkflowStatus | WorkflowStatus[],
    options?: StatusWaitOptions,
  ): Promise<WorkflowRun<I, O, Steps>>
  /** The run as it is now. */
  refresh(): Promise<WorkflowRun<I, O, Steps>>
  /**
   * Calls back with each event of that kind, in order, from the run's start on: also with those that have been. It follows
   * the run until that has ended, or the last listener is gone.
   * @returns the unsubscribe
   * @example run.on('step:completed', ({ stepId, output }) => console.log(stepId, output))
   */
  on<E extends RunEventName>(event: E, listener: (event: RunEvent) => void): () => void
  /**
   * What happens to it, in order, until it has ended. Rows of its history come once each, whatever happens to connections
   * and processes: go on with `after`, the id of the last event that you have.
   * @throws InvalidInputError for an `after` that is not of this run
   * @example for await (const { type, stepId } of run.events()) console.log(type, stepId)
   */
  events(options?: EventsOptions): AsyncIterable<RunEvent>
  /**
   * The chunks of a step (step.stream, ctx.write), as they come, until the step has ended.
   * @throws StepFailedError, RunFailedError, RunCancelledError
   * @example for await (const token of run.stream('answer')) process.stdout.write(token)
   */
  stream<T = string>(stepId: string, options?: StreamOptions): AsyncIterable<T>
  /** A step of it, which is kept up to date from now on until the run has ended. */
  step<K extends keyof Steps & string>(slug: K): RunStep<Steps[K]>
  /** Whether something was heard of a step: it has begun, was skipped or has ended. Of a run that is followed. */
  hasStep(slug: string): boolean
  /** Sends it a message. */
  signal<T>(signal: Signal<T>, data: NoInfer<T>): Promise<void>
  signal(eventName: string, data?: unknown): Promise<void>
  pause(): Promise<WorkflowRun<I, O, Steps>>
  resume(): Promise<WorkflowRun<I, O, Steps>>
  /** Ends it; completed steps are undone first, where they have undos. */
  cancel(reason?: string): Promise<WorkflowRun<I, O, Steps>>
  /** Ends it at once, without undos. */
  terminate(reason?: string): Promise<WorkflowRun<I, O, Steps>>
  /** A new run that goes on from the failure of this one. */
  retry(): Promise<WorkflowRun<I, O, Steps>>
  /** A new run that has the history of this one up to a step, and goes on from there. */
  fork(options: ForkOptions): Promise<WorkflowRun<I, O, Steps>>
  /** Ends the wait that it is in. */
  fastForward(data?: unknown): Promise<WorkflowRun<I, O, Steps>>
  /** The runs that it started. */
  children(): Promise<WorkflowRun[]>
  /** What happened to it, in order. */
  timeline(): Promise<TimelineEntry[]>
}

/** From where a fork goes on, and what is to be other there. */
export type ForkOptions = {
  /** The step, as the timeline shows it; of a map its own id. It runs anew, unless `output` is given. */
  fromStep: string
  /** Of the new run; default: that of the old one. */
  input?: unknown
  /** What the step gives: it does not run. Of a wait: its message. */
  output?: unknown
  /** Default: that of the old run. */
  version?: string
  by?: string
}

export type WaitOptions = { timeout?: Duration; signal?: AbortSignal }
/** `timeoutMs` is another name of `timeout`. */
export type StatusWaitOptions = WaitOptions & { timeoutMs?: number }

/** What a run object asks its client for. */
export interface RunVerbs {
  result(id: string, options: WaitOptions): Promise<unknown>
  waitForStatus(
    run: WorkflowRun,
    statuses: WorkflowStatus[],
    options: StatusWaitOptions,
  ): Promise<WorkflowRun>
  getRun(p: { runId: string }): Promise<WorkflowRun>
  triggerEvent(p: { runId: string; eventName: string; data?: unknown }): Promise<WorkflowRun>
  sendSignal(signal: Signal, data: unknown, p: { runId: string }): Promise<WorkflowRun>
  pauseWorkflow(p: { runId: string }): Promise<WorkflowRun>
  resumeWorkflow(p: { runId: string }): Promise<WorkflowRun>
  cancelWorkflow(p: { runId: string; reason?: string }): Promise<WorkflowRun>
  terminateWorkflow(p: { runId: string; reason?: string }): Promise<WorkflowRun>
  retryWorkflow(p: { runId: string }): Promise<WorkflowRun>
  forkWorkflow(p: { runId: string } & ForkOptions): Promise<WorkflowRun>
  fastForwardWorkflow(p: { runId: string; data?: unknown }): Promise<WorkflowRun>
  children(id: string): Promise<WorkflowRun[]>
  timeline(id: string): Promise<TimelineEntry[]>
  readonly live: LiveSource
}

/** A run object of what the kernel says. @param existing a start found it there */
export function makeRun(json: RunJson, client: RunVerbs, existing: boolean): WorkflowRun {
  return new RunSnapshot(json, client, existing)
}

/** Verbs are on the prototype: what is the run's own is its data, for console.log and JSON alike. */
class RunSnapshot implements WorkflowRun {
  readonly id: string
  readonly workflowId: string
  readonly version: string
  readonly status: WorkflowStatus
  readonly reason: PauseReason | null
  readonly phase: 'undoing' | null
  readonly queue: string
  readonly priority: number
  readonly resourceId: string | null
  readonly idempotencyKey: string | null
  readonly parentId: string | null
  readonly retriedFrom: string | null
  readonly forkedFrom: string | null
  readonly forkedAt: string | null
  readonly scheduleId: string | null
  readonly scheduledFor: Date | null
  readonly continuedFrom: string | null
  readonly continuedAs: string | null
  readonly input: unknown
  readonly output: unknown
  readonly error: string | null
  readonly failure: RunFailure | null
  readonly state: Record<string, Json>
  readonly tags: string[]
  readonly attributes: Record<string, Json>
  readonly currentStepId: string | null
  readonly startsAt: Date | null
  readonly waits: WorkflowRun['waits']
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly pausedAt: Date | null
  readonly resumedAt: Date | null
  readonly completedAt: Date | null
  readonly timeoutAt: Date | null
  readonly retryCount: number
  readonly maxRetries: number
  readonly #client: RunVerbs
  readonly #existing: boolean
  #emitter: RunEmitter | null = null
  /** Steps of which something was heard. */
  readonly #heard = new Set<string>()
  readonly #steps = new Map<string, FollowedStep>()

  constructor(json: RunJson, client: RunVerbs, existing: boolean) {
    this.id = json.id
    this.workflowId = json.workflow_id
    this.version = json.version
    this.status = json.status
    this.reason = json.reason
    this.phase = json.phase
    this.queue = json.queue
    this.priority = json.priority
    this.resourceId = json.resource_id
    this.idempotencyKey = json.idempotency_key
    this.parentId = json.parent_id
    this.retriedFrom = json.retried_from
    this.forkedFrom = json.forked_from
    this.forkedAt = json.forked_at
    this.scheduleId = json.schedule_id
    this.scheduledFor = date(json.scheduled_for)
    this.continuedFrom = json.continued_from
    this.continuedAs = json.continued_as
    this.input = json.input ?? undefined
    this.output = json.output ?? null
    this.failure = json.failure as RunFailure | null
    this.error = this.failure?.message ?? null
    this.state = json.state as Record<string, Json>
    this.tags = json.tags
    this.attributes = json.attributes as Record<string, Json>
    this.currentStepId = json.current_step_id
    this.startsAt = date(json.starts_at)
    this.waits = json.waits.map(readWait)
    this.createdAt = new Date(json.created_at)
    this.updatedAt = new Date(json.updated_at)
    this.pausedAt = date(json.paused_at)
    this.resumedAt = date(json.resumed_at)
    this.completedAt = date(json.completed_at)
    this.timeoutAt = date(json.timeout_at)
    this.retryCount = json.retry_count
    this.maxRetries = json.max_retries
    this.#client = client
    this.#existing = existing
  }

  get existing(): boolean {
    return this.#existing
  }

  result(options: WaitOptions = {}): Promise<unknown> {
    return this.#client.result(this.id, options)
  }

  waitForStatus(
    status: WorkflowStatus | WorkflowStatus[],
    options: StatusWaitOptions = {},
  ): Promise<WorkflowRun> {
    return this.#client.waitForStatus(this, [status].flat(), options)
  }

  refresh(): Promise<WorkflowRun> {
    return this.#client.getRun({ runId: this.id })
  }

  on(event: string, listener: (event: RunEvent) => void): () => void {
    return this.#events.on(event, listener)
  }

  /** Who comes late is told all from the start, too: by a reader of their own. */
  get #events(): RunEmitter {
    if (this.#emitter === null || this.#emitter.begun)
      this.#emitter = new RunEmitter(this.#client.live, this.id, this.#heard)
    return this.#emitter
  }

  events(options: EventsOptions = {}): AsyncIterable<RunEvent> {
    return this.#client.live.events(this.id, options)
  }

  stream<T>(stepId: string, options: StreamOptions = {}): AsyncIterable<T> {
    return streamChunks(this.#client.live, this.id, stepId, options) as AsyncIterable<T>
  }

  step<T>(slug: string): RunStep<T> {
    const step = this.#steps.get(slug) ?? new FollowedStep(slug, this.#events)
    this.#steps.set(slug, step)
    return step as RunStep<T>
  }

  hasStep(slug: string): boolean {
    if (this.#emitter === null) this.step(slug)
    return this.#heard.has(slug)
  }

  async signal(event: string | Signal, data?: unknown): Promise<void> {
    if (typeof event === 'string')
      await this.#client.triggerEvent({ runId: this.id, eventName: event, data })
    else await this.#client.sendSignal(event, data, { runId: this.id })
  }

  pause(): Promise<WorkflowRun> {
    return this.#client.pauseWorkflow({ runId: this.id })
  }

  resume(): Promise<WorkflowRun> {
    return this.#client.resumeWorkflow({ runId: this.id })
  }

  cancel(reason?: string): Promise<WorkflowRun> {
    const why = reason === undefined ? {} : { reason }
    return this.#client.cancelWorkflow({ runId: this.id, ...why })
  }

  terminate(reason?: string): Promise<WorkflowRun> {
    const why = reason === undefined ? {} : { reason }
    return this.#client.terminateWorkflow({ runId: this.id, ...why })
  }

  retry(): Promise<WorkflowRun> {
    return this.#client.retryWorkflow({ runId: this.id })
  }

  fork(options: ForkOptions): Promise<WorkflowRun> {
    return this.#client.forkWorkflow({ runId: this.id, ...options })
  }

  fastForward(data?: unknown): Promise<WorkflowRun> {
    return this.#client.fastForwardWorkflow({ runId: this.id, data })
  }

  children(): Promise<WorkflowRun[]> {
    return this.#client.children(this.id)
  }

  timeline(): Promise<TimelineEntry[]> {
    return this.#client.timeline(this.id)
  }
}

function readWait({ step_id, event, key, until }: RunJson['waits'][number]) {
  return { stepId: step_id, event, ...(key === undefined ? {} : { key }), until: date(until) }
}

function date(text: string | null): Date | null {
  return text === null ? null : new Date(text)
}
