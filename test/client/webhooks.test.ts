import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WorkflowClient, WorkflowEngine, workflow } from '../../src/index.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { collect } from '../support/engine.ts'
import { lossyPool } from '../support/lossy-pool.ts'
import { senders } from '../webhook/senders.ts'

let db: TestDatabase
const log: string[] = []
const keys = [1, 2].map(() => randomBytes(32).toString('base64'))
const github = senders.find(({ scheme }) => scheme === 'github') as (typeof senders)[number]

beforeAll(async () => {
  db = await createDatabase({ testClock: false })
  const engine = new WorkflowEngine({
    connectionString: db.url,
    workflows: [workflow('order', ({ input }) => input)],
  })
  await engine.start(false)
  await engine.stop()
})
afterAll(() => db.drop())

async function withClient<T>(
  options: object,
  work: (client: WorkflowClient) => Promise<T>,
): Promise<T> {
  const client = new WorkflowClient({ connectionString: db.url, logger: collect(log), ...options })
  try {
    return await work(client)
  } finally {
    await client.stop()
  }
}

/** What becomes of a delivery that is signed with that secret. */
async function deliver(client: WorkflowClient, path: string | null, secret: string, body = '{}') {
  const receiver = client.webhookReceiver()
  const sent = await github.send(body, Date.now(), secret)
  const receipt = await receiver.receive({ path: path as string, ...sent, sourceIp: '10.0.0.1' })
  await receiver.close()
  return receipt.kind
}

describe('with a key', () => {
  test('secrets are nowhere in the database, and can be used only with it', async () => {
    const { path, secret } = await withClient({ secretsKey: keys[0] }, (client) =>
      client.putWebhook({ id: 'sealed', workflowId: 'order', scheme: 'github' }),
    )
    const stored = await db.query<{ secret: string }>('select secret from millrace.webhook_secrets')
    expect(stored).toEqual([{ secret: expect.stringMatching(/^sealed:v1\./) }])
    const accepted = await withClient({ secretsKey: keys[0] }, (client) =>
      deliver(client, path, secret as string),
    )
    expect(accepted).toBe('accepted')
    await expect(
      withClient({}, (client) => deliver(client, path, secret as string)),
    ).rejects.toThrow(/has no key/)
    await expect(
      withClient({ secretsKey: keys[1] }, (client) => deliver(client, path, secret as string)),
    ).rejects.toThrow(/does not have/)
  })

  test('what has no secret, or keeps the one that it has, is put as without a key', async () => {
    const none = { id: 'unsigned', workflowId: 'order', scheme: 'none' } as const
    const stripe = { id: 'kept', workflowId: 'order', scheme: 'stripe' } as const
    await withClient({ secretsKey: keys[0] }, async (client) => {
      expect(await client.putWebhook(none)).toMatchObject({ scheme: 'none', secrets: 0 })
      await client.putWebhook({ ...stripe, secret: 'whsec_of_stripe' })
      expect(await client.putWebhook({ ...stripe, active: false })).toMatchObject({
        ...{ active: false, secrets: 1 },
      })
    })
  })

  test('a graph brings its secret to the webhook, encrypted, and to nowhere else', async () => {
    const document = {
      ...{ name: 'graph', trigger_type: 'webhook', webhook_secret: 'hidden-secret' },
      steps: [{ id: 'a', type: 'transform', config: { expression: '1' } }],
    }
    const [hook] = await withClient({ secretsKey: keys[0] }, async (client) => {
      await client.putWorkflow(document)
      return client.getWebhooks({ workflowId: 'graph' })
    })
    const everything = await db.value<string>(
      `select concat((select json_agg(d) from millrace.workflow_documents d), (select json_agg(s) from millrace.webhook_secrets s),
                     (select json_agg(a) from millrace.audit a), (select json_agg(w) from millrace.workflows w))`,
    )
    expect(everything).not.toContain('hidden-secret')
    const kind = await withClient({ secretsKey: keys[0] }, (client) =>
      deliver(client, hook?.path as string, 'hidden-secret'),
    )
    expect(kind).toBe('accepted')
  })

  test('all are encrypted anew when the key is changed', async () => {
    const { path, secret } = await withClient({ secretsKey: keys[0] }, (client) =>
      client.putWebhook({ id: 'moved', workflowId: 'order', scheme: 'github' }),
    )
    const both = { secretsKey: [keys[1], keys[0]] }
    const { resealed } = await withClient(both, (client) => client.resealSecrets())
    expect(resealed).toBeGreaterThanOrEqual(1)
    expect(await withClient(both, (client) => client.resealSecrets())).toEqual({ resealed: 0 })
    const kind = await withClient({ secretsKey: keys[1] }, (client) =>
      deliver(client, path, secret as string),
    )
    expect(kind).toBe('accepted')
  })
})

test('a reply that is lost: the same again makes nothing twice, and the secret is told', async () => {
  for (const call of ['put_webhook', 'rotate_webhook_secret', 'redeliver']) {
    const pool = lossyPool(db.url, 2, call)
    const client = new WorkflowClient({ pool, logger: collect(log) })
    const hook = { id: `lossy ${call.length}`, workflowId: 'order', scheme: 'github' } as const
    const made = await client.putWebhook(hook)
    expect(made.secret).toMatch(/^whsec_/)
    expect(await deliver(client, made.path, made.secret as string)).toBe('accepted')
    const rotated = await client.rotateWebhookSecret({ id: hook.id })
    expect(rotated.secrets).toBe(2)
    expect(await deliver(client, made.path, rotated.secret as string, '{"n":2}')).toBe('duplicate')
    const [, one] = (await client.getDeliveries({ webhookId: hook.id })).items
    await client.redeliver({ deliveryId: one?.id as string })
    const { items } = await client.getDeliveries({ webhookId: hook.id, status: 'accepted' })
    expect(items).toHaveLength(2)
    await client.deleteWebhook({ id: hook.id })
    await client.stop()
    await pool.end()
  }
})

test('a tenant that is suspended is called at no address; resumed it is again', async () => {
  await db.query(`select millrace.register_tenant('acme', '{}')`)
  const own = new WorkflowEngine({
    ...{ connectionString: db.url, tenant: 'acme', logger: collect(log), migrate: 'off' },
    workflows: [workflow('order', ({ input }) => input)],
  })
  await own.start(false)
  const { path, secret } = await own.putWebhook({ id: 'a', workflowId: 'order', scheme: 'github' })
  await db.query(`select millrace.suspend_tenant('acme', '{}')`)
  expect(await deliver(own, path, secret as string)).toBe('unknown')
  await db.query(`select millrace.resume_tenant('acme', '{}')`)
  // whichever client serves it: the path says whose it is
  expect(await withClient({}, (client) => deliver(client, path, secret as string))).toBe('accepted')
  await own.deactivateWorkflow({ workflowId: 'order' })
  expect(await deliver(own, path, secret as string, '{"n":2}')).toBe('unknown')
  await own.deleteWorkflow({ workflowId: 'order', leaveRuns: true })
  expect(await own.getWebhooks()).toEqual([])
  await own.stop()
})

test('a quota of deliveries is heeded, and forgeries do not use it up', async () => {
  await db.query(`select millrace.register_tenant('small', '{}')`)
  const own = new WorkflowEngine({
    ...{ connectionString: db.url, tenant: 'small', logger: collect(log), migrate: 'off' },
    workflows: [workflow('order', ({ input }) => input)],
  })
  await own.start(false)
  await own.putQuota('webhook_per_minute', 1)
  const { path, secret } = await own.putWebhook({ id: 'a', workflowId: 'order', scheme: 'github' })
  const receiver = own.webhookReceiver()
  const send = async (n: number, by = secret as string) => {
    const sent = await github.send(`{"n":${n}}`, Date.now(), by)
    const headers = { ...sent.headers, 'x-github-delivery': `d${n}` }
    return receiver.receive({ path: path as string, body: sent.body, headers })
  }
  for (let n = 0; n < 3; n++) expect(await send(n, 'another')).toMatchObject({ kind: 'rejected' })
  const kinds: string[] = []
  for (let n = 0; n < 4; n++) kinds.push((await send(n)).kind)
  // the minute may have changed in between, once
  expect(kinds.filter((kind) => kind === 'accepted').length).toBeGreaterThanOrEqual(1)
  expect(kinds.filter((kind) => kind === 'accepted').length).toBeLessThanOrEqual(2)
  expect(kinds).toContain('limited')
  await receiver.close()
  await own.stop()
})
