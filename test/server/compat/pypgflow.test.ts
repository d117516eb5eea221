// pypgflow's requests over our server and over a real PostgREST on the same database, side by side: with the same answers.
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { type Postgrest, signToken, startPostgrest } from '../../support/postgrest.ts'
import { useServer } from '../../support/server.ts'

const file = new URL('../../../examples/machines/fraud_detection.yaml', import.meta.url)
const fraud = parse(readFileSync(file, 'utf8'))
fraud.workflow.version = '1.0'
const t = useServer()
let rest: Postgrest

beforeAll(async () => {
  rest = await startPostgrest(t.db)
  await t.db.query('select millrace.define_machine($1)', [JSON.stringify(fraud)])
}, 60_000)
afterAll(() => rest?.stop())

// biome-ignore lint/suspicious/noExplicitAny: tests look into it
type Told = { status: number; body: any }
type Ask = (path: string, body?: object, headers?: Record<string, string>) => Promise<Told>

const sides: Record<string, Ask> = {
  async PostgREST(path, body, headers = {}) {
    const token = signToken({ role: rest.role, tenant: 'default', sub: 'ada', roles: ['admin'] })
    const answer = await fetch(rest.url + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        ...{ authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
    })
    return { status: answer.status, body: await answer.json() }
  },
  async ours(path, body, headers = {}) {
    const method = body === undefined ? 'GET' : 'POST'
    const answer = await t.send(method, `/pypgflow${path}`, { ...(body && { body }), headers })
    return { status: answer.status, body: answer.body }
  },
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g
const TIME = /\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)/g
const normal = (value: unknown) =>
  JSON.parse(
    JSON.stringify(value)
      .replace(UUID, '<uuid>')
      .replace(TIME, '<time>')
      .replace(/[0-9a-f]{64}/g, '<hash>')
      .replace(/"spent_ms":\d+/g, '"spent_ms":1'),
  )

/** A story told to one of the two: each answer, without what is drawn. */
async function tell(ask: Ask, table: string): Promise<Told[]> {
  const told: Told[] = []
  const say: Ask = async (...request) => {
    const answer = await ask(...request)
    const one = normal({ ...answer, ...(answer.status >= 400 && { body: answer.body.code }) })
    told.push(JSON.parse(JSON.stringify(one).replaceAll(table, '<table>')))
    return answer
  }
  const entity = { entity_table: table, metadata: { amount: 5000, risk_score: 'medium' } }
  const found = await say('/workflows?name=eq.fraud_detection&select=id,name')
  const { body: id } = await say('/rpc/start_workflow_by_id', {
    ...{ workflow_definition_id: found.body[0].id, entity_id: '12345', ...entity },
  })
  await say('/rpc/start_workflow', {
    ...{ workflow_name: 'fraud_detection', entity_id: '12345', ...entity },
  })
  await say('/rpc/start_workflow', {
    ...{ workflow_name: 'fraud_detection', entity_id: '12346', ...entity, metadata: { amount: 7 } },
  })
  await say('/rpc/execute_transition', {
    ...{ instance_id: id, to_state: 'cancelled', executed_by: 'security_analyst_1' },
    ...{ notes: 'Suspicious', metadata: { a: 1 }, context: { b: [2] } },
  })
  const gone = { instance_id: id, to_state: 'investigating' }
  await say('/rpc/execute_transition', gone)
  await say('/rpc/execute_transition', { ...gone, instance_id: crypto.randomUUID() })
  await say('/rpc/start_workflow', { workflow_name: 'none', entity_id: '1', entity_table: table })
  await say(`/workflow_history?entity_workflow_instance_id=eq.${id}&order=executed_at.desc`)
  await say(`/workflow_history?instance_id=eq.${id}&order=seq.asc&limit=1`)
  for (const query of [
    'order=updated_at.desc',
    'order=entity_id.desc&select=entity_id,status',
    'order=entity_id&limit=1&offset=1&select=id,state:current_state',
    'status=eq.active',
    'status=neq.active',
    'entity_id=eq.12345',
    'entity_id=in.(12345,"12346")&order=entity_id&select=*',
    'entity_id=like.*46',
    'completed_at=is.null',
    'completed_at=not.is.null',
    'order=completed_at.desc,entity_id&select=entity_id',
    'order=completed_at.asc.nullsfirst&select=entity_id',
    'metadata->>amount=eq.5000&select=entity_id,amount:metadata->amount,metadata->>amount',
    'metadata->amount=gt.100&select=entity_id',
    'entity_id=gt.12345&seq=gte.1&seq=lt.9&select=entity_id',
    'updated_at=gt.2020-01-01&updated_at=lt.2999-01-01T00:00:00Z&order=entity_id&select=entity_id',
    'id=eq.00000000-0000-0000-0000-000000000000',
  ])
    await say(
      `/entity_workflows?workflow_name=eq.fraud_detection&entity_table=eq.${table}&${query}`,
    )
  for (const query of [
    ...['nothing=eq.1', 'id=eq.1', 'id=foo.1', 'order=nothing', 'select=nothing'],
    ...['updated_at=gt.yesterdayish', 'seq=eq.a'],
  ])
    told.push({ status: (await ask(`/entity_workflows?${query}`)).status, body: query })
  return told
}

describe('the same answers', () => {
  test('from the look for its id to lists with conditions', async () => {
    const [theirs, ours] = [
      await tell(sides.PostgREST as Ask, 'theirs'),
      await tell(sides.ours as Ask, 'ours'),
    ]
    expect(ours).toEqual(theirs)
    expect(ours.filter(({ status }) => status === 200).length).toBeGreaterThan(20)
    expect(ours.slice(-7).map(({ status }) => status)).toEqual(Array(7).fill(400))
  })

  test.each([
    '/workflows?kind=eq.machine',
    '/workflow_states?workflow_name=eq.fraud_detection&order=ordinal',
    '/workflow_states?is_initial=eq.true&select=name,sla_ms',
    '/workflow_states?sla_ms=is.null&is_final=is.false&order=ordinal.desc&select=name',
    '/workflow_transitions?workflow_name=eq.fraud_detection&order=from_state,rank',
    '/workflow_transitions?wildcard=is.true&conditions=eq.{}&order=from_state&select=from_state',
    '/workflow_transitions?context->usual_reasons->>0=eq.duplicate&limit=1&select=to_state',
  ])('%s', async (path) => {
    const [theirs, ours] = await Promise.all(Object.values(sides).map((ask) => ask(path)))
    expect(theirs?.status).toBe(200)
    expect(ours).toEqual(theirs)
    expect(ours?.body.length).toBeGreaterThan(0)
  })

  test.each([
    'updated_at=gt.2026-02-30',
    `metadata=eq.${encodeURIComponent('"\\u0000"')}`,
    `metadata=eq.${encodeURIComponent('"\\ud800"')}`,
    'metadata=eq.1e999999',
    `workflow_name=ilike.${encodeURIComponent('\\')}`,
  ])('to what has the form of a value and is none: %s', async (query) => {
    await (sides.ours as Ask)('/rpc/start_workflow', {
      ...{ workflow_name: 'fraud_detection', entity_table: 'odd', entity_id: query },
    })
    const [theirs, ours] = await Promise.all(
      Object.values(sides).map((ask) => ask(`/entity_workflows?${query}`)),
    )
    expect([theirs?.status, ours?.status]).toEqual([400, 400])
  })

  test('to places in JSON that are not there, whatever JavaScript has of that name', async () => {
    const { body: id } = await (sides.ours as Ask)('/rpc/start_workflow', {
      ...{ workflow_name: 'fraud_detection', entity_table: 'places', entity_id: '1' },
      metadata: { list: ['a', null, 'b'], text: 'abc', constructor: null, no: false },
    })
    for (const place of [
      ...['constructor', 'toString', '__proto__', '__proto__->constructor->name', 'list->length'],
      ...['list->0', 'list->-1', 'list->1', 'list->9', 'list->x', 'text->length', 'no'],
      ...['no->x', 'list->>length', 'list->>2'],
    ]) {
      const [theirs, ours] = await Promise.all(
        Object.values(sides).map((ask) =>
          ask(`/entity_workflows?id=eq.${id}&select=it:metadata->${place}`),
        ),
      )
      expect([place, theirs?.status, ours]).toEqual([place, 200, theirs])
    }
  })

  test('of where an instance may go', async () => {
    const start = { workflow_name: 'fraud_detection', entity_table: 'ways', entity_id: '1' }
    const { body: id } = await (sides.ours as Ask)('/rpc/start_workflow', start)
    for (const ask of [
      (one: Ask) => one(`/rpc/get_transitions?instance_id=${id}`),
      (one: Ask) => one('/rpc/get_transitions', { instance_id: id }),
    ]) {
      const [theirs, ours] = await Promise.all(Object.values(sides).map(ask))
      expect(theirs?.body).toHaveLength(2)
      expect(ours).toEqual(theirs)
    }
  })

  test('of a single row, and of a part of the rows', async () => {
    const path = '/workflow_states?workflow_name=eq.fraud_detection&order=ordinal&select=name'
    const one = { accept: 'application/vnd.pgrst.object+json' }
    for (const [query, headers] of [
      [`${path}&is_initial=is.true`, one],
      [path, one],
      [path, { range: '1-2' }],
    ] as const) {
      const [theirs, ours] = await Promise.all(
        Object.values(sides).map((ask) => ask(query, undefined, headers)),
      )
      expect(ours?.status).toBe(theirs?.status)
      if (theirs?.status === 200) expect(ours?.body).toEqual(theirs.body)
    }
  })
})

test('errors are in the form of PostgREST, also of who is not logged in', async () => {
  const nobody = await t.send('GET', '/pypgflow/workflows', { as: null })
  expect([nobody.status, Object.keys(nobody.body)]).toEqual([
    ...[401, ['code', 'message', 'details', 'hint']],
  ])
  const reader = await t.send('POST', '/pypgflow/rpc/execute_transition', {
    body: {},
    as: 'victor',
  })
  expect([reader.status, reader.body.code]).toEqual([403, 'MR042'])
  expect((await t.send('GET', '/pypgflow/workflows?limit=x')).status).toBe(400)
  const unknown = await t.send('GET', '/pypgflow/workflows?or=(a.eq.1)')
  expect([unknown.status, unknown.body.message]).toEqual([400, expect.stringContaining('"or"')])
})

test('below /api, too: whoever changes the prefix alone finds the lists', async () => {
  const { status, body } = await t.send('GET', '/pypgflow/api/workflows?name=eq.fraud_detection')
  expect([status, body[0].name]).toEqual([200, 'fraud_detection'])
})

test('another tenant sees and moves nothing of it, and a key makes a start one', async () => {
  const body = { workflow_name: 'fraud_detection', entity_table: 'keys', entity_id: '1' }
  const headers = { 'idempotency-key': 'one-start' }
  const start = () => t.send('POST', '/pypgflow/rpc/start_workflow', { body, headers })
  const [first, second] = [await start(), await start()]
  expect(second.body).toBe(first.body)
  expect(second.headers.get('idempotency-replayed')).toBe('true')
  for (const relation of ['workflow_states', 'entity_workflows', 'workflow_history']) {
    const theirs = await t.send('GET', `/pypgflow/${relation}`, { as: 'mallory' })
    expect([theirs.status, theirs.body], relation).toEqual([200, []])
  }
  const moved = { instance_id: first.body, to_state: 'cancelled' }
  const path = '/pypgflow/rpc/execute_transition'
  expect((await t.send('POST', path, { body: moved, as: 'mallory' })).status).toBe(404)
  const [{ id }] = (await t.send('GET', '/pypgflow/workflows?kind=eq.machine&select=id')).body
  const theirs = { workflow_definition_id: id, entity_table: 'a', entity_id: 'b' }
  const by = '/pypgflow/rpc/start_workflow_by_id'
  expect((await t.send('POST', by, { body: theirs, as: 'mallory' })).status).toBe(404)
})
