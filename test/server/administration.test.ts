import { randomBytes, randomUUID } from 'node:crypto'
import { request } from 'node:http'
import { beforeAll, expect, test } from 'vitest'
import { WorkflowClient } from '../../src/client/workflow-client.ts'
import { createServer } from '../../src/server/create-server.ts'
import { RegistrationRate } from '../../src/server/registration-rate.ts'
import { workflow } from '../../src/workflow/workflow.ts'
import { collect } from '../support/engine.ts'
import { send, startServer, useServer } from '../support/server.ts'

const t = useServer({ selfRegistration: true })
const echo = workflow('echo', ({ input }) => input)
beforeAll(() => t.register(echo))

test('a tenant registers, works with its key, and its key is revoked', async () => {
  const made = await t.send('POST', '/api/tenants', { as: null, body: { name: 'New One' } })
  expect(made).toMatchObject({ status: 201, body: { name: 'New One', key: { scopes: ['admin'] } } })
  const headers = { 'x-api-key': made.body.key.key }
  const tenant = await t.send('GET', '/api/tenant', { as: null, headers })
  expect(tenant.body.slug).toBe(made.body.slug)
  const second = await t.send('POST', '/api/keys', {
    ...{ as: null, headers, body: { name: 'reader', scopes: ['runs:read'] } },
  })
  const reader = { 'x-api-key': second.body.key }
  expect((await t.send('GET', '/api/runs', { as: null, headers: reader })).status).toBe(200)
  expect((await t.send('GET', '/api/keys', { as: null, headers: reader })).status).toBe(403)
  const gone = await t.send('DELETE', `/api/keys/${second.body.id}`, { as: null, headers })
  expect(gone.body.revoked_at).not.toBeNull()
  const list = await t.send('GET', '/api/keys', { as: null, headers })
  expect(JSON.stringify(list.body)).not.toContain(second.body.key)
  const log = await t.send('GET', '/api/audit?action=key.*', { as: null, headers })
  expect(log.body.data.map(({ action }: { action: string }) => action)).toContain('key.revoke')
  // another tenant's key is not there
  const foreign = await t.send('DELETE', `/api/keys/${second.body.id}`)
  expect(foreign.status).toBe(404)
})

test('where registration is off, nobody registers', async () => {
  const closed = createServer(t.engine, { logger: collect([]) })
  const answer = await send(closed, 'POST', '/api/tenants', { as: null, body: { name: 'x' } })
  expect([answer.status, answer.body.details]).toEqual([403, { rule: 'registration' }])
})

test('a key that is made with an Idempotency-Key is shown once, and kept nowhere', async () => {
  const sending = {
    body: { name: 'k', scopes: ['runs:read'] },
    headers: { 'idempotency-key': randomUUID() },
  }
  const first = await t.send('POST', '/api/keys', sending)
  const again = await t.send('POST', '/api/keys', sending)
  expect(first.body.key).toMatch(/^mr_/)
  expect(again.body).toEqual({ ...first.body, key: null })
  const kept = await t.db.query<{ body: string }>('select body from millrace.requests')
  expect(JSON.stringify(kept)).not.toContain(first.body.key)
})

test('members come and go', async () => {
  const put = await t.send('PUT', '/api/members/auth0%7Cada', { body: { roles: ['operator'] } })
  expect(put).toMatchObject({ status: 200, body: { subject: 'auth0|ada', roles: ['operator'] } })
  expect((await t.send('GET', '/api/members')).body.data).toHaveLength(1)
  expect((await t.send('GET', '/api/members', { as: 'mallory' })).body.data).toEqual([])
  expect((await t.send('DELETE', '/api/members/auth0%7Cada', { as: 'mallory' })).status).toBe(404)
  expect((await t.send('DELETE', '/api/members/auth0%7Cada')).status).toBe(204)
})

test('a secret is put, listed without its value, and deleted', async () => {
  const client = new WorkflowClient({
    ...{ connectionString: t.db.url, secretsKey: randomBytes(32).toString('base64') },
  })
  const server = createServer(client, {
    ...{
      logger: collect(t.log),
      authenticate: async () => ({ tenant: 'acme', subject: 'x', roles: [], scopes: ['admin'] }),
    },
  })
  const put = await send(server, 'PUT', '/api/secrets/crm', { body: { value: 'hunter2' } })
  expect(put.status).toBe(204)
  const list = await send(server, 'GET', '/api/secrets')
  expect(list.body.data).toMatchObject([{ name: 'crm', changed_by: 'x' }])
  expect(JSON.stringify(list.body) + t.log.join()).not.toContain('hunter2')
  expect((await t.send('DELETE', '/api/secrets/crm')).status).toBe(404)
  expect((await send(server, 'DELETE', '/api/secrets/crm')).status).toBe(204)
  await client.stop()
})

test('what is written is in the audit log, with who did it', async () => {
  await t.send('PUT', '/api/schedules/audited', { body: { workflow_id: 'echo', every: '1 hour' } })
  await t.send('PUT', '/api/queues/mail', { body: { concurrency: 3 } })
  await t.send('DELETE', '/api/schedules/nothing')
  const { body } = await t.send('GET', '/api/audit')
  const found = body.data.map((one: { action: string; target: string; subject: string }) =>
    [one.subject, one.action, one.target].join(' '),
  )
  expect(found).toContain('ada schedule.put audited')
  expect(found).toContain('ada queue.put mail')
  expect(found).not.toContain('ada schedule.delete nothing')
})

test('the export has the tenant’s rows, and no other’s', async () => {
  const { status, body, headers } = await t.send('GET', '/api/tenant/export', { as: 'mallory' })
  expect([status, headers.get('content-type')]).toEqual([200, 'application/x-ndjson'])
  const lines = String(body)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines.map(({ table }) => table)).toContain('tenants')
  expect(JSON.stringify(lines)).not.toContain('audited')
})

test('a rate is a limit: headers say what is left, and when to come again', async () => {
  const { slug, key } = await t.engine.registerTenant({ name: 'Slow', key: { scopes: ['admin'] } })
  await t.engine.forTenant(slug).putQuota('read_per_minute', 2)
  const headers = { 'x-api-key': key?.key as string }
  const answers = []
  for (let i = 0; i < 3; i++) answers.push(await t.send('GET', '/api/runs', { as: null, headers }))
  const last = answers.at(-1)
  expect(answers[0]?.headers.get('x-ratelimit-limit')).toBe('2')
  expect([last?.status, last?.body.code, last?.body.error.code]).toEqual([
    ...[429, 'MR021', 'RATE_LIMIT_EXCEEDED'],
  ])
  expect(Number(last?.headers.get('retry-after'))).toBeGreaterThan(0)
})

test('where programs of this machine may register, no page and nobody behind a proxy may', async () => {
  const server = createServer(t.engine, { selfRegistration: 'local' })
  const { url } = await server.listen({ port: 0 })
  const { port } = new URL(url)
  const register = (host: string, more: Record<string, string> = {}, path = '/api/tenants') =>
    new Promise<number | undefined>((resolve, reject) => {
      const headers = { host, 'content-type': 'application/json', ...more }
      const sending = request({ port, path, method: 'POST', host: '127.0.0.1', headers })
      sending.on('response', (answer) => resolve(answer.resume().statusCode)).on('error', reject)
      sending.end('{"name":"Local"}')
    })
  for (const host of ['localhost', `127.0.0.1:${port}`, `LOCALHOST:${port}`, '[::1]:1'])
    expect([host, await register(host)]).toEqual([host, 201])
  for (const path of ['/api/tenants', '/api/tenants/register']) {
    for (const host of ['evil.example.com', 'localhost.evil.example.com', '127.0.0.1.nip.io'])
      expect([host, await register(host, {}, path)]).toEqual([host, 403])
    for (const name of ['x-forwarded-for', 'x-real-ip', 'forwarded', 'via'])
      expect([name, await register('localhost', { [name]: 'x' }, path)]).toEqual([name, 403])
  }
  await server.close()
})

test('one address registers ten tenants a minute, by either route; another one is not hindered', async () => {
  await using own = await startServer([], {
    ...{ selfRegistration: true, trustedProxies: ['127.0.0.1'] },
  })
  const { url } = await own.server.listen({ port: 0 })
  const register = (from: string, path = '/api/tenants') =>
    fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': from },
      body: '{"name":"Flood"}',
    })
  for (let i = 0; i < 10; i++)
    expect(
      (await register(`2001:db8::${i}`, i % 2 ? undefined : '/api/tenants/register')).status,
    ).toBe(201)
  for (const path of ['/api/tenants', '/api/tenants/register']) {
    const refused = await register('2001:db8::ffff', path)
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  }
  expect((await register('198.51.100.1')).status).toBe(201)
})

test('the count of registrations begins anew each minute, and does not grow without end', () => {
  let now = 0
  const rate = new RegistrationRate(() => now)
  const flood = (address: string) => {
    for (let i = 0; i < 11; i++) rate.takeFor(address)
  }
  expect(() => flood('203.0.113.1')).toThrow('minute')
  now = 60_000
  rate.takeFor('203.0.113.1')
  for (let i = 0; i < 9999; i++) rate.takeFor(`10.0.${i >> 8}.${i & 255}`)
  for (let i = 0; i < 10; i++) rate.takeFor(`10.1.0.${i}`)
  expect(() => rate.takeFor('10.1.0.10')).toThrow('minute')
  rate.takeFor('203.0.113.1')
})
