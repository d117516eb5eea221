import { beforeEach, expect, test, vi } from 'vitest'
import { makeApiKey } from '../../src/auth/api-key.ts'
import { apiKeyAuthenticator } from '../../src/auth/api-key-authenticator.ts'
import type { Authenticator } from '../../src/auth/principal.ts'
import { openKernel } from '../support/kernel.ts'

const kernel = await openKernel()
let authenticate: Authenticator
let asked: ReturnType<typeof vi.spyOn>

beforeEach(() => {
  asked?.mockRestore()
  asked = vi.spyOn(kernel.database, 'call')
  authenticate = apiKeyAuthenticator({ db: kernel.database })
})

async function createKey(options: object = {}) {
  const { key, id, hash } = makeApiKey()
  const given = { scopes: ['runs:read'], id, hash: hash.toString('hex'), ...options }
  await kernel.call('create_key', 'k', given)
  return { key, id }
}

const ask = (headers: Record<string, string>) =>
  authenticate(new Request('http://localhost/', { headers }))

test('a key is known by either header', async () => {
  const { key, id } = await createKey({ scopes: ['runs:write', 'runs:read'] })
  const principal = {
    ...{ tenant: 'default', subject: `key:${id}`, roles: [], keyId: id },
    scopes: ['runs:read', 'runs:write'],
  }
  expect(await ask({ 'x-api-key': key })).toEqual(principal)
  expect(await ask({ authorization: `Bearer ${key}` })).toEqual(principal)
  expect(await ask({ authorization: `bearer  ${key}` })).toEqual(principal)
  expect(asked).toHaveBeenCalledTimes(1)
})

test('what is no key costs no query; a key that is nobody’s costs one each time', async () => {
  const { key } = await createKey()
  for (const headers of [{}, { 'x-api-key': `${key}1` }, { authorization: `Basic ${key}` }])
    expect(await ask(headers as Record<string, string>)).toBeNull()
  expect(await ask({ 'x-api-key': key.replace(/.$/, (last) => (last === '0' ? '1' : '0')) })).toBe(
    null,
  )
  expect(asked).not.toHaveBeenCalled()
  const { key: foreign } = makeApiKey()
  expect(await ask({ 'x-api-key': foreign })).toBeNull()
  expect(await ask({ 'x-api-key': foreign })).toBeNull()
  expect(asked).toHaveBeenCalledTimes(2)
})

test('the right id with another secret is nobody', async () => {
  const { id } = await createKey()
  const other = makeApiKey()
  await kernel.query('update millrace.api_keys set hash = $1 where id = $2', [
    Buffer.alloc(32, 1),
    id,
  ])
  expect(await ask({ 'x-api-key': other.key })).toBeNull()
})

test('many requests at once ask once', async () => {
  const { key } = await createKey()
  const all = await Promise.all(Array.from({ length: 50 }, () => ask({ 'x-api-key': key })))
  expect(new Set(all.map((one) => one?.tenant))).toEqual(new Set(['default']))
  expect(asked).toHaveBeenCalledTimes(1)
})

test('a revoked key is refused within five seconds by whoever remembers it, at once by others', async () => {
  const { key, id } = await createKey()
  expect(await ask({ 'x-api-key': key })).not.toBeNull()
  await kernel.call('revoke_key', id)
  const other = apiKeyAuthenticator({ db: kernel.database })
  expect(
    await other(new Request('http://localhost/', { headers: { 'x-api-key': key } })),
  ).toBeNull()
  const now = performance.now()
  const clock = vi.spyOn(performance, 'now').mockReturnValue(now + 4990)
  expect(await ask({ 'x-api-key': key })).toBeNull()
  clock.mockRestore()
})

test('a key that is over is not remembered beyond its end', async () => {
  const { key } = await createKey({ expires_in: '2 s' })
  expect(await ask({ 'x-api-key': key })).not.toBeNull()
  await kernel.advanceClock(2000)
  const now = performance.now()
  const clock = vi.spyOn(performance, 'now').mockReturnValue(now + 2001)
  expect(await ask({ 'x-api-key': key })).toBeNull()
  clock.mockRestore()
})

test('who belongs to a suspended tenant is told so', async () => {
  await kernel.call('register_tenant', 'idle', {})
  const { key } = await createKey({ tenant: 'idle' })
  await kernel.call('suspend_tenant', 'idle', { reason: 'unpaid' })
  await expect(ask({ 'x-api-key': key })).rejects.toMatchObject({ code: 'MR042' })
  await kernel.call('resume_tenant', 'idle')
  const again = apiKeyAuthenticator({ db: kernel.database })
  const request = new Request('http://localhost/', { headers: { 'x-api-key': key } })
  expect(await again(request)).toMatchObject({ tenant: 'idle' })
})
