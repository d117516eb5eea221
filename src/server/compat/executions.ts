import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { readWholeTimeline } from '../../client/whole-timeline.ts'
import type { WorkflowRun } from '../../client/workflow-run.ts'
import { WorkflowNotFoundError } from '../../model/errors.ts'
import { encodeRunId, isUuid } from '../../model/run-id.ts'
import { isTerminal } from '../../model/status.ts'
import type { ServerApp, ServerEnv, ServerParts } from '../server-parts.ts'
import { anything } from '../shapes/anything.ts'
import { keyedStart } from '../shapes/start.ts'
import { afterWait, checkWait, waitQuery } from '../wait.ts'
import { addCompatRoute } from './add-compat-route.ts'
import { CompatError } from './compat-error.ts'
import {
  compatPage,
  compatPageOf,
  compatPageQuery,
  invalidCursor,
  limitOf,
  placeOf,
} from './cursor.ts'
import {
  COMPAT_STATUSES,
  CompatExecution,
  CompatExecutionDetail,
  executionBody,
  ownStatuses,
  stepBodies,
} from './execution-body.ts'
import { overridden, replayTag } from './replay.ts'
import { graphOf, idParams } from './workflows.ts'

/** Before all runs: from here on their list is read, as that engine's begins with the oldest. */
const FIRST = encodeRunId(1n)
const Started = z.object({ execution_id: z.string() }).openapi('CompatStarted')
const runParams = z.object({ id: z.string().max(64) })
const instant = z.string().max(64).optional().openapi({ format: 'date-time' })

/** Executions, as that engine has them: runs. */
export function compatExecutionRoutes(app: ServerApp, _parts: ServerParts): void {
  execute(app)
  list(app)
  get(app)
  cancel(app)
  replay(app)
}

function execute(app: ServerApp): void {
  addCompatRoute(
    app,
    {
      ...{ method: 'post', path: '/api/workflows/{id}/execute', scope: 'runs:write' },
      ...{ tag: 'compat', name: 'compatExecute', startsRuns: true },
      summary: 'Start an execution',
      description: 'With `wait`, the answer is the execution at its end, if that comes in time.',
      params: idParams,
      query: z.object(waitQuery),
      body: z.object({ trigger_data: anything }),
      bodyOptional: true,
      answers: {
        200: [CompatExecutionDetail, 'It has ended while the request waited.'],
        202: [Started, 'It was started.'],
      },
      problems: [409],
    },
    async (c, { params, query, body }) => {
      if (query.wait !== undefined) checkWait(query.wait)
      const { workflowId } = await graphOf(c, params.id)
      const options = keyedStart({}, c.var.idempotencyKey)
      const input = body.trigger_data ?? {}
      const run = await c.var.client.startWorkflow({ workflowId, input, options })
      const then = await afterWait(c, run, query.wait)
      if (query.wait === undefined || !isTerminal(then.status))
        return c.json({ execution_id: run.id }, 202)
      return c.json(await detail(c, then), 200)
    },
  )
}

function list(app: ServerApp): void {
  addCompatRoute(
    app,
    {
      ...{ method: 'get', path: '/api/executions', scope: 'runs:read', tag: 'compat' },
      name: 'compatListExecutions',
      summary: 'List executions, oldest first',
      query: z.object({
        ...compatPageQuery,
        status: z.enum(COMPAT_STATUSES).optional(),
        workflow_id: z.string().max(256).optional(),
        created_after: instant,
        created_before: instant,
      }),
      answers: { 200: [compatPageOf(CompatExecution), 'A page of them.'] },
    },
    async (c, { query }) => {
      const place = placeOf(query)
      if (place !== null && !isUuid(place)) throw invalidCursor(query.cursor as string)
      const { status, workflow_id, created_after, created_before } = query
      const page = await c.var.client.getRuns({
        ...{ limit: limitOf(query), endingBefore: place ?? FIRST },
        ...(status && { statuses: ownStatuses(status) }),
        ...(workflow_id !== undefined && { workflowId: workflow_id }),
        ...(created_after !== undefined && { createdAfter: created_after }),
        ...(created_before !== undefined && { createdBefore: created_before }),
      })
      const oldestFirst = { items: page.items.toReversed(), hasMore: page.hasPrev }
      return c.json(compatPage(oldestFirst, page.prevCursor, executionBody))
    },
  )
}

function get(app: ServerApp): void {
  addCompatRoute(
    app,
    {
      ...{ method: 'get', path: '/api/executions/{id}', scope: 'runs:read', tag: 'compat' },
      name: 'compatGetExecution',
      summary: 'Get an execution with the results of its steps',
      params: runParams,
      answers: { 200: [CompatExecutionDetail, 'As it is now.'] },
    },
    async (c, { params }) =>
      c.json(await detail(c, await c.var.client.getRun({ runId: params.id }))),
  )
}

/** With its steps: of what is no graph, those that are recorded. */
async function detail(c: Context<ServerEnv>, run: WorkflowRun) {
  const { client } = c.var
  const timeline = await readWholeTimeline((from) => client.getTimeline({ runId: run.id, ...from }))
  const steps = await stepsOf(c, run)
  const named =
    steps ??
    [...new Set(timeline.map(({ stepId }) => stepId).filter(Boolean))].map((id) => ({
      ...{ id, type: timeline.find(({ stepId }) => stepId === id)?.kind ?? 'step' },
    }))
  const output = run.output ?? null
  return { ...executionBody(run), output, steps: stepBodies(run, named, timeline) }
}

/** What its document says; null where it has none. */
async function stepsOf(c: Context<ServerEnv>, { workflowId, version }: WorkflowRun) {
  try {
    const { document } = await c.var.client.getDefinition({ workflowId, version })
    const { steps } = document as { steps?: unknown }
    return Array.isArray(steps) ? (steps as { id: string; type: string }[]) : null
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null
    throw error
  }
}

function cancel(app: ServerApp): void {
  addCompatRoute(
    app,
    {
      ...{ method: 'post', path: '/api/executions/{id}/cancel', scope: 'runs:write' },
      ...{ tag: 'compat', name: 'compatCancelExecution' },
      summary: 'Cancel an execution',
      params: runParams,
      answers: {
        200: [z.object({ cancelled: z.literal(true) }), 'Nothing of it begins any more.'],
      },
      problems: [409],
    },
    async (c, { params }) => {
      const { status } = await c.var.client.getRun({ runId: params.id })
      if (isTerminal(status))
        throw new CompatError(
          409,
          'INVALID_TRANSITION',
          `The execution is ${status}, and cannot be cancelled.`,
        )
      await c.var.client.cancelWorkflow({ runId: params.id, by: c.var.principal.subject })
      return c.json({ cancelled: true as const })
    },
  )
}

function replay(app: ServerApp): void {
  addCompatRoute(
    app,
    {
      ...{ method: 'post', path: '/api/executions/{id}/replay', scope: 'runs:write' },
      ...{ tag: 'compat', name: 'compatReplayExecution', startsRuns: true },
      summary: 'Start it again, with the workflow as it is now',
      params: runParams,
      body: z.object({
        override_data: z.record(z.string(), z.unknown()).nullable().optional().openapi({
          description: 'Laid over the data of the trigger, one level deep.',
        }),
      }),
      bodyOptional: true,
      answers: { 202: [Started, 'It was started.'] },
      problems: [403, 409],
    },
    async (c, { params, body }) => {
      if (!c.var.parts.options.replay)
        throw new CompatError(403, 'REPLAY_DISABLED', 'This server does not replay executions.')
      const { client, idempotencyKey } = c.var
      const run = await client.getRun({ runId: params.id })
      const options = { ...keyedStart({}, idempotencyKey), tags: [replayTag(run)] }
      const input = overridden(run.input, body.override_data ?? undefined)
      const again = await client.startWorkflow({ workflowId: run.workflowId, input, options })
      return c.json({ execution_id: again.id }, 202)
    },
  )
}
