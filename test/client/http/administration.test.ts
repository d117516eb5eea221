import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { type HttpClientOptions, HttpWorkflowClient } from '../../../src/client/http/index.ts'
import { workflow } from '../../../src/index.ts'
import {
  InvalidInputError,
  PermissionError,
  UnavailableError,
  WorkflowRunNotFoundError,
} from '../../../src/model/errors.ts'
import { useServer } from '../../support/server.ts'

const t = useServer({ selfRegistration: true }, { secretsKey: randomBytes(32).toString('base64') })

/** A client whose answers get lost: so many of each, after the server has done what it was asked. */
function clientOf(lost = 0, more: Partial<HttpClientOptions> = { token: 'ada' }) {
  const losses = new Map<string, number>()
  const fetch = async (url: string, init: RequestInit) => {
    const answer = await t.server.fetch(new Request(url, init))
    const place = `${init.method} ${url}`
    const before = losses.get(place) ?? 0
    if (init.method === 'GET' || before >= lost) return answer
    losses.set(place, before + 1)
    throw new TypeError('fetch failed')
  }
  return new HttpWorkflowClient({
    ...{ baseUrl: 'http://localhost', fetch: fetch as never, ...more },
  })
}

async function allOf(lines: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = []
  for await (const line of lines) all.push(line)
  return all
}

describe('who may do what, over HTTP as over the database', () => {
  test('keys, of which one whose answer was lost is not left behind', async () => {
    const client = clientOf()
    const made = await client.createKey({ name: 'http', scopes: ['runs:read'], expiresIn: '1 day' })
    expect(made.expiresAt).toBeInstanceOf(Date)
    expect(await clientOf(0, { apiKey: made.key }).getRuns()).toMatchObject({ items: [] })
    expect(await client.getKeys()).toEqual(await t.engine.getKeys())
    expect((await client.revokeKey({ id: made.id })).revokedAt).toBeInstanceOf(Date)

    const other = await clientOf(1).createKey({ name: 'http lost', scopes: ['runs:read'] })
    expect(await clientOf(0, { apiKey: other.key }).getRuns()).toMatchObject({ items: [] })
    const named = (await client.getKeys()).items.filter(({ name }) => name === 'http lost')
    expect(named.filter(({ revokedAt }) => revokedAt === null).map(({ id }) => id)).toEqual([
      other.id,
    ])
    expect(named).toHaveLength(2)
    const by = client.createKey({ name: 'x', scopes: ['admin'], by: 'bob' })
    await expect(by).rejects.toThrow(InvalidInputError)
  })

  test('members, secrets, the tenant and its quotas', async () => {
    const client = clientOf()
    const member = { subject: 'auth0|http', roles: ['operator'], email: 'a@example.com' } as const
    expect((await client.putMember(member)).changedAt).toBeInstanceOf(Date)
    expect(await client.getMembers()).toEqual(await t.engine.getMembers())
    await clientOf(1).removeMember({ subject: 'auth0|http' })
    const again = client.removeMember({ subject: 'auth0|http' })
    await expect(again).rejects.toThrow(WorkflowRunNotFoundError)
    await client.putSecret('http_token', 'hunter2')
    expect(await client.getSecrets()).toEqual(await t.engine.getSecrets())
    await client.deleteSecret({ name: 'http_token' })
    expect((await client.getSecrets()).items).toEqual([])
    expect(await client.getTenant()).toEqual(await t.engine.getTenant())
    const kinds = (await t.engine.getQuotas()).map(({ kind }) => kind)
    expect((await client.getQuotas()).map(({ kind }) => kind)).toEqual(kinds)
    const made = await clientOf(0, {}).registerTenant({ name: 'Http Inc.' })
    expect(made.slug).toMatch(/^http-inc-[0-9a-f]{8}$/)
    expect((await clientOf(0, { apiKey: made.key?.key as string }).getTenant()).slug).toBe(
      made.slug,
    )
    await expect(client.registerTenant({ slug: 'mine' })).rejects.toThrow(InvalidInputError)
  })

  test('the audit log', async () => {
    const client = clientOf()
    await client.putSecret('audited', 'x')
    const filter = { action: 'secret.*', target: 'audited' }
    const page = await client.getAudit(filter)
    expect(page.items.length).toBe(1)
    expect(page).toEqual(await t.engine.getAudit(filter))
    await expect(client.getAudit({ installation: true })).rejects.toThrow(InvalidInputError)
    expect(await client.pruneAudit({ olderThan: '30 days' })).toEqual({ pruned: 0 })
  })
})

test('webhooks, whose drawn secrets are told though an answer was lost', async () => {
  const client = clientOf()
  const out = { id: 'http-out', url: 'https://example.com/hook', events: ['run.*'] }
  const made = await clientOf(1).putWebhook({ ...out, retention: '2 days' })
  expect(made.secret).toMatch(/^whsec_/)
  expect(made).toMatchObject({ direction: 'out', retention: 172_800_000, active: true })
  expect((await client.putWebhook(out)).secret).toBeUndefined()
  expect(await client.getWebhooks({ id: 'http-out' })).toEqual(
    await t.engine.getWebhooks({ id: 'http-out' }),
  )
  const turned = await clientOf(1).rotateWebhookSecret({ id: 'http-out', keepOld: '1 hour' })
  expect(turned.secret).toMatch(/^whsec_/)
  expect([turned.secret === made.secret, turned.secrets]).toEqual([false, 2])
  await client.deleteWebhook({ id: 'http-out' })
  expect(await client.getWebhooks({ id: 'http-out' })).toEqual([])
})

test('deliveries of webhooks, over HTTP as over the database', async () => {
  await t.engine.registerWorkflow(workflow('paid', () => null))
  const hook = { workflowId: 'paid', scheme: 'none' as const }
  const { path } = await t.engine.putWebhook({ id: 'http-in', ...hook })
  await t.engine.putWebhook({ id: 'http-other', ...hook })
  const client = clientOf()
  for (const payload of ['1', '2'])
    expect((await t.send('POST', `/webhooks/${path}`, { body: { payload } })).status).toBe(202)
  const webhookId = 'http-in'
  const page = await client.getDeliveries({ webhookId, status: 'accepted', limit: 1 })
  expect(page).toEqual(await t.engine.getDeliveries({ webhookId, status: 'accepted', limit: 1 }))
  const next = { webhookId, startingAfter: page.nextCursor }
  expect((await client.getDeliveries(next)).items).toHaveLength(1)
  const { id: deliveryId = '', receivedAt } = page.items[0] ?? {}
  expect(receivedAt).toBeInstanceOf(Date)
  const place = { webhookId, deliveryId }
  const one = await client.getDelivery(place)
  expect(one).toEqual(await t.engine.getDelivery(place))
  expect(one.body).toContain('"2"')
  // an answer that is lost delivers nothing twice
  const again = await clientOf(1).redeliver(place)
  expect(again).toMatchObject({ status: 'accepted', redeliveryOf: deliveryId })
  expect((await client.getDeliveries({ webhookId })).items).toHaveLength(3)
  const elsewhere = { ...place, webhookId: 'http-other' }
  for (const it of [client, t.engine]) {
    await expect(it.getDelivery(elsewhere)).rejects.toThrow(WorkflowRunNotFoundError)
    await expect(it.redeliver(elsewhere)).rejects.toThrow(WorkflowRunNotFoundError)
  }
  expect((await client.getDeliveries({ webhookId })).items).toHaveLength(3)
})

describe('the export of a tenant', () => {
  test('is the same lines, and is left in the middle', async () => {
    const client = clientOf()
    const lines = await allOf(client.exportTenant())
    const known = await allOf(t.engine.exportTenant())
    // workers go on, and write to other tables meanwhile
    const kept = (all: string[]) => all.filter((line) => /^{"table" : "(audit|runs)"/.test(line))
    expect(kept(lines).length).toBeGreaterThan(3)
    expect(kept(lines)).toEqual(kept(known))
    for await (const line of client.exportTenant()) {
      expect(JSON.parse(line)).toHaveProperty('table')
      break
    }
  })

  test('that is cut says so', async () => {
    const half = '{"table": "a", "row": {}}\n{"table"'
    const cut = clientOf(0, { token: 'ada', fetch: async () => new Response(half) })
    const lines = cut.exportTenant()
    expect((await lines.next()).value).toBe('{"table": "a", "row": {}}')
    await expect(lines.next()).rejects.toThrow(UnavailableError)
  })

  test('is refused to who may not', async () => {
    const made = await clientOf().createKey({ name: 'reads', scopes: ['runs:read'] })
    const reading = clientOf(0, { apiKey: made.key }).exportTenant()
    await expect(reading.next()).rejects.toThrow(PermissionError)
  })
})
