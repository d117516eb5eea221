import { expect, test } from 'vitest'
import { openKernel, uuid } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
const first = BigInt(await kernel.call<string>('take_ids'))
let taken = 0n
const ids = (n: number) => Array.from({ length: n }, () => String(first + taken++))

type Started = { run_id: string; verdict: string; existing: string | null }
async function startRuns(values: {
  tenant?: number
  ids: string[]
  routes: number[]
  delays?: (number | null)[]
  inputs?: (string | null)[]
  metas?: (object | null)[]
}): Promise<Started[]> {
  const { tenant = 1, inputs = values.ids.map(() => null), delays = null, metas = null } = values
  const texts = metas?.map((meta) => (meta === null ? null : JSON.stringify(meta))) ?? null
  return kernel.query<Started>('select * from millrace.start_runs($1, $2, $3, $4, $5, $6)', [
    tenant,
    values.ids,
    values.routes,
    delays,
    inputs,
    texts,
  ])
}

test('starts many at once, in order, and says when', async () => {
  const route = await kernel.route()
  const [a, b, c] = ids(3) as [string, string, string]
  const inputs = ['1', null, '{"x": 3}']
  const rows = await startRuns({
    ids: [a, b, c],
    routes: [route.route, route.route, route.route],
    inputs,
  })
  expect(rows).toMatchObject([{ run_id: null, verdict: 'm', existing: null }])
  const worker = await kernel.worker()
  const tasks = await worker.claim(route)
  expect(tasks.map((task) => [task.run, task.input])).toEqual([
    [a, '1'],
    [b, null],
    [c, '{"x": 3}'],
  ])
  const [made] = rows as unknown as [{ created_at: Date }]
  const stored = 'select distinct created_at from millrace.runs where id = any ($1)'
  expect(await kernel.query(stored, [[a, b, c]])).toEqual([{ created_at: made.created_at }])
})

test('starting nothing is allowed', async () => {
  expect(await startRuns({ ids: [], routes: [] })).toHaveLength(1)
})

test('repeating a start changes nothing, whatever its runs do meanwhile', async () => {
  const route = await kernel.route()
  const [queued, leased, ended, fresh] = ids(4) as [string, string, string, string]
  const again = (list: string[]) => startRuns({ ids: list, routes: list.map(() => route.route) })
  await again([ended])
  const done = await kernel.lease(route)
  await done.worker.complete(done.task, 1)
  await again([leased])
  const held = await kernel.lease(route)
  await again([queued])
  const before = await kernel.query('select * from millrace.live where route_id = $1', [
    route.route,
  ])
  expect(await again([queued, leased, ended])).toMatchObject([{ verdict: 'm' }])
  expect(
    await kernel.query('select * from millrace.live where route_id = $1', [route.route]),
  ).toEqual(before)
  expect(await again([ended, fresh])).toMatchObject([{ verdict: 'm' }])
  expect(await kernel.live(ended)).toBeNull()
  expect(await kernel.live(fresh)).toMatchObject({ state: 'q' })
  expect(await held.worker.complete(held.task)).toEqual({ kind: 'done' })
})

test('repeating a start with a key or an id is the same start', async () => {
  const route = await kernel.route()
  const [id] = ids(1) as [string]
  const meta = { workflow: route.name, key: 'again', id: '11111111-1111-4111-8111-111111111111' }
  const start = () => startRuns({ ids: [id], routes: [route.route], metas: [meta] })
  expect(await start()).toMatchObject([{ verdict: 'm' }])
  expect(await start()).toMatchObject([{ verdict: 'm' }])
})

test('of two starts in one call with one key, the second is the first', async () => {
  const route = await kernel.route()
  const [a, b, c] = ids(3) as [string, string, string]
  const meta = { workflow: route.name, key: 'twice' }
  const rows = await startRuns({
    ids: [a, b, c],
    routes: [route.route, route.route, route.route],
    inputs: ['1', '1', '2'],
    metas: [meta, meta, meta],
  })
  expect(rows).toMatchObject([
    { run_id: b, verdict: 'e', existing: a },
    { run_id: c, verdict: 'k', existing: a },
    { verdict: 'm' },
  ])
  expect(await kernel.live(b)).toBeNull()
})

test('a start that loses one of its two names keeps neither', async () => {
  const route = await kernel.route()
  const [a, b, c] = ids(3) as [string, string, string]
  const id = '22222222-2222-4222-8222-222222222222'
  const one = (run: string, meta: object) =>
    startRuns({ ids: [run], routes: [route.route], metas: [{ workflow: route.name, ...meta }] })
  await one(a, { key: 'held' })
  expect(await one(b, { key: 'held', id })).toMatchObject([
    { run_id: b, verdict: 'e', existing: a },
    {},
  ])
  expect(await one(c, { id })).toMatchObject([{ verdict: 'm' }])
})

test('a start that loses its name to a loser of the same call is told', async () => {
  const route = await kernel.route()
  const [a, b, c] = ids(3) as [string, string, string]
  const id = '33333333-3333-4333-8333-333333333333'
  const held = { workflow: route.name, key: 'taken before' }
  await startRuns({ ids: [a], routes: [route.route], metas: [held] })
  const rows = await startRuns({
    ids: [b, c],
    routes: [route.route, route.route],
    metas: [
      { ...held, id },
      { workflow: route.name, id },
    ],
  })
  expect(rows).toMatchObject([
    { run_id: b, verdict: 'e', existing: a },
    { run_id: c, verdict: 'i', existing: null },
    { verdict: 'm' },
  ])
})

test('a delay holds a run back; zero and null do not', async () => {
  const route = await kernel.route()
  const [a, b, c] = ids(3) as [string, string, string]
  await startRuns({
    ids: [a, b, c],
    routes: [route.route, route.route, route.route],
    delays: [60_000, 0, null],
  })
  const worker = await kernel.worker()
  expect((await worker.claim(route)).map((task) => task.run)).toEqual([b, c])
  await kernel.advanceClock(60_000)
  expect((await worker.claim(route)).map((task) => task.run)).toEqual([a])
})

test('labels are kept only where they are given', async () => {
  const route = await kernel.route()
  const [a, b] = ids(2) as [string, string]
  const metas = [{ workflow: route.name, resource: 'r', tags: ['x', 'x', 'y'] }, null]
  await startRuns({ ids: [a, b], routes: [route.route, route.route], metas })
  const labels = await kernel.query(
    'select kind, value, run_id from millrace.run_labels where run_id = any ($1) order by 1, 2',
    [[a, b]],
  )
  expect(labels).toEqual([
    { kind: 'r', value: 'r', run_id: a },
    { kind: 't', value: 'x', run_id: a },
    { kind: 't', value: 'y', run_id: a },
  ])
})

test('1,000 at once are taken, 1,001 refused', async () => {
  const route = await kernel.route()
  const base = BigInt(await kernel.call<string>('take_ids'))
  const list = Array.from({ length: 1001 }, (_, i) => String(base + BigInt(i)))
  const routes = list.map(() => route.route)
  const call = startRuns({ ids: list, routes })
  await refusal(call, 'MR020', '1001 runs in one start are over the limit of 1,000')
  expect(await startRuns({ ids: list.slice(1), routes: routes.slice(1) })).toHaveLength(1)
})

test('a route of another tenant, or of none, is refused', async () => {
  const second = await kernel.makeTenant('second')
  const route = await kernel.route()
  const call = startRuns({ tenant: second, ids: ids(1), routes: [route.route] })
  await refusal(call, 'MR040', 'unknown to this tenant')
  await refusal(startRuns({ ids: ids(1), routes: [999_999] }), 'MR040', 'unknown to this tenant')
})

test('a start in a transaction that rolls back leaves nothing, and its ids can be used', async () => {
  const route = await kernel.route()
  const [id] = ids(1) as [string]
  const client = await kernel.connect()
  const text = 'select * from millrace.start_runs(1, $1, $2, null, $3)'
  await client.query('begin')
  await client.query(text, [[id], [route.route], [null]])
  await client.query('rollback')
  expect(await kernel.live(id)).toBeNull()
  await client.query(text, [[id], [route.route], [null]])
  expect(await kernel.live(id)).toMatchObject({ state: 'q' })
})

test.each(['', '{', '{"a":}', 'nul', '{}x', "{'a': 1}"])(
  'the input %j is no JSON, and is refused',
  async (input) => {
    const route = await kernel.route()
    const [good, bad] = ids(2) as [string, string]
    const call = startRuns({
      ids: [good, bad],
      routes: [route.route, route.route],
      inputs: ['1', input],
    })
    await expect(call).rejects.toMatchObject({ code: '22P02' })
    expect(await kernel.live(good)).toBeNull()
  },
)

/** A meta as text, so that it need not be JSON. */
const startWith = async (meta: string) => {
  const route = await kernel.route()
  const text = `select * from millrace.start_runs(1, $1, $2, null, '{1}', $3)`
  return kernel.query<Started>(text, [ids(1), [route.route], [meta]])
}

test.each(['', '{', '{"tags": [}', '{"key": "\\u0000"}'])(
  'the meta %j is no JSON that can be read, and is refused',
  async (meta) => {
    await expect(startWith(meta)).rejects.toMatchObject({
      code: expect.stringMatching(/^22P0[25]$/),
    })
  },
)

const texts = Array.from({ length: 33 }, (_, i) => `t${i}`)
test.each<[object | string | number | null, string]>([
  [[], 'meta must be an object'],
  ['x', 'meta must be an object'],
  [7, 'meta must be an object'],
  [null, 'meta must be an object'],
  [{ workflow: '$retry', key: '1' }, 'workflow must match'],
  [{ workflow: 7 }, 'workflow must match'],
  [{ workflow: 'w', key: '' }, 'key must be a text'],
  [{ workflow: 'w', key: 7 }, 'key must be a text'],
  [{ workflow: 'w', key: 'x'.repeat(257) }, 'key must be a text'],
  [{ key: 'x' }, 'key and keys need the name of the workflow'],
  [{ resource: ['x'] }, 'resource must be a text'],
  [{ resource: '' }, 'resource must be a text'],
  [{ id: 7 }, 'id must be a UUID'],
  [{ id: 'x' }, 'id must be a UUID'],
  [{ id: uuid('77') }, 'id must not be an id that the engine made'],
  [{ tags: 'x' }, 'tags must be an array'],
  [{ tags: null }, 'tags must be an array'],
  [{ attributes: null }, 'attributes must be an object'],
  [{ tags: { a: 1 } }, 'tags must be an array'],
  [{ tags: ['x', 7] }, 'tags must be at most 32 texts'],
  [{ tags: [''] }, 'tags must be at most 32 texts'],
  [{ tags: texts }, 'tags must be at most 32 texts'],
  [{ attributes: [] }, 'attributes must be an object'],
  [{ attributes: 'x' }, 'attributes must be an object'],
  [{ attributes: { a: 'x'.repeat(16 * 1024) } }, 'attributes must have at most 16 KiB'],
  [{ retries: '2' }, 'retries must be a whole number'],
  [{ retries: 1.5 }, 'retries must be a whole number'],
  [{ retries: -1 }, 'retries must be a whole number'],
  [{ retries: 1000 }, 'retries must be a whole number'],
  [{ retries: {} }, 'retries must be a whole number'],
  [{ timeout_ms: '5' }, 'timeout_ms must be a whole number'],
  [{ timeout_ms: 0 }, 'timeout_ms must be a whole number'],
  [{ timeout_ms: 0.5 }, 'timeout_ms must be a whole number'],
  [{ timeout_ms: 3155760000001 }, 'timeout_ms must be a whole number'],
  [{ timeout_ms: [] }, 'timeout_ms must be a whole number'],
  [{ parent: 'x' }, 'parent must be the number of a run'],
  [{ parent: {} }, 'parent must be the number of a run'],
  [{ parent: -1 }, 'parent must be the number of a run'],
  [{ parent: '9'.repeat(19) }, 'parent must be the number of a run'],
  [{ retried_from: 'x' }, 'retried_from must be the number of a run'],
])('the meta %j is refused', async (meta, why) => {
  const details = await refusal(startWith(JSON.stringify(meta)), 'MR001', why)
  expect(details).toEqual({ start: 1 })
})

test('what is null in a meta is as if it were not there, and what it does not know is kept', async () => {
  const meta = {
    workflow: 'w',
    id: null,
    key: null,
    resource: null,
    retries: null,
    parent: null,
    own: { a: 1 },
  }
  expect(await startWith(JSON.stringify(meta))).toMatchObject([{ verdict: 'm' }])
  expect(await startWith(JSON.stringify({ timeout_ms: null }))).toHaveLength(1)
})

test('an id that another run has is told, and leaves that run as it is', async () => {
  const [route, other] = [await kernel.route(), await kernel.route()]
  const [id, fresh] = ids(2) as [string, string]
  const meta = { workflow: route.name, resource: 'mine', key: 'mine' }
  await startRuns({ ids: [id], routes: [route.route], inputs: ['1'], metas: [meta] })
  const row = () =>
    kernel.query(
      'select r.*, l.* from millrace.runs r join millrace.live l on l.run_id = r.id where r.id = $1',
      [id],
    )
  const before = await row()
  const again = {
    ids: [id, fresh],
    routes: [route.route, route.route],
    inputs: ['1', '2'],
    metas: [meta, null],
  }
  expect(await startRuns(again)).toMatchObject([{ verdict: 'm' }])
  const changes: Partial<typeof again>[] = [
    { inputs: ['9', '2'] },
    { routes: [other.route, route.route] },
    {
      metas: [
        {
          ...meta,
          resource: 'theirs',
          key: 'theirs',
          id: '44444444-4444-4444-8444-444444444444',
        } as never,
        null,
      ],
    },
    { metas: [{ ...meta, tags: ['theirs'] } as never, null] },
  ]
  for (const change of changes)
    expect(await startRuns({ ...again, ...change })).toMatchObject([
      { run_id: id, verdict: 'i', existing: id },
      { verdict: 'm' },
    ])
  expect(await row()).toEqual(before)
  const labels = 'select kind, value from millrace.run_labels where run_id = $1'
  expect(await kernel.query(labels, [id])).toEqual([{ kind: 'r', value: 'mine' }])
  const names =
    'select key from millrace.run_keys where run_id = $1 union all select alias::text from millrace.run_aliases where run_id = $1'
  expect(await kernel.query(names, [id])).toEqual([{ key: 'mine' }])
})

test('nor is an id of another tenant reported as made', async () => {
  const second = await kernel.makeTenant('third')
  const [ours, theirs] = [await kernel.route(), await kernel.route({ tenant: second })]
  const list = ids(1)
  await startRuns({ ids: list, routes: [ours.route], inputs: ['1'] })
  const rows = await startRuns({ tenant: second, ids: list, routes: [theirs.route], inputs: ['1'] })
  expect(rows).toMatchObject([{ verdict: 'i' }, { verdict: 'm' }])
})

test.each(['{"a": "\\u0000"}', '[1e999999]', '"\\ud800"'])(
  'the input %s, which only json takes, hinders nobody who asks for the same key',
  async (odd) => {
    const route = await kernel.route()
    const metas = [{ workflow: route.name, key: 'odd' }]
    const [a, b, c] = ids(3) as [string, string, string]
    const start = (id: string, input: string) =>
      startRuns({ ids: [id], routes: [route.route], inputs: [input], metas })
    expect(await start(a, odd)).toMatchObject([{ verdict: 'm' }])
    expect(await start(b, odd)).toMatchObject([{ verdict: 'e', existing: a }, {}])
    expect(await start(c, '{"a": 1}')).toMatchObject([{ verdict: 'k', existing: a }, {}])
    expect(await kernel.run(a)).toMatchObject({ status: 'pending' })
  },
)
