import type { JournalRow } from '../model/journal.ts'
import { decodePayload } from '../model/json.ts'
import { type RunLogger, replayLogger } from '../model/logger.ts'
import type { Schema, SchemaOut } from '../model/schema.ts'
import type { BatchOptions } from '../model/start-rules.ts'
import type { Execution } from './execution.ts'
import type { StepBaseContext } from './step-types.ts'

/** What is recorded of a step, as a handler sees it. */
export type RecordedStep = { readonly output: unknown; readonly timedOut: boolean }

/**
 * What the handler of a workflow gets. Code between steps runs again at every replay: keep it free
 * of effects.
 */
export type WorkflowContext<S extends Schema = Schema, Step = StepBaseContext, B = undefined> = {
  /** Of a workflow with `batch` those of several starts, in the order in which they came. */
  readonly input: B extends BatchOptions ? SchemaOut<S>[] : SchemaOut<S>
  readonly step: Step
  readonly workflowId: string
  readonly runId: string
  /** Whose run it is. */
  readonly tenant: string
  readonly resourceId: string | null
  readonly version: string
  readonly tags: string[]
  /** Of a run that a schedule started: for which of its times; a retry has that of its run. */
  readonly scheduledFor: Date | null
  /** 1, 2, …: counts the attempts of the handler. */
  readonly attempt: number
  /** Aborted when the run is cancelled, lost or timed out, or this process stops. */
  readonly signal: AbortSignal
  /** Says nothing at a replay, up to where the run was before. */
  readonly logger: RunLogger
  /** What was recorded before this process took the run, by step. */
  readonly timeline: Record<string, RecordedStep>
}

/** The context of one execution. What few handlers use is made when they ask for it. */
export class HandlerContext implements WorkflowContext {
  readonly input: unknown
  readonly step: StepBaseContext
  readonly #x: Execution

  constructor(x: Execution, input: unknown, step: StepBaseContext) {
    this.input = input
    this.step = step
    this.#x = x
  }

  get workflowId(): string {
    return this.#x.lease.workflowId
  }

  get runId(): string {
    return this.#x.lease.id
  }

  get tenant(): string {
    return this.#x.lease.tenant
  }

  get resourceId(): string | null {
    return this.#x.lease.resourceId
  }

  get version(): string {
    return this.#x.lease.version
  }

  get tags(): string[] {
    return [...this.#x.lease.tags]
  }

  get scheduledFor(): Date | null {
    return this.#x.lease.scheduledFor ?? null
  }

  get attempt(): number {
    return this.#x.attempt
  }

  get signal(): AbortSignal {
    return this.#x.signal
  }

  get logger(): RunLogger {
    return replayLogger(this.#x.host.logger, () => this.#x.replaying)
  }

  get timeline(): Record<string, RecordedStep> {
    return readTimeline(this.#x.lease.journal)
  }
}

function readTimeline(rows: readonly JournalRow[]): Record<string, RecordedStep> {
  const ended = rows.filter((row) => 'rgto'.includes(row.kind))
  return Object.fromEntries(
    ended.map((row) => [row.name, { output: decodePayload(row.data), timedOut: row.kind === 'o' }]),
  )
}
