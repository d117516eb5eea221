import { expect, test } from 'vitest'
import { message, openKernel, row, timer } from '../support/kernel.ts'

const kernel = await openKernel()

test('a run fails when its time is over, whatever it does, and never before', async () => {
  const route = await kernel.route()
  const runs: string[] = []
  for (let i = 0; i < 5; i++) runs.push(await kernel.start(route, { meta: { timeout_ms: 60_000 } }))
  const [queued, leased, waiting, paused, delayed] = runs as [
    string,
    string,
    string,
    string,
    string,
  ]
  const worker = await kernel.worker()
  const tasks = await worker.claim(route)
  await worker.advance(tasks[0] as (typeof tasks)[0], { op: 'y' })
  await worker.wait(tasks[2] as (typeof tasks)[0], timer('t', 600_000))
  await worker.advance(tasks[3] as (typeof tasks)[0], {
    op: 'p',
    output: 's',
    waits: [message('m', '$resume')],
  })
  await worker.wait(tasks[4] as (typeof tasks)[0], message('m', 'go'))
  await kernel.advanceClock(59_000)
  expect(await kernel.call('expire_runs')).toBe(0)
  await kernel.advanceClock(1000)
  expect(await kernel.call('expire_runs')).toBe(5)
  expect(await kernel.call('expire_runs')).toBe(0)
  for (const run of [queued, leased, waiting, paused, delayed]) {
    const failure = { code: 'MR054', name: 'TimeoutError' }
    expect(await kernel.run(run)).toMatchObject({ status: 'failed', failure })
  }
  const late = tasks[1] as (typeof tasks)[0]
  expect(await worker.keep(late, [row('r', 'late')])).toEqual({ kind: 'stale' })
})

test('the earliest first, at most as many as asked, of every tenant', async () => {
  const second = await kernel.makeTenant('second')
  const [route, theirs] = [await kernel.route(), await kernel.route({ tenant: second })]
  const late = await kernel.start(route, { meta: { timeout_ms: 2000 } })
  const early = await kernel.start(theirs, { meta: { timeout_ms: 1000 } })
  await kernel.start(route, { meta: { timeout_ms: 60_000 } })
  await kernel.advanceClock(10_000)
  expect(await kernel.call('expire_runs', 1)).toBe(1)
  expect(await kernel.live(early)).toBeNull()
  expect(await kernel.live(late)).not.toBeNull()
  expect(await kernel.call('expire_runs')).toBe(1)
})

test('a parent hears of it', async () => {
  const route = await kernel.route()
  const parent = await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  const child = await kernel.start(await kernel.route(), { meta: { parent, timeout_ms: 1000 } })
  await worker.wait(task, message('child', `$child:${child}`))
  await kernel.advanceClock(1000)
  await kernel.call('expire_runs')
  const again = await worker.claimOne(route)
  const message_ = JSON.parse(again.journal[0]?.data as string)
  expect(message_).toMatchObject({ status: 'f', output: { code: 'MR054' } })
})

test('two processes that expire runs of two tenants at once do not deadlock', async () => {
  const second = await kernel.makeTenant('third')
  const [route, theirs] = [await kernel.route(), await kernel.route({ tenant: second })]
  for (let i = 0; i < 20; i++)
    await kernel.start(i % 2 === 0 ? route : theirs, { meta: { timeout_ms: 1000 - i } })
  await kernel.advanceClock(1000)
  const ended = await Promise.all([1, 2, 3, 4].map(() => kernel.call<number>('expire_runs')))
  expect(ended.reduce((sum, n) => sum + n)).toBe(20)
})
