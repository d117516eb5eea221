import type { MiddlewareHandler } from 'hono'
import { matchedRoutes } from 'hono/route'
import type { EngineState } from '../client/metrics.ts'
import { family, gauge, Histogram, labels, processLines } from '../model/prometheus.ts'
import type { ServerEnv } from './server-parts.ts'

/** Others are one: whoever sends requests may make names up, and each would be a series for good. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
const SECONDS = [0.005, 0.025, 0.1, 0.5, 2.5, 10, 30]

/** Counts the requests of this process, and writes them and the engine's state as Prometheus reads them. */
export class ServerMetrics {
  readonly #requests = new Histogram(SECONDS)
  readonly #startedAt = Date.now() / 1000

  /** Stands before all routes. */
  readonly count: MiddlewareHandler<ServerEnv> = async (c, next) => {
    const began = performance.now()
    await next()
    // the pattern, not the address: there are as many addresses as there are runs
    const route = matchedRoutes(c).findLast(({ path }) => !path.endsWith('*'))?.path ?? 'none'
    const method = METHODS.has(c.req.method) ? c.req.method : 'other'
    const values = { method, route, status: String(c.res.status) }
    this.#requests.observe(values, (performance.now() - began) / 1000)
  }

  /** The exposition, version 0.0.4. @param state null: the database did not say */
  text(state: EngineState | null): string {
    return [
      gauge('millrace_up', 'Whether the database answers.', state === null ? 0 : 1),
      ...(state === null ? [] : stateLines(state)),
      this.#requests.text(
        'millrace_http_request_duration_seconds',
        'Requests to this server, until their answer began.',
      ),
      ...processLines(this.#startedAt),
      '',
    ].join('\n')
  }
}

function stateLines(state: EngineState): string[] {
  const queues = Object.entries(state.queues)
  const byQueue = new Map(queues.map(([queue, ready]) => [labels({ queue }), ready]))
  return [
    gauge('millrace_workers', 'Living workers.', state.workers),
    gauge('millrace_workers_draining', 'Those that were told to end.', state.draining),
    gauge('millrace_workers_silent', 'Dead ones whose runs nobody has taken over.', state.silent),
    gauge('millrace_ready_runs', 'Runs that a worker could begin, up to 100,000.', state.ready),
    family('millrace_queue_ready_runs', 'The same by queue, of all tenants.', byQueue, 'gauge'),
    gauge('millrace_lag_seconds', 'How long the first due run has been due.', state.due_seconds),
    gauge(
      'millrace_schedule_lag_seconds',
      'How long the first due schedule has been due.',
      state.schedules_due_seconds,
    ),
    gauge(
      'millrace_oldest_snapshot_seconds',
      'Age of the oldest transaction with a snapshot.',
      state.snapshot_seconds,
    ),
    gauge(
      'millrace_hidden_sessions',
      'Sessions whose age the owner of the engine may not see.',
      state.hidden_sessions,
    ),
    count('millrace_runs_started_total', 'Runs started, by the statistics.', state.started),
    count('millrace_runs_ended_total', 'Runs ended, by the statistics.', state.ended),
  ]
}

function count(name: string, help: string, value: number): string {
  return family(name, `${help} Transactions rolled back count.`, new Map([['', Number(value)]]))
}
