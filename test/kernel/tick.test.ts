import { expect, test } from 'vitest'
import { createKernel, message, openKernel, row, timer } from '../support/kernel.ts'

const kernel = await openKernel()

test('never early: not a millisecond before, by the database clock', async () => {
  const route = await kernel.route()
  const run = await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  await worker.wait(task, timer('t', 3_600_000))
  await kernel.advanceClock(3_599_000)
  expect(await kernel.call('tick')).toBe(0)
  expect(await kernel.live(run)).toMatchObject({ state: 'w' })
  await kernel.advanceClock(1000)
  expect(await kernel.call('tick')).toBe(1)
  expect(await kernel.live(run)).toMatchObject({
    state: 'q',
    wait_keys: null,
    wake_at: null,
    seq: 1,
  })
  expect(await kernel.journal(run)).toEqual(['t t'])
  expect(await kernel.call('tick')).toBe(0)
})

test('with the real clock, no recorded end lies before its time', async () => {
  await using real = await createKernel({ testClock: false })
  const route = await real.route()
  const run = await real.start(route)
  const { worker, task } = await real.lease(route)
  await worker.wait(task, timer('t', 30))
  const due = (await real.live(run))?.wake_at as Date
  const { until } = await import('../support/until.ts')
  await until('the timer fires', async () => (await real.call<number>('tick')) > 0)
  const text = `select at >= $2::timestamptz as late from millrace.checkpoints where run_id = $1`
  expect(await real.value(text, [run, due])).toBe(true)
})

test('ends only the waits that are due, several at once, and tells timers from messages that did not come', async () => {
  const route = await kernel.route()
  const run = await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  await worker.wait(
    task,
    timer('a', 1000),
    message('b', 'go', 1000),
    timer('c', 2000),
    message('d', 'go'),
    timer('~e', 500),
  )
  await kernel.advanceClock(1000)
  const again = await worker.claimOne(route)
  expect(again.journal).toEqual([row('t', 'a'), row('o', 'b')])
  expect([...again.waits.keys()]).toEqual(['c', 'd'])
  expect(await kernel.live(run)).toMatchObject({ seq: 2 })
})

test('wakes the earliest first, at most as many as asked, of every tenant', async () => {
  await using own = await createKernel()
  const second = await own.makeTenant('second')
  const routes = [await own.route(), await own.route({ tenant: second })] as const
  const late = await own.start(routes[0], { delay: 3000 })
  const early = await own.start(routes[0], { delay: 1000 })
  const theirs = await own.start(routes[1], { delay: 2000 })
  await own.advanceClock(10_000)
  const states = async () => {
    const found = []
    for (const run of [early, theirs, late]) found.push((await own.live(run))?.state)
    return found.join('')
  }
  expect(await own.call('tick', 1)).toBe(1)
  expect(await states()).toBe('qww')
  expect(await own.call('tick', 0)).toBe(0)
  expect(await own.call('tick', null)).toBe(2)
  expect(await states()).toBe('qqq')
})

test('at most a thousand in one call', async () => {
  await using own = await createKernel()
  const route = await own.route()
  const base = BigInt(await own.call<string>('take_ids'))
  const ids = Array.from({ length: 1000 }, (_, i) => String(base + BigInt(i)))
  const values = [ids, ids.map(() => route.route), ids.map(() => 1000), ids.map(() => null)]
  await own.query('select * from millrace.start_runs(1, $1, $2, $3, $4)', values)
  await own.start(route, { delay: 1000 })
  await own.advanceClock(1000)
  expect(await own.call('tick', 5000)).toBe(1000)
  expect(await own.call('tick', 5000)).toBe(1)
})

test('passes by a run that somebody holds, who ends that wait or leaves it', async () => {
  const route = await kernel.route()
  const run = await kernel.start(route, { delay: 1000 })
  await kernel.advanceClock(1000)
  const holder = await kernel.connect()
  await holder.query('begin')
  await holder.query('select from millrace.live where run_id = $1 for update', [run])
  expect(await kernel.call('tick')).toBe(0)
  await holder.query('rollback')
  expect(await kernel.call('tick')).toBe(1)
})

test('a paused run sleeps on', async () => {
  const route = await kernel.route()
  const run = await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  await worker.wait(task, timer('t', 1000))
  await kernel.call('pause_workflow', (await kernel.run(run)).id)
  await kernel.advanceClock(1000)
  expect(await kernel.call('tick')).toBe(0)
})
