import { beforeAll, describe, expect, test } from 'vitest'
import {
  createKernel,
  type Kernel,
  openKernel,
  type Route,
  timer,
  uuid,
} from '../support/kernel.ts'
import { explainAll } from '../support/plans.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
type Row = { run: { id: string; status: string }; last_seen: string | null }
const list = (db: Kernel, options: object) =>
  db.query<Row>('select * from millrace.get_runs($1)', [options])
const idsOf = async (options: object, db = kernel) =>
  (await list(db, options)).map(({ run }) => run.id)

/** A parent's journal names its children. */
const childOf = (parent: string, child: string, db = kernel) =>
  db.query(
    `insert into millrace.checkpoints (run_id, at, seq, tenant_id, kind, name, data)
     select $1, now(), coalesce((select max(seq) + 1 from millrace.checkpoints where run_id = $1), 0), 1, 'c', 'c' || $2, json_build_object('run', $2::text)::text`,
    [parent, child],
  )

test('newest first, twenty at a time', async () => {
  const route = await kernel.route()
  const ids = []
  for (let i = 0; i < 25; i++) ids.unshift(uuid(await kernel.start(route)))
  const of = { workflow_id: route.name }
  expect(await idsOf(of)).toEqual(ids.slice(0, 20))
  expect(await idsOf({ ...of, limit: 3 })).toEqual(ids.slice(0, 3))
  expect(await idsOf({ ...of, limit: 500 })).toEqual(ids)
  expect(await idsOf({ ...of, limit: 3, after: ids[2] })).toEqual(ids.slice(3, 6))
  expect(await idsOf({ ...of, limit: 3, before: ids[10] })).toEqual(ids.slice(7, 10))
  expect(await idsOf({ ...of, limit: 30, before: ids[2] })).toEqual(ids.slice(0, 2))
  expect(await idsOf({ ...of, after: ids[24] })).toEqual([])
  expect(await idsOf({ ...of, before: ids[0] })).toEqual([])
})

describe('filters', () => {
  let a: Route, b: Route
  const runs: Record<string, string> = {}
  beforeAll(async () => {
    a = await kernel.route({ definition: { queue: 'fast' } })
    b = await kernel.route()
    const start = async (name: string, route: Route, meta?: Record<string, unknown>) => {
      runs[name] = await kernel.start(route, meta ? { meta } : {})
    }
    await start('completed', a, { resource: 'r1', tags: ['x', 'y'] })
    await start('failed', a, { tags: ['x'] })
    await start('cancelled', a, { resource: 'r1' })
    await start('running', a)
    await start('waiting', a, { tags: ['y'] })
    await start('paused', b, { parent: runs.running })
    await start('pending', b, { resource: 'r2' })
    const worker = await kernel.worker()
    const tasks = new Map((await worker.claim(a)).map((task) => [task.run, task]))
    const task = (name: string) =>
      tasks.get(runs[name] as string) as NonNullable<ReturnType<typeof tasks.get>>
    await worker.complete(task('completed'))
    await worker.fail(task('failed'))
    await worker.wait(task('waiting'), timer('t', 1_000_000))
    await kernel.call('cancel_runs', 1, [runs.cancelled], {})
    await kernel.call('pause_workflow', uuid(runs.paused as string))
  })
  const names = async (options: object) => {
    const found = await idsOf({ limit: 100, ...options })
    return Object.keys(runs).filter((name) => found.includes(uuid(runs[name] as string)))
  }

  test('by status, one or several', async () => {
    for (const status of [
      'completed',
      'failed',
      'cancelled',
      'running',
      'waiting',
      'paused',
      'pending',
    ]) {
      expect(await names({ statuses: [status] })).toEqual([status])
    }
    const ended = ['completed', 'failed', 'cancelled']
    expect(await names({ statuses: ended })).toEqual(ended)
    const live = ['running', 'waiting', 'paused', 'pending']
    expect(await names({ statuses: live })).toEqual(live)
    expect(await names({ statuses: ['failed', 'pending'] })).toEqual(['failed', 'pending'])
    expect(await names({ statuses: [] })).toEqual([])
    await refusal(names({ statuses: ['odd'] }), 'MR001', '"odd" is no status')
  })

  test('by workflow, version, queue, resource, tags and parent', async () => {
    expect(await names({ workflow_id: b.name })).toEqual(['paused', 'pending'])
    expect(await names({ workflow_id: b.name, version: '2' })).toEqual([])
    expect(await names({ workflow_id: 'nobody' })).toEqual([])
    expect(await names({ queue: 'fast', statuses: ['failed', 'running'] })).toEqual([
      'failed',
      'running',
    ])
    expect(await names({ resource_id: 'r1' })).toEqual(['completed', 'cancelled'])
    expect(await names({ resource_id: 'r1', tags: ['y'] })).toEqual(['completed'])
    expect(await names({ resource_id: 'r3' })).toEqual([])
    expect(await names({ tags: ['x'] })).toEqual(['completed', 'failed'])
    expect(await names({ tags: ['x', 'y'] })).toEqual(['completed'])
    expect(await names({ tags: ['y'], statuses: ['waiting'] })).toEqual(['waiting'])
    await childOf(runs.running as string, runs.paused as string)
    expect(await names({ parent_id: uuid(runs.running as string) })).toEqual(['paused'])
    expect(await names({ parent_id: uuid(runs.paused as string) })).toEqual([])
  })

  test('by time', async () => {
    const { created_at } = await kernel.run(runs.running as string)
    const after = await names({ created_after: created_at })
    const before = await names({ created_before: created_at })
    expect(after[0]).toBe('running')
    expect([...before, ...after]).toEqual(Object.keys(runs))
  })

  test('together with a cursor, in both directions', async () => {
    const ended = { statuses: ['completed', 'failed', 'cancelled'], workflow_id: a.name }
    const cursor = uuid(runs.failed as string)
    expect(await names({ ...ended, after: cursor })).toEqual(['completed'])
    expect(await names({ ...ended, before: cursor })).toEqual(['cancelled'])
  })
})

test('a parent that has a UUID of its caller is found by it', async () => {
  const mine = '88888888-8888-4888-8888-888888888888'
  const parent = await kernel.start(await kernel.route(), { meta: { id: mine } })
  const child = await kernel.start(await kernel.route(), { meta: { parent } })
  await childOf(parent, child)
  await kernel.query('update millrace.live set seq = 1 where run_id = $1', [parent])
  expect(await idsOf({ parent_id: mine })).toEqual([uuid(child)])
  await refusal(idsOf({ parent_id: uuid('5') }), 'MR041', uuid('5'))
})

test('a tenant sees its own runs only', async () => {
  const second = await kernel.makeTenant('second')
  const theirs = await kernel.start(await kernel.route({ tenant: second }))
  await kernel.start(await kernel.route(), { meta: { resource: 'shared' } })
  for (const filter of [
    {},
    { statuses: ['pending'] },
    { statuses: ['failed'] },
    { resource_id: 'shared' },
  ]) {
    const found = await idsOf({ tenant: 'second', ...filter })
    expect(found.filter((id) => id !== uuid(theirs))).toEqual([])
  }
  // as a cursor an id is a place, whoever's it is: a page goes on where a run was pruned since
  const ours = uuid(await kernel.start(await kernel.route()))
  expect(await idsOf({ tenant: 'second', after: ours })).toEqual([uuid(theirs)])
  expect(await idsOf({ tenant: 'second', before: ours })).toEqual([])
  const nobody = '3b241101-e2bb-4255-8caf-4136c566a962'
  await refusal(idsOf({ tenant: 'second', after: nobody }), 'MR041', nobody)
  await refusal(idsOf({ tenant: 'third' }), 'MR042', '"third"')
})

test('finds the few among many: more than a window of 500, in both directions', async () => {
  await using many = await createKernel()
  const [route, other] = [await many.route(), await many.route()]
  const base = BigInt(await many.call<string>('take_ids'))
  const more = BigInt(await many.call<string>('take_ids'))
  const ids = Array.from({ length: 1300 }, (_, i) =>
    String(i < 1000 ? base + BigInt(i) : more + BigInt(i)),
  )
  for (const part of [ids.slice(0, 1000), ids.slice(1000)]) {
    const routes = part.map((_, i) => (i % 2 === 0 ? route.route : other.route))
    const text = 'select * from millrace.start_runs(1, $1, $2, null, $3)'
    await many.query(text, [part, routes, part.map(() => null)])
  }
  const rare = [ids[3], ids[700], ids[1299]] as string[]
  await many.query(`select millrace.cancel_runs(1, $1, '{}')`, [rare])
  const found = rare.map(uuid).reverse()
  const wanted = { statuses: ['cancelled', 'completed'] }
  expect(await idsOf(wanted, many)).toEqual(found)
  expect(await idsOf({ ...wanted, before: uuid(ids[0] as string), limit: 2 }, many)).toEqual(
    found.slice(1),
  )
  expect(await idsOf({ statuses: ['cancelled'] }, many)).toEqual(found)

  const pages: string[] = []
  for (let after: string | undefined; ; after = pages.at(-1)) {
    const page = await idsOf({ limit: 101, ...(after && { after }) }, many)
    pages.push(...page)
    if (page.length < 101) break
  }
  expect(pages).toEqual(ids.map(uuid).reverse())
})

test('last_seen is where to go on, until there is no more', async () => {
  const route = await kernel.route()
  const runs = []
  for (let i = 0; i < 4; i++) runs.unshift(await kernel.start(route))
  const full = await list(kernel, { workflow_id: route.name, limit: 2 })
  expect(full[0]?.last_seen).toBe(uuid(runs[1] as string))
  const all = await list(kernel, { workflow_id: route.name, limit: 9 })
  expect(all[0]?.last_seen).toBeNull()
})

test('a page that found nothing among the first 100,000 says where to go on', async () => {
  const route = await kernel.route()
  const old = await kernel.start(route)
  await kernel.query("update millrace.runs set created_at = '2000-01-01' where id = $1", [old])
  await kernel.query(
    `with made as (
       insert into millrace.runs (id, created_at, tenant_id, route_id)
       select (10::bigint ^ 12)::bigint + i, now(), 1, $1 from generate_series(1, 100100) i
       returning id)
     insert into millrace.outcomes (run_id, at, tenant_id, status) select id, now(), 1, 'c' from made`,
    [route.route],
  )
  const rare = { workflow_id: route.name, created_before: '2001-01-01', limit: 9 }
  const [none, ...more] = await list(kernel, rare)
  expect([none?.run, more]).toEqual([null, []])
  const [found] = await list(kernel, { ...rare, after: none?.last_seen as string })
  expect(found).toMatchObject({ run: { id: uuid(old) }, last_seen: null })
})

test('a list over many routes reads what the page needs, and misses nothing', async () => {
  await using many = await createKernel()
  const { name } = await many.route()
  const COUNT = 2000
  await many.query(
    `insert into millrace.routes (tenant_id, workflow_id, queue, priority)
     select 1, id, 'q' || i, 0 from millrace.workflows, generate_series(2, $1) i`,
    [COUNT],
  )
  // by turns, but the newest hundred on one route
  await many.query(
    `with made as (
       insert into millrace.runs (id, created_at, tenant_id, route_id)
       select 1000000 + i, now(), 1, (select min(id) from millrace.routes) + case when i > 9900 then 7 else i % $1 end
       from generate_series(1, 10000) i returning id)
     insert into millrace.outcomes (run_id, at, tenant_id, status) select id, now(), 1, 'c' from made`,
    [COUNT],
  )
  await many.query('analyze')
  const { reads } = await explainAll(many)
  const text = 'select * from millrace.get_runs($1)'
  const read = async (options: object) =>
    (await reads(text, [options])).reduce(
      (sum, { table, rows }) => sum + (table === 'runs' ? rows : 0),
      0,
    )
  expect(await read({})).toBeLessThan(COUNT + 50 * 50 + 500)
  expect(await read({ limit: 101, before: uuid('1000001') })).toBeLessThan(COUNT + 101 * 101 + 1000)

  const all = Array.from({ length: 10_000 }, (_, i) => uuid(String(1_010_000 - i)))
  const found: string[] = []
  for (let after: string | undefined; found.length < 700; after = found.at(-1))
    found.push(...(await idsOf({ limit: 100, workflow_id: name, ...(after && { after }) }, many)))
  expect(found).toEqual(all.slice(0, 700))
  const back: string[] = []
  for (let before = all.at(-1) as string; back.length < 700; before = back[0] as string)
    back.unshift(...(await idsOf({ limit: 100, before }, many)))
  expect(back).toEqual(all.slice(-701, -1))
  // a rare filter: the window grows
  await many.query(
    "update millrace.runs set created_at = '2000-01-01' where id in (1000005, 1003000)",
  )
  const rare: Record<string, unknown> = { created_before: '2001-01-01' }
  const few: Row[] = []
  do {
    const page = await list(many, rare)
    few.push(...page.filter(({ run }) => run !== null))
    rare.after = page[0]?.last_seen
  } while (rare.after)
  expect(few.map(({ run }) => run.id)).toEqual([uuid('1003000'), uuid('1000005')])
}, 60_000)
