import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LeasedTask } from '../../src/kernel/tasks.ts'
import { message, openKernel, type Route, type TestWorker, timer, uuid } from '../support/kernel.ts'

const kernel = await openKernel()

/** A workflow with limits; its runs are keyed by the customer. */
const limited = (limits: object) => kernel.route({ definition: { limits } })
const startFor = (route: Route, customer: string | null, more: object = {}) =>
  kernel.start(route, { meta: { keys: { customer }, ...more } })
const customers = async (tasks: readonly LeasedTask[]) =>
  tasks.map(({ meta }) => JSON.parse(meta as string).keys.customer as string)
const claimRuns = async (worker: TestWorker, route: Route, want?: number) =>
  (await worker.claim(route, want === undefined ? {} : { want })).map(({ run }) => run)

test('gives no more runs of a workflow to workers than its limit, and the next when one ends', async () => {
  const route = await limited({ concurrency: [{ limit: 2 }] })
  const runs = [await kernel.start(route), await kernel.start(route), await kernel.start(route)]
  const [one, two] = [await kernel.worker(), await kernel.worker()]
  const held = await one.claim(route)
  expect(held.map(({ run }) => run)).toEqual(runs.slice(0, 2))
  expect(await two.claim(route)).toEqual([])
  await one.complete(held[0] as LeasedTask)
  expect(await claimRuns(two, route)).toEqual(runs.slice(2))
  expect(await one.claim(route)).toEqual([])
})

test('of several limits all hold: ten in all, two for each customer', async () => {
  const route = await limited({
    concurrency: [{ limit: 5 }, { limit: 2, key: ['customer'] }],
  })
  for (const customer of ['a', 'a', 'a', 'b', 'b', 'b', 'c', 'c', 'c'])
    await startFor(route, customer)
  const worker = await kernel.worker()
  const most = async (tasks: readonly LeasedTask[]) => {
    const names = await customers(tasks)
    return Math.max(...names.map((name) => names.filter((other) => other === name).length))
  }
  const held = await worker.claim(route)
  expect(held).toHaveLength(5)
  expect(await most(held)).toBe(2)
  for (const task of held) await worker.complete(task)
  const rest = await worker.claim(route)
  expect(rest).toHaveLength(4)
  expect(await most(rest)).toBeLessThanOrEqual(2)
})

test('keys that several lanes share are counted over all of them, also in one claim', async () => {
  const route = await limited({
    concurrency: [
      { limit: 3, key: ['region'] },
      { limit: 2, key: ['customer'] },
    ],
  })
  for (const [region, customer] of [
    ['eu', 'a'],
    ['eu', 'a'],
    ['eu', 'b'],
    ['eu', 'b'],
    ['us', 'a'],
    ['us', 'c'],
  ])
    await kernel.start(route, { meta: { keys: { region, customer } } })
  const worker = await kernel.worker()
  const held = await worker.claim(route)
  const count = async (path: string, value: string) =>
    held.filter(({ meta }) => JSON.parse(meta as string).keys[path] === value).length
  expect(await count('region', 'eu')).toBe(3)
  expect(await count('customer', 'a')).toBeLessThanOrEqual(2)
  expect(await count('customer', 'c')).toBe(1)
  for (const task of held) await worker.complete(task)
  const rest = await worker.claim(route)
  expect(held.length + rest.length).toBe(6)
})

test.for([
  ['waits for a message', (w: TestWorker, t: LeasedTask) => w.wait(t, message('m', 'go'))],
  ['sleeps', (w: TestWorker, t: LeasedTask) => w.wait(t, timer('t', 60_000))],
  ['backs off', (w: TestWorker, t: LeasedTask) => w.wait(t, timer('~t', 60_000))],
  ['pauses', (w: TestWorker, t: LeasedTask) => w.advance(t, { op: 'p', output: 's' })],
  ['fails', (w: TestWorker, t: LeasedTask) => w.fail(t)],
  [
    'is cancelled',
    (_: TestWorker, t: LeasedTask) => kernel.call('cancel_workflow', uuid(t.run), {}),
  ],
] as const)('a run that %s has no place any more', async ([, leave]) => {
  const route = await limited({ concurrency: [{ limit: 1, key: ['customer'] }] })
  await startFor(route, 'a')
  const next = await startFor(route, 'a')
  const worker = await kernel.worker()
  const [task] = await worker.claim(route)
  await leave(worker, task as LeasedTask)
  expect(await claimRuns(worker, route)).toEqual([next])
})

test('a dead worker holds its places until its lease is over, then others have them', async () => {
  const route = await limited({ concurrency: [{ limit: 1 }] })
  const run = await kernel.start(route)
  await kernel.start(route)
  const [dead, alive] = [await kernel.worker(), await kernel.worker()]
  expect(await claimRuns(dead, route)).toEqual([run])
  expect(await alive.claim(route)).toEqual([])
  await kernel.query("update millrace.workers set expires_at = '-infinity' where id = $1", [
    dead.id,
  ])
  await kernel.call('recover')
  expect(await alive.claim(route)).toHaveLength(1)
  expect(await alive.claim(route)).toEqual([])
})

test('a suspect keeps to the limits too', async () => {
  const route = await limited({ concurrency: [{ limit: 1, key: ['customer'] }] })
  const [killer, worker] = [await startFor(route, 'a'), await kernel.worker()]
  for (let death = 0; death < 3; death++) {
    const victim = await kernel.worker()
    expect(await claimRuns(victim, route)).toEqual([killer])
    await kernel.query("update millrace.workers set expires_at = '-infinity' where id = $1", [
      victim.id,
    ])
    await kernel.call('recover')
  }
  expect(await kernel.live(killer)).toMatchObject({ state: 's', crashes: 3 })
  const other = await startFor(route, 'a')
  const first = await worker.claim(route, { suspect: false })
  expect(first.map(({ run }) => run)).toEqual([other])
  expect(await worker.claim(route)).toEqual([])
  await worker.complete(first[0] as LeasedTask)
  expect(await claimRuns(worker, route)).toEqual([killer])
})

test('a rate lets a burst begin, then one when its token is there, and what has begun is past it', async () => {
  const route = await limited({
    rate: [{ limit: 60, period_ms: 60_000, burst: 2, key: ['customer'] }],
  })
  const runs: string[] = []
  for (let i = 0; i < 4; i++) runs.push(await startFor(route, 'a'))
  const other = await startFor(route, 'b')
  const worker = await kernel.worker()
  const held = await worker.claim(route)
  expect(held.map(({ run }) => run).sort()).toEqual([runs[0], runs[1], other].sort())
  await worker.wait(held.find(({ run }) => run === runs[0]) as LeasedTask, message('m', 'go'))
  await kernel.call('trigger_event', uuid(runs[0] as string), 'go')
  expect(await claimRuns(worker, route)).toEqual([runs[0]])
  await kernel.advanceClock(500)
  expect(await worker.claim(route)).toEqual([])
  await kernel.advanceClock(500)
  expect(await claimRuns(worker, route)).toEqual([runs[2]])
  await kernel.advanceClock(60_000)
  expect(await claimRuns(worker, route)).toEqual([runs[3]])
})

test('tells when the next token is there', async () => {
  const route = await limited({ rate: [{ limit: 1, period_ms: 5000 }] })
  await kernel.start(route)
  await kernel.start(route)
  const worker = await kernel.worker()
  expect(await worker.claim(route)).toHaveLength(1)
  await worker.claim(route)
  const due = await kernel.value<string>(
    'select due_ms::text from millrace.get_chores(1, millrace.clock())',
  )
  expect(Number(due)).toBeGreaterThan(0)
  expect(Number(due)).toBeLessThanOrEqual(5000)
})

test('keys take turns, however many of each wait', async () => {
  const route = await limited({ fairness: { key: ['customer'] } })
  for (let i = 0; i < 50; i++) await startFor(route, 'greedy')
  const worker = await kernel.worker()
  expect(await worker.claim(route, { want: 4 })).toHaveLength(4)
  await startFor(route, 'light')
  const held = await customers(await worker.claim(route, { want: 2 }))
  expect(held.sort()).toEqual(['greedy', 'light'])
})

test('who has less than its part leaves the rest to others, and nobody pays twice', async () => {
  const rate = [{ limit: 10, period_ms: 3_600_000, key: ['customer'] }]
  const route = await limited({ fairness: { key: ['customer'] }, rate })
  for (let i = 0; i < 10; i++) await startFor(route, 'much')
  await startFor(route, 'little')
  const worker = await kernel.worker()
  const first = await worker.claim(route, { want: 6 })
  expect((await customers(first)).filter((customer) => customer === 'much')).toHaveLength(5)
  expect(await worker.claim(route, { want: 6 })).toHaveLength(5)
})

test('keys have their parts by weight', async () => {
  const route = await limited({ fairness: { key: ['customer'], weight: 'weight' } })
  for (let i = 0; i < 60; i++) {
    await startFor(route, 'heavy', { weight: 3 })
    await startFor(route, 'plain')
  }
  const worker = await kernel.worker()
  const taken: string[] = []
  for (let i = 0; i < 40; i++)
    taken.push(...(await customers(await worker.claim(route, { want: 1 }))))
  expect(taken.filter((customer) => customer === 'heavy').length).toBeGreaterThanOrEqual(28)
  expect(taken.filter((customer) => customer === 'plain').length).toBeGreaterThanOrEqual(9)
})

test('null is a key of its own', async () => {
  const route = await limited({ concurrency: [{ limit: 1, key: ['customer'] }] })
  for (const customer of [null, null, 'null']) await startFor(route, customer)
  const worker = await kernel.worker()
  expect(await worker.claim(route)).toHaveLength(2)
})

test('a limit of a queue holds for all workflows in it, also for runs that were there before', async () => {
  const definition = { queue: 'shared' }
  const [one, two] = [await kernel.route({ definition }), await kernel.route({ definition })]
  for (let i = 0; i < 4; i++) {
    await kernel.start(one)
    await kernel.start(two)
  }
  const worker = await kernel.worker()
  const before = await worker.claim(one, { want: 1 })
  await kernel.call('put_queue', 'shared', { concurrency: [{ limit: 3 }] })
  expect(await worker.claim([one, two])).toHaveLength(2)
  expect(await worker.claim([two, one])).toEqual([])
  await worker.complete(before[0] as LeasedTask)
  expect(await worker.claim([two, one])).toHaveLength(1)
  await kernel.call('put_queue', 'shared', {})
  expect(await worker.claim([two, one])).toHaveLength(4)
})

test('a new limit holds at once, and no limit lets all go', async () => {
  const name = 'changing'
  const route = await kernel.route({
    name,
    definition: { limits: { concurrency: [{ limit: 1 }] } },
  })
  for (let i = 0; i < 6; i++) await kernel.start(route)
  const worker = await kernel.worker()
  expect(await worker.claim(route)).toHaveLength(1)
  await kernel.route({ name, definition: { limits: { concurrency: [{ limit: 3 }] } } })
  expect(await worker.claim(route)).toHaveLength(2)
  await kernel.route({ name })
  expect(await worker.claim(route)).toHaveLength(3)
})

test('nothing is handed out of what is paused: a queue, a workflow, everything', async () => {
  const route = await kernel.route({ definition: { queue: 'stopped' } })
  await kernel.start(route)
  const worker = await kernel.worker()
  for (const place of [{ queue: 'stopped' }, { workflow_id: route.name }, {}]) {
    await kernel.call('pause_dispatch', { ...place, by: 'ada', reason: 'repairs' })
    expect(await worker.claim(route)).toEqual([])
    const paused = await kernel.query('select * from millrace.get_limits()')
    expect(paused).toContainEqual(
      expect.objectContaining({ rule: 'pause', paused_by: 'ada', pause_reason: 'repairs' }),
    )
    await kernel.call('resume_dispatch', place)
  }
  expect(await worker.claim(route)).toHaveLength(1)
})

test('whoever comes while another hands out gets nothing, and is told to come again soon', async () => {
  const route = await limited({ concurrency: [{ limit: 5 }] })
  await kernel.start(route)
  const worker = await kernel.worker()
  const other = await kernel.pool.connect()
  try {
    await other.query('begin')
    await other.query('select millrace.lock_limits($1)', [route.route])
    const row = await kernel.query<{ run_id: string | null; due_ms: string }>(
      'select * from millrace.claim_tasks(1, $1, 0, $2, $3, 10)',
      [worker.id, [route.route], ['0']],
    )
    expect(row).toMatchObject([{ run_id: null, due_ms: '5' }])
  } finally {
    await other.query('rollback')
    other.release()
  }
  expect(await worker.claim(route)).toHaveLength(1)
})

test('what commits late, behind what was seen already, is found', async () => {
  const route = await limited({ fairness: { key: ['customer'] } })
  const late = await kernel.pool.connect()
  try {
    await late.query('begin')
    await late.query(
      `select * from millrace.start_runs(1, array[millrace.take_ids()], array[$1::int], null, array['1'], array[$2])`,
      [route.route, JSON.stringify({ workflow: route.name, keys: { customer: 'late' } })],
    )
    await startFor(route, 'early')
    const worker = await kernel.worker()
    expect(await customers(await worker.claim(route))).toEqual(['early'])
    await late.query('commit')
    expect(await customers(await worker.claim(route))).toEqual(['late'])
  } finally {
    late.release()
  }
})

test('lanes and meters go when they say nothing any more', async () => {
  const route = await limited({
    concurrency: [{ limit: 1, key: ['customer'] }],
    rate: [{ limit: 10, period_ms: 1000, key: ['customer'] }],
  })
  const worker = await kernel.worker()
  for (let i = 0; i < 20; i++) await startFor(route, `c${i}`)
  for (const task of await worker.claim(route)) await worker.complete(task)
  await kernel.advanceClock(10_000)
  await startFor(route, 'last')
  await worker.claim(route)
  await startFor(route, 'last')
  await worker.claim(route)
  const left = await kernel.value<number>(
    'select count(*)::int from millrace.lanes where route_id = $1',
    [route.route],
  )
  expect(left).toBeLessThanOrEqual(3)
})

/** What may happen to the runs of a workflow with limits. */
type Step =
  | { do: 'start'; customer: number }
  | { do: 'claim'; worker: number; want: number }
  | { do: 'leave' | 'die' | 'stop'; worker: number; nth: number; how: number }
  | { do: 'operate'; nth: number; how: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('start' as const), customer: fc.nat(3) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('claim' as const),
      ...{ worker: fc.nat(2), want: fc.integer({ min: 1, max: 6 }) },
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('leave' as const, 'leave' as const, 'die' as const, 'stop' as const),
      ...{ worker: fc.nat(2), nth: fc.nat(5), how: fc.nat(4) },
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('operate' as const), nth: fc.nat(20), how: fc.nat(3) }),
  },
)

/**
 * The ledger is outside: which runs each worker holds, as the claims and the ends told it. A cancelled run
 * is held until its worker hears of it, but has no place.
 */
test('whatever happens, no moment sees more attempts than the limits allow', {
  timeout: 60_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), async (steps) => {
      const route = await limited({
        concurrency: [{ limit: 4 }, { limit: 2, key: ['customer'] }],
      })
      const workers = [await kernel.worker(), await kernel.worker(), await kernel.worker()]
      const held: Map<string, LeasedTask>[] = workers.map(() => new Map())
      const runs: string[] = []
      const check = async () => {
        const all = held.flatMap((tasks) => [...tasks.values()])
        expect(all.length).toBeLessThanOrEqual(4)
        const names = await customers(all)
        for (const name of names)
          expect(names.filter((other) => other === name).length).toBeLessThanOrEqual(2)
      }
      for (const one of steps) {
        if (one.do === 'start') runs.push(await startFor(route, `c${one.customer}`))
        if (one.do === 'claim') {
          for (const task of await (workers[one.worker] as TestWorker).claim(route, {
            want: one.want,
          }))
            held[one.worker]?.set(task.run, task)
        }
        if (one.do === 'leave')
          await leave(workers[one.worker] as TestWorker, held[one.worker] as never, one)
        if (one.do === 'die' || one.do === 'stop') {
          const worker = workers[one.worker] as TestWorker
          if (one.do === 'die') {
            await kernel.query(
              "update millrace.workers set expires_at = '-infinity' where id = $1",
              [worker.id],
            )
            await kernel.call('recover')
          } else {
            await kernel.call('stop_worker', worker.id)
          }
          held[one.worker] = new Map()
          workers[one.worker] = await kernel.worker()
        }
        if (one.do === 'operate') await operate(runs[one.nth % (runs.length || 1)], one.how, held)
        await check()
      }
      const leased = await kernel.value<number>(
        "select count(*)::int from millrace.live where route_id = $1 and state = 'l'",
        [route.route],
      )
      expect(leased).toBe(held.reduce((sum, tasks) => sum + tasks.size, 0))
      // nothing is lost: when all have gone, the rest comes
      for (const [i, tasks] of held.entries())
        for (const task of tasks.values()) await workers[i]?.complete(task)
      for (let left = 1; left > 0; ) {
        const tasks = await (workers[0] as TestWorker).claim(route)
        left = tasks.length
        expect(left).toBeLessThanOrEqual(4)
        for (const task of tasks) await workers[0]?.complete(task)
      }
      const stuck = await kernel.value<number>(
        "select count(*)::int from millrace.live where route_id = $1 and state in ('q', 's', 'l')",
        [route.route],
      )
      expect(stuck).toBe(0)
    }),
    // shrinking takes minutes
    { numRuns: 20, endOnFailure: true },
  )
})

async function leave(
  worker: TestWorker,
  held: Map<string, LeasedTask>,
  { nth, how }: { nth: number; how: number },
): Promise<void> {
  const task = [...held.values()][nth % (held.size || 1)]
  if (task === undefined) return
  held.delete(task.run)
  if (how === 0) await worker.complete(task)
  if (how === 1) await worker.fail(task)
  if (how === 2) {
    const verdict = await worker.wait(task, message('m', 'go'))
    // the message was there already: the run stays with its owner
    if (verdict.kind === 'news') held.set(task.run, task)
  }
  if (how === 3) await worker.advance(task, { op: 'y' })
  if (how === 4) await worker.advance(task, { op: 'p', output: 's' })
}

async function operate(
  run: string | undefined,
  how: number,
  held: Map<string, LeasedTask>[],
): Promise<void> {
  if (run === undefined) return
  const verb = ['cancel_workflow', 'resume_workflow', 'retry_workflow', 'trigger_event'][
    how
  ] as string
  try {
    await (verb === 'trigger_event'
      ? kernel.call(verb, uuid(run), 'go')
      : kernel.call(verb, uuid(run), {}))
    if (verb === 'cancel_workflow') for (const tasks of held) tasks.delete(run)
  } catch (error) {
    expect((error as { code?: string }).code).toMatch(/^MR0(11|41)$/)
  }
}
