import { expect, test } from 'vitest'
import { openKernel } from '../support/kernel.ts'
import { type Call, openTrack } from '../support/race.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()

type Tenant = { slug: string; name: string; key?: { key: string; scopes: string[] } }

test('a tenant is made, with a key if one is asked for, and it is written down in both logs', async () => {
  const options = { name: 'Acme Inc.', by: 'ops', key: { name: 'first', scopes: ['admin'] } }
  const made = await kernel.call<Tenant>('register_tenant', 'acme', options)
  expect(made).toMatchObject({ slug: 'acme', name: 'Acme Inc.', suspended_at: null })
  expect(made.key).toMatchObject({ name: 'first', scopes: ['admin'], created_by: 'ops' })
  expect(made.key?.key).toMatch(/^mr_live_/)
  expect(await kernel.call('get_tenant', { tenant: 'acme' })).toMatchObject({ slug: 'acme' })
  const logs = await kernel.query(
    `select tenant_id = 0 as installation, subject, action, target from millrace.audit
     where target = 'acme' order by tenant_id`,
  )
  const entry = { subject: 'ops', action: 'tenant.register', target: 'acme' }
  expect(logs).toEqual([
    { installation: true, ...entry },
    { installation: false, ...entry },
  ])
})

test('without a slug one is made of the name, and it is never taken', async () => {
  const one = await kernel.call<Tenant>('register_tenant', null, { name: '  Ünder & Söhne ' })
  const two = await kernel.call<Tenant>('register_tenant', null, { name: '  Ünder & Söhne ' })
  expect(one.slug).toMatch(/^[a-z0-9-]+-[0-9a-f]{8}$/)
  expect(two.slug).not.toBe(one.slug)
  expect((await kernel.call<Tenant>('register_tenant', null)).slug).toMatch(/^tenant-[0-9a-f]{8}$/)
})

test('what is taken or is no name is refused, and a refused key makes no tenant', async () => {
  await kernel.call('register_tenant', 'twice')
  await refusal(kernel.call('register_tenant', 'twice'), 'MR014', '"twice"')
  for (const slug of ['', 'a/b', 'x'.repeat(129), 'a\nb'])
    await refusal(kernel.call('register_tenant', slug), 'MR001', 'slug')
  await refusal(kernel.call('register_tenant', 'n', { name: '' }), 'MR001', 'name')
  await refusal(kernel.call('register_tenant', 'n', { color: 1 }), 'MR001', 'color')
  await refusal(kernel.call('register_tenant', 'n', { key: { scopes: ['x'] } }), 'MR001', 'scopes')
  await refusal(kernel.call('get_tenant', { tenant: 'n' }), 'MR042', '"n"')
})

test('of two that register the same slug at once one does', async () => {
  const track = await openTrack(kernel)
  const register: Call = (client) => client.query(`select millrace.register_tenant('raced')`)
  const { first, second, waited } = await track.inTurn(register, register)
  expect([first.code, second.code, waited]).toEqual([undefined, 'MR014', true])
})

test('all tenants are listed page by page', async () => {
  const seen: string[] = []
  for (let after: string | null = null; ; ) {
    const options: string = JSON.stringify({ limit: 2, after })
    const rows: { tenant: Tenant }[] = await kernel.query(
      'select tenant from millrace.get_tenants($1)',
      [options],
    )
    if (rows.length === 0) break
    seen.push(...rows.map(({ tenant }) => tenant.slug))
    after = seen.at(-1) as string
  }
  const all = await kernel.query('select slug from millrace.tenants order by slug')
  expect(seen).toEqual(all.map(({ slug }) => slug))
})
