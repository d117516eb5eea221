import type { RunEnd } from '../definition/definition.ts'
import { add, type Counts, family, gauge, labels, processLines } from '../model/prometheus.ts'
import type { RunEvents } from './workflow-files/run-events.ts'

/** Counts what this process does, and writes it as Prometheus reads it. */
export class Metrics implements RunEvents {
  readonly #taken: Counts = new Map()
  readonly #ended: Counts = new Map()
  readonly #attempts: Counts = new Map()
  readonly #startedAt = Date.now() / 1000

  began({ workflowId }: { workflowId: string }): void {
    add(this.#taken, labels({ workflow: workflowId }))
  }

  ended({ workflowId }: { workflowId: string }, end: Pick<RunEnd, 'kind'>): void {
    add(this.#ended, labels({ workflow: workflowId, end: end.kind }))
  }

  attemptFailed({ workflowId }: { workflowId: string }): void {
    add(this.#attempts, labels({ workflow: workflowId }))
  }

  logged(): void {}

  /** The exposition, version 0.0.4. */
  text(now: { held: number; concurrency: number; ready: boolean }): string {
    return [
      gauge('millrace_worker_ready', 'Whether the worker takes runs.', now.ready ? 1 : 0),
      gauge('millrace_worker_held_runs', 'Runs that this worker owns now.', now.held),
      gauge('millrace_worker_concurrency', 'Runs that it works at once at most.', now.concurrency),
      family('millrace_runs_taken_total', 'Times that a run was taken up here.', this.#taken),
      family('millrace_runs_left_total', 'Times that a run was left here, and how.', this.#ended),
      family('millrace_attempts_failed_total', 'Attempts of steps that failed.', this.#attempts),
      ...processLines(this.#startedAt),
      '',
    ].join('\n')
  }
}
