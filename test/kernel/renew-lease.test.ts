import { expect, test } from 'vitest'
import { openKernel, row } from '../support/kernel.ts'

const kernel = await openKernel()
const left = (worker: string) =>
  kernel.value<number>(
    'select extract(epoch from expires_at - clock_timestamp())::float8 from millrace.workers where id = $1',
    [worker],
  )

test('a heartbeat gives the lease its whole length again', async () => {
  const { id } = await kernel.worker()
  await kernel.query(
    `update millrace.workers set expires_at = clock_timestamp() + interval '9 s' where id = $1`,
    [id],
  )
  expect(await kernel.call('renew_lease', id, 20_000)).toBe(true)
  expect(await left(id)).toBeGreaterThan(15)
})

test('a lease that is over does not come back, or a late heartbeat would keep the runs of a dead worker', async () => {
  const route = await kernel.route()
  const run = await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  const end = `update millrace.workers set expires_at = clock_timestamp() where id = $1`
  await kernel.query(end, [worker.id])
  expect(await kernel.call('renew_lease', worker.id, 20_000)).toBe(false)
  expect(await left(worker.id)).toBeLessThanOrEqual(0)
  await kernel.start(route)
  await expect(worker.claim(route)).rejects.toMatchObject({ code: 'MR055' })
  await expect(worker.held()).rejects.toMatchObject({ code: 'MR055' })
  // what it had done before is kept: nobody else has the run yet
  expect(await worker.keep(task, [row('r', 'a')])).toEqual({ kind: 'done' })
  expect(await kernel.call('recover')).toBe(1)
  expect(await kernel.live(run)).toMatchObject({ state: 'q' })
})

test('a heartbeat that waited until its lease was over is refused', async () => {
  const { id } = await kernel.worker()
  const other = await kernel.connect()
  await other.query('begin')
  await other.query('select from millrace.workers where id = $1 for update', [id])
  const beating = await kernel.connect()
  const beat = beating.query('select millrace.renew_lease($1, 20000) as held', [id])
  await kernel.waitUntilBlocked(beating)
  await other.query('update millrace.workers set expires_at = clock_timestamp() where id = $1', [
    id,
  ])
  await other.query('commit')
  expect((await beat).rows).toEqual([{ held: false }])
})

test('a worker that is gone is told', async () => {
  const { id } = await kernel.worker()
  await kernel.call('stop_worker', id)
  expect(await kernel.call('renew_lease', id, 20_000)).toBe(false)
  expect(await kernel.call('renew_lease', '12', 20_000)).toBe(false)
})

test('a claim on its way does not hold up the heartbeat', async () => {
  const route = await kernel.route()
  await kernel.start(route)
  const worker = await kernel.worker()
  const claiming = await kernel.connect()
  await claiming.query('begin')
  await claiming.query('select * from millrace.claim_tasks(1, $1, 0, $2, $3, 1)', [
    worker.id,
    [route.route],
    ['0'],
  ])
  expect(await kernel.call('renew_lease', worker.id, 20_000)).toBe(true)
  await claiming.query('rollback')
})

test('neither does an open transaction of a user that started a run while the worker was idle', async () => {
  const route = await kernel.route()
  const worker = await kernel.worker()
  await worker.claim(route, { idle: true })
  const user = await kernel.connect()
  await user.query('begin')
  await user.query('select millrace.start_workflow($1)', [route.name])
  const beating = await kernel.connect()
  await beating.query(`set statement_timeout = '2s'`)
  const { rows } = await beating.query('select millrace.renew_lease($1, 20000) as held', [
    worker.id,
  ])
  expect(rows).toEqual([{ held: true }])
  await user.query('commit')
})
