import { z } from '@hono/zod-openapi'
import { addRoute } from '../add-route.ts'
import type { ServerApp, ServerParts } from '../server-parts.ts'
import { claim, entityBody, LateEntity, strictly } from '../shapes/entity.ts'
import { pageBody, pageOf, pageQuery, pageRequest, wholeBody } from '../shapes/page.ts'
import { toBody, toOptions } from '../shapes/to-body.ts'

const text = z.string().max(256).optional()
const machine = z.string().min(1).max(256)
const common = { tag: 'entities' } as const

const StateCount = z
  .object({ state: z.string(), final: z.boolean(), count: z.int() })
  .openapi('StateCount')

const StateTimes = z
  .object({
    state: z.string(),
    count: z.int().openapi({ description: 'Stays that ended.' }),
    average_ms: z.number(),
    p50_ms: z.number(),
    p95_ms: z.number(),
    max_ms: z.number(),
  })
  .openapi('StateTimes')

const Migration = z
  .object({
    states: z.array(z.object({ from: z.string(), to: z.string().nullable(), count: z.int() })),
    migrated: z.int(),
    remaining: z.int().openapi({ description: 'Instances that are left on the old version.' }),
  })
  .openapi('EntityMigration')

/** What concerns all entities of a machine. */
export function entityReportRoutes(app: ServerApp, _parts: ServerParts): void {
  count(app)
  times(app)
  late(app)
  migrate(app)
}

function count(app: ServerApp): void {
  addRoute(
    app,
    {
      ...common,
      ...{ method: 'get', path: '/api/entities/counts', scope: 'runs:read' },
      name: 'countEntities',
      summary: 'How many instances of a machine are in each of its states',
      query: z.strictObject({ machine, version: text, table: text }),
      answers: { 200: [pageOf(StateCount), 'A row for each state.'] },
      problems: [404],
    },
    async (c, { query }) => {
      const rows = await c.var.client.countEntities({ ...query, ...toOptions(query) })
      return c.json(wholeBody(rows, (row) => toBody(row)))
    },
  )
}

function times(app: ServerApp): void {
  addRoute(
    app,
    {
      ...common,
      ...{ method: 'get', path: '/api/entities/times', scope: 'runs:read', name: 'getStateTimes' },
      summary: 'How long entities of a machine were in each state before they left it',
      query: z.strictObject({
        ...{ machine, version: text, state: text },
        since: z.string().max(64).optional().openapi({
          description: 'Stays that ended since then; default: in the last 30 days.',
          format: 'date-time',
        }),
      }),
      answers: { 200: [pageOf(StateTimes), 'A row for each state that was left.'] },
      problems: [404],
    },
    async (c, { query }) => {
      const rows = await c.var.client.getStateTimes({ ...query, ...toOptions(query) })
      return c.json(wholeBody(rows, (row) => toBody(row)))
    },
  )
}

function late(app: ServerApp): void {
  addRoute(
    app,
    {
      ...common,
      ...{ method: 'get', path: '/api/entities/late', scope: 'runs:read', name: 'getSlaBreaches' },
      summary: 'Live entities that are in their state for longer than its `sla`',
      query: z.strictObject({ machine, version: text, table: text, state: text, ...pageQuery }),
      answers: { 200: [pageOf(LateEntity), 'A page of them.'] },
      problems: [404],
    },
    async (c, { query }) => {
      const { limit, starting_after, ending_before, ...filter } = query
      const page = pageRequest({ limit, starting_after, ending_before })
      const given = { ...filter, ...toOptions(filter), ...page }
      return c.json(pageBody(await c.var.client.getSlaBreaches(given), entityBody))
    },
  )
}

function migrate(app: ServerApp): void {
  addRoute(
    app,
    {
      ...common,
      ...{ method: 'post', path: '/api/entities/migrate', scope: 'runs:write' },
      name: 'migrateEntities',
      audit: 'entity.migrate',
      summary: 'Move the instances of a version of a machine to another version',
      description: 'Each to the state that `mapping` names for its own, else to that of its name.',
      body: strictly({
        machine,
        from_version: machine,
        to_version: machine,
        mapping: z.record(z.string(), z.string()).optional(),
        dry_run: z.boolean().optional().openapi({ description: 'Counts, and changes nothing.' }),
        notes: z.string().max(65_536).optional(),
        ...claim,
      }),
      answers: { 200: [Migration, 'What was moved, or would be.'] },
      problems: [404, 409],
    },
    async (c, { body: { mapping, ...rest } }) => {
      const done = await c.var.client.migrateEntities({
        ...(toOptions(rest) as { machine: string; fromVersion: string; toVersion: string }),
        ...(mapping && { mapping }),
        by: c.var.principal.subject,
      })
      return c.json(toBody(done) as object)
    },
  )
}
