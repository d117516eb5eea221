import { expect, test } from 'vitest'
import { createKernel } from '../support/kernel.ts'

test('ends every lease without blame, and goes on far above all fences and ids', async () => {
  await using kernel = await createKernel()
  const route = await kernel.route()
  await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  const lastId = BigInt(await kernel.call<string>('take_ids'))
  expect(await kernel.call('begin_incarnation')).toBe('1')
  expect(await kernel.live(task.run)).toMatchObject({ state: 'q', crashes: 0 })
  expect(await worker.complete(task)).toEqual({ kind: 'stale' })
  expect(BigInt(await kernel.call<string>('take_ids'))).toBeGreaterThan(lastId + 1024n * 1_000_000n)
  const next = await kernel.lease(route)
  expect(BigInt(next.task.fence)).toBeGreaterThan(1n << 42n)
  expect(await kernel.call('begin_incarnation')).toBe('2')
})

test('waits for a claim on its way, whose lease ends too', async () => {
  await using kernel = await createKernel()
  const route = await kernel.route()
  const run = await kernel.start(route)
  const worker = await kernel.worker()
  const [claiming, beginning] = [await kernel.connect(), await kernel.connect()]
  await claiming.query('begin')
  await claiming.query('select * from millrace.claim_tasks(1, $1, 0, $2, $3, 1)', [
    worker.id,
    [route.route],
    ['0'],
  ])
  const begun = beginning.query('select millrace.begin_incarnation()')
  await kernel.waitUntilBlocked(beginning)
  await claiming.query('commit')
  await begun
  expect(await kernel.live(run)).toMatchObject({ state: 'q', fence: null })
})

test('two at once count up one after the other', async () => {
  await using kernel = await createKernel()
  await kernel.worker()
  const numbers = await Promise.all([1, 2, 3].map(() => kernel.call('begin_incarnation')))
  expect(numbers.sort()).toEqual(['1', '2', '3'])
})
