import { expect, test } from 'vitest'
import { message, openKernel } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
const list = (options: object = {}) =>
  kernel.query('select * from millrace.get_versions($1)', [options])

test('tells of each version what its runs do, and who has it', async () => {
  const first = await kernel.route({ name: 'order' })
  const second = await kernel.call<number>('register_workflow', 1, 'order', '2', {})
  await kernel.call('register_workflow', 1, 'order', '3', {})
  await kernel.start(first, { delay: 60_000 })
  const waiting = await kernel.start(first)
  const { worker, task } = await kernel.lease(first)
  expect(task.run).toBe(waiting)
  await worker.wait(task, message('m', 'go'))
  await kernel.start(first)
  await kernel.lease(first)
  await kernel.start({ ...first, route: second })
  await kernel.call('register_worker', 1, 60_000, { workflows: [['order', '2']] })
  expect(await list({ workflow_id: 'order' })).toMatchObject([
    { version: '3', live: 0, workers: 0, oldest: null, orphaned: false, retirable: true },
    { version: '2', live: 1, pending: 1, workers: 1, orphaned: false, retirable: false },
    {
      ...{ version: '1', live: 3, pending: 1, running: 1, waiting: 1, paused: 0, workers: 0 },
      ...{ orphaned: true, retirable: false, oldest: expect.any(Date) },
    },
  ])
  expect(await list({ workflow_id: 'none' })).toEqual([])
  await refusal(list({ workflow: 'x' }), 'MR001', 'workflow')
})
