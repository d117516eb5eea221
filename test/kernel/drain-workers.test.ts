import { expect, test } from 'vitest'
import { createKernel } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

test('tells these, or all, and they hear of it when they ask', async () => {
  await using kernel = await createKernel()
  const [a, b] = [await kernel.worker(), await kernel.worker()]
  const asks = async () => [
    await kernel.call('is_draining', a.id),
    await kernel.call('is_draining', b.id),
  ]
  expect(await asks()).toEqual([false, false])
  expect(await kernel.call('drain_workers', { worker_ids: [a.id] })).toEqual([a.id])
  expect(await asks()).toEqual([true, false])
  const list = await kernel.query('select id, draining from millrace.get_workers()')
  expect(list).toEqual([
    { id: a.id, draining: true },
    { id: b.id, draining: false },
  ])
  expect(await kernel.call('drain_workers', { all: true })).toEqual([a.id, b.id])
  expect(await asks()).toEqual([true, true])
  expect(await kernel.call('is_draining', '999999999999')).toBe(false)
})

test('says what is missing, and which worker there is not; then none is told', async () => {
  await using kernel = await createKernel()
  const a = await kernel.worker()
  const other = await kernel.worker(await kernel.makeTenant('other'))
  await refusal(kernel.call('drain_workers', {}), 'MR001', /One of worker_ids and all/)
  await refusal(kernel.call('drain_workers', { all: true, worker_ids: [] }), 'MR001', /One of/)
  await refusal(kernel.call('drain_workers', { ids: [] }), 'MR001', /"ids" is not known/)
  const both = { worker_ids: [a.id, other.id] }
  await refusal(kernel.call('drain_workers', both), 'MR041', `no worker ${other.id}`)
  await refusal(kernel.call('drain_workers', { worker_ids: ["'"] }), 'MR041', /no worker '/)
  expect(await kernel.call('is_draining', a.id)).toBe(false)
  expect(await kernel.call('drain_workers', { all: true })).toEqual([a.id])
})
