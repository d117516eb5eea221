import { expect, test } from 'vitest'
import { openKernel } from '../support/kernel.ts'
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
  expect(new Set(tasks.map((task) => task.createdAt.getTime()))).toEqual(
    new Set([(rows[0] as unknown as { created_at: Date }).created_at.getTime()]),
  )
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
