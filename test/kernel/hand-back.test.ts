import { expect, test } from 'vitest'
import { createKernel, openKernel, row, type TestWorker } from '../support/kernel.ts'

const kernel = await openKernel()
async function die(worker: TestWorker): Promise<void> {
  await kernel.query(`update millrace.workers set expires_at = '2000-01-01' where id = $1`, [
    worker.id,
  ])
  await kernel.call('recover')
}

test('a run that kills its worker five times is paused, and its neighbours go on', async () => {
  const route = await kernel.route()
  const killer = await kernel.start(route)
  const neighbours = [
    await kernel.start(route),
    await kernel.start(route),
    await kernel.start(route),
  ]
  let deaths = 0
  for (; (await kernel.live(killer))?.state !== 'p'; deaths++) {
    const worker = await kernel.worker()
    const tasks = await worker.claim(route)
    // a worker holds one suspect at most; it dies as soon as the killer is among its runs
    if (tasks.some((task) => task.run === killer)) await die(worker)
    else for (const task of tasks) await worker.complete(task)
    expect(deaths).toBeLessThan(12)
  }
  expect(await kernel.live(killer)).toMatchObject({ state: 'p', reason: 'c', crashes: 5 })
  expect(await kernel.run(killer)).toMatchObject({
    status: 'paused',
    reason: 'poison',
    failure: {
      code: 'MR055',
      name: 'LeaseLostError',
      message: '5 workers died while they held the run, one after the other.',
    },
  })
  const journal = await kernel.journal(killer)
  expect(journal.map((text) => text[0])).toEqual(['d', 'd', 'd', 'd', 'd', 'p'])
  expect(journal.at(-1)).toBe('p {"reason":"poison","by":null}')
  for (const run of neighbours) {
    const live = await kernel.live(run)
    if (live === null) continue
    expect(live.state).not.toBe('p')
    expect(live.crashes).toBeLessThanOrEqual(3)
  }
  const worker = await kernel.worker()
  for (let left = 4; left > 0; left--) {
    for (const task of await worker.claim(route)) await worker.complete(task)
  }
  for (const run of neighbours) expect(await kernel.run(run)).toMatchObject({ status: 'completed' })
})

test('a poisoned run that is resumed gets five new chances', async () => {
  const route = await kernel.route()
  const run = await kernel.start(route)
  for (let i = 0; i < 5; i++) await die((await kernel.lease(route)).worker)
  expect(await kernel.run(run)).toMatchObject({ status: 'paused', reason: 'poison' })
  const { id } = await kernel.run(run)
  await kernel.call('resume_workflow', id)
  expect(await kernel.live(run)).toMatchObject({ state: 'q', crashes: 0 })
  expect(await kernel.run(run)).toMatchObject({ failure: null })
  for (let i = 0; i < 4; i++) await die((await kernel.lease(route)).worker)
  expect(await kernel.live(run)).toMatchObject({ state: 's', crashes: 4 })
  const { worker, task } = await kernel.lease(route)
  expect(await worker.complete(task)).toEqual({ kind: 'done' })
})

test('a run that records something between two deaths is not suspected', async () => {
  const route = await kernel.route()
  const run = await kernel.start(route)
  for (let i = 0; i < 7; i++) {
    const { worker, task } = await kernel.lease(route)
    await worker.keep(task, [row('r', `step ${i}`)])
    await die(worker)
    expect(await kernel.live(run)).toMatchObject({ state: 'q', crashes: 1 })
  }
})

test('a run that leaves its worker alive is no longer suspected', async () => {
  const route = await kernel.route()
  const run = await kernel.start(route)
  for (let i = 0; i < 3; i++) await die((await kernel.lease(route)).worker)
  expect(await kernel.live(run)).toMatchObject({ state: 's', crashes: 3 })
  const { worker, task } = await kernel.lease(route)
  await worker.advance(task, { op: 'y' })
  expect(await kernel.live(run)).toMatchObject({ state: 'q', crashes: 0 })
})

test('a pause that was asked for while the worker died is applied', async () => {
  const route = await kernel.route()
  const run = await kernel.start(route)
  const { worker } = await kernel.lease(route)
  await kernel.call('pause_workflow', (await kernel.run(run)).id, { by: 'ada', reason: 'look' })
  await die(worker)
  expect(await kernel.live(run)).toMatchObject({ state: 'p', reason: 'p', ask: null, seq: 2 })
  expect((await kernel.journal(run)).map((text) => text[0])).toEqual(['d', 'p'])
})

test('what was handed back goes to the tail of the queue, in its order', async () => {
  const route = await kernel.route()
  const [a, b] = [await kernel.start(route), await kernel.start(route)]
  const worker = await kernel.worker()
  await worker.claim(route)
  const c = await kernel.start(route)
  await die(worker)
  const next = await kernel.worker()
  expect((await next.claim(route)).map((task) => task.run)).toEqual([c, a, b])
})

test('more than a thousand runs of one dead worker come back', async () => {
  await using many = await createKernel()
  const route = await many.route()
  const base = BigInt(await many.call<string>('take_ids'))
  for (const from of [0, 700]) {
    const ids = Array.from({ length: 700 }, (_, i) => String(base + BigInt(from + i)))
    const values = [ids, ids.map(() => route.route), ids.map(() => null)]
    await many.query('select * from millrace.start_runs(1, $1, $2, null, $3)', values)
  }
  const worker = await many.worker()
  expect(await worker.claim(route, { want: 2000 })).toHaveLength(1400)
  await many.query(`update millrace.workers set expires_at = '2000-01-01'`)
  expect(await many.call('recover')).toBe(1400)
  const turns = await many.value(
    `select count(distinct turn)::int from millrace.live where state = 'q'`,
  )
  expect(turns).toBe(1400)
})
