import { expect, test } from 'vitest'
import { createKernel, type Kernel } from '../support/kernel.ts'
import { scheduleTools } from '../support/schedules.ts'

const sync = (kernel: Kernel, workflow: string, version: string, ...schedules: object[]) =>
  kernel.query('select millrace.sync_schedules(1, $1)', [
    JSON.stringify([{ workflow, version, schedules }]),
  ])
const register = (kernel: Kernel, name: string, version: string) =>
  kernel.query(`select millrace.register_workflow(1, $1, $2, '{}')`, [name, version])
const names = (kernel: Kernel) =>
  kernel.query('select id, cron, every_ms::int, declared from millrace.get_schedules() order by id')

test('what stands in the code is made, changed and deleted with it; what was put stays', async () => {
  await using kernel = await createKernel()
  const s = scheduleTools(kernel)
  await register(kernel, 'w', '1')
  await register(kernel, 'v', '1')
  await s.put('w', 'w', { every: 1000 })
  await sync(kernel, 'v', '1', { every: 3000 })
  await sync(kernel, 'w', '1', { cron: '0 9 * * *' }, { every: 2000 })
  const mine = { id: 'w', cron: null, every_ms: 1000, declared: null }
  const other = { id: 'v#1', cron: null, every_ms: 3000, declared: '1' }
  expect(await names(kernel)).toEqual([
    other,
    mine,
    { id: 'w#1', cron: '0 9 * * *', every_ms: null, declared: '1' },
    { id: 'w#2', cron: null, every_ms: 2000, declared: '1' },
  ])
  await s.look()
  const before = await s.show('w#1')
  await sync(kernel, 'w', '1', { cron: '0 9 * * *' }, { every: 2000 })
  expect(await s.show('w#1')).toEqual({ ...before, clock: expect.any(Date) })
  await register(kernel, 'w', '2')
  await sync(kernel, 'w', '2', { cron: '0 10 * * *', overlap: 'allow' })
  expect(await names(kernel)).toEqual([
    other,
    mine,
    { id: 'w#1', cron: '0 10 * * *', every_ms: null, declared: '2' },
  ])
  // code of a version that is not the newest any more
  await sync(kernel, 'w', '1', { cron: '0 9 * * *' })
  expect((await names(kernel)).at(-1)).toMatchObject({ cron: '0 10 * * *', declared: '2' })
  await sync(kernel, 'w', '2')
  expect(await names(kernel)).toEqual([other, mine])
})

test('the same rule in a newer version goes on where it was, and a pause by a person stays', async () => {
  await using kernel = await createKernel()
  const s = scheduleTools(kernel)
  await register(kernel, 'w', '1')
  await sync(kernel, 'w', '1', { every: 3_600_000 })
  await s.look()
  const first = await s.reach('w#1')
  await register(kernel, 'w', '2')
  await sync(kernel, 'w', '2', { every: 3_600_000 })
  await s.look()
  expect(await s.runs('w#1')).toMatchObject([{ at: first }])
  await kernel.call('pause_schedule', 'w#1', { by: 'ada' })
  await sync(kernel, 'w', '2', { every: 3_600_000 })
  await sync(kernel, 'w', '2', { every: 7_200_000 })
  expect(await s.show('w#1')).toMatchObject({ every_ms: '7200000', paused_by: 'ada' })
})

test("somebody's open transaction does not keep a worker from starting that changes nothing", async () => {
  await using kernel = await createKernel()
  await register(kernel, 'w', '1')
  await sync(kernel, 'w', '1', { every: 3_600_000 })
  const client = await kernel.connect()
  await client.query('begin')
  await client.query(`select millrace.pause_schedule('w#1')`)
  await sync(kernel, 'w', '1', { every: 3_600_000 })
  await client.query('rollback')
})

test('many workers that start at once', async () => {
  await using kernel = await createKernel()
  for (const name of ['a', 'b', 'c']) await register(kernel, name, '1')
  const declared = (n: number) =>
    ['c', 'a', 'b'].map((workflow) => ({
      ...{ workflow, version: '1' },
      schedules: Array.from({ length: n }, (_, i) => ({ every: 1000 + i })),
    }))
  for (const n of [3, 1, 3, 0, 2]) {
    await Promise.all(
      Array.from({ length: 6 }, () =>
        kernel.query('select millrace.sync_schedules(1, $1)', [JSON.stringify(declared(n))]),
      ),
    )
    expect(await names(kernel)).toHaveLength(3 * n)
  }
})
