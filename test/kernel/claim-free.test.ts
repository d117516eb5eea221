import { expect, test } from 'vitest'
import type { LeasedTask } from '../../src/kernel/tasks.ts'
import { message, openKernel, type Route, type TestWorker, uuid } from '../support/kernel.ts'

const kernel = await openKernel()
const keyed = { concurrency: [{ limit: 1, key: ['customer'] }] }
let names = 0

/** A workflow with limits, and the same without. */
async function limited(limits: object): Promise<Route & { loosen(): Promise<unknown> }> {
  const name = `loosened${++names}`
  const route = await kernel.route({ name, definition: { limits } })
  return { ...route, loosen: () => kernel.route({ name }) }
}
const tighten = (route: Route, limits: object) =>
  kernel.route({ name: route.name, definition: { limits } })
const startFor = (route: Route, customer: string, more: object = {}) =>
  kernel.start(route, { meta: { keys: { customer }, ...more } })
const claimRuns = async (worker: TestWorker, route: Route, want = 100) =>
  (await worker.claim(route, { want })).map(({ run }) => run)
const lanes = (route: Route) =>
  kernel.query<{ state: string; lane: string }>(
    'select state, lane::text from millrace.live where route_id = $1 order by run_id',
    [route.route],
  )

test('without its rules all is handed out, also what stands in lanes, and new runs take the ordinary way', async () => {
  const route = await limited(keyed)
  const runs = [await startFor(route, 'a'), await startFor(route, 'a'), await startFor(route, 'b')]
  const worker = await kernel.worker()
  const held = await worker.claim(route)
  expect(held).toHaveLength(2)
  await route.loosen()
  const late = await startFor(route, 'a') // by a client that has not heard yet
  const plain = await kernel.start(route)
  const rest = await worker.claim(route)
  expect([...held, ...rest].map(({ run }) => run).sort()).toEqual([...runs, late, plain].sort())
  expect(await worker.claim(route)).toEqual([])
  const known = 'select from millrace.lanes where route_id = $1'
  expect(await kernel.query(known, [route.route])).toEqual([])
})

test('the oldest of the lanes first, and half of the places are for others', async () => {
  const route = await limited(keyed)
  const old: string[] = []
  for (let i = 0; i < 6; i++) old.push(await startFor(route, 'a'))
  await route.loosen()
  const plain: string[] = []
  for (let i = 0; i < 6; i++) plain.push(await kernel.start(route))
  const worker = await kernel.worker()
  expect(await claimRuns(worker, route, 4)).toEqual([...old.slice(0, 2), ...plain.slice(0, 2)])
  // where the lanes lie in the queue says nothing of the others: none is passed by
  const { rows } = await kernel.pool.query(
    'select run_id, turn from millrace.claim_tasks(1, $1, 0, $2, $3, 4) where run_id is not null',
    [worker.id, [route.route], ['0']],
  )
  expect(rows.slice(0, 2)).toEqual(old.slice(2, 4).map((run) => ({ run_id: run, turn: '0' })))
  expect(await claimRuns(worker, route)).toHaveLength(4)
})

test('a run without keys leaves its lane', async () => {
  const route = await limited({ concurrency: [{ limit: 1 }] })
  const run = await kernel.start(route)
  const worker = await kernel.worker()
  const [task] = await worker.claim(route)
  expect(await lanes(route)).toEqual([{ state: 'l', lane: '1' }])
  await worker.wait(task as LeasedTask, message('m', 'go'))
  await route.loosen()
  await kernel.call('trigger_event', uuid(run), 'go')
  expect(await claimRuns(worker, route)).toEqual([run])
  expect(await lanes(route)).toEqual([{ state: 'l', lane: '0' }])
})

test('rules that come back count what workers have, by its keys', async () => {
  const route = await limited(keyed)
  const [one, worker] = [await startFor(route, 'a'), await kernel.worker()]
  const [first] = await worker.claim(route)
  await route.loosen()
  const more = [await startFor(route, 'a'), await startFor(route, 'b'), await kernel.start(route)]
  expect((await claimRuns(worker, route)).sort()).toEqual(more.sort())
  const waiting: string[] = []
  for (const name of ['a', 'b', 'c', 'c']) waiting.push(await startFor(route, name))
  await tighten(route, keyed)
  expect(await claimRuns(worker, route)).toEqual([waiting[2]])
  expect(first?.run).toBe(one)
  await worker.complete(first as LeasedTask)
  expect(await worker.claim(route)).toEqual([]) // the other of a is still there
})

test('what waits and what sleeps goes on when its rules are gone, and counts when they are back', async () => {
  const route = await limited({ ...keyed, rate: [{ limit: 1, period_ms: 3_600_000 }] })
  const [run, worker] = [await startFor(route, 'a'), await kernel.worker()]
  const [task] = await worker.claim(route)
  await worker.wait(task as LeasedTask, message('m', 'go'))
  await route.loosen()
  await kernel.call('trigger_event', uuid(run), 'go')
  const [again] = await worker.claim(route)
  expect(again?.run).toBe(run)
  await tighten(route, { ...keyed, rate: [{ limit: 1, period_ms: 3_600_000 }] })
  await worker.wait(again as LeasedTask, message('n', 'on'))
  await kernel.call('trigger_event', uuid(run), 'on')
  expect(await claimRuns(worker, route)).toEqual([run]) // it has begun: no token
})

test('routes that are made while rules change and pauses come and go are served by what holds in the end', async () => {
  const clients = await Promise.all(Array.from({ length: 4 }, () => kernel.connect()))
  const make = async (client: (typeof clients)[number], n: number) => {
    for (let i = 0; i < 15; i++) {
      const limits = i % 2 === 0 ? keyed : {}
      const values = [`made${n} ${i % 8}`, '1', { queue: `made${i % 3}`, limits }]
      await client.query('select millrace.register_workflow(1, $1, $2, $3)', values)
    }
  }
  const change = async () => {
    for (let i = 0; i < 15; i++) {
      const [queue, rules] = [`made${i % 3}`, i % 2 === 0 ? { concurrency: [{ limit: i }] } : {}]
      await kernel.call('put_queue', queue, rules)
      await kernel.call(i % 4 < 2 ? 'pause_dispatch' : 'resume_dispatch', { queue })
    }
  }
  // the invariants of the kernel say the rest
  await Promise.all([...clients.map(make), change()])
  const made = `select count(*)::int from millrace.limited_routes m join millrace.routes r on r.id = m.route_id where r.queue like 'made%'`
  expect(await kernel.value(made)).toBeGreaterThan(30)
})

test('another tenant gets nothing, whether there are rules or not', async () => {
  const tenant = await kernel.makeTenant('stranger')
  const stranger = await kernel.worker(tenant)
  const definition = { limits: keyed }
  await kernel.route({ tenant, definition }) // with rules of its own
  const route = await limited(keyed)
  const runs = [await startFor(route, 'a'), await kernel.start(route)]
  expect(await stranger.claim(route)).toEqual([])
  await route.loosen()
  expect(await stranger.claim(route)).toEqual([])
  const mine = await claimRuns(await kernel.worker(), route)
  expect(mine.sort()).toEqual(runs.sort())
})

test('a pause alone makes no lanes, and its end leaves none', async () => {
  const route = await kernel.route()
  const worker = await kernel.worker()
  await kernel.start(route)
  await worker.claim(route)
  await kernel.call('pause_dispatch', { workflow_id: route.name })
  const run = await kernel.start(route)
  expect(await worker.claim(route)).toEqual([])
  await kernel.call('resume_dispatch', { workflow_id: route.name })
  expect(await claimRuns(worker, route)).toEqual([run])
  expect(await lanes(route)).toEqual([
    { state: 'l', lane: '0' },
    { state: 'l', lane: '0' },
  ])
  const routes = await kernel.query('select limited from millrace.get_routes(1, $1, $2)', [
    [route.name],
    ['1'],
  ])
  expect(routes).toEqual([{ limited: false }])
})

test('rules of which nothing is left are none', async () => {
  const route = await kernel.route({ definition: { queue: 'emptied' } })
  await kernel.call('put_queue', 'emptied', { concurrency: [{ limit: 1 }] })
  await kernel.call('put_queue', 'emptied', { concurrency: [], rate: [] })
  for (let i = 0; i < 3; i++) await kernel.start(route)
  expect(await (await kernel.worker()).claim(route)).toHaveLength(3)
  expect((await lanes(route)).map(({ lane }) => lane)).toEqual(['0', '0', '0'])
})

test('with one of two rules gone the other holds', async () => {
  const name = `twofold${++names}`
  const definition = { queue: 'twofold', limits: { concurrency: [{ limit: 1 }] } }
  const route = await kernel.route({ name, definition })
  await kernel.call('put_queue', 'twofold', { concurrency: [{ limit: 2 }] })
  for (let i = 0; i < 4; i++) await kernel.start(route)
  const worker = await kernel.worker()
  expect(await worker.claim(route)).toHaveLength(1)
  await kernel.route({ name, definition: { queue: 'twofold' } })
  expect(await worker.claim(route)).toHaveLength(1)
  await kernel.call('put_queue', 'twofold', {})
  expect(await worker.claim(route)).toHaveLength(2)
})

test('a claim that saw the rules, and comes to hand out when they are gone, leaves it to the next', async () => {
  const route = await limited(keyed)
  const run = await startFor(route, 'a')
  const worker = await kernel.worker()
  const [changing, claiming] = [await kernel.connect(), await kernel.connect()]
  const register = `select millrace.register_workflow(1, $1, '1', '{}')`
  await changing.query('begin')
  await changing.query(register, [route.name])
  // the row of the limits is held: nothing is handed out, and nobody waits
  expect(await worker.claim(route)).toEqual([])
  await changing.query('commit')
  await claiming.query('begin')
  expect(
    (await claiming.query('select millrace.lock_limits($1) as mine', [route.route])).rows,
  ).toEqual([{ mine: null }])
  await claiming.query('commit')
  expect(await claimRuns(worker, route)).toEqual([run])
})

test('rules that go and come while runs are started, claimed and ended lose no run, and hand out none twice', {
  timeout: 60_000,
}, async () => {
  const route = await limited(keyed)
  const began = new Map<string, number>()
  const started: string[] = []
  let over = false
  const change = async () => {
    for (let i = 0; i < 15; i++) {
      await (i % 2 === 0 ? route.loosen() : tighten(route, keyed))
      await kernel.call('pause_dispatch', { workflow_id: route.name })
      await kernel.call('resume_dispatch', { workflow_id: route.name })
    }
  }
  const start = async (customer: string) => {
    for (let i = 0; i < 60; i++)
      started.push(await (i % 3 === 0 ? kernel.start(route) : startFor(route, customer)))
  }
  const work = async () => {
    const worker = await kernel.worker()
    for (let quiet = 0; quiet < 3; ) {
      const tasks = await worker.claim(route, { want: 5 })
      for (const { run } of tasks) began.set(run, (began.get(run) ?? 0) + 1)
      for (const task of tasks) await worker.complete(task)
      quiet = tasks.length > 0 || !over ? 0 : quiet + 1
    }
  }
  const workers = [work(), work(), work()]
  await Promise.all([change(), start('a'), start('b'), start('c')])
  over = true
  await Promise.all(workers)
  expect([...began.keys()].sort()).toEqual(started.sort())
  expect([...began.values()].filter((times) => times > 1)).toEqual([])
  expect(await lanes(route)).toEqual([])
})
