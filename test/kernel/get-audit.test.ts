import { expect, test } from 'vitest'
import { openKernel } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()

type Row = { id: string | null; action: string; last_seen: string | null }
const look = (options: object) =>
  kernel.query<Row>('select * from millrace.get_audit($1)', [JSON.stringify(options)])
const append = (tenant: number, subject: string | null, action: string, target = 't') =>
  kernel.call('append_audit', tenant, subject, action, target, { n: 1 })

test('the newest first, by who, what and of what, page by page; a tenant sees its own', async () => {
  const other = await kernel.makeTenant('other')
  for (const action of ['key.create', 'key.revoke', 'member.put', 'key.create'])
    await append(1, 'ada', action, action === 'member.put' ? 'bob' : 'k')
  await append(other, 'eve', 'key.create')
  await append(0, 'root', 'tenant.delete')
  await append(1, null, 'run.cancel')
  const actions = async (options: object) => (await look(options)).map(({ action }) => action)
  expect(await actions({})).toEqual([
    ...['run.cancel', 'key.create', 'member.put', 'key.revoke', 'key.create'],
  ])
  expect(await actions({ action: 'key.*' })).toEqual(['key.create', 'key.revoke', 'key.create'])
  expect(await actions({ action: 'key.' })).toEqual([])
  expect(await actions({ target: 'bob' })).toEqual(['member.put'])
  expect(await actions({ tenant: 'other' })).toEqual(['key.create'])
  expect(await actions({ installation: true })).toEqual(['tenant.delete'])
  expect(await look({ subject: 'role:millrace_owner' })).toMatchObject([{ action: 'run.cancel' }])
  const first = await look({ limit: 2 })
  expect(first).toHaveLength(2)
  expect(first[0]).toMatchObject({ subject: 'role:millrace_owner', detail: { n: 1 } })
  expect(await actions({ limit: 2, after: first[1]?.id })).toEqual(['member.put', 'key.revoke'])
  await refusal(kernel.call('get_audit', { after: 'x' }), 'MR001', 'after')
})

test('under a rare filter it says how far it has looked', async () => {
  const tenant = await kernel.makeTenant('busy')
  await append(tenant, 'ada', 'rare')
  await kernel.query(
    `insert into millrace.audit (tenant_id, at, subject, action)
     select $1, now(), 'x', 'often' from generate_series(1, 15000)`,
    [tenant],
  )
  const first = await look({ tenant: 'busy', action: 'rare' })
  expect(first).toMatchObject([{ id: null }])
  const second = await look({ tenant: 'busy', action: 'rare', after: first[0]?.last_seen })
  expect(second).toMatchObject([{ action: 'rare', last_seen: null }])
})

test('nobody changes what is written, not even the owner', async () => {
  await append(1, 'ada', 'fixed')
  const changed = await kernel.pool.query(`update millrace.audit set subject = 'eve'`)
  expect(changed.rowCount).toBe(0)
})

test('what is old enough goes, with keys that nobody could use since then, and that is written down', async () => {
  const prune = (older_than: string) => kernel.call('prune_audit', { older_than, by: 'ops' })
  await kernel.call('register_tenant', 'old')
  const scopes = ['admin']
  const [gone, stays] = await Promise.all(
    ['gone', 'stays'].map((name) => kernel.call<{ id: string }>('create_key', name, { scopes })),
  )
  await kernel.call('revoke_key', gone?.id)
  await kernel.advanceClock(10 * 86_400_000)
  await append(1, 'ada', 'young')
  expect(await prune('30 days')).toBe(0)
  const before = Number(
    await kernel.value('select count(*) from millrace.audit where tenant_id = 1'),
  )
  expect(await prune('9 days')).toBe(before - 1)
  const left = await look({})
  expect(left.map(({ action }) => action)).toEqual(['audit.prune', 'young'])
  expect(left[0]).toMatchObject({ subject: 'ops', detail: { rows: before - 1 } })
  const keys = await kernel.query('select id from millrace.api_keys where tenant_id = 1')
  expect(keys).toEqual([{ id: stays?.id }])
  expect(await look({ tenant: 'old' })).toHaveLength(1)
  await refusal(kernel.call('prune_audit', {}), 'MR001', 'older_than')
})
