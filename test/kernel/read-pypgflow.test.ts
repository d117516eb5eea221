// What PostgREST gives for the same questions: test/server/compat/pypgflow.test.ts. Here: how much is read, and for whom.
import { beforeAll, expect, test } from 'vitest'
import { openKernel } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
type Row = Record<string, unknown>

const read = async (relation: string, options: object = {}) => {
  const text = 'select r as row from millrace.read_pypgflow($1, $2) r'
  const rows = await kernel.query<{ row: Row }>(text, [relation, JSON.stringify(options)])
  return rows.map(({ row }) => row)
}
const eq = (column: string, value: string) => ({ path: [column], kind: 'text', op: 'eq', value })

beforeAll(async () => {
  await kernel.makeTenant('second')
  const states = [{ name: 'open', initial: true }, { name: 'shut' }]
  for (const tenant of ['default', 'second'])
    await kernel.call('define_machine', { workflow: { name: 'door' }, states }, { tenant })
  await kernel.query(
    `insert into millrace.entities (id, tenant_id, workflow_id, seq, entered_at, created_at, updated_at, machine, entity_table, entity_id,
       state, metadata, hash)
     select md5(i::text)::uuid, 1, w.id, 1, now(), now(), now(), 'door', case when i <= 2000 then 'few' else 'many' end, i::text,
       'open', jsonb_build_object('n', i), ''
     from generate_series(1, 21000) i, millrace.workflows w where w.name = 'door' and w.tenant_id = 1`,
  )
}, 60_000)

test('as they come, rows are read as far as they are wanted', async () => {
  const page = await read('entity_workflows', { limit: 2, offset: 5000 })
  expect(page).toHaveLength(2)
  expect(await read('entity_workflows')).toHaveLength(1000)
  const door = [eq('workflow_name', 'door'), eq('current_state', 'open')]
  expect(await read('entity_workflows', { filters: door, limit: 3 })).toHaveLength(3)
  expect(await read('entity_workflows', { limit: 0 })).toEqual([])
})

test('what no index finds is looked for among 20,000, and of more it is said', async () => {
  const order = [{ path: ['metadata', 'n'], kind: 'json', desc: true }]
  await refusal(read('entity_workflows', { order }), 'MR020', '20,000')
  const bySecond = { path: ['metadata', 'n'], kind: 'json', op: 'eq', value: '2' }
  await refusal(read('entity_workflows', { filters: [bySecond] }), 'MR020', 'entity_workflows')
  const few = [eq('entity_table', 'few')]
  // the index takes the table alone; the rest is looked at
  const [first] = await read('entity_workflows', { filters: few, order, limit: 1 })
  expect(first).toMatchObject({ entity_id: '2000', metadata: { n: 2000 } })
  const [found] = await read('entity_workflows', { filters: [...few, bySecond] })
  expect(found).toMatchObject({ entity_id: '2' })
})

test('what was moved last, and the newest of the trail, need no look at all of them', async () => {
  await kernel.query(
    `insert into millrace.entity_history (instance_id, seq, tenant_id, workflow_id, executed_at, to_state, executed_by, context, metadata, hash)
     select e.id, 1, 1, e.workflow_id, now() - e.entity_id::int * interval '1 s', 'open', 'clerk ' || e.entity_id::int % 10, '{}', '{}', ''
     from millrace.entities e`,
  )
  await kernel.query('analyze millrace.entity_history')
  const newest = (path: string) => [{ path: [path], kind: 'time', desc: true }]
  const ids = async (relation: string, options: object) =>
    (await read(relation, { limit: 3, ...options })).map(({ entity_id }) => entity_id)
  expect(await ids('workflow_history', { order: newest('executed_at') })).toEqual(['1', '2', '3'])
  expect(await ids('workflow_history', {})).toEqual(['1', '2', '3'])
  expect(await ids('entity_workflows', { order: newest('updated_at') })).toEqual(['1', '2', '3'])
  const by = (clerk: string) => ({ filters: [eq('executed_by', clerk)] })
  expect(await ids('workflow_history', by('clerk 4'))).toEqual(['4', '14', '24'])
  await refusal(read('workflow_history', by('nobody')), 'MR020', 'workflow_history')
  expect(await ids('workflow_history', { filters: [eq('workflow_name', 'none')] })).toEqual([])
  const past = { path: ['executed_at'], kind: 'time', op: 'lt' }
  const value = new Date(Date.now() - 20_500_500).toISOString()
  const [older] = await read('workflow_history', {
    filters: [{ ...past, value }, eq('executed_by', 'clerk 4')],
    limit: 1,
  })
  expect(Number(older?.entity_id)).toBeGreaterThan(20_490)
  const other = [{ path: ['executed_at'], kind: 'time' }]
  await refusal(read('workflow_history', { order: other, limit: 1 }), 'MR020', 'looked at')
})

test('a number is ordered and compared as a number, and null stands where it is said', async () => {
  const entity = (id: string) => [eq('entity_table', 'few'), eq('entity_id', id)]
  const n = (op: string, value: string) => ({ path: ['seq'], kind: 'number', op, value })
  expect(
    await read('entity_workflows', { filters: [...entity('7'), n('gte', '1.0')] }),
  ).toHaveLength(1)
  expect(await read('entity_workflows', { filters: [...entity('7'), n('gt', '1')] })).toEqual([])
  await kernel.query(
    `update millrace.entities set completed_at = now() where entity_id in ('11', '12') and entity_table = 'few'`,
  )
  const some = [
    eq('entity_table', 'few'),
    { path: ['entity_id'], kind: 'text', op: 'in', value: ['11', '12', '13'] },
  ]
  const order = (more: object) => ({
    filters: some,
    order: [
      { path: ['completed_at'], kind: 'time', ...more },
      { path: ['entity_id'], kind: 'text', desc: true },
    ],
  })
  const ids = async (more: object) =>
    (await read('entity_workflows', order(more))).map((row) => row.entity_id)
  expect(await ids({})).toEqual(['12', '11', '13'])
  expect(await ids({ desc: true })).toEqual(['13', '12', '11'])
  expect(await ids({ desc: true, first: false })).toEqual(['12', '11', '13'])
  expect(await ids({ first: true })).toEqual(['13', '12', '11'])
})

test('of another tenant there is nothing, and no other list than these', async () => {
  expect(await read('entity_workflows', { tenant: 'second' })).toEqual([])
  expect(await read('workflow_states', { tenant: 'second' })).toHaveLength(2)
  expect(await read('workflow_history', { tenant: 'second' })).toEqual([])
  const [{ id }] = (await read('entity_workflows', { limit: 1 })) as [Row]
  const byId = { tenant: 'second', filters: [eq('id', String(id))] }
  expect(await read('entity_workflows', byId)).toEqual([])
  await refusal(read('tenants'), 'MR001', 'no such list')
  await refusal(read('workflows', { filters: {} }), 'MR001', 'read')
  await refusal(read('workflows', { order: Array(4).fill({ path: ['id'] }) }), 'MR001', 'read')
})
