// Alone: delete_tenant, which calls it, sweeps up in the end what it would leave.
import { expect, test } from 'vitest'
import { openKernel } from '../support/kernel.ts'
import { makeOrder, makeOrders } from '../support/orders.ts'

const kernel = await openKernel()

let tenants = 0
async function tenantWithOrders(): Promise<{ slug: string; tenant: number }> {
  const slug = `tenant-${++tenants}`
  const tenant = await kernel.makeTenant(slug)
  await makeOrders(kernel, slug)
  return { slug, tenant }
}
const text = 'select millrace.delete_entities($1, $2) as n'
const remove = (tenant: number, batch: number) =>
  kernel.query<{ n: number }>(text, [tenant, batch]).then(([row]) => row?.n)
/** How many instances it has, rows of trails, and versions of machines that take starts. */
async function left(tenant: number): Promise<string[]> {
  const rows = await kernel.query<{ n: string }>(
    `select count(*) as n from millrace.entities where tenant_id = $1
     union all select count(*) from millrace.entity_history where tenant_id = $1
     union all select count(*) from millrace.workflows where tenant_id = $1 and deleted_at is null`,
    [tenant],
  )
  return rows.map(({ n }) => n)
}

test('batch by batch instances go with their trails, and no others begin', async () => {
  const { slug, tenant } = await tenantWithOrders()
  const other = await tenantWithOrders()
  for (const id of ['a', 'b', 'c']) {
    await makeOrder(kernel, id, ['pay'], { tenant: slug })
    await makeOrder(kernel, id, ['pay'], { tenant: other.slug })
  }
  expect(await remove(tenant, 2)).toBe(2)
  expect(await left(tenant)).toEqual(['1', '2', '0'])
  const starts = await kernel.query(
    `select problem from millrace.start_entities($1, '{orders}', '{null}', '{null}', '{d}', '{null}', '{null}')`,
    [tenant],
  )
  expect(starts).toMatchObject([{ problem: { code: 'MR040' } }])
  expect(await remove(tenant, 2)).toBe(1)
  expect(await remove(tenant, 2)).toBe(0)
  expect(await left(tenant)).toEqual(['0', '0', '0'])
  expect(await left(other.tenant)).toEqual(['3', '6', '2'])
})

test.each([
  [
    'a start',
    `select millrace.start_entity('orders', 'b', $1::jsonb || '{"version": "1"}')`,
    ['a', 'b'],
  ],
  [
    'a move',
    `select millrace.transition(null, $1::jsonb || '{"entity": {"machine": "orders", "id": "a"}, "name": "pay"}')`,
    ['a'],
  ],
])('%s under way is waited for, and goes with its trail', async (_, begin, ids) => {
  const { slug, tenant } = await tenantWithOrders()
  await makeOrder(kernel, 'a', [], { tenant: slug })
  const [mover, remover] = [await kernel.connect(), await kernel.connect()]
  await mover.query('begin')
  await mover.query(begin, [{ tenant: slug }])
  const gone = remover.query(text, [tenant, 10])
  await kernel.waitUntilBlocked(remover)
  await mover.query('commit')
  expect((await gone).rows).toEqual([{ n: ids.length }])
  expect(await left(tenant)).toEqual(['0', '0', '0'])
})
