import { expect, test } from 'vitest'
import { claimTasks } from '../../src/kernel/tasks.ts'
import {
  createKernel,
  message,
  openKernel,
  type Route,
  row,
  type TestWorker,
  timer,
} from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
const status = async (worker: TestWorker, routes: Route[]) =>
  claimTasks(kernel.database, worker.tenant, {
    worker: worker.id,
    epoch: worker.epoch,
    routes: routes.map(({ route }) => route),
    after: routes.map(() => '0'),
    want: 0,
    suspect: false,
    idle: false,
  })

test('gives the run with its input, meta, journal and open waits', async () => {
  const route = await kernel.route()
  const run = await kernel.start(route, { input: { a: 1 }, meta: { timeout_ms: 60_000 } })
  const { worker, task } = await kernel.lease(route)
  expect(task).toMatchObject({ run, task: 0, route: route.route, crashes: 0, journal: [] })
  expect(JSON.parse(task.input as string)).toEqual({ a: 1 })
  expect(task.timeoutMs).toBeGreaterThan(59_000)
  expect(task.timeoutMs).toBeLessThanOrEqual(60_000)
  const rows = [
    row('r', 'one', 'eins'),
    row('r', 'nothing'),
    row('c', 'line\nfeed'.slice(0, 4), '\n'),
  ]
  await worker.keep(task, rows)
  await worker.advance(
    { ...task, journal: rows },
    { op: 'w', waits: [message('msg', 'go', 5000), timer('t', 90_000)] },
  )
  await kernel.advanceClock(5000)
  const again = await worker.claimOne(route)
  expect(again.journal).toEqual([...rows, row('o', 'msg')])
  expect([...again.waits.keys()]).toEqual(['t'])
  expect(again.waits.get('t')).toBeGreaterThan(80_000)
  expect(again.waits.get('t')).toBeLessThanOrEqual(85_000)
})

test('leases the oldest first, at most as many as wanted', async () => {
  const route = await kernel.route()
  const runs = [await kernel.start(route), await kernel.start(route), await kernel.start(route)]
  const worker = await kernel.worker()
  expect((await worker.claim(route, { want: 2 })).map((task) => task.run)).toEqual(runs.slice(0, 2))
  expect((await worker.claim(route, { want: 2 })).map((task) => task.run)).toEqual(runs.slice(2))
  expect(await worker.claim(route)).toEqual([])
})

test('takes from routes in the order of the worker, and nothing from others', async () => {
  const [high, low, other] = [await kernel.route(), await kernel.route(), await kernel.route()]
  const slow = await kernel.start(low)
  const fast = await kernel.start(high)
  await kernel.start(other)
  const worker = await kernel.worker()
  expect((await worker.claim([high, low], { want: 1 })).map((task) => task.run)).toEqual([fast])
  expect((await worker.claim([high, low])).map((task) => task.run)).toEqual([slow])
  expect(await worker.claim([])).toEqual([])
})

test('looks only behind the place where the last claim ended', async () => {
  const route = await kernel.route()
  await kernel.start(route)
  const worker = await kernel.worker()
  const first = await kernel.live(await kernel.start(route))
  const after = String(BigInt(first?.turn as string))
  expect(await worker.claim(route, { after })).toEqual([])
  expect(await worker.claim(route)).toHaveLength(2)
})

test('fences only rise, from claim to claim and from route to route within a claim', async () => {
  const [one, two] = [await kernel.route(), await kernel.route()]
  const worker = await kernel.worker()
  let last = 0n
  for (let i = 0; i < 3; i++) {
    await kernel.start(one)
    await kernel.start(two)
    const tasks = await worker.claim([one, two])
    expect(tasks).toHaveLength(2)
    for (const task of tasks) {
      expect(BigInt(task.fence)).toBeGreaterThan(last)
      last = BigInt(task.fence)
    }
  }
})

test('wakes what is due before it looks', async () => {
  const route = await kernel.route()
  const run = await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  await worker.wait(task, timer('nap', 1000))
  expect(await worker.claim(route)).toEqual([])
  await kernel.advanceClock(1000)
  expect(await worker.claim(route)).toMatchObject([{ run, waits: new Map([['nap', -1]]) }])
})

test('an idle poll draws no fence and writes nothing, also while it says that it is idle', async () => {
  const route = await kernel.route()
  const worker = await kernel.worker()
  await worker.claim(route, { idle: true })
  const client = await kernel.connect()
  const fence = () => kernel.value('select last_value from millrace.fences')
  const before = await fence()
  await client.query('begin')
  const text = 'select * from millrace.claim_tasks(1, $1, 0, $2, $3, 10, true, true)'
  const { rows } = await client.query(text, [worker.id, [route.route], ['0']])
  expect(rows).toMatchObject([{ run_id: null }])
  const written = await client.query('select pg_current_xact_id_if_assigned() as id')
  expect(written.rows).toEqual([{ id: null }])
  await client.query('commit')
  expect(await fence()).toBe(before)
})

test('says that the worker is idle, once, and only if there was less than it wanted', async () => {
  const route = await kernel.route()
  const worker = await kernel.worker()
  const idle = () =>
    kernel.query('select from millrace.idle_workers where worker_id = $1', [worker.id])
  for (let i = 0; i < 3; i++) await kernel.start(route)
  await worker.claim(route, { idle: true, want: 2 })
  expect(await idle()).toHaveLength(0)
  await worker.claim(route, { idle: true, want: 2 })
  expect(await idle()).toHaveLength(1)
  await worker.claim(route, { idle: true, want: 2 })
  expect(await idle()).toHaveLength(1)
})

test('tells when something comes due, and which route is the newest', async () => {
  await using quiet = await createKernel()
  const route = await quiet.route()
  const worker = await quiet.worker()
  const claim = {
    worker: worker.id,
    epoch: 0,
    routes: [route.route],
    after: ['0'],
    want: 1,
    suspect: true,
    idle: true,
  }
  const chores = () => claimTasks(quiet.database, 1, claim)
  expect(await chores()).toMatchObject({
    tasks: [],
    dueMs: null,
    newestRoute: route.route,
    recoverDue: false,
    expireDue: false,
    bulkDue: false,
    retentionDue: false,
    closingDue: false,
  })
  await quiet.start(route, { delay: 30_000 })
  const { dueMs } = await chores()
  expect(dueMs).toBeGreaterThan(29_000)
  expect(dueMs).toBeLessThanOrEqual(30_000)
  await quiet.start(route, { delay: 50_000, meta: { timeout_ms: 10_000 } })
  expect((await chores()).dueMs).toBeLessThanOrEqual(10_000)
  await quiet.advanceClock(10_000)
  expect((await chores()).expireDue).toBe(true)
  await quiet.worker()
  await quiet.query(`update millrace.workers set expires_at = '2000-01-01' where id <> $1`, [
    worker.id,
  ])
  expect((await chores()).recoverDue).toBe(true)
})

test('a watcher whose time is over is a chore too', async () => {
  await using quiet = await createKernel()
  const route = await quiet.route()
  const worker = await quiet.worker()
  const claim = {
    worker: worker.id,
    epoch: 0,
    routes: [route.route],
    after: ['0'],
    want: 1,
    suspect: true,
    idle: true,
  }
  await quiet.call('watch', 1, 5)
  expect((await claimTasks(quiet.database, 1, claim)).recoverDue).toBe(false)
  await quiet.query(`update millrace.watchers set expires_at = '2000-01-01'`)
  expect((await claimTasks(quiet.database, 1, claim)).recoverDue).toBe(true)
})

test('a worker that is not registered, or asked what it holds meanwhile, gets nothing', async () => {
  const route = await kernel.route()
  const run = await kernel.start(route)
  const worker = await kernel.worker()
  await kernel.call('held_tasks', 1, worker.id, 3)
  const call = kernel.query('select * from millrace.claim_tasks(1, $1, 2, $2, $3, 1)', [
    worker.id,
    [route.route],
    ['0'],
  ])
  await refusal(
    call,
    'MR055',
    `Worker ${worker.id} is not registered, its lease is over, or its epoch is not 2`,
  )
  await kernel.call('stop_worker', worker.id)
  const late = kernel.query('select * from millrace.claim_tasks(1, $1, 3, $2, $3, 1)', [
    worker.id,
    [route.route],
    ['0'],
  ])
  await refusal(late, 'MR055', worker.id)
  expect(await kernel.live(run)).toMatchObject({ state: 'q' })
})

test('a worker of another tenant gets nothing, even if it names the route', async () => {
  const second = await kernel.makeTenant('second')
  const route = await kernel.route()
  const run = await kernel.start(route)
  const worker = await kernel.worker(second)
  expect(await worker.claim(route)).toEqual([])
  expect(await kernel.live(run)).toMatchObject({ state: 'q' })
  const call = kernel.query('select * from millrace.claim_tasks(1, $1, 0, $2, $3, 1)', [
    worker.id,
    [route.route],
    ['0'],
  ])
  await refusal(call, 'MR055', worker.id)
})

test('gives one suspect at a time, and none to a worker that holds one', async () => {
  const route = await kernel.route()
  const runs = [await kernel.start(route), await kernel.start(route), await kernel.start(route)]
  await kernel.query(`update millrace.live set state = 's', crashes = 2 where run_id = any ($1)`, [
    runs.slice(0, 2),
  ])
  const worker = await kernel.worker()
  expect(await worker.claim(route, { suspect: false })).toMatchObject([{ run: runs[2] }])
  expect(await worker.claim(route)).toMatchObject([{ crashes: 2 }])
  expect(await worker.claim(route, { suspect: false })).toEqual([])
  expect(await worker.claim(route)).toMatchObject([{ crashes: 2 }])
})

test('two claims at once never lease the same run', async () => {
  const route = await kernel.route()
  const runs = []
  for (let i = 0; i < 40; i++) runs.push(await kernel.start(route))
  const workers = await Promise.all([kernel.worker(), kernel.worker(), kernel.worker()])
  const claimed = await Promise.all(
    workers.map(async (worker) => {
      const tasks = []
      for (let i = 0; i < 8; i++) tasks.push(...(await worker.claim(route, { want: 3 })))
      return tasks.map((task) => task.run)
    }),
  )
  const all = claimed.flat()
  expect(all.sort()).toEqual(runs.sort())
})

test('nothing wanted, nothing given', async () => {
  const route = await kernel.route()
  await kernel.start(route)
  expect((await status(await kernel.worker(), [route])).tasks).toEqual([])
})
