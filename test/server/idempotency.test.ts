import { randomUUID } from 'node:crypto'
import { beforeAll, expect, test } from 'vitest'
import { workflow } from '../../src/workflow/workflow.ts'
import { type Sending, useServer } from '../support/server.ts'
import { until } from '../support/until.ts'

const t = useServer()
const echo = workflow('echo', ({ input }) => input)
const wait = workflow('wait', async ({ step }) => {
  await step.run('first', () => 1)
  return step.waitFor('w', { eventName: 'go' })
})

beforeAll(() => t.register(echo, wait))

function post(key: string, path: string, body?: unknown, more: Sending = {}) {
  return t.send('POST', path, { ...more, body, headers: { 'idempotency-key': key } })
}

test('sent again it is answered as before, and nothing is done', async () => {
  const key = randomUUID()
  const body = { workflow_id: 'echo', input: 1, tags: [key] }
  const first = await post(key, '/api/runs', body)
  const again = await post(key, '/api/runs', body)
  expect([first.status, again.status]).toEqual([201, 201])
  expect(again.body).toEqual(first.body)
  expect(again.headers.get('location')).toBe(first.headers.get('location'))
  expect(again.headers.get('idempotency-replayed')).toBe('true')
  expect(first.headers.has('idempotency-replayed')).toBe(false)
  expect(first.body.idempotency_key).toBe(key)
  expect((await t.send('GET', `/api/runs?tag=${key}`)).body.data).toHaveLength(1)
})

test('with another content it is refused', async () => {
  const key = randomUUID()
  await post(key, '/api/events', { event_name: 'e', key: 'k' })
  for (const [path, body] of [
    ['/api/events', { event_name: 'e', key: 'other' }],
    ['/api/runs', { workflow_id: 'echo' }],
  ] as const) {
    const other = await post(key, path, body)
    expect([other.status, other.body.code]).toEqual([422, 'MR065'])
  }
})

test('what was refused is refused again, with the same words', async () => {
  const key = randomUUID()
  const path = `/api/runs/${randomUUID()}/cancel`
  const first = await post(key, path)
  const again = await post(key, path)
  expect([first.status, again.status]).toEqual([404, 404])
  expect(again.body).toEqual(first.body)
  expect(again.headers.get('content-type')).toBe('application/problem+json')
})

test('what was not even valid leaves the key free', async () => {
  const key = randomUUID()
  expect((await post(key, '/api/events', { event_name: 1 })).status).toBe(422)
  expect((await post(key, '/api/events', { event_name: 'e', key: 'k' })).status).toBe(200)
})

test('a key is its tenant’s', async () => {
  const key = randomUUID()
  const body = { workflow_id: 'echo' }
  const ours = await post(key, '/api/runs', body)
  const theirs = await post(key, '/api/runs', body, { as: 'mallory' })
  expect([ours.status, theirs.status]).toEqual([201, 201])
  expect(theirs.body.id).not.toBe(ours.body.id)
})

test('an answer without a body is given again without one', async () => {
  const key = randomUUID()
  for (const replayed of [null, 'true']) {
    const answer = await t.send('PUT', '/api/queues/q1', {
      ...{ body: { concurrency: 5 }, headers: { 'idempotency-key': key } },
    })
    expect([answer.status, answer.body, answer.headers.get('idempotency-replayed')]).toEqual([
      ...[204, '', replayed],
    ])
  }
})

test('of several at once one is carried out, and the others are told', async () => {
  const key = randomUUID()
  const body = { workflow_id: 'echo', input: 'once', tags: [key] }
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => post(key, '/api/runs?wait=5s', body)),
  )
  const statuses = answers.map(({ status }) => status)
  expect(statuses.filter((status) => status === 201).length).toBeGreaterThanOrEqual(1)
  expect(statuses.filter((status) => status !== 201 && status !== 409)).toEqual([])
  expect((await t.send('GET', `/api/runs?tag=${key}`)).body.data).toHaveLength(1)
  expect((await post(key, '/api/runs?wait=5s', body)).body.output).toBe('once')
})

/** As a server leaves it that dies before it answers. */
async function forgetAnswer(key: string): Promise<void> {
  await t.db.query(
    `update millrace.requests set status = null, headers = null, body = null,
       lease_until = clock_timestamp() - interval '1 s' where key = $1`,
    [key],
  )
}

test('what a server did that died before it answered is done under the same ids again: one fork, one event, one operation', async () => {
  const run = await t.engine.startWorkflow(wait, undefined)
  await run.waitForStatus('waiting')
  const calls: [string, object][] = [
    [`/api/runs/${run.id}/fork`, { from_step: 'first' }],
    ['/api/bulk/cancel', { where: { run_ids: [run.id] } }],
    ['/api/runs', { workflow_id: 'echo' }],
    ['/api/runs/bulk', { workflow_id: 'echo', runs: [{ input: 1 }, { input: 2 }] }],
    ['/api/queues/q2', { workflow_id: 'echo' }],
  ]
  for (const [path, body] of calls) {
    const key = randomUUID()
    const first = await post(key, path, body)
    expect([path, first.status < 300]).toEqual([path, true])
    await forgetAnswer(key)
    const again = await post(key, path, body)
    expect(again.headers.has('idempotency-replayed')).toBe(false)
    const idsOf = (answer: typeof first) =>
      answer.body.id ?? answer.body.data.map((one: { id: string }) => one.id)
    expect([path, idsOf(again)]).toEqual([path, idsOf(first)])
  }
  const key = randomUUID()
  const event = { event_name: 'fact', key: 'k', data: 1 }
  await post(key, '/api/events', event)
  await forgetAnswer(key)
  await post(key, '/api/events', event)
  expect((await t.send('GET', '/api/events?event_name=fact')).body.data).toHaveLength(1)
})

test('while a server is at it, another says so; when that has died, it does it itself', async () => {
  const key = randomUUID()
  const body = { workflow_id: 'echo', input: 1 }
  await post(key, '/api/runs', body)
  await t.db.query(
    `update millrace.requests set status = null, lease_until = clock_timestamp() + interval '1 minute' where key = $1`,
    [key],
  )
  const busy = await post(key, '/api/runs', body)
  expect([busy.status, busy.body.code]).toEqual([409, 'MR066'])
  await forgetAnswer(key)
  expect((await post(key, '/api/runs', body)).status).toBe(200)
})

test('after a day the key is free, and it goes', async () => {
  const key = randomUUID()
  await post(key, '/api/events', { event_name: 'e', key: 'k' })
  const expire = `update millrace.requests set expires_at = clock_timestamp() where key = $1`
  await t.db.query(expire, [key])
  expect((await post(key, '/api/events', { event_name: 'e', key: 'new' })).status).toBe(200)
  await t.db.query(expire, [key])
  await until('it is gone', async () => {
    await post(randomUUID(), '/api/events', { event_name: 'e', key: 'k' })
    const left = await t.db.query('select from millrace.requests where key = $1', [key])
    return left.length === 0
  })
})

test('keys that cannot be kept are refused', async () => {
  for (const key of ['a b', 'x'.repeat(256)]) {
    const answer = await post(key, '/api/events', { event_name: 'e', key: 'k' })
    expect([answer.status, answer.body.issues[0].pointer]).toEqual([
      ...[422, '/header/idempotency-key'],
    ])
  }
})
