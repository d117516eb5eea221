// Reads of entities go by indexes, however many there are.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createKernel, type Kernel } from '../support/kernel.ts'
import { makeOrders } from '../support/orders.ts'
import { explainAll, type Read } from '../support/plans.ts'

const SIZE = Number(process.env.PLANS_ROWS ?? 20_000)
/** Rows that one call may look at: a page, and what it looks through for that. */
const FEW = 2_000

let kernel: Kernel
let explain: Awaited<ReturnType<typeof explainAll>>

/** One in a thousand is open, a hundred are of version 2, half are completed; a quarter is another tenant's. */
async function fill(): Promise<void> {
  await kernel.query(
    `insert into millrace.entities (id, tenant_id, workflow_id, seq, entered_at, created_at, updated_at, completed_at, machine,
       entity_table, entity_id, state, metadata, hash)
     select lpad(to_hex(i), 32, '0')::uuid, w.tenant_id, w.id, 2, at, at, at, case when s in ('closed', 'void') then at end, w.name, 'shop',
       'e' || i, s, '{}', '\\x00'
     from generate_series(1, $1) i
     cross join lateral (select now() - ($1 - i) * interval '10 s' as at,
       case when i % 1000 = 0 then 'open' when i % 2 = 0 then 'closed' when i % 5 = 0 then 'void' else 'paid' end as s offset 0) x
     join millrace.workflows w on w.tenant_id = case when i % 4 = 1 then 2 else 1 end
       and w.version = case when i % ($1 / 100) = 3 then '2' else '1' end`,
    [SIZE],
  )
  await kernel.query(
    `insert into millrace.entity_history (instance_id, seq, tenant_id, workflow_id, executed_at, spent_ms, from_state, to_state, executed_by,
       context, metadata, hash)
     select e.id, s, e.tenant_id, e.workflow_id, e.updated_at, case when s = 2 then 1000 end, case when s = 2 then 'open' end, e.state, 'x',
       '{}', '{}', '\\x00'
     from generate_series(1, 2) s, millrace.entities e order by e.id, s`,
  )
  await kernel.query('vacuum (analyze) millrace.entities, millrace.entity_history')
}

beforeAll(async () => {
  kernel = await createKernel()
  await kernel.makeTenant('second')
  await makeOrders(kernel)
  await makeOrders(kernel, 'second')
  await fill()
  explain = await explainAll(kernel)
})
afterAll(() => kernel.drop())

const reads = (name: string, ...values: unknown[]): Promise<Read[]> =>
  explain.reads(
    `select * from millrace.${name}(${values.map((_, i) => `$${i + 1}`).join(', ')})`,
    values.map((value) => (typeof value === 'object' && value ? JSON.stringify(value) : value)),
  )

const tables = ['entities', 'entity_history']
const recent = new Date(Date.now() - 60_000)
const middle = '00000000-0000-0000-0000-000000002000'

test.each<[string, unknown[]]>([
  ['get_entity', [middle, {}]],
  ['get_entity', [null, { entity: { machine: 'orders', id: 'e20' } }]],
  ['get_history', [middle, {}]],
  ['get_entities', [{}]],
  ['get_entities', [{ machine: 'orders' }]],
  ['get_entities', [{ machine: 'orders', after: middle }]],
  ['get_entities', [{ machine: 'orders', before: middle }]],
  ['get_entities', [{ machine: 'orders', state: 'open' }]],
  ['get_entities', [{ state: 'closed', after: middle }]],
  ['get_entities', [{ status: 'live' }]],
  ['get_entities', [{ status: 'completed', version: '1' }]],
  ['get_entities', [{ entity_id: 'e20' }]],
  ['get_entities', [{ entity_id: 'e20', entity_table: 'shop' }]],
  ['get_entities', [{ updated_after: recent }]],
  ['get_entities', [{ updated_after: new Date(0), machine: 'orders' }]],
  ['get_sla_breaches', ['orders', {}]],
])('%s %j looks at few', async (name, values) => {
  const wide = (await reads(name, ...values)).filter(
    ({ how, table, rows }) =>
      tables.includes(table) &&
      (how.startsWith('Seq Scan') || rows > FEW) &&
      // whether few have moved lately is found out by looking at so many rows of the trail
      !(table === 'entity_history' && JSON.stringify(values).includes('1970')),
  )
  expect(wide).toEqual([])
})

test.each<[string, unknown[]]>([
  ['count_entities', ['orders', {}]],
  ['count_entities', ['orders', { version: '2' }]],
  ['get_state_times', ['orders', { since: recent }]],
  ['get_entities', [{ entity_table: 'nowhere' }]],
  ['get_entities', [{ version: '2', limit: 101 }]],
  ['migrate_entities', ['orders', '1', '2', { open: 'new' }, { limit: 10 }]],
])('%s %j reads no table whole', async (name, values) => {
  const all = await reads(name, ...values)
  expect(all.some(({ table }) => tables.includes(table))).toBe(true)
  expect(all.filter(({ how, table }) => how === 'Seq Scan' && tables.includes(table))).toEqual([])
})
