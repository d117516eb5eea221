import { expect, test } from 'vitest'
import { openKernel } from '../support/kernel.ts'
import { makeMachine } from '../support/machine.ts'

const kernel = await openKernel()
for (const name of ['orders', 'others']) await makeMachine(kernel, name)
const start = async (machine = 'orders', entity_table = 'orders') =>
  (await kernel.call<{ instance_id: string }>('start_entity', machine, 'a', { entity_table }))
    .instance_id
const found = async (entity: object) =>
  (
    await kernel.value<string[]>('select millrace.find_instances(1, $1, $2, $3)', [
      [null],
      [null],
      [JSON.stringify({ entity })],
    ])
  )[0]
const end = (id: string) => kernel.call('transition', id, { name: 'cancel' })

test('an entity is of its machine and its table, which may be left out where it is the machine’s', async () => {
  const here = await start()
  const there = await start('orders', 'elsewhere')
  const other = await start('others', 'orders')
  expect(await found({ machine: 'orders', id: 'a' })).toBe(here)
  expect(await found({ machine: 'orders', table: 'orders', id: 'a' })).toBe(here)
  expect(await found({ machine: 'orders', table: 'elsewhere', id: 'a' })).toBe(there)
  expect(await found({ machine: 'others', table: 'orders', id: 'a' })).toBe(other)
  expect(await found({ machine: 'others', id: 'a' })).toBeNull()
  await end(here)
})

test('it is the live one, though one that ended is newer, else the last', async () => {
  const first = await start()
  await end(first)
  const later = await start()
  await end(later)
  expect(await found({ machine: 'orders', id: 'a' })).toBe(later)
  await kernel.query('update millrace.entities set completed_at = null where id = $1', [first])
  expect(await found({ machine: 'orders', id: 'a' })).toBe(first)
  await kernel.query('update millrace.entities set completed_at = updated_at where id = $1', [
    first,
  ])
})
