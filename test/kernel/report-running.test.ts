import { expect, test } from 'vitest'
import { reportRunning } from '../../src/kernel/workers.ts'
import { openKernel } from '../support/kernel.ts'

const kernel = await openKernel()

test('people see what runs for long, and the worker hears which leases are over', async () => {
  const route = await kernel.route()
  await kernel.start(route)
  await kernel.start(route)
  const worker = await kernel.worker()
  const [kept, lost] = await worker.claim(route)
  if (!kept || !lost) throw new Error('two runs were started')
  const running = [{ run: kept.run, step: 'long', since: '2026-01-01T00:00:00Z' }]
  const report = (list: object[]) => reportRunning(kernel.database, worker.id, list, [kept, lost])
  expect(await report(running)).toEqual([])
  await kernel.call('cancel_runs', 1, [lost.run], {})
  expect(await report(running)).toEqual([lost.run])
  const seen = () =>
    kernel.value('select running from millrace.get_workers() where id = $1', [worker.id])
  expect(await seen()).toEqual(running)
  const written = () =>
    kernel.value('select xmin::text from millrace.workers where id = $1', [worker.id])
  const before = await written()
  await report(running)
  expect(await written(), 'nothing new, nothing written').toBe(before)
  await report([])
  expect(await seen()).toEqual([])
})
