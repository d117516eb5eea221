import { expect, test } from 'vitest'
import { makeApiKey, parseApiKey } from '../../src/auth/api-key.ts'
import { openKernel } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
const scopes = ['runs:read']

type Key = { id: string; key?: string; scopes: string[]; expires_at: string; created_by: string }

async function verify(key: string) {
  const { id, hash } = parseApiKey(key) ?? {}
  return (await kernel.query('select * from millrace.verify_key($1, $2)', [id, hash]))[0]
}

test('a key that SQL makes has the form of one, and its secret is nowhere', async () => {
  const made = await kernel.call<Key>('create_key', 'deploy', {
    ...{ scopes: ['runs:write', 'runs:read', 'runs:write'], expires_in: '90 days', by: 'ada' },
  })
  expect(parseApiKey(made.key as string)).toMatchObject({ id: made.id })
  expect(made).toMatchObject({ scopes: ['runs:read', 'runs:write'], created_by: 'ada' })
  expect(await verify(made.key as string)).toMatchObject({ tenant: 'default', name: 'deploy' })
  const secret = (made.key as string).slice(25)
  for (const table of ['api_keys', 'audit'])
    expect(JSON.stringify(await kernel.query(`select * from millrace.${table}`))).not.toContain(
      secret,
    )
  const [listed] = await kernel.query('select key from millrace.get_keys()')
  expect(listed?.key).not.toHaveProperty('hash')
  expect(listed?.key).not.toHaveProperty('key')
})

test('where nobody is named it was the role in which the session acts, as in the audit log', async () => {
  const client = await kernel.connect(true)
  await client.query('set role millrace_owner')
  const { rows } = await client.query(
    `select millrace.create_key('k', '{"scopes": ["runs:read"]}')`,
  )
  const { id, created_by } = rows[0].create_key as Key
  expect(created_by).toBe('role:millrace_owner')
  expect(await kernel.value('select subject from millrace.audit where target = $1', [id])).toBe(
    created_by,
  )
})

test('one that the caller made is made once, however often it is sent; another of its id is refused', async () => {
  const { id, hash, key } = makeApiKey()
  const options = { scopes, id, hash: hash.toString('hex') }
  const first = await kernel.call<Key>('create_key', 'k', options)
  expect(first).not.toHaveProperty('key')
  expect(await kernel.call('create_key', 'k', options)).toEqual(first)
  const audit = await kernel.query(`select from millrace.audit where target = $1`, [id])
  expect(audit).toHaveLength(1)
  const other = { ...options, hash: 'a'.repeat(64) }
  await refusal(kernel.call('create_key', 'k', other), 'MR014', id)
  expect(await verify(key)).toBeDefined()
})

test('the id of another tenant’s key says nothing of it', async () => {
  await kernel.call('register_tenant', 'ids', {})
  const { id, hash } = makeApiKey()
  await kernel.call('create_key', 'k', { scopes, id, hash: hash.toString('hex') })
  const mine = makeApiKey()
  const options = { tenant: 'ids', scopes, id, hash: mine.hash.toString('hex') }
  await kernel.call('create_key', 'mine', options)
  const rows = 'select tenant from millrace.verify_key($1, $2)'
  expect(await kernel.query(rows, [id, hash])).toEqual([{ tenant: 'default' }])
  expect(await kernel.query(rows, [id, mine.hash])).toEqual([{ tenant: 'ids' }])
})

test('what is no key is refused', async () => {
  for (const [name, options, text] of [
    ['', { scopes }, 'name of a key'],
    [null, { scopes }, 'name of a key'],
    ['a\nb', { scopes }, 'name of a key'],
    ['k', {}, 'scopes'],
    ['k', { scopes: [] }, 'scopes'],
    ['k', { scopes: ['all'] }, '"all"'],
    ['k', { scopes, id: 'x', hash: 'a'.repeat(64) }, 'id and the hash'],
    ['k', { scopes, id: 'a'.repeat(16) }, 'id and the hash'],
    ['k', { scopes, expires_in: '-1 day' }, /duration|more than 0|longer/i],
    ['k', { scopes, admin: true }, 'not known'],
  ] as const)
    await refusal(kernel.call('create_key', name, options), 'MR001', text)
  await refusal(kernel.call('create_key', 'k', { scopes, tenant: 'nobody' }), 'MR042', 'nobody')
})

test('a quota is a quota', async () => {
  await kernel.call('register_tenant', 'few', {})
  await kernel.call('put_quota', 'keys', '1', { tenant: 'few' })
  const { id, hash } = makeApiKey()
  const options = { tenant: 'few', scopes, id, hash: hash.toString('hex') }
  await kernel.call('create_key', 'k', options)
  await kernel.call('create_key', 'k', options) // again: it is there
  const details = await refusal(
    kernel.call('create_key', 'k', { tenant: 'few', scopes }),
    'MR021',
    'quota of keys',
  )
  expect(details).toEqual({ quota: 'keys', limit: 1, used: 1, retryAfter: 60000 })
})
