// Who follows, and for how long: what ends a stream from outside, and what must not touch those of others.
import { createHmac } from 'node:crypto'
import { beforeAll, expect, test } from 'vitest'
import { createServer, type Server } from '../../src/server/create-server.ts'
import { workflow } from '../../src/workflow/workflow.ts'
import { useServer } from '../support/server.ts'
import { readEvents, type Sent } from '../support/sse.ts'
import { until } from '../support/until.ts'

const secret = 'a secret that has thirty-two bytes'
const jwt = { issuer: 'https://id.example.com/', audience: 'flows', secret, clockTolerance: 0 }
const t = useServer({ jwt })
const quick = workflow('access quick', ({ step }) => step.run('a', () => 1))
/** Another process on the same database. */
let other: Server

beforeAll(async () => {
  await t.register(quick)
  other = createServer(t.acme, { jwt })
})

function open(server: Pick<Server, 'fetch'>, token: string, init: RequestInit = {}) {
  const headers = { authorization: `Bearer ${token}` }
  return server.fetch(new Request('http://localhost/api/events/stream', { ...init, headers }))
}

/** Follows once the answer has begun, and says how it ended and when. */
async function follow(server: Pick<Server, 'fetch'>, token: string) {
  const response = await open(server, token)
  expect(response.status).toBe(200)
  const all: Sent[] = []
  const ended = (async () => {
    for await (const one of readEvents(response)) all.push(one)
    return { at: performance.now(), last: all.at(-1) }
  })()
  return { ended }
}

function tokenOf(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const text = `${part({ alg: 'HS256' })}.${part(claims)}`
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
}

async function tenant(name: string) {
  const { slug, key } = await t.engine.registerTenant({ name, key: { scopes: ['admin'] } })
  return { slug, key: key?.key as string, id: key?.id as string }
}

test('whoever may not read any more does not read on for five seconds, whichever server it was told to', {
  timeout: 30_000,
}, async () => {
  const [revoked, suspended, deleted] = await Promise.all(['A', 'B', 'C'].map(tenant))
  if (!revoked || !suspended || !deleted) throw new Error('no tenants')
  const ends = await Promise.all(
    [revoked, suspended, deleted].flatMap(({ key }) =>
      [t.server, other].map((server) => follow(server, key)),
    ),
  )
  const exp = Math.floor(Date.now() / 1000) + 5
  const claims = { iss: jwt.issuer, aud: jwt.audience, sub: 'ada', roles: ['viewer'], exp }
  ends.push(await follow(t.server, tokenOf({ ...claims, tenant: revoked.slug })))
  // what the servers remember of the keys is as fresh as it gets
  await Promise.all(
    [t.server, other].map((server) => open(server, revoked.key, { method: 'HEAD' })),
  )
  await t.engine.forTenant(revoked.slug).revokeKey({ id: revoked.id })
  await t.engine.suspendTenant({ slug: suspended.slug })
  await t.engine.deleteTenant({ slug: deleted.slug })
  const began = performance.now()
  const over = began + Math.max(exp * 1000 - Date.now(), 0)
  for (const [i, { ended }] of ends.entries()) {
    const { at, last } = await ended
    expect(last?.event).toBe('error')
    // of the last it is the token that comes to its end
    expect(at - (i === ends.length - 1 ? over : began)).toBeLessThan(5500)
  }
})

test('a tenant that is suspended is out for who is known by other means, too', async () => {
  const { slug } = await tenant('D')
  const who = { tenant: slug, subject: 'ada', roles: [], scopes: ['runs:read'] }
  const server = createServer(t.engine, { authenticate: async () => who })
  expect((await open(server, 'x', { method: 'HEAD' })).status).toBe(200)
  await t.engine.suspendTenant({ slug })
  const isOut = async () => (await open(server, 'x', { method: 'HEAD' })).status === 403
  await until('it is out', isOut, { every: 100 })
  await server.close()
})

test('HEAD opens no stream', async () => {
  const { key } = await tenant('E')
  for (let i = 0; i < 101; i++) {
    const { status, headers, body } = await open(t.server, key, { method: 'HEAD' })
    expect([status, body]).toEqual([200, null])
    expect(headers.get('content-type')).toContain('text/event-stream')
  }
})

test('what is refused has not entered', async () => {
  const { key } = await tenant('F')
  const headers = { authorization: `Bearer ${key}` }
  const url = 'http://localhost/api/definitions/%00/events'
  for (let i = 0; i < 101; i++)
    expect((await t.server.fetch(new Request(url, { headers }))).status).toBe(422)
})

test('a follower that fails is nobody else’s trouble', async () => {
  const stop = new AbortController()
  const { signal } = stop
  const failing = t.engine.forTenant('nobody').followRuns({ signal })
  const failed = expect(failing[Symbol.asyncIterator]().next()).rejects.toMatchObject({
    code: 'MR042',
  })
  const heard: string[] = []
  const following = (async () => {
    for await (const { type } of t.engine.followRuns({ signal })) heard.push(type)
  })()
  await until(
    'it is told',
    async () => {
      await (await t.engine.startWorkflow(quick)).result()
      return heard.includes('completed')
    },
    { every: 50 },
  )
  await failed
  stop.abort()
  await following
})
