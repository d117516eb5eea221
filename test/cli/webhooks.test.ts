import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Delivery, Webhook, WebhookWithSecret } from '../../src/index.ts'
import { WorkflowEngine, workflow } from '../../src/index.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { senders } from '../webhook/senders.ts'
import { millrace, millraceJson } from './here.ts'

let db: TestDatabase
let engine: WorkflowEngine

beforeAll(async () => {
  db = await createDatabase({ testClock: false })
  const order = workflow('order', ({ input }) => input)
  engine = new WorkflowEngine({ connectionString: db.url, workflows: [order], migrate: 'off' })
  await engine.start(false)
})
afterAll(async () => {
  await engine.stop()
  await db.drop()
})

const cli = (...args: string[]) => millrace(args, { url: db.url })
const json = <T>(...args: string[]) => millraceJson<T>(args, { url: db.url })

test('put, list, deliveries, show, redeliver, rotate, delete', async () => {
  const empty = await cli('webhooks', 'list')
  expect(empty).toMatchObject({ code: 0, stdout: '' })
  expect(empty.stderr).toContain('webhooks put')
  const made = await cli('webhooks', 'put', 'orders', '--workflow', 'order', '--scheme', 'github')
  expect(made.stdout).toMatch(/orders +github +order +\/webhooks\/wh_[0-9a-f]{40}/)
  expect(made.stderr).toMatch(/shown this once:\n +whsec_/)
  const secret = /whsec_\S+/.exec(made.stderr)?.[0] as string
  const [hook] = await json<Webhook[]>('webhooks', 'list', '--workflow', 'order')
  const github = senders.find(({ scheme }) => scheme === 'github')
  const sent = await github?.send('{"n":1}', Date.now(), secret)
  const receiver = engine.webhookReceiver()
  const path = hook?.path as string
  expect(await receiver.receive({ path, ...sent } as never)).toMatchObject({ kind: 'accepted' })
  const forged = { path, headers: {}, body: Buffer.from('{}') }
  expect(await receiver.receive(forged)).toMatchObject({ kind: 'rejected' })
  const shown = await cli('webhooks', 'deliveries', 'orders')
  expect(shown.stdout).toMatch(/✗ rejected.*headers of the signature are missing/s)
  const page = await json<{ items: Delivery[] }>('webhooks', 'deliveries', '--status', 'accepted')
  const id = page.items[0]?.id as string
  expect((await cli('webhooks', 'show', id)).stdout).toMatch(/body +\{"n":1\}/)
  expect((await cli('webhooks', 'redeliver', id)).stdout).toMatch(/✓ accepted/)
  const rotated = await json<WebhookWithSecret>('webhooks', 'rotate', 'orders', '--now')
  expect(rotated).toMatchObject({ secrets: 1, secret: expect.stringMatching(/^whsec_/) })
  expect(await receiver.receive({ path, ...sent } as never)).toMatchObject({ kind: 'rejected' })
  const out = [
    '--url',
    'https://hooks.example.com/x',
    '--event',
    'run.failed',
    '--event',
    'run.paused',
  ]
  const told = await cli('webhooks', 'put', 'alerts', ...out, '--inactive')
  expect(told.stdout).toMatch(
    /alerts +standard +‖ not active +https:\/\/hooks.example.com\/x +run.failed, run.paused/,
  )
  expect((await cli('webhooks', 'delete', 'orders')).stdout).toContain('deleted orders')
  expect(await cli('webhooks', 'delete', 'orders')).toMatchObject({ code: 3 })
  expect(await cli('webhooks', 'put', 'x')).toMatchObject({ code: 2 })
  await receiver.close()
})
