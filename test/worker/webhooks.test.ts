import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { startEngine, type TestEngine } from '../support/engine.ts'
import { until } from '../support/until.ts'

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
    const attempts = async (n: number) =>
      until(`attempt ${n}`, async () => {
        const [one] = (await t.engine.getDeliveries()).items
        return one?.attempts === n && one.answer !== null && one.reason !== null ? one : null
      })
    expect(await attempts(1)).toMatchObject({
      status: 'pending',
      reason: expect.stringMatching(/500/),
    })
    expect(await t.engine.getWebhooks({ id: 'again' })).toMatchObject([
      { failures: 1, failingSince: expect.any(Date) },
    ])
    answer = 302
    await t.db.advanceClock(6000)
    expect(await attempts(2)).toMatchObject({ reason: 'The other side answered 302.' })
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
    const reached = async () => {
      await t.db.advanceClock(6 * 3_600_000)
      const before = other.came.length
      const due = `select bool_or(next_at <= millrace.clock()) from millrace.webhook_deliveries`
      if (!(await t.db.value<boolean>(due))) return
      await until('it was tried', () => other.came.length > before)
      await until('it was reported', async () => !(await t.db.value<boolean>(due)))
    }
    for (let turn = 0; turn < 15; turn++) await reached()
    expect(await statuses(t)).toEqual(['failed'])
    expect(await t.engine.getWebhooks()).toMatchObject([{ active: true, problem: null }])
    await t.db.advanceClock(2 * 86_400_000)
    await tell(t.db, 'b')
    await until('it is off', async () => !(await t.engine.getWebhooks())[0]?.active)
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
