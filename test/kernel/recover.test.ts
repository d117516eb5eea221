import { expect, test } from 'vitest'
import { openKernel, row, type TestWorker, uuid } from '../support/kernel.ts'

const kernel = await openKernel()
const expire = (worker: TestWorker) =>
  kernel.query(
    `update millrace.workers set expires_at = clock_timestamp() - interval '1 ms' where id = $1`,
    [worker.id],
  )

test('hands the runs of a dead worker back, says so in their journal, and refuses what it still writes', async () => {
  const route = await kernel.route()
  const run = await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  await worker.keep(task, [row('r', 'a')])
  await expire(worker)
  expect(await kernel.call('recover')).toBe(1)
  expect(await kernel.call('recover')).toBe(0)
  expect(await kernel.live(run)).toMatchObject({ state: 'q', crashes: 1, seq: 2 })
  expect(await kernel.journal(run)).toEqual(['r a', `d {"worker" : "${worker.id}", "crashes" : 1}`])
  expect(await worker.keep(task, [row('r', 'b')])).toEqual({ kind: 'stale' })
  expect(await kernel.call('renew_lease', worker.id, 10_000)).toBe(false)
  expect(await kernel.query('select id from millrace.workers where id = $1', [worker.id])).toEqual(
    [],
  )
})

test('leaves living workers and what they hold alone', async () => {
  const route = await kernel.route()
  await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  expect(await kernel.call('recover')).toBe(0)
  expect(await worker.complete(task)).toEqual({ kind: 'done' })
})

test('a test clock that is moved kills nobody: a lease measures a process', async () => {
  const worker = await kernel.worker()
  await kernel.advanceClock(86_400_000)
  expect(await kernel.call('recover')).toBe(0)
  expect(await kernel.call('renew_lease', worker.id, 60_000)).toBe(true)
})

test('removes watchers whose time is over', async () => {
  await kernel.call('watch', 1, 5)
  await kernel.call('watch', 1, 6)
  await kernel.query(`update millrace.watchers set expires_at = '2000-01-01' where id = 5`)
  await kernel.call('recover')
  expect(await kernel.query('select id from millrace.watchers')).toEqual([{ id: '6' }])
})

test('passes by a worker whose claim is on its way: it is alive', async () => {
  const route = await kernel.route()
  await kernel.start(route)
  const worker = await kernel.worker()
  const claiming = await kernel.connect()
  await claiming.query('begin')
  const text = 'select * from millrace.claim_tasks(1, $1, 0, $2, $3, 1)'
  await claiming.query(text, [worker.id, [route.route], ['0']])
  await expire(worker)
  expect(await kernel.call('recover')).toBe(0)
  await claiming.query('commit')
  expect(await kernel.call('recover')).toBe(1)
})

test('waits for nobody: a run that an open transaction holds is recovered when that is over', async () => {
  const route = await kernel.route()
  const [held, free] = [await kernel.start(route), await kernel.start(route)]
  const worker = await kernel.worker()
  await worker.claim(route)
  const user = await kernel.connect()
  await user.query('begin')
  await user.query(`select millrace.trigger_event($1, 'x')`, [uuid(held)])
  await expire(worker)
  const other = await kernel.connect()
  await other.query("set lock_timeout = '1ms'")
  const recover = async () => (await other.query('select millrace.recover() as n')).rows[0].n
  expect(await recover()).toBe(1)
  expect(await kernel.live(free)).toMatchObject({ state: 'q', crashes: 1 })
  expect(await kernel.live(held)).toMatchObject({ state: 'l', worker_id: worker.id })
  // not at once again: each look reads the whole of live
  expect(await recover()).toBe(0)
  const again = 'select recover_at > clock_timestamp() from millrace.workers where id = $1'
  expect(await kernel.value(again, [worker.id])).toBe(true)
  // gone is gone: neither a heartbeat nor a claim that was long on its way brings the worker back
  expect(await kernel.call('renew_lease', worker.id, 600_000)).toBe(false)
  await expect(worker.claim(route)).rejects.toMatchObject({ code: 'MR055' })
  await expect(worker.held()).rejects.toMatchObject({ code: 'MR055' })
  const late = 'update millrace.workers set recover_at = clock_timestamp() where id = $1'
  await kernel.query(late, [worker.id])
  expect(await recover()).toBe(0)
  await user.query('commit')
  await kernel.query(late, [worker.id])
  expect(await recover()).toBe(1)
  expect(await kernel.live(held)).toMatchObject({ state: 'q', crashes: 1 })
  expect(await kernel.query('select from millrace.workers where id = $1', [worker.id])).toEqual([])
})

test('nor for a watcher that somebody holds', async () => {
  await kernel.call('watch', 1, 77)
  await kernel.query(`update millrace.watchers set expires_at = '2000-01-01' where id = 77`)
  const user = await kernel.connect()
  await user.query('begin; select from millrace.watchers where id = 77 for update')
  const other = await kernel.connect()
  await other.query("set lock_timeout = '1ms'")
  await other.query('select millrace.recover()')
  await user.query('commit')
  await other.query('select millrace.recover()')
  expect(await kernel.query('select from millrace.watchers where id = 77')).toEqual([])
})
