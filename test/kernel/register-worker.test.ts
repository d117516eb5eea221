import { expect, test } from 'vitest'
import { createKernel, openKernel } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()

test('gives every process an id, and a lease from now by the wall clock', async () => {
  await kernel.advanceClock(3_600_000)
  const id = await kernel.call<string>('register_worker', 1, 15_000, { host: 'a', pid: 1 })
  const [row] = await kernel.query(
    `select extract(epoch from expires_at - clock_timestamp())::float8 as left, epoch, info
     from millrace.workers where id = $1`,
    [id],
  )
  expect(row).toMatchObject({ epoch: 0, info: { host: 'a', pid: 1 } })
  expect(row?.left).toBeGreaterThan(10)
  expect(row?.left).toBeLessThanOrEqual(15)
  expect(await kernel.call('register_worker', 1, 15_000, {})).not.toBe(id)
})

test.each([999, 3_600_001, 0, -5])('refuses a lease of %i ms', async (lease) => {
  await refusal(kernel.call('register_worker', 1, lease, {}), 'MR001', `A lease of ${lease} ms`)
})

test('a fence that this database drew is no sign of a restore', async () => {
  const route = await kernel.route()
  await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  await kernel.call('register_worker', 1, 15_000, {}, task.fence)
  expect(await worker.complete(task)).toEqual({ kind: 'done' })
})

test('a fence from the future begins a new incarnation: old workers are refused, fences only rise', async () => {
  await using restored = await createKernel()
  const route = await restored.route()
  const run = await restored.start(route)
  const { worker, task } = await restored.lease(route)
  const seen = String(BigInt(task.fence) + 1000n)
  const id = await restored.call<string>('register_worker', 1, 15_000, {}, seen)
  expect(await restored.query('select id from millrace.workers')).toEqual([{ id }])
  expect(await worker.complete(task)).toEqual({ kind: 'stale' })
  await refusal(
    worker.held().catch((error) => Promise.reject(error.cause)),
    'MR055',
    worker.id,
  )
  const next = await restored.lease(route)
  expect(next.task.run).toBe(run)
  expect(next.task.crashes).toBe(0)
  expect(BigInt(next.task.fence)).toBeGreaterThan(BigInt(seen))
  expect(BigInt(next.task.fence) >> 42n).toBe(1n)
})

test('after several restores the new incarnation is above all that a process has seen', async () => {
  await using restored = await createKernel()
  const seen = (5n << 42n) + 7n
  await restored.call('register_worker', 1, 15_000, {}, String(seen))
  const route = await restored.route()
  await restored.start(route)
  const { task } = await restored.lease(route)
  expect(BigInt(task.fence) >> 42n).toBe(6n)
  await restored.call('register_worker', 1, 15_000, {}, String(seen))
  expect(await restored.call('begin_incarnation', String(seen))).toBe('6')
})

test('a fence that nobody can have seen is refused, and changes nothing', async () => {
  await using restored = await createKernel()
  const most = ((1000n + 1n) << 42n) - 1n
  const register = (fence: bigint) =>
    restored.call<string>('register_worker', 1, 15_000, {}, String(fence))
  for (const fence of [most + 1n, (1n << 63n) - 1n])
    await refusal(register(fence), 'MR001', 'cannot have been seen: this database is in its 0.')
  expect(await restored.value('select last_value >> 42 from millrace.fences')).toBe('0')
  await register(most)
  expect(await restored.value('select last_value >> 42 from millrace.fences')).toBe('1001')
})
