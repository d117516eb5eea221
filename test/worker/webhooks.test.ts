import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { startEngine, type TestEngine } from '../support/engine.ts'
import { until } from '../support/until.ts'
import { startProcesses } from './processes.ts'

/** The other side: what came, and what it answers. */
type Other = {
  url: string
  came: { id: string; headers: IncomingMessage['headers']; body: string }[]
  answer: (id: string) => number | 'hang'
  server: Server
}

let other: Other

beforeAll(async () => {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const id = String(request.headers['webhook-id'])
    other.came.push({ id, headers: request.headers, body: Buffer.concat(chunks).toString() })
    const answer = other.answer(id)
    if (answer === 'hang') return
    response.writeHead(answer, answer === 302 ? { location: '/elsewhere' } : {}).end('said')
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  other = { url: `http://127.0.0.1:${port}/hook`, came: [], answer: () => 200, server }
})
afterAll(() => {
  other.server.closeAllConnections()
  other.server.close()
})

const LOCAL = { http: { allow: ['127.0.0.1'] } }
const start = (more: object = LOCAL) => startEngine([], { pollInterval: 50 }, more)

/** Tells an event, as the feed does. */
const tell = (db: TestDatabase, key: string, name = 'run.completed', data: object = { n: 1 }) =>
  db.value('select millrace.post_event(1, $1, $2, null, $3, millrace.clock(), $4)', [
    ...[name, 'order', key, JSON.stringify(data)],
  ])

async function endpoint(t: TestEngine, id: string, more: object = {}) {
  other.came = []
  other.answer = () => 200
  return t.engine.putWebhook({ id, url: other.url, events: ['run.*'], ...more })
}
const statuses = async (t: TestEngine) =>
  (await t.engine.getDeliveries()).items.map(({ status }) => status)

describe('one that goes out', () => {
  test('is signed so that the library of Standard Webhooks accepts it, and tells each event once', async () => {
    await using t = await start()
    const { secret } = await endpoint(t, 'told')
    await tell(t.db, 'a')
    await tell(t.db, 'a')
    await tell(t.db, 'b', 'approval.asked')
    await tell(t.db, 'c', 'run.failed', { n: 'Zoë' })
    await until('both came', async () => (await statuses(t)).join() === 'delivered,delivered')
    expect(other.came).toHaveLength(2)
    const [first, second] = other.came.map(({ body, headers }) =>
      new Webhook(secret as string).verify(body, headers as Record<string, string>),
    )
    const timestamp = expect.stringMatching(/^\d{4}-.*Z$/)
    expect([first, second]).toContainEqual({ type: 'run.completed', timestamp, data: { n: 1 } })
    expect([first, second]).toContainEqual({ type: 'run.failed', timestamp, data: { n: 'Zoë' } })
    const { items } = await t.engine.getDeliveries({ webhookId: 'told', status: 'delivered' })
    expect(items).toMatchObject([
      { direction: 'out', event: 'run.failed', attempts: 1, answer: 200, nextAttemptAt: null },
      { event: 'run.completed' },
    ])
    expect(other.came.map(({ headers }) => headers['content-type'])).toEqual(
      Array(2).fill('application/json'),
    )
  })

  test('is only of its workflow, and of its events', async () => {
    await using t = await start()
    await endpoint(t, 'mine', { workflowId: 'order' })
    await endpoint(t, 'other', { workflowId: 'refund' })
    await endpoint(t, 'failures', { events: ['run.failed'] })
    await endpoint(t, 'off', { active: false })
    await tell(t.db, 'a')
    const { items } = await t.engine.getDeliveries()
    expect(items.map(({ webhookId }) => webhookId)).toEqual(['mine'])
  })

  test('while its secret is replaced, both are right', async () => {
    await using t = await start()
    const { secret: old } = await endpoint(t, 'rotated')
    const { secret } = await t.engine.rotateWebhookSecret({ id: 'rotated' })
    await tell(t.db, 'a')
    await until('it came', () => other.came.length > 0)
    for (const one of [old, secret])
      new Webhook(one as string).verify(
        other.came[0]?.body as string,
        other.came[0]?.headers as Record<string, string>,
      )
  })

  test('tries again after failures, under the same id, with a new time and signature', async () => {
    await using t = await startEngine([], { pollInterval: 50 }, { ...LOCAL, testClock: true })
    await endpoint(t, 'again')
    let answer = 500
    other.answer = () => answer
    await tell(t.db, 'a')
    const attempts = async (n: number, said: number) =>
      until(`attempt ${n}`, async () => {
        const [one] = (await t.engine.getDeliveries()).items
        return one?.attempts === n && one.answer === said ? one : null
      })
    expect(await attempts(1, 500)).toMatchObject({
      status: 'pending',
      reason: expect.stringMatching(/500/),
    })
    expect(await t.engine.getWebhooks({ id: 'again' })).toMatchObject([
      { failures: 1, failingSince: expect.any(Date) },
    ])
    answer = 302
    await t.db.advanceClock(6000)
    expect(await attempts(2, 302)).toMatchObject({ reason: 'The other side answered 302.' })
    answer = 200
    await t.db.advanceClock(21_000)
    await until('it was delivered', async () => (await statuses(t))[0] === 'delivered')
    expect(new Set(other.came.map(({ id }) => id)).size).toBe(1)
    expect(other.came).toHaveLength(3)
    expect(await t.engine.getWebhooks({ id: 'again' })).toMatchObject([
      { failures: 0, failingSince: null },
    ])
  })

  test('gives one up after three days, and all after five; put active again it goes on', async () => {
    await using t = await startEngine([], { pollInterval: 50 }, { ...LOCAL, testClock: true })
    await endpoint(t, 'down')
    other.answer = () => 503
    await tell(t.db, 'a')
    const failures = async () => (await t.engine.getWebhooks())[0]?.failures ?? 0
    const reached = async () => {
      const before = await failures()
      await t.db.advanceClock(6 * 3_600_000)
      const pending = (await statuses(t)).includes('pending')
      if (pending) await until('it was tried', async () => (await failures()) > before)
    }
    for (let turn = 0; turn < 15; turn++) await reached()
    expect(await statuses(t)).toEqual(['failed'])
    expect(await t.engine.getWebhooks()).toMatchObject([{ active: true, problem: null }])
    await t.db.advanceClock(2 * 86_400_000)
    await tell(t.db, 'b')
    await until('it is off', async () => {
      // it may have been looked at a moment ago, and rests for as many seconds as it has failures
      await t.db.advanceClock(60_000)
      return !(await t.engine.getWebhooks())[0]?.active
    })
    expect(await t.engine.getWebhooks()).toMatchObject([
      { problem: { code: 'failing', message: expect.stringMatching(/for 5 days.*503/) } },
    ])
    await tell(t.db, 'c')
    expect(await t.engine.getDeliveries({ status: 'pending' })).toMatchObject({ items: [{}] })
    other.answer = () => 200
    await t.engine.putWebhook({ id: 'down', url: other.url, events: ['run.*'], active: true })
    await tell(t.db, 'd')
    await until('it goes on', async () => (await statuses(t))[0] === 'delivered')
    expect(await t.engine.getWebhooks()).toMatchObject([
      { active: true, problem: null, failures: 0 },
    ])
    const [, , first] = (await t.engine.getDeliveries()).items
    const again = await t.engine.redeliver({ deliveryId: first?.id as string })
    expect(again).toMatchObject({ id: first?.id, status: 'pending' })
    await until('it was delivered at last', async () => !(await statuses(t)).includes('failed'))
  })

  test('while one is away, one delivery at a time is tried; once it is back, all are sent', async () => {
    await using t = await startEngine([], { pollInterval: 50 }, { ...LOCAL, testClock: true })
    await endpoint(t, 'away')
    other.answer = () => 500
    for (let n = 0; n < 3; n++) await tell(t.db, `first ${n}`)
    const failures = async () => (await t.engine.getWebhooks())[0]?.failures ?? 0
    await until('it has failed', async () => (await failures()) >= 3)
    for (let n = 0; n < 30; n++) await tell(t.db, `then ${n}`)
    const before = other.came.length
    await t.db.advanceClock(4000)
    await until('it was tried', () => other.came.length > before)
    await until('it was reported', async () => (await failures()) >= 4)
    expect(other.came.length - before).toBe(1)
    other.answer = () => 200
    await t.db.advanceClock(61_000)
    await until(
      'all are delivered',
      async () => (await t.engine.getDeliveries({ status: 'pending' })).items.length === 0,
    )
    expect(await failures()).toBe(0)
  })

  test('who answers that nobody is there any more is not asked again', async () => {
    await using t = await start()
    await endpoint(t, 'gone')
    other.answer = () => 410
    await tell(t.db, 'a')
    await until('it is off', async () => !(await t.engine.getWebhooks())[0]?.active)
    expect(await t.engine.getWebhooks()).toMatchObject([{ problem: { code: 'gone' } }])
  })

  test('goes to public addresses only, unless the operator allows others', async () => {
    await using t = await start({})
    await endpoint(t, 'inside')
    await tell(t.db, 'a')
    await until('it failed', async () => (await t.engine.getDeliveries()).items[0]?.reason)
    expect((await t.engine.getDeliveries()).items).toMatchObject([
      {
        status: 'pending',
        attempts: 1,
        answer: null,
        reason: expect.stringMatching(/127\.0\.0\.1|not public/),
      },
    ])
    expect(other.came).toEqual([])
  })

  test('one that hangs holds up no other', async () => {
    await using t = await start()
    await endpoint(t, 'slow', { events: ['run.failed'] })
    await t.engine.putWebhook({ id: 'quick', url: `${other.url}?quick`, events: ['run.completed'] })
    other.answer = () => 'hang'
    await tell(t.db, 'a', 'run.failed')
    await until('it hangs', () => other.came.length === 1)
    other.answer = () => 200
    for (const key of ['b', 'c', 'd']) await tell(t.db, key)
    await until('the others are through', async () =>
      (await t.engine.getDeliveries({ webhookId: 'quick' })).items.every(
        ({ status }) => status === 'delivered',
      ),
    )
    expect(await t.engine.getDeliveries({ webhookId: 'slow' })).toMatchObject({
      items: [{ status: 'pending' }],
    })
  })

  test('a tenant whose addresses hang holds up no other tenant', async () => {
    await using t = await start({ http: { allow: ['127.0.0.1', 'localhost'] } })
    await t.engine.registerTenant({ name: 'Hanging', slug: 'hanging' })
    const hanging = t.engine.forTenant('hanging')
    other.came = []
    other.answer = () => 'hang'
    const id = await t.db.value<number>(`select id from millrace.tenants where slug = 'hanging'`)
    for (let i = 0; i < 8; i++)
      await hanging.putWebhook({ id: `h${i}`, url: other.url, events: ['run.failed'] })
    for (let i = 0; i < 20; i++)
      await t.db.value(
        `select millrace.post_event($1, 'run.failed', 'order', null, $2, millrace.clock(), '{}')`,
        [id, `k${i}`],
      )
    const taken = () =>
      t.db.value<number>(
        'select count(*)::int from millrace.webhook_deliveries where tenant_id = $1 and attempts > 0',
        [id],
      )
    await until('half of all that may be under way are', async () => (await taken()) === 50)
    // those have come for which there are connections: each origin has 32 of its own
    await until('they hang', () => other.came.length === 32)
    other.answer = () => 200
    const url = other.url.replace('127.0.0.1', 'localhost')
    await t.engine.putWebhook({ id: 'mine', url, events: ['run.completed'] })
    await tell(t.db, 'a')
    await until(
      'mine is through',
      async () =>
        (await t.engine.getDeliveries({ webhookId: 'mine' })).items[0]?.status === 'delivered',
    )
    expect(await taken()).toBe(50)
  })

  test('a worker that is gone in the middle: another sends it again, under the same id', async () => {
    await using t = await startEngine([], { pollInterval: 50 }, { ...LOCAL, testClock: true })
    await endpoint(t, 'cut')
    other.answer = () => 'hang'
    await tell(t.db, 'a')
    await until('it is under way', () => other.came.length === 1)
    await t.engine.stop()
    other.answer = () => 200
    await t.another([], { pollInterval: 50 }, LOCAL)
    expect(other.came).toHaveLength(1)
    await t.db.advanceClock(61_000)
    await until('it came again', () => other.came.length === 2)
    expect(new Set(other.came.map(({ id }) => id)).size).toBe(1)
  })
})

test('a process that is killed while it sends: another sends it again, and each event is told', {
  timeout: 60_000,
}, async () => {
  await using p = await startProcesses()
  other.came = []
  other.answer = () => 'hang'
  const url = other.url
  await p.client.putWebhook({ id: 'killed', url, events: ['run.completed'], workflowId: 'steps' })
  const first = await p.spawn(LOCAL)
  const started = await Promise.all(
    [1, 2, 3].map(() =>
      p.client.startWorkflow({ workflowId: 'steps', input: { count: 1, ms: 5 } }),
    ),
  )
  const long = { timeout: 30_000 }
  await until('all are under way', () => new Set(other.came.map(({ id }) => id)).size === 3, long)
  first.kill('SIGKILL')
  const ids = new Set(other.came.map(({ id }) => id))
  other.answer = () => 200
  await p.spawn(LOCAL)
  // the minute for which the dead one has taken them is over
  await p.db.query('update millrace.webhook_deliveries set next_at = millrace.clock()')
  await p.db.query('update millrace.webhooks set due_at = millrace.clock()')
  await until(
    'all are delivered',
    async () => (await p.client.getDeliveries({ status: 'delivered' })).items.length === 3,
    long,
  )
  expect(new Set(other.came.map(({ id }) => id))).toEqual(ids)
  const runs = (await p.client.getDeliveries()).items.map(({ runId }) => runId)
  expect(runs.sort()).toEqual(started.map(({ id }) => id).sort())
})

test('an attempt that another has overtaken is not reported any more', async () => {
  await using db = await createDatabase({ testClock: true })
  await db.query(`select millrace.put_webhook('o', '{"url": "https://a.test", "events": ["*"]}')`)
  await tell(db, 'a')
  type Work = { posts: { id: string; attempt: number }[] }
  const work = async () => (await db.value<Work>('select millrace.work_webhooks(10)')).posts[0]
  const first = await work()
  expect(await work()).toBeUndefined()
  await db.advanceClock(61_000)
  const second = await work()
  expect(second).toMatchObject({ id: first?.id, attempt: 2 })
  const report = (post: object) =>
    db.query('select millrace.report_posts($1)', [JSON.stringify([post])])
  const state = () => db.value<string>('select status::text from millrace.webhook_deliveries')
  await report({ ...first, ok: true, answer: 200 })
  expect(await state()).toBe('p')
  await report({ ...second, ok: true, answer: 204 })
  expect(await state()).toBe('s')
  await report({ ...second, ok: false, reason: 'late' })
  expect(await state()).toBe('s')
})
