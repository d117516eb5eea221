import type { RunEvents } from './workflow-files/run-events.ts'

/** How the runs that this process took ended here. */
type Ending = 'completed' | 'failed' | 'cancelled' | 'parked' | 'lost'

/** Counts what this process does, and writes it as Prometheus reads it. */
export class Metrics implements RunEvents {
  readonly #taken = new Map<string, number>()
  readonly #ended = new Map<string, number>()
  readonly #attempts = new Map<string, number>()
  readonly #startedAt = Date.now() / 1000

  began({ workflowId }: { workflowId: string }): void {
    add(this.#taken, labels({ workflow: workflowId }))
  }

  ended({ workflowId }: { workflowId: string }, end: { kind: Ending }): void {
    add(this.#ended, labels({ workflow: workflowId, end: end.kind }))
  }

  attemptFailed({ workflowId }: { workflowId: string }): void {
    add(this.#attempts, labels({ workflow: workflowId }))
  }

  logged(): void {}

  /** The exposition, version 0.0.4. */
  text(now: { held: number; concurrency: number; ready: boolean }): string {
    const cpu = process.cpuUsage()
    const seconds = (cpu.user + cpu.system) / 1e6
    return [
      gauge('millrace_worker_ready', 'Whether the worker takes runs.', now.ready ? 1 : 0),
      gauge('millrace_worker_held_runs', 'Runs that this worker owns now.', now.held),
      gauge('millrace_worker_concurrency', 'Runs that it works at once at most.', now.concurrency),
      family('millrace_runs_taken_total', 'Times that a run was taken up here.', this.#taken),
      family('millrace_runs_left_total', 'Times that a run was left here, and how.', this.#ended),
      family('millrace_attempts_failed_total', 'Attempts of steps that failed.', this.#attempts),
      gauge('process_start_time_seconds', 'When the process started.', this.#startedAt),
      counter('process_cpu_seconds_total', 'Processor time used.', seconds),
      gauge('process_resident_memory_bytes', 'Memory in use.', process.memoryUsage.rss()),
      '',
    ].join('\n')
  }
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

function labels(values: Record<string, string>): string {
  // names of workflows have no quotes, backslashes or line breaks
  const pairs = Object.entries(values).map(([name, value]) => `${name}="${value}"`)
  return `{${pairs.join(',')}}`
}

function gauge(name: string, help: string, value: number): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${name} ${value}`
}

function counter(name: string, help: string, value: number): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} counter\n${name} ${value}`
}

function family(name: string, help: string, counts: ReadonlyMap<string, number>): string {
  const lines = [...counts].map(([key, value]) => `${name}${key} ${value}`)
  return [`# HELP ${name} ${help}`, `# TYPE ${name} counter`, ...lines].join('\n')
}
