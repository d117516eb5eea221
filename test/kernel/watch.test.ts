import { expect, test } from 'vitest'
import { createKernel, type Kernel } from '../support/kernel.ts'

async function listen(kernel: Kernel) {
  const client = await kernel.connect()
  const payloads: string[] = []
  client.on('notification', ({ payload }) => payloads.push(payload ?? ''))
  await client.query('listen "millrace:ended"')
  return async () => {
    await client.query('select 1')
    return payloads.splice(0)
  }
}

test('ends are notified while somebody watches, and only to its tenant', async () => {
  await using kernel = await createKernel()
  const second = await kernel.makeTenant('second')
  const [route, theirs] = [await kernel.route(), await kernel.route({ tenant: second })]
  const heard = await listen(kernel)
  const end = async (at: typeof route) => {
    await kernel.start(at)
    const { worker, task } = await kernel.lease(at)
    await worker.complete(task)
    return task.run
  }
  await end(route)
  expect(await heard()).toEqual([])
  await kernel.call('watch', 1, 5)
  await kernel.call('watch', 1, 5)
  await end(theirs)
  expect(await heard()).toEqual([])
  const run = await end(route)
  expect(await heard()).toEqual([run])
  const cancelled = await kernel.start(route)
  await kernel.call('cancel_workflow', (await kernel.run(cancelled)).id)
  expect(await heard()).toEqual([cancelled])
})

test('a thousand ends at once are told in as many notifications as they need', async () => {
  await using kernel = await createKernel()
  await kernel.query(`select setval('millrace.numbers', 9000000000000000)`)
  const route = await kernel.route()
  await kernel.call('watch', 1, 5)
  const heard = await listen(kernel)
  const base = BigInt(await kernel.call<string>('take_ids'))
  const ids = Array.from({ length: 1000 }, (_, i) => String(base + BigInt(i)))
  const values = [ids, ids.map(() => route.route), ids.map(() => null)]
  await kernel.query('select * from millrace.start_runs(1, $1, $2, null, $3)', values)
  expect((await kernel.query(`select millrace.cancel_runs(1, $1, '{}')`, [ids])).length).toBe(1000)
  const payloads = await heard()
  expect(payloads.map((payload) => payload.split(',').length)).toEqual([350, 350, 300])
  expect(new Set(payloads.flatMap((payload) => payload.split(',')))).toEqual(new Set(ids))
})
