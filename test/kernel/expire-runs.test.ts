import { expect, test } from 'vitest'
import { message, openKernel, row, timer, uuid } from '../support/kernel.ts'

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

/** A transaction that sends these runs a signal, and stays open. */
async function hold(...runs: string[]) {
  const user = await kernel.connect()
  await user.query("begin; set local lock_timeout = '5s'")
  for (const run of runs) await user.query(`select millrace.trigger_event($1, 'x')`, [uuid(run)])
  return user
}
/** As a worker that would stop for good if it waited. */
async function expireAtOnce(max = 1000): Promise<number> {
  const worker = await kernel.connect()
  await worker.query("set lock_timeout = '1ms'")
  const { rows } = await worker.query('select millrace.expire_runs($1) as n', [max])
  await worker.end()
  return rows[0].n
}

test('waits for nobody: a run that an open transaction holds is left for the next time', async () => {
  const route = await kernel.route()
  const held = await kernel.start(route, { meta: { timeout_ms: 1000 } })
  const free = await kernel.start(route, { meta: { timeout_ms: 2000 } })
  const user = await hold(held)
  await kernel.advanceClock(10_000)
  expect(await expireAtOnce(1)).toBe(1)
  expect(await kernel.live(free)).toBeNull()
  expect(await expireAtOnce()).toBe(0)
  await user.query('commit')
  expect(await expireAtOnce()).toBe(1)
  expect(await kernel.run(held)).toMatchObject({ status: 'failed' })
})

test('nor for a parent: its children are left, and stand in nobody’s way', async () => {
  const route = await kernel.route()
  const [parent, other] = [await kernel.start(route), await kernel.start(route)]
  const kids: string[] = []
  for (let i = 0; i < 3; i++)
    kids.push(await kernel.start(route, { meta: { parent, timeout_ms: 100 + i } }))
  const spared = await kernel.start(route, { meta: { parent: other, timeout_ms: 2000 } })
  const user = await hold(parent)
  await kernel.advanceClock(10_000)
  expect(await expireAtOnce(2)).toBe(1)
  expect(await kernel.live(spared)).toBeNull()
  expect(await expireAtOnce()).toBe(0)
  await user.query('commit')
  expect(await expireAtOnce()).toBe(3)
  for (const kid of kids) expect(await kernel.run(kid)).toMatchObject({ status: 'failed' })
})

test.each([
  '{"parent": "x"',
  '{"parent":"x"}',
  '{"parent":{}}',
  '{"parent":"99999999999999999999"}',
  '{"parent":"\\u0000"}',
])('the meta %s, which no start can have, stops nobody', async (meta) => {
  const route = await kernel.route()
  const run = await kernel.start(route, { meta: { timeout_ms: 1000 } })
  const good = await kernel.start(route, { meta: { timeout_ms: 1000 } })
  const admin = await kernel.connect(true)
  await admin.query('update millrace.runs set meta = $1 where id = $2', [meta, run])
  await kernel.advanceClock(1000)
  expect(await kernel.call('expire_runs')).toBe(2)
  expect(await kernel.live(good)).toBeNull()
  await admin.query(`update millrace.runs set meta = '{}' where id = $1`, [run])
})
