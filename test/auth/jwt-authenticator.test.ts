import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type JwtOptions, jwtAuthenticator } from '../../src/auth/jwt-authenticator.ts'
import { openKernel } from '../support/kernel.ts'

const kernel = await openKernel()
const keys = {
  rs: await generateKeyPair('RS256', { extractable: true }),
  es: await generateKeyPair('ES256', { extractable: true }),
  stranger: await generateKeyPair('RS256', { extractable: true }),
}
const jwks = {
  keys: await Promise.all(
    (['rs', 'es'] as const).map(async (kid) => ({
      ...(await exportJWK(keys[kid].publicKey)),
      ...{ kid, use: 'sig' },
    })),
  ),
}
const secret = 'a secret of thirty-two bytes, or more'
const issuer = 'https://id.example.com/'
const base: JwtOptions = { issuer, audience: 'flows', jwks }

let server: Server
let served: { status: number; fetched: number; keys: typeof jwks }
let jwksUrl: string

beforeAll(async () => {
  served = { status: 200, fetched: 0, keys: jwks }
  server = createServer((_request, response) => {
    served.fetched++
    response.writeHead(served.status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(served.keys))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`
  await kernel.call('register_tenant', 'acme')
})
afterAll(() => void server.close())

type Signing = { key?: 'rs' | 'es' | 'stranger'; kid?: string; alg?: string; exp?: string | null }

async function sign(claims: JWTPayload, how: Signing = {}): Promise<string> {
  const { key = 'rs', kid = key, alg = key === 'es' ? 'ES256' : 'RS256', exp = '5m' } = how
  const given = { iss: issuer, aud: 'flows', sub: 'ada', tenant: 'acme', ...claims }
  const jwt = new SignJWT(given).setProtectedHeader({ alg, kid }).setIssuedAt()
  if (exp !== null) jwt.setExpirationTime(exp)
  return jwt.sign(keys[key].privateKey)
}

const ask = (options: JwtOptions, token: string, session?: { db: typeof kernel.database }) =>
  jwtAuthenticator(
    options,
    session,
  )(new Request('http://localhost/', { headers: { authorization: `Bearer ${token}` } }))

test('a token says who it is, of which tenant, and with which roles', async () => {
  const token = await sign({ roles: ['operator', 'owner'] })
  expect(await ask(base, token)).toEqual({
    ...{ tenant: 'acme', subject: 'ada', roles: ['operator', 'owner'] },
    scopes: ['runs:read', 'runs:write', 'workflows:read'],
  })
  const other = await sign({ 'https://x.io/org': 'acme', app: { roles: 'viewer' } }, { key: 'es' })
  const named = { ...base, tenantClaim: 'https://x.io/org', rolesClaim: 'app.roles' }
  expect(await ask(named, other)).toMatchObject({ tenant: 'acme', roles: ['viewer'] })
  const narrowed = { ...base, scopesClaim: 'scope' }
  const narrow = await sign({ roles: ['admin'], scope: 'runs:read openid' })
  expect(await ask(narrowed, narrow)).toMatchObject({ scopes: ['runs:read'] })
  const wide = await sign({ roles: ['viewer'], scope: 'admin runs:read' })
  expect(await ask(narrowed, wide)).toMatchObject({ scopes: ['runs:read'] })
  expect(await ask({ ...base, rolesClaim: null }, token)).toMatchObject({ scopes: [] })
  const none = await sign({ tenant: undefined })
  expect(await ask(base, none)).toBeNull()
  expect(await ask({ ...base, defaultTenant: 'acme' }, none)).toMatchObject({ tenant: 'acme' })
})

test('what is not signed by the issuer, for us, and for now, is nobody’s', async () => {
  const good = await sign({})
  const [head, body, mark] = good.split('.') as [string, string, string]
  const forged = Buffer.from(JSON.stringify({ ...JSON.parse(atob(body)), sub: 'eve' }))
  const hs = new TextEncoder().encode(JSON.stringify(jwks.keys[0]))
  const bad: Record<string, string> = {
    nothing: 'x',
    'a body that was changed': `${head}.${forged.toString('base64url')}.${mark}`,
    'no mark': `${head}.${body}.`,
    'no algorithm': new UnsecuredJWT({ iss: issuer, aud: 'flows', sub: 'ada', tenant: 'acme' })
      .setExpirationTime('5m')
      .encode(),
    'the public key as a secret': await new SignJWT({ iss: issuer, aud: 'flows', sub: 'ada' })
      .setProtectedHeader({ alg: 'HS256', kid: 'rs' })
      .setExpirationTime('5m')
      .sign(hs),
    'another’s key': await sign({}, { key: 'stranger', kid: 'rs' }),
    'a key that is not known': await sign({}, { key: 'stranger' }),
    'another issuer': await sign({ iss: 'https://evil.example.com/' }),
    'another audience': await sign({ aud: 'others' }),
    'no subject': await sign({ sub: undefined }),
    'a subject of 257 characters': await sign({ sub: 'a'.repeat(257) }),
    'an empty subject': await sign({ sub: '' }),
    'no end': await sign({}, { exp: null }),
    'over since a minute': await sign({}, { exp: '-1m' }),
    'not yet good': await sign({ nbf: Math.floor(Date.now() / 1000) + 120 }),
    'a tenant that is no text': await sign({ tenant: ['acme'] }),
    'a tenant that no database can hold': await sign({ tenant: 'acme\0' }),
    'a subject with half a letter': await sign({ sub: 'ada\ud800' }),
    'far too long': 'x'.repeat(20_000),
  }
  for (const [what, token] of Object.entries(bad))
    expect([what, await ask(base, token)]).toEqual([what, null])
  expect(await ask(base, good)).not.toBeNull()
  expect(await ask(base, await sign({}, { exp: '-20s' }))).not.toBeNull() // within the tolerance
  expect(await ask({ ...base, clockTolerance: 0 }, await sign({}, { exp: '-20s' }))).toBeNull()
  expect(await ask({ ...base, algorithms: ['ES256'] }, good)).toBeNull()
})

test('who has the subject of a key, a role of the database or the engine is told so, and not let in', async () => {
  for (const subject of ['key:0123456789abcdef', 'role:postgres', 'millrace:timer']) {
    const asked = ask(base, await sign({ sub: subject }))
    await expect(asked).rejects.toMatchObject({
      ...{ code: 'MR042', message: expect.stringContaining(`"${subject}"`) },
      details: { subject, rule: 'subject', status: 403 },
    })
  }
  expect(await ask(base, await sign({ sub: 'a'.repeat(256) }))).not.toBeNull()
  expect(await ask(base, await sign({ sub: 'roles:ada' }))).toMatchObject({ subject: 'roles:ada' })
})

test('secrets are for those who ask for them', async () => {
  const shared = { issuer, audience: 'flows', secret }
  const token = (alg: string) =>
    new SignJWT({ iss: issuer, aud: 'flows', sub: 'ada', tenant: 'acme' })
      .setProtectedHeader({ alg })
      .setExpirationTime('5m')
      .sign(new TextEncoder().encode(secret))
  expect(await ask(shared, await token('HS256'))).toMatchObject({ subject: 'ada' })
  expect(await ask(shared, await token('HS512'))).toBeNull()
  expect(await ask(shared, await sign({}))).toBeNull()
})

test('options that would believe anybody are refused', () => {
  const bad: [Partial<JwtOptions>, RegExp][] = [
    [{ algorithms: ['none'] }, /"none"/],
    [{ algorithms: ['HS256'] }, /"HS256"/],
    [{ algorithms: [] }, /missing/],
    [{ issuer: '' }, /issuer/],
    [{ audience: [] }, /audience/],
    [{ jwks: undefined as never }, /one of jwksUrl/],
    [{ secret }, /one of jwksUrl/],
    [{ jwks: undefined as never, secret: 'short' }, /32 bytes/],
    [{ jwks: undefined as never, secret, algorithms: ['RS256'] }, /"RS256"/],
    [{ jwks: undefined as never, jwksUrl: 'http://id.example.com/jwks' }, /https/],
    [{ jwks: undefined as never, jwksUrl: 'nonsense' }, /https/],
    [{ clockTolerance: 3600 }, /clockTolerance/],
  ]
  for (const [options, says] of bad)
    expect(() => jwtAuthenticator({ ...base, ...options })).toThrow(says)
})

test('keys are fetched once, and that they cannot be fetched is not the token’s fault', async () => {
  const { jwks: _jwks, ...rest } = base
  const authenticate = jwtAuthenticator({ ...rest, jwksUrl })
  const request = async (token: string) =>
    authenticate(
      new Request('http://localhost/', { headers: { authorization: `Bearer ${token}` } }),
    )
  served.fetched = 0
  for (let i = 0; i < 5; i++) expect(await request(await sign({}))).not.toBeNull()
  expect(await request(await sign({}, { key: 'stranger' }))).toBeNull()
  expect(served.fetched).toBe(1) // a key that is not known is not asked for so soon again
  served.status = 500
  const fresh = jwtAuthenticator({ ...rest, jwksUrl })
  const token = await sign({})
  const headers = { authorization: `Bearer ${token}` }
  await expect(fresh(new Request('http://localhost/', { headers }))).rejects.toMatchObject({
    code: 'MR090',
  })
  served.status = 200
  expect(await fresh(new Request('http://localhost/', { headers }))).not.toBeNull()
})

test('the tenant’s own list of members gives roles too, and its tenant must be there', async () => {
  const session = { db: kernel.database }
  await kernel.call('put_member', 'ada', { tenant: 'acme', roles: ['operator'] })
  const token = await sign({ roles: ['viewer'] })
  expect(await ask(base, token, session)).toMatchObject({ roles: ['operator', 'viewer'] })
  expect(await ask(base, await sign({ sub: 'eve' }), session)).toMatchObject({ scopes: [] })
  expect(await ask(base, await sign({ tenant: 'nobody' }), session)).toBeNull()
  const authenticate = jwtAuthenticator(base, session)
  const request = () =>
    new Request('http://localhost/', { headers: { authorization: `Bearer ${token}` } })
  expect(await authenticate(request())).toMatchObject({ roles: ['operator', 'viewer'] })
  await kernel.call('remove_member', 'ada', { tenant: 'acme' })
  const clock = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 4990)
  expect(await authenticate(request())).toMatchObject({ roles: ['viewer'] }) // within five seconds
  clock.mockRestore()
  await kernel.call('suspend_tenant', 'acme')
  await expect(ask(base, token, session)).rejects.toMatchObject({ code: 'MR042' })
  await kernel.call('resume_tenant', 'acme')
})

test('a key of ours is left to others', async () => {
  expect(await ask(base, 'mr_live_x')).toBeNull()
  expect(await jwtAuthenticator(base)(new Request('http://localhost/'))).toBeNull()
})
