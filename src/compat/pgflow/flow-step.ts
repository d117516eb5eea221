import type { AnyFlow, ExtractFlowSteps, StepOutput } from '../../flow/extract.ts'
import type { RunEvent } from '../../model/run-event.ts'
import type { SkipReason } from '../../model/status.ts'
import { Live } from './live.ts'
import { type FlowStepStatus, stepStatus } from './statuses.ts'

/** A step of a run, as pgflow's client shows it: it changes as its run goes on. */
export class FlowStep<
  F extends AnyFlow,
  K extends keyof ExtractFlowSteps<F> & string,
> extends Live<FlowStepStatus> {
  readonly run_id: string
  readonly step_slug: K
  #status: FlowStepStatus = 'created'
  #output: unknown = null
  #error: Error | null = null
  readonly #at: { [S in FlowStepStatus]?: Date } = {}
  #skipReason: SkipReason | null = null

  constructor(run_id: string, step_slug: K) {
    super()
    this.run_id = run_id
    this.step_slug = step_slug
  }

  protected get named(): string {
    return `Step "${this.step_slug}" of run ${this.run_id}`
  }

  get status(): FlowStepStatus {
    return this.#status
  }

  get output(): StepOutput<F, K> | null {
    return this.#output as StepOutput<F, K> | null
  }

  get error(): Error | null {
    return this.#error
  }

  get error_message(): string | null {
    return this.#error?.message ?? null
  }

  get started_at(): Date | null {
    return this.#at.started ?? null
  }

  get completed_at(): Date | null {
    return this.#at.completed ?? null
  }

  get failed_at(): Date | null {
    return this.#at.failed ?? null
  }

  get skipped_at(): Date | null {
    return this.#at.skipped ?? null
  }

  get skip_reason(): SkipReason | null {
    return this.#skipReason
  }

  /** Takes an event of the run. For the run. */
  take(event: RunEvent): void {
    if (event.status === undefined) return
    const status = stepStatus(event.status)
    if (this.#at[status] || this.#at.completed || this.#at.failed || this.#at.skipped) return
    // who came late did not hear of its begin
    if (status === 'completed' || status === 'failed') this.#become('started', event)
    this.#become(status, event)
    if (status !== 'started') this.end()
  }

  /** Nothing is heard of it any more. For the run. */
  close(forget: boolean): void {
    if (forget) this.forget()
    else this.end()
  }

  #become(status: FlowStepStatus, { at, output, error, data }: RunEvent): void {
    if (this.#at[status]) return
    this.#at[status] = new Date(at)
    this.#status = status
    const base = {
      event_type: `step:${status}`,
      run_id: this.run_id,
      step_slug: this.step_slug,
      status,
    }
    if (status === 'completed') {
      this.#output = output ?? null
      return this.tell({ ...base, output: this.#output, completed_at: at } as never)
    }
    if (status === 'failed') {
      this.#error = new Error(error?.message ?? 'It was cancelled.')
      return this.tell({ ...base, error_message: this.#error.message, failed_at: at } as never)
    }
    if (status === 'skipped') {
      this.#skipReason = (data as { reason?: SkipReason } | undefined)?.reason ?? null
      return this.tell({ ...base, skipped_at: at, skip_reason: this.#skipReason } as never)
    }
    this.tell({ ...base, started_at: at } as never)
  }
}
