import { expect, test } from 'vitest'
import { createKernel, message } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

test('what lies in each queue, the longest first, and who takes it', async () => {
  await using kernel = await createKernel()
  const route = await kernel.route({ definition: { queue: 'mail' } })
  const other = await kernel.route({ definition: { queue: 'slow' } })
  const list = (options: object = {}) =>
    kernel.query('select * from millrace.get_queues($1)', [options])
  expect(await list()).toEqual([])
  await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  await worker.wait(task, message('m', 'go'))
  await kernel.start(route)
  await kernel.lease(route)
  await kernel.start(route, { delay: 60_000 })
  await kernel.start(other)
  await kernel.start(other)
  await kernel.call('register_worker', 1, 60_000, { queues: ['slow'] })
  const all = (await list()) as { queue: string; workers: number }[]
  expect(all).toMatchObject([
    {
      queue: 'slow',
      ready: 2,
      delayed: 0,
      running: 0,
      waiting: 0,
      paused: 0,
      oldest: expect.any(Date),
    },
    { queue: 'mail', ready: 0, delayed: 1, running: 1, waiting: 1, oldest: null },
  ])
  expect((all[0]?.workers ?? 0) - (all[1]?.workers ?? 0)).toBe(1)
  expect(await list({ queue: 'mail' })).toHaveLength(1)
  await refusal(list({ name: 'x' }), 'MR001', 'name')
})
