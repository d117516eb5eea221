import type { RunJson } from '../kernel/runs.ts'
import type { Duration } from '../model/duration.ts'
import type { RunFailure } from '../model/failure.ts'
import type { Json } from '../model/json.ts'
import type { WorkflowStatus } from '../model/status.ts'
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
  readonly queue: string
  readonly priority: number
  readonly resourceId: string | null
  readonly idempotencyKey: string | null
  readonly parentId: string | null
  readonly retriedFrom: string | null
  readonly input: I
  readonly output: O | null
  readonly error: string | null
  readonly failure: RunFailure | null
  readonly tags: string[]
  readonly attributes: Record<string, Json>
  readonly currentStepId: string | null
  /** Of a delayed start: when it may begin. */
  readonly startsAt: Date | null
  /** What ends its waits: the event of that name, or the time. */
  readonly waits: { stepId: string; event: string | null; until: Date | null }[]
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
   * The output, when the run has completed.
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
  /** Sends it a message. */
  signal(eventName: string, data?: unknown): Promise<void>
  pause(): Promise<WorkflowRun<I, O, Steps>>
  resume(): Promise<WorkflowRun<I, O, Steps>>
  cancel(reason?: string): Promise<WorkflowRun<I, O, Steps>>
  /** A new run that goes on from the failure of this one. */
  retry(): Promise<WorkflowRun<I, O, Steps>>
  /** Ends the wait that it is in. */
  fastForward(data?: unknown): Promise<WorkflowRun<I, O, Steps>>
  /** The runs that it started. */
  children(): Promise<WorkflowRun[]>
  /** What happened to it, in order. */
  timeline(): Promise<TimelineEntry[]>
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
  pauseWorkflow(p: { runId: string }): Promise<WorkflowRun>
  resumeWorkflow(p: { runId: string }): Promise<WorkflowRun>
  cancelWorkflow(p: { runId: string; reason?: string }): Promise<WorkflowRun>
  retryWorkflow(p: { runId: string }): Promise<WorkflowRun>
  fastForwardWorkflow(p: { runId: string; data?: unknown }): Promise<WorkflowRun>
  children(id: string): Promise<WorkflowRun[]>
  timeline(id: string): Promise<TimelineEntry[]>
}

/** A run object of what the kernel says. @param existing a start found it there */
export function makeRun(json: RunJson, client: RunVerbs, existing: boolean): WorkflowRun {
  const runId = json.id
  const data = readRun(json)
  const verbs = {
    existing,
    result: (options: WaitOptions = {}) => client.result(runId, options),
    waitForStatus: (status: WorkflowStatus | WorkflowStatus[], options = {}) =>
      client.waitForStatus(run, [status].flat(), options),
    refresh: () => client.getRun({ runId }),
    signal: async (eventName: string, data?: unknown) => {
      await client.triggerEvent({ runId, eventName, data })
    },
    pause: () => client.pauseWorkflow({ runId }),
    resume: () => client.resumeWorkflow({ runId }),
    cancel: (reason?: string) =>
      client.cancelWorkflow({ runId, ...(reason === undefined ? {} : { reason }) }),
    retry: () => client.retryWorkflow({ runId }),
    fastForward: (data?: unknown) => client.fastForwardWorkflow({ runId, data }),
    children: () => client.children(runId),
    timeline: () => client.timeline(runId),
  }
  // verbs are on the prototype: what is the run's own is its data, for console.log and JSON alike
  const run: WorkflowRun = Object.assign(Object.create(verbs) as typeof verbs, data)
  return run
}

function readRun(json: RunJson) {
  const failure = json.failure as RunFailure | null
  return {
    id: json.id,
    workflowId: json.workflow_id,
    version: json.version,
    status: json.status,
    reason: json.reason,
    queue: json.queue,
    priority: json.priority,
    resourceId: json.resource_id,
    idempotencyKey: json.idempotency_key,
    parentId: json.parent_id,
    retriedFrom: json.retried_from,
    input: json.input ?? undefined,
    output: json.output ?? null,
    error: failure?.message ?? null,
    failure,
    tags: json.tags,
    attributes: json.attributes as Record<string, Json>,
    currentStepId: json.current_step_id,
    startsAt: date(json.starts_at),
    waits: json.waits.map(({ step_id, event, until }) => ({
      stepId: step_id,
      event,
      until: date(until),
    })),
    createdAt: new Date(json.created_at),
    updatedAt: new Date(json.updated_at),
    pausedAt: date(json.paused_at),
    resumedAt: date(json.resumed_at),
    completedAt: date(json.completed_at),
    timeoutAt: date(json.timeout_at),
    retryCount: json.retry_count,
    maxRetries: json.max_retries,
  }
}

function date(text: string | null): Date | null {
  return text === null ? null : new Date(text)
}
