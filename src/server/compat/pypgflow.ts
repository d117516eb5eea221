import { z } from '@hono/zod-openapi'
import type { Context, MiddlewareHandler } from 'hono'
import { InvalidInputError, RequestError } from '../../model/errors.ts'
import { addRoute } from '../add-route.ts'
import type { ServerApp, ServerEnv, ServerParts } from '../server-parts.ts'
import { anything } from '../shapes/anything.ts'
import { RELATIONS, type Relation } from './pypgflow-columns.ts'
import { choose, readQuery } from './pypgflow-query.ts'

/** Rows in one answer at most. */
const MAX_ROWS = 1000
const OBJECT = 'application/vnd.pgrst.object+json'

/** Errors are answered as PostgREST does. */
const speakPostgrest: MiddlewareHandler<ServerEnv> = async (c, next) => {
  c.set('speaksPostgrest', true)
  await next()
}

const text = z.string().max(256).optional()
const fields = z.record(z.string(), z.unknown()).nullable().optional()
const Row = z.record(z.string(), z.unknown()).openapi('PypgflowRow')
const common = { tag: 'compat', before: speakPostgrest } as const

/** The lists and functions of pypgflow, as PostgREST serves them: below a prefix of their own. */
export function pypgflowRoutes(app: ServerApp, _parts: ServerParts): void {
  for (const relation of Object.keys(RELATIONS) as Relation[]) list(app, relation)
  start(app, 'start_workflow', ['workflow_definition_id', 'workflow_id', 'workflow_name'])
  start(app, 'start_workflow_by_id', ['workflow_definition_id'])
  start(app, 'start_workflow_by_name', ['workflow_name'])
  move(app)
  ways(app)
}

function nameOf(word: string, relation: string): string {
  return `pypgflow_${word}_${relation}`.replace(/_(\w)/g, (_, letter) => letter.toUpperCase())
}

function list(app: ServerApp, relation: Relation): void {
  addRoute(
    app,
    {
      ...common,
      ...{ method: 'get', path: `/pypgflow/${relation}`, scope: 'runs:read' },
      name: nameOf('list', relation),
      summary: `The list ${relation} of pypgflow`,
      description:
        'Conditions on columns as PostgREST has them: `?column=eq.value`; eq, neq, gt, gte, lt, lte, like, ilike, in, is.',
      query: z.looseObject({
        select: z.string().max(2000).optional(),
        order: z.string().max(2000).optional(),
        limit: z.string().max(16).optional(),
        offset: z.string().max(16).optional(),
      }),
      answers: { 200: [z.array(Row), 'Rows; 1,000 at most.'] },
      problems: [406],
    },
    async (c) => {
      const query = readQuery(relation, new URL(c.req.url).searchParams)
      const { from, most } = rangeOf(c, query)
      const rows = await c.var.client.serverSide
        .readPypgflow(relation, {
          ...{ filters: query.filters, order: query.order, limit: most, offset: from },
        })
        .catch((error: unknown) => {
          // as PostgREST answers what Postgres cannot read
          throw error instanceof InvalidInputError ? new RequestError(error.message) : error
        })
      const chosen = rows.map((row) => choose(row, relation, query.select))
      const range = rows.length === 0 ? '*' : `${from}-${from + rows.length - 1}`
      c.header('content-range', `${range}/*`)
      if (!c.req.header('accept')?.includes(OBJECT)) return c.json(chosen)
      if (chosen.length !== 1) throw notOne(chosen.length)
      return c.body(JSON.stringify(chosen[0]), 200, { 'content-type': OBJECT })
    },
  )
}

/** From where on, and how many: as the address says, else the header Range. */
function rangeOf(
  c: Context<ServerEnv>,
  { limit, offset }: { limit: number | null; offset: number },
): { from: number; most: number } {
  const [, first, last] = /^(\d{1,9})-(\d{1,9})?$/.exec(c.req.header('range') ?? '') ?? []
  if (limit !== null || first === undefined)
    return { from: offset, most: Math.min(limit ?? MAX_ROWS, MAX_ROWS) }
  const most = last === undefined ? MAX_ROWS : Math.max(Number(last) - Number(first) + 1, 0)
  return { from: Number(first), most: Math.min(most, MAX_ROWS) }
}

function notOne(count: number): RequestError {
  return new RequestError(`One row was asked for, and there are ${count}.`, {
    ...{ code: 'MR060', details: { rows: count, status: 406 } },
  })
}

function start(app: ServerApp, rpc: string, named: readonly string[]): void {
  addRoute(
    app,
    {
      ...common,
      ...{ method: 'post', path: `/pypgflow/rpc/${rpc}`, scope: 'runs:write' },
      name: nameOf('call', rpc),
      summary: `The function ${rpc} of pypgflow: puts an entity into a machine`,
      body: z.strictObject({
        ...Object.fromEntries(named.map((name) => [name, text])),
        ...{ entity_table: text, entity_id: text, metadata: fields },
        options: z
          .strictObject({
            ...{ version: text, claimed_by: text, notes: z.string().optional(), context: fields },
            ...{ request: text, if_exists: z.enum(['fail', 'return']).optional() },
          })
          .optional(),
      }),
      answers: { 200: [z.string(), 'The id of the instance.'] },
      problems: [404, 409],
    },
    async (c, { body }) => c.json(await startMachine(c, named, body)),
  )
}

type StartOptions = {
  version?: string
  claimed_by?: string
  notes?: string
  context?: object | null
  request?: string
  if_exists?: 'fail' | 'return'
}

async function startMachine(
  c: Context<ServerEnv>,
  named: readonly string[],
  body: Record<string, unknown>,
): Promise<string> {
  const given = named.map((name) => body[name]).filter((name) => name !== undefined)
  const { entity_table: table, entity_id: entityId, metadata } = body
  if (given.length !== 1 || table === undefined || entityId === undefined)
    throw new InvalidInputError(
      `A start takes ${named.join(' or ')} (one of them), entity_table and entity_id.`,
    )
  const { client, principal } = c.var
  const {
    request,
    if_exists: ifExists,
    claimed_by: claimedBy,
    ...rest
  } = (body.options ?? {}) as StartOptions
  const machine = await client.serverSide.findMachine(given[0] as string)
  const version = machine.version ?? rest.version
  const entity = client.entity(machine.name, entityId as string, { table: table as string })
  const { id } = await entity.start({
    ...{ by: principal.subject, roles: principal.roles },
    ...(version !== undefined && { version }),
    ...(claimedBy !== undefined && { claimedBy }),
    ...(rest.notes !== undefined && { notes: rest.notes }),
    ...(rest.context && { context: rest.context as never }),
    ...(metadata ? { metadata: metadata as never } : {}),
    ...(request !== undefined && { idempotencyKey: request }),
    ...(ifExists !== undefined && { ifExists }),
  })
  return id
}

const Moved = z
  .object({
    ...{ instance_id: z.string(), seq: z.int(), from: z.string(), to: z.string() },
    ...{ name: z.string(), executed_at: z.string(), repeated: z.boolean() },
  })
  .openapi('PypgflowMoved')

function move(app: ServerApp): void {
  addRoute(
    app,
    {
      ...common,
      ...{ method: 'post', path: '/pypgflow/rpc/execute_transition', scope: 'runs:write' },
      name: 'pypgflowExecuteTransition',
      summary: 'The function execute_transition of pypgflow: moves an instance to a state',
      description:
        'Who moves it is who asks; `executed_by` is kept beside that as `claimed_by`. Roles are those of who asks.',
      body: z.strictObject({
        ...{ instance_id: text, to_state: text, executed_by: text },
        notes: z.string().max(65_536).nullable().optional(),
        ...{ metadata: fields, context: fields },
        options: z
          .strictObject({ name: text, expected_state: text, idempotency_key: text, set: fields })
          .optional(),
      }),
      answers: { 200: [Moved, 'It was moved.'] },
      problems: [404, 409],
    },
    async (c, { body }) => {
      const { client, principal } = c.var
      const { name, expected_state: expectedState, idempotency_key: key, set } = body.options ?? {}
      const { instance_id: instanceId, to_state: toState, executed_by: claimedBy } = body
      const done = await client.transition({
        ...{ instanceId: instanceId as string, by: principal.subject, roles: principal.roles },
        ...((name === undefined ? { toState } : { name, toState }) as { toState: string }),
        ...(claimedBy !== undefined && { claimedBy }),
        ...(body.notes && { notes: body.notes }),
        ...(body.metadata && { metadata: body.metadata as never }),
        ...(body.context && { context: body.context as never }),
        ...(expectedState !== undefined && { expectedState }),
        ...(key !== undefined && { idempotencyKey: key }),
        ...(set && { set: set as never }),
      })
      return c.json({
        ...{ instance_id: done.instanceId, seq: Number(done.seq), from: done.from, to: done.state },
        ...{ name: done.name, executed_at: done.at.toISOString(), repeated: done.repeated },
      })
    },
  )
}

const Way = z
  .object({
    ...{ transition_id: z.string(), transition_name: z.string(), to_state_name: z.string() },
    ...{ to_state_metadata: anything, transition_context: anything },
    ...{ transition_conditions: anything, allowed: z.boolean() },
    ...{ reason: z.string().nullable(), not_enforced: z.array(z.string()) },
  })
  .openapi('PypgflowTransition')

function ways(app: ServerApp): void {
  const given = z.strictObject({ instance_id: z.string().max(64) })
  const route = {
    ...common,
    ...({ path: '/pypgflow/rpc/get_transitions', scope: 'runs:read', readsOnly: true } as const),
    summary: 'The function get_transitions of pypgflow: where an instance may go, and why not',
    answers: { 200: [z.array(Way), 'All of them.'] },
    problems: [404],
  } as const
  addRoute(
    app,
    { ...route, method: 'get', name: 'pypgflowGetTransitions', query: given },
    async (c, { query }) => c.json(await readWays(c, query.instance_id)),
  )
  addRoute(
    app,
    { ...route, method: 'post', name: 'pypgflowCallGetTransitions', body: given },
    async (c, { body }) => c.json(await readWays(c, body.instance_id)),
  )
}

async function readWays(c: Context<ServerEnv>, instanceId: string): Promise<z.input<typeof Way>[]> {
  const { subject: by, roles } = c.var.principal
  const found = await c.var.client.getTransitions({ instanceId, by, roles })
  return found.map((one) => ({
    ...{ transition_id: one.id, transition_name: one.name, to_state_name: one.to },
    ...{ to_state_metadata: one.stateMetadata, transition_context: one.context },
    ...{ transition_conditions: one.conditions, allowed: one.allowed, reason: one.reason },
    not_enforced: one.notEnforced,
  }))
}
