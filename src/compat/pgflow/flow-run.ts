import type { WorkflowRun } from '../../client/workflow-run.ts'
import type {
  AnyFlow,
  ExtractFlowInput,
  ExtractFlowOutput,
  ExtractFlowSteps,
} from '../../flow/extract.ts'
import type { RunEvent } from '../../model/run-event.ts'
import { FlowStep } from './flow-step.ts'
import { Live } from './live.ts'
import { type FlowRunStatus, runStatus } from './statuses.ts'

/** A run as pgflow's client shows it: it changes as the run goes on, until that has ended or `dispose`. */
export class FlowRun<F extends AnyFlow> extends Live<FlowRunStatus> {
  readonly run_id: string
  readonly flow_slug: string
  readonly input: ExtractFlowInput<F>
  readonly started_at: Date | null
  readonly #steps = new Map<string, FlowStep<F, never>>()
  readonly #known: ReadonlySet<string> | null
  readonly #ended = new Set<string>()
  readonly #off: () => void
  readonly #onEnd: () => void
  #status: FlowRunStatus
  #output: unknown
  #error: Error | null
  #endedAt: Date | null
  #begun = false

  /** @param slugs of the flow's steps; null: they are not known. @param onEnd called once it has ended */
  constructor(run: WorkflowRun, slugs: readonly string[] | null, onEnd: () => void) {
    super()
    this.run_id = run.id
    this.flow_slug = run.workflowId
    this.input = run.input as ExtractFlowInput<F>
    this.started_at = run.createdAt
    this.#known = slugs && new Set(slugs)
    this.#status = runStatus(run.status)
    this.#output = run.output
    this.#error = this.#status === 'failed' ? new Error(run.error ?? 'It was cancelled.') : null
    this.#endedAt = run.completedAt
    this.#onEnd = onEnd
    this.#off = run.on('*', (event) => this.#take(event))
  }

  protected get named(): string {
    return `Run ${this.run_id}`
  }

  get status(): FlowRunStatus {
    return this.#status
  }

  get output(): ExtractFlowOutput<F> | null {
    return this.#output as ExtractFlowOutput<F> | null
  }

  get error(): Error | null {
    return this.#error
  }

  get error_message(): string | null {
    return this.#error?.message ?? null
  }

  get completed_at(): Date | null {
    return this.#status === 'completed' ? this.#endedAt : null
  }

  get failed_at(): Date | null {
    return this.#status === 'failed' ? this.#endedAt : null
  }

  /** Steps that have not ended; -1 where the flow's steps are not known. */
  get remaining_steps(): number {
    if (this.#status === 'completed') return 0
    return this.#known === null ? -1 : this.#known.size - this.#ended.size
  }

  /** A step of it, always the same object. */
  step<K extends keyof ExtractFlowSteps<F> & string>(slug: K): FlowStep<F, K> {
    const step = this.#steps.get(slug) ?? (new FlowStep<F, K>(this.run_id, slug) as never)
    this.#steps.set(slug, step)
    return step as unknown as FlowStep<F, K>
  }

  /** Whether the flow has such a step, or something was heard of it. */
  hasStep(slug: string): boolean {
    return this.#known?.has(slug) || this.#steps.has(slug)
  }

  /** Listens no more: listeners are gone, who waits is told so. The run goes on. */
  dispose(): void {
    this.#off()
    for (const step of this.#steps.values()) (step as unknown as Closing).close(true)
    this.forget()
  }

  #take(event: RunEvent): void {
    if (event.stepId !== undefined) return this.#takeStep(event, event.stepId)
    if (!this.#begun) this.#begin(event)
    if (event.type === 'completed') this.#end('completed', event)
    if (event.type === 'failed' || event.type === 'cancelled') this.#end('failed', event)
  }

  /** Items of maps have ids of their own, and are no steps of the flow. */
  #takeStep(event: RunEvent, slug: string): void {
    if (!event.type.startsWith('step:') || /\[\d+\]$/.test(slug)) return
    if (this.#known && !this.#known.has(slug)) return
    if (/completed|failed|skipped|cancelled/.test(event.type)) this.#ended.add(slug)
    ;(this.step(slug as never) as unknown as FlowStep<AnyFlow, string>).take(event)
  }

  #begin(event: RunEvent): void {
    this.#begun = true
    const { run_id, flow_slug, input, remaining_steps } = this
    this.tell({
      ...{ event_type: 'run:started', run_id, flow_slug, input, status: 'started' },
      ...{ started_at: event.at, remaining_steps },
    })
  }

  #end(status: 'completed' | 'failed', { at, output, error }: RunEvent): void {
    this.#status = status
    this.#endedAt = new Date(at)
    const base = {
      event_type: `run:${status}`,
      run_id: this.run_id,
      flow_slug: this.flow_slug,
      status,
    }
    if (status === 'completed') {
      this.#output = output ?? null
      this.tell({ ...base, output: this.#output, completed_at: at } as never)
    } else {
      this.#error = new Error(error?.message ?? 'It was cancelled.')
      this.tell({ ...base, error_message: this.#error.message, failed_at: at } as never)
    }
    for (const step of this.#steps.values()) (step as unknown as Closing).close(false)
    this.end()
    this.#onEnd()
  }
}

type Closing = { close(forget: boolean): void }
