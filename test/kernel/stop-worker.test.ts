import { expect, test } from 'vitest'
import { openKernel, row } from '../support/kernel.ts'

const kernel = await openKernel()

test('what it held goes back without blame, with all that was recorded', async () => {
  const route = await kernel.route()
  const run = await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  await worker.keep(task, [row('r', 'a', 1)])
  expect(await kernel.call('stop_worker', worker.id)).toBe(1)
  expect(await kernel.live(run)).toMatchObject({ state: 'q', crashes: 0, seq: 1 })
  expect(await kernel.journal(run)).toEqual(['r a 1'])
  expect(await worker.complete(task)).toEqual({ kind: 'stale' })
  expect((await kernel.lease(route)).task.journal).toEqual([row('r', 'a', 1)])
})

test('stopping again, or stopping nobody, changes nothing', async () => {
  const worker = await kernel.worker()
  expect(await kernel.call('stop_worker', worker.id)).toBe(0)
  expect(await kernel.call('stop_worker', worker.id)).toBe(0)
})

test('a pause that was asked for is applied', async () => {
  const route = await kernel.route()
  const run = await kernel.start(route)
  const { worker } = await kernel.lease(route)
  await kernel.call('pause_workflow', (await kernel.run(run)).id, { by: 'ada' })
  await kernel.call('stop_worker', worker.id)
  expect(await kernel.live(run)).toMatchObject({ state: 'p', reason: 'p', seq: 1 })
  expect(await kernel.run(run)).toMatchObject({ status: 'paused', reason: 'person' })
})

test('a claim on its way is waited for, and given back too', async () => {
  const route = await kernel.route()
  const run = await kernel.start(route)
  const worker = await kernel.worker()
  const [claiming, stopping] = [await kernel.connect(), await kernel.connect()]
  await claiming.query('begin')
  await claiming.query('select * from millrace.claim_tasks(1, $1, 0, $2, $3, 1)', [
    worker.id,
    [route.route],
    ['0'],
  ])
  const stopped = stopping.query('select millrace.stop_worker($1) as n', [worker.id])
  await kernel.waitUntilBlocked(stopping)
  await claiming.query('commit')
  expect((await stopped).rows).toEqual([{ n: 1 }])
  expect(await kernel.live(run)).toMatchObject({ state: 'q' })
})
