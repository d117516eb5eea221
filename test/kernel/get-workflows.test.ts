import { expect, test } from 'vitest'
import { openKernel } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()

test('lists each version with its live runs and its living workers', async () => {
  await kernel.makeTenant('second')
  const route = await kernel.route({ name: 'order', definition: { kind: 'flow' } })
  await kernel.start(route)
  const info = {
    workflows: [
      ['order', '1'],
      ['other', '2'],
    ],
  }
  await kernel.call('register_worker', 1, 60_000, info)
  await kernel.call('register_worker', 1, 60_000, { workflows: [['order', '2']] })
  const dead = await kernel.call('register_worker', 1, 60_000, info)
  await kernel.query(`update millrace.workers set expires_at = '2000-01-01' where id = $1`, [dead])
  const listed = (tenant: string) =>
    kernel.query('select * from millrace.get_workflows($1)', [{ tenant }])
  expect(await listed('default')).toEqual([
    { id: 'order', version: '1', kind: 'flow', live: 1, workers: 1, state: 'active' },
  ])
  expect(await listed('second')).toEqual([])
  await refusal(listed('third'), 'MR042', '"third"')
})
