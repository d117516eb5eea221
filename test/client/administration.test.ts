import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { apiKeyAuthenticator } from '../../src/auth/index.ts'
import { WorkflowClient } from '../../src/index.ts'
import { Database } from '../../src/kernel/database.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { openPool } from '../support/pool.ts'

let db: TestDatabase
let client: WorkflowClient
let database: Database
const [oldKey, newKey] = [1, 2].map(() => randomBytes(32).toString('base64')) as [string, string]
const clients: WorkflowClient[] = []

function connect(tenant?: string, secretsKey: string | string[] = oldKey): WorkflowClient {
  const made = new WorkflowClient({ pool: db.pool, secretsKey, ...(tenant && { tenant }) })
  clients.push(made)
  return made
}

beforeAll(async () => {
  db = await createDatabase()
  db.pool.setMaxListeners(50) // a client each
  client = connect()
  database = new Database({ pool: db.pool })
})
afterAll(async () => {
  await Promise.all(clients.map((one) => one.stop()))
  await db.drop()
})

/** A pool of which the next reply is lost, after what was asked was done. */
function losingPool(connectionString: string) {
  const pool = openPool({ connectionString, max: 2 })
  const query = pool.query.bind(pool) as (...args: unknown[]) => Promise<unknown>
  const fate = { lose: false }
  pool.query = (async (...args: unknown[]) => {
    if (!fate.lose || !JSON.stringify(args[0]).includes('millrace.')) return query(...args)
    fate.lose = false
    await query(...args).catch(() => {})
    throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
  }) as never
  return {
    pool,
    loseNext: () => {
      fate.lose = true
    },
  }
}

/** By one that remembers nothing. */
const authenticate = (key: string) =>
  apiKeyAuthenticator({ db: database })(
    new Request('http://localhost/', { headers: { 'x-api-key': key } }),
  )

const secretOf = (made: { key: string } | null) => made?.key.slice(25)

test('a tenant is registered with its first key, by which it gets in', async () => {
  const made = await client.registerTenant({ name: 'Acme & Co.', key: { scopes: ['admin'] } })
  expect(made.slug).toMatch(/^acme-co-[0-9a-f]{8}$/)
  expect(made).toMatchObject({ name: 'Acme & Co.', suspendedAt: null, deletingAt: null })
  expect(await authenticate(made.key?.key as string)).toMatchObject({
    ...{ tenant: made.slug, scopes: ['admin'], keyId: made.key?.id },
  })
  expect(JSON.stringify(await db.query('select * from millrace.audit'))).not.toContain(
    secretOf(made.key),
  )
  const plain = await client.registerTenant({ slug: 'plain' })
  expect(plain).toMatchObject({ slug: 'plain', name: 'plain', key: null })
  await expect(client.registerTenant({ slug: 'plain' })).rejects.toMatchObject({ code: 'MR014' })
  await expect(client.registerTenant({ slug: 'a/b' })).rejects.toMatchObject({ code: 'MR001' })
  expect(await connect('plain').getTenant()).toMatchObject({ slug: 'plain' })
})

test('tenants are listed, suspended, resumed, exported and deleted', async () => {
  for (let i = 0; i < 3; i++) await client.registerTenant({ slug: `t${i}` })
  const first = await client.getTenants({ limit: 2 })
  expect(first).toMatchObject({ hasMore: true, hasPrev: false, prevCursor: null })
  const rest = await client.getTenants({ startingAfter: first.nextCursor })
  expect(rest.items.at(-1)?.slug).toBe('t2')
  expect(await client.suspendTenant({ slug: 't0', reason: 'unpaid' })).toMatchObject({
    ...{ suspendReason: 'unpaid', suspendedAt: expect.any(Date) },
  })
  expect(await client.resumeTenant({ slug: 't0' })).toMatchObject({ suspendedAt: null })
  const lines: string[] = []
  for await (const line of connect('t1').exportTenant()) lines.push(line)
  expect(lines.map((line) => JSON.parse(line).table)).toEqual(['tenants', 'audit'])
  const progress: number[] = []
  const deletion = { slug: 't1', onProgress: (n: number) => progress.push(n) }
  expect(await client.deleteTenant(deletion)).toEqual({ deleted: 1 })
  expect(progress.at(-1)).toBe(1)
  await expect(connect('t1').getTenant()).rejects.toMatchObject({ code: 'MR042' })
  await expect(client.deleteTenant({ slug: 't1' })).rejects.toMatchObject({ code: 'MR042' })
})

test('keys: made, listed, revoked', async () => {
  const mine = connect('t2')
  const made = await mine.createKey({ name: 'deploy', scopes: ['runs:write'], expiresIn: '1 day' })
  expect(made.expiresAt?.getTime()).toBe(made.createdAt.getTime() + 86_400_000)
  expect(await authenticate(made.key)).toMatchObject({ tenant: 't2', scopes: ['runs:write'] })
  const [listed] = (await mine.getKeys()).items
  expect(listed).toMatchObject({ id: made.id, name: 'deploy', lastUsedAt: expect.any(Date) })
  expect(listed).not.toHaveProperty('key')
  await expect(client.revokeKey({ id: made.id })).rejects.toMatchObject({ code: 'MR041' })
  expect(await mine.revokeKey({ id: made.id, by: 'ada' })).toMatchObject({
    revokedAt: expect.any(Date),
  })
  expect(await authenticate(made.key)).toBeNull()
  const odd = { name: 'x', scopes: ['admin'], color: 1 } as never
  await expect(mine.createKey(odd)).rejects.toMatchObject({ code: 'MR001' })
})

test('members: put, listed, removed', async () => {
  const mine = connect('t2')
  await mine.putMember({ subject: 'ada', roles: ['admin'], email: 'ada@example.com', by: 'x' })
  expect(await mine.putMember({ subject: 'ada', name: 'Ada' })).toMatchObject({ roles: ['admin'] })
  expect((await mine.getMembers()).items).toMatchObject([{ subject: 'ada', name: 'Ada' }])
  expect((await client.getMembers()).items).toEqual([])
  await mine.removeMember({ subject: 'ada' })
  await expect(mine.removeMember({ subject: 'ada' })).rejects.toMatchObject({ code: 'MR041' })
  const bad = mine.putMember({ subject: 'b', roles: ['owner' as 'admin'] })
  await expect(bad).rejects.toMatchObject({ code: 'MR001' })
})

test('secrets are put, listed by name, encrypted anew under another key, and deleted', async () => {
  const before = connect('t2')
  for (const name of ['a', 'b', 'c'])
    await before.putSecret(name, `value of ${name}`, { by: 'ada' })
  const listed = (await before.getSecrets()).items
  expect(listed.map(({ name, changedBy }) => [name, changedBy])).toEqual([
    ...[
      ['a', 'ada'],
      ['b', 'ada'],
      ['c', 'ada'],
    ],
  ])
  expect(JSON.stringify(listed)).not.toContain('value of')
  const stored = await db.query('select sealed from millrace.secrets')
  expect(JSON.stringify(stored)).not.toContain('value of')
  const both = connect('t2', [newKey, oldKey])
  expect(await both.resealSecrets()).toEqual({ resealed: 3 })
  expect(await both.resealSecrets()).toEqual({ resealed: 0 })
  expect(new Set((await both.getSecrets()).items.map(({ key }) => key)).size).toBe(1)
  await expect(before.resealSecrets()).rejects.toMatchObject({ code: 'MR001' })
  await before.deleteSecret({ name: 'a' })
  await expect(before.deleteSecret({ name: 'a' })).rejects.toMatchObject({ code: 'MR041' })
  const without = new WorkflowClient({ pool: db.pool })
  await expect(without.putSecret('x', 'y')).rejects.toThrow('secretsKey')
  await without.stop()
  expect(() => connect('t2', 'short')).toThrow('secretsKey is not valid')
})

test('quotas, and the audit log of all of it', async () => {
  const mine = connect('t2')
  await mine.putQuota('streams', 3, { by: 'ops' })
  const find = async () => (await mine.getQuotas()).find(({ kind }) => kind === 'streams')
  expect(await find()).toEqual({ kind: 'streams', most: 3, own: true, used: null })
  await mine.putQuota('streams', null)
  expect(await find()).toMatchObject({ most: null, own: true })
  await mine.putQuota('streams', 'default')
  expect(await find()).toMatchObject({ most: 100, own: false })
  const page = await mine.getAudit({ action: 'secret.*', limit: 2 })
  expect(page.items.map(({ action }) => action)).toEqual(['secret.delete', 'secret.reseal'])
  expect(page.hasMore).toBe(true)
  const next = await mine.getAudit({
    action: 'secret.*',
    limit: 100,
    startingAfter: page.nextCursor,
  })
  expect(next).toMatchObject({ hasMore: false, hasPrev: true })
  expect(next.items.at(-1)).toMatchObject({ action: 'secret.put', subject: 'ada', target: 'a' })
  const all = await client.getAudit({ installation: true, action: 'tenant.delete' })
  expect(all.items).toMatchObject([{ target: 't1' }])
  expect(await mine.pruneAudit({ olderThan: '365 days' })).toEqual({ pruned: 0 })
})

test('what is sent again after a lost reply is done once', async () => {
  const pool = losingPool(db.url)
  const shaky = new WorkflowClient({ pool: pool.pool })
  pool.loseNext()
  const made = await shaky.registerTenant({ slug: 'shaky', key: { scopes: ['admin'] } })
  expect(await authenticate(made.key?.key as string)).toMatchObject({ tenant: 'shaky' })
  pool.loseNext()
  const key = await shaky.createKey({ name: 'k', scopes: ['admin'] })
  expect(await authenticate(key.key)).toMatchObject({ tenant: 'default' })
  expect((await client.getKeys()).items.filter(({ name }) => name === 'k')).toHaveLength(1)
  pool.loseNext()
  // a tenant of that slug was there before: it is not taken for the one that was made
  const taken = shaky.registerTenant({ slug: 'plain', key: { scopes: ['admin'] } })
  await expect(taken).rejects.toMatchObject({ code: 'MR014' })
  await shaky.stop()
  await pool.pool.end()
})
