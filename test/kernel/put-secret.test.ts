import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { SecretBox } from '../../src/auth/secret-box.ts'
import { openKernel } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
const box = new SecretBox(randomBytes(32).toString('base64'))
const seal = (name: string, value: string, tenant = 'default') => box.seal({ tenant, name }, value)
const read = (name: string, tenant = 'default') =>
  kernel.call<string | null>('read_secret', tenant, name)

test('a secret is kept as it was sealed; its name is told, its value never', async () => {
  const sealed = seal('token', 'hunter2')
  expect(await kernel.call('put_secret', 'token', sealed, { by: 'ada' })).toBe(true)
  expect(await kernel.call('put_secret', 'token', sealed, { by: 'bob' })).toBe(false) // as it is
  expect(box.open({ tenant: 'default', name: 'token' }, (await read('token')) as string)).toBe(
    'hunter2',
  )
  const rows = await kernel.query('select * from millrace.get_secrets()')
  expect(rows).toMatchObject([{ name: 'token', key: box.keyId, changed_by: 'ada' }])
  expect(JSON.stringify(rows)).not.toContain(sealed)
  const audit = `select action, subject from millrace.audit where target = 'token'`
  expect(await kernel.query(audit)).toEqual([{ action: 'secret.put', subject: 'ada' }])
})

test('where nobody is named it was the role in which the session acts, as in the audit log', async () => {
  const client = await kernel.connect(true)
  await client.query('set role millrace_owner')
  await client.query('select millrace.put_secret($1, $2)', ['r', seal('r', 'x')])
  const by = `select changed_by, (select subject from millrace.audit where target = 'r') as subject
    from millrace.secrets where name = 'r'`
  expect(await kernel.query(by)).toEqual([
    { changed_by: 'role:millrace_owner', subject: 'role:millrace_owner' },
  ])
})

test('what is not encrypted is refused, and so are names that graphs cannot write', async () => {
  for (const value of ['hunter2', '', null, 'v1.12345678.', `v1.12345678.${'A'.repeat(200_000)}`])
    await refusal(kernel.call('put_secret', 'x', value), 'MR001', 'not encrypted')
  for (const name of ['', 'a-b', '1a', 'a b', 'x'.repeat(129), null])
    await refusal(kernel.call('put_secret', name, seal('x', 'y')), 'MR001', 'name of a secret')
})

test('with was, only what is still that is changed', async () => {
  const [one, two, three] = ['1', '2', '3'].map((value) => seal('s', value)) as string[]
  expect(await kernel.call('put_secret', 's', two, { was: one })).toBe(false)
  expect(await read('s')).toBeNull()
  await kernel.call('put_secret', 's', one)
  expect(await kernel.call('put_secret', 's', three, { was: two })).toBe(false)
  expect(await kernel.call('put_secret', 's', two, { was: one })).toBe(true)
  expect(await read('s')).toBe(two)
})

test('a tenant has its own', async () => {
  await kernel.call('register_tenant', 'mine')
  await kernel.call('put_secret', 'both', seal('both', 'theirs'))
  expect(await read('both', 'mine')).toBeNull()
  expect(await read('both', 'nobody')).toBeNull()
  await refusal(kernel.call('delete_secret', 'both', { tenant: 'mine' }), 'MR041', '"both"')
  await kernel.call('put_secret', 'both', seal('both', 'ours', 'mine'), { tenant: 'mine' })
  await kernel.call('delete_secret', 'both', {})
  expect(await read('both')).toBeNull()
  expect(await read('both', 'mine')).not.toBeNull()
})

test('a quota is a quota', async () => {
  await kernel.call('register_tenant', 'one')
  await kernel.call('put_quota', 'secrets', '1', { tenant: 'one' })
  await kernel.call('put_secret', 'a', seal('a', '1', 'one'), { tenant: 'one' })
  await kernel.call('put_secret', 'a', seal('a', '2', 'one'), { tenant: 'one' })
  const more = kernel.call('put_secret', 'b', seal('b', '1', 'one'), { tenant: 'one' })
  await refusal(more, 'MR021', 'secrets')
})
