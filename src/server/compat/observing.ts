import { z } from '@hono/zod-openapi'
import type { LogLine } from '../../client/logs.ts'
import type { Metrics } from '../../client/metrics.ts'
import type { RunEvent } from '../../model/run-event.ts'
import { answerStream } from '../events/answer-stream.ts'
import { HealthLook } from '../health.ts'
import type { ServerApp, ServerParts } from '../server-parts.ts'
import { anything } from '../shapes/anything.ts'
import { instant, instantOf } from '../shapes/instant.ts'
import { runEventBody } from '../shapes/run-event.ts'
import { addCompatRoute } from './add-compat-route.ts'
import {
  compatPage,
  compatPageOf,
  compatPageQuery,
  invalidCursor,
  limitOf,
  placeOf,
} from './cursor.ts'

const runParams = z.object({ id: z.string().max(64) })
const count = z.int()
/** Workflows whose names are looked up; the others are told by their ids. */
const MOST_NAMED = 50

/** What that engine tells of executions while they run, and of all of them together. */
export function compatObservingRoutes(app: ServerApp, { engine }: ServerParts): void {
  logs(app)
  stream(app)
  metrics(app)
  health(app, new HealthLook(engine))
}

const CompatLog = z
  .object({
    id: z.string(),
    level: z.enum(['debug', 'info', 'warn', 'error']),
    step_id: z.string().nullable(),
    message: z.string(),
    data: anything,
    created_at: instant,
  })
  .openapi('CompatLog')

function logs(app: ServerApp): void {
  addCompatRoute(
    app,
    {
      ...{ method: 'get', path: '/api/executions/{id}/logs', scope: 'runs:read', tag: 'compat' },
      name: 'compatGetLogs',
      summary: 'What was logged, oldest first',
      params: runParams,
      query: z.object({ ...compatPageQuery, step_id: z.string().max(512).optional() }),
      answers: { 200: [compatPageOf(CompatLog), 'A page of it.'] },
    },
    async (c, { params, query }) => {
      const startingAfter = placeOf(query)
      if (startingAfter !== null && !/^\d{1,18}$/.test(startingAfter))
        throw invalidCursor(query.cursor as string)
      const page = await c.var.client.getLogs({
        ...{ runId: params.id, limit: limitOf(query), startingAfter },
        ...(query.step_id !== undefined && { stepId: query.step_id }),
      })
      return c.json(compatPage(page, page.nextCursor, logBody))
    },
  )
}

function logBody({ id, level, stepId, message, fields, at }: LogLine): z.input<typeof CompatLog> {
  return { id, level, step_id: stepId, message, data: fields, created_at: instantOf(at) }
}

function stream(app: ServerApp): void {
  addCompatRoute(
    app,
    {
      ...{ method: 'get', path: '/api/executions/{id}/stream', scope: 'runs:read', tag: 'compat' },
      name: 'compatStreamExecution',
      summary: 'Follow an execution',
      description:
        'Server-sent events without names: `connected` first, then what happens, until it has ended. `Last-Event-ID` goes on after that event.',
      params: runParams,
      answers: { 200: [anything, 'Events, as they happen.', 'text/event-stream'] },
    },
    async (c, { params }) => {
      const after = c.req.header('last-event-id') || undefined
      const run = await c.var.client.getRun({ runId: params.id })
      const status = run.status === 'waiting' || run.status === 'paused' ? 'running' : run.status
      async function* told(signal: AbortSignal): AsyncGenerator<RunEvent> {
        const at = new Date().toISOString()
        yield { id: after ?? '', type: 'connected', runId: run.id, at, data: status }
        yield* run.events({ after, signal })
      }
      return answerStream(c, told, { named: false, toBody: frameOf })
    },
  )
}

/** Its own first frame; of the rest ours, with the name of that engine for a run. */
function frameOf(event: RunEvent): object {
  const { type, runId, data } = event
  if (type === 'connected') return { type, execution_id: runId, status: data }
  return { ...runEventBody(event), execution_id: runId }
}

const CompatMetrics = z
  .object({
    total: count,
    by_status: z.record(z.string(), count),
    avg_duration_ms: z.number().nullable(),
    by_workflow: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        count,
        avg_duration_ms: z.number().nullable(),
      }),
    ),
    step_failure_rates: z.array(
      z.object({ step_type: z.string(), total: count, failed: count, rate: z.number() }),
    ),
    webhook_delivery_stats: z.object({
      total: count,
      accepted: count,
      rejected: count,
      error: count,
    }),
  })
  .openapi('CompatMetrics')

function metrics(app: ServerApp): void {
  addCompatRoute(
    app,
    {
      ...{ method: 'get', path: '/api/metrics/executions', scope: 'runs:read', tag: 'compat' },
      name: 'compatGetMetrics',
      summary: 'How executions did lately',
      description: 'Of the last day, at most the newest 20,000; GET /api/metrics tells more.',
      answers: { 200: [CompatMetrics, 'Of those that were looked at.'] },
    },
    async (c) => {
      const { client } = c.var
      const found = await client.getMetrics({ most: 20_000 })
      // names are for people, who look at the first of them
      const named = found.byWorkflow.slice(0, MOST_NAMED).map(async ({ workflowId }) => {
        const { items } = await client.getDefinitions({ workflowId, limit: 1 })
        const { name } = (items[0]?.document ?? {}) as { name?: string }
        return [workflowId, name ?? workflowId] as const
      })
      const names = new Map(await Promise.all(named))
      return c.json(metricsBody(found, names))
    },
  )
}

function metricsBody(
  { total, byStatus, durations, byWorkflow, steps, webhooks }: Metrics,
  names: ReadonlyMap<string, string>,
): z.input<typeof CompatMetrics> {
  const { waiting = 0, paused = 0, running = 0, ...rest } = byStatus
  const { accepted, rejected, errors: error } = webhooks
  return {
    total,
    by_status: { ...rest, running: running + waiting + paused },
    avg_duration_ms: durations.avg,
    by_workflow: byWorkflow.map((one) => ({
      ...{ id: one.workflowId, name: names.get(one.workflowId) ?? one.workflowId },
      ...{ count: one.count, avg_duration_ms: one.avg },
    })),
    step_failure_rates: ratesByType(steps),
    webhook_delivery_stats: { total: accepted + rejected + error, accepted, rejected, error },
  }
}

function ratesByType(steps: Metrics['steps']) {
  const byType = new Map<string, { total: number; failed: number }>()
  for (const { type, ended, failed } of steps) {
    const known = byType.get(type ?? 'step') ?? { total: 0, failed: 0 }
    byType.set(type ?? 'step', { total: known.total + ended, failed: known.failed + failed })
  }
  return [...byType].map(([step_type, { total, failed }]) => ({
    ...{ step_type, total, failed, rate: total === 0 ? 0 : failed / total },
  }))
}

const CompatHealth = z
  .object({
    status: z.enum(['ok', 'degraded', 'error']),
    pg: z.string(),
    redis: z.string().openapi({ description: 'Always "not used".' }),
    workers: count,
  })
  .openapi('CompatHealth')

function health(app: ServerApp, look: HealthLook): void {
  addCompatRoute(
    app,
    {
      ...{ method: 'get', path: '/api/health', scope: null, tag: 'compat' },
      name: 'compatGetHealth',
      summary: 'Whether it works',
      answers: {
        200: [CompatHealth, 'ok; degraded: there is no worker.'],
        503: [CompatHealth, 'error: the database does not answer, or its schema does not fit.'],
      },
    },
    async (c) => {
      const { notReady, body } = await look.look()
      const { workers = 0 } = body as { workers?: number }
      const status = notReady !== null ? 'error' : workers > 0 ? 'ok' : 'degraded'
      const pg = notReady === null ? 'ok' : 'error'
      return c.json(
        { status, pg, redis: 'not used', workers } as const,
        notReady === null ? 200 : 503,
      )
    },
  )
}
