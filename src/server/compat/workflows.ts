import { createHash, randomUUID } from 'node:crypto'
import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { ListedDefinition } from '../../client/listed-definitions.ts'
import { parseDuration } from '../../model/duration.ts'
import { WorkflowNotFoundError } from '../../model/errors.ts'
import type { GraphDefaults } from '../server-options.ts'
import type { ServerApp, ServerEnv, ServerParts } from '../server-parts.ts'
import { addCompatRoute } from './add-compat-route.ts'
import {
  compatPage,
  compatPageOf,
  compatPageQuery,
  invalidCursor,
  limitOf,
  placeOf,
} from './cursor.ts'
import { ChangedWorkflow, CompatWorkflow, NewWorkflow, workflowBody } from './workflow-body.ts'

export const idParams = z.object({ id: z.string().max(256) })

/** Workflows, as that engine has them: graphs that are stored. */
export function compatWorkflowRoutes(app: ServerApp, _parts: ServerParts): void {
  create(app)
  list(app)
  get(app)
  update(app)
  remove(app)
}

function create(app: ServerApp): void {
  addCompatRoute(
    app,
    {
      ...{ method: 'post', path: '/api/workflows', scope: 'workflows:write', tag: 'compat' },
      name: 'compatCreateWorkflow',
      summary: 'Create a workflow',
      body: NewWorkflow,
      answers: { 201: [CompatWorkflow, 'It can be started.'] },
    },
    async (c, { body }) => {
      const id = drawId(c)
      await put(c, { id, ...body })
      return c.json(workflowBody(await graphOf(c, id)), 201)
    },
  )
}

/** Of a request that is sent again under its key it is the same. */
function drawId(c: Context<ServerEnv>): string {
  const { idempotencyKey, principal } = c.var
  if (idempotencyKey === undefined) return randomUUID()
  const hash = createHash('sha256').update(JSON.stringify([principal.tenant, idempotencyKey]))
  const hex = hash.digest('hex')
  const variant = ((Number.parseInt(hex.slice(16, 18), 16) & 0x3f) | 0x80).toString(16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(18, 20)}-${hex.slice(20, 32)}`
}

function list(app: ServerApp): void {
  addCompatRoute(
    app,
    {
      ...{ method: 'get', path: '/api/workflows', scope: 'workflows:read', tag: 'compat' },
      name: 'compatListWorkflows',
      summary: 'List workflows, oldest first',
      query: z.object({
        ...compatPageQuery,
        trigger_type: z.enum(['manual', 'webhook', 'cron']).optional(),
        is_active: z.enum(['true', 'false']).optional(),
      }),
      answers: { 200: [compatPageOf(CompatWorkflow), 'A page of them.'] },
    },
    async (c, { query }) => {
      const startingAfter = placeOf(query)
      if (startingAfter !== null && !/^\d{1,16}\.\d{1,10}$/.test(startingAfter))
        throw invalidCursor(query.cursor as string)
      const page = await c.var.client.getDefinitions({
        ...{ kind: 'graph', limit: limitOf(query), startingAfter },
        ...(query.trigger_type && { triggerType: query.trigger_type }),
        ...(query.is_active && { active: query.is_active === 'true' }),
      })
      return c.json(compatPage(page, page.nextCursor, workflowBody))
    },
  )
}

function get(app: ServerApp): void {
  addCompatRoute(
    app,
    {
      ...{ method: 'get', path: '/api/workflows/{id}', scope: 'workflows:read', tag: 'compat' },
      name: 'compatGetWorkflow',
      summary: 'Get a workflow',
      params: idParams,
      answers: { 200: [CompatWorkflow, 'As it is now.'] },
    },
    async (c, { params }) => c.json(workflowBody(await graphOf(c, params.id))),
  )
}

function update(app: ServerApp): void {
  addCompatRoute(
    app,
    {
      ...{ method: 'put', path: '/api/workflows/{id}', scope: 'workflows:write', tag: 'compat' },
      name: 'compatUpdateWorkflow',
      summary: 'Change a workflow',
      description: 'What is not given stays. Runs that are under way go on as they began.',
      params: idParams,
      body: ChangedWorkflow,
      answers: { 200: [CompatWorkflow, 'As it is now.'] },
    },
    async (c, { params, body }) => {
      const { document, active } = await graphOf(c, params.id)
      const { version: _version, ...before } = document as Record<string, unknown>
      await put(c, { ...before, is_active: active, ...body, id: params.id })
      return c.json(workflowBody(await graphOf(c, params.id)))
    },
  )
}

function remove(app: ServerApp): void {
  addCompatRoute(
    app,
    {
      ...{ method: 'delete', path: '/api/workflows/{id}', scope: 'workflows:write', tag: 'compat' },
      name: 'compatDeleteWorkflow',
      summary: 'Delete a workflow',
      description: 'Its executions stay; those under way go on.',
      params: idParams,
      answers: { 204: [null, 'It is gone.'] },
    },
    async (c, { params }) => {
      await graphOf(c, params.id)
      const by = c.var.principal.subject
      await c.var.client.deleteWorkflow({ workflowId: params.id, leaveRuns: true, by })
      return c.body(null, 204)
    },
  )
}

/** Stores what is left when nobody gave null for it; null for the secret takes it away. @throws DefinitionError with that engine's codes */
async function put(c: Context<ServerEnv>, fields: Record<string, unknown>): Promise<void> {
  const { planGraph } = await import('../../graph/document/index.ts')
  const { makeGraph } = await import('../../graph/define-graph.ts')
  const given = Object.entries(fields).filter(
    ([name, value]) => value !== undefined && (value !== null || name === 'webhook_secret'),
  )
  const { graphLimits, graphDefaults } = c.var.parts.options
  const document = withDefaults(Object.fromEntries(given), graphDefaults)
  const plan = planGraph(document, graphLimits)
  await c.var.client.putWorkflow(makeGraph(plan))
}

/** Only what the document leaves open. A time zone is of those that are started by cron. */
function withDefaults(document: Record<string, unknown>, { timeout, timezone }: GraphDefaults) {
  const { trigger_type: type, trigger_config: config } = document
  const zoned = type === 'cron' && timezone !== undefined && typeof config === 'object'
  return {
    ...(timeout !== undefined && { timeout: parseDuration(timeout) / 1000 }),
    ...document,
    ...(zoned && { trigger_config: { timezone, ...config } }),
  }
}

/** @throws WorkflowNotFoundError */
export async function graphOf(c: Context<ServerEnv>, id: string): Promise<ListedDefinition> {
  const { items } = await c.var.client.getDefinitions({ workflowId: id, kind: 'graph', limit: 1 })
  if (items[0] !== undefined) return items[0]
  throw new WorkflowNotFoundError(`There is no workflow "${id}".`, { workflowId: id })
}
