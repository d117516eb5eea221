import { expect, test } from 'vitest'
import { openKernel, uuid } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
const find = (tenant: number, id: string, resource?: string) =>
  kernel.call('find_run', tenant, id, ...(resource === undefined ? [] : [resource]))

test('finds a run by our UUID and by the one its caller chose', async () => {
  const mine = '55555555-5555-4555-8555-555555555555'
  const run = await kernel.start(await kernel.route(), { meta: { id: mine } })
  expect(await find(1, uuid(run))).toBe(run)
  expect(await find(1, mine)).toBe(run)
  expect(await find(1, mine.toUpperCase())).toBe(run)
})

test('an owner check finds only the runs of that resource', async () => {
  const route = await kernel.route()
  const owned = await kernel.start(route, { meta: { resource: 'r' } })
  const free = await kernel.start(route)
  expect(await find(1, uuid(owned), 'r')).toBe(owned)
  expect(await find(1, uuid(owned))).toBe(owned)
  await refusal(
    find(1, uuid(owned), 's'),
    'MR041',
    `There is no run ${uuid(owned)} of resource "s"`,
  )
  await refusal(find(1, uuid(free), 'r'), 'MR041', 'of resource "r"')
})

test('nothing of another tenant is found, by neither id, and two tenants may choose one UUID', async () => {
  const second = await kernel.makeTenant('second')
  const mine = '66666666-6666-4666-8666-666666666666'
  const ours = await kernel.start(await kernel.route(), { meta: { id: mine } })
  await refusal(find(second, uuid(ours)), 'MR041', uuid(ours))
  await refusal(find(second, mine), 'MR041', mine)
  const theirs = await kernel.start(await kernel.route({ tenant: second }), { meta: { id: mine } })
  expect(await find(second, mine)).toBe(theirs)
  expect(await find(1, mine)).toBe(ours)
})

test('a run that is not there is refused by its id', async () => {
  const details = await refusal(find(1, uuid('99')), 'MR041', uuid('99'))
  expect(details).toEqual({ run_id: uuid('99') })
  await refusal(find(1, '77777777-7777-4777-8777-777777777777'), 'MR041', '77777777')
})
