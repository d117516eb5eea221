import { randomUUID } from 'node:crypto'
import { beforeAll, expect, test } from 'vitest'
import { workflow } from '../../src/workflow/workflow.ts'
import { useServer } from '../support/server.ts'

const t = useServer()
const echo = workflow('echo', ({ input }) => input)
const wait = workflow('wait', ({ step }) => step.waitFor('w', { eventName: 'go' }))
const broken = workflow('broken', () => Promise.reject(new TypeError('wrong')), { retries: 0 })

beforeAll(() => t.register(echo, wait, broken))

test('a run is started, read and listed', async () => {
  const started = await t.send('POST', '/api/runs', {
    body: { workflow_id: 'echo', input: { a: [1, null] }, tags: ['x'], resource_id: 'r 1' },
  })
  expect(started.status).toBe(201)
  const { id } = started.body
  expect(started.headers.get('location')).toBe(`runs/${id}`)
  expect(started.body).toMatchObject({ status: 'pending', input: { a: [1, null] }, tags: ['x'] })
  const ended = await t.send('GET', `/api/runs/${id}?wait=10s`)
  expect(ended.body).toMatchObject({ id, status: 'completed', output: { a: [1, null] } })
  const list = await t.send('GET', '/api/runs?tag=x&status=completed&status=failed&limit=1')
  expect(list.body).toMatchObject({ data: [{ id }], has_prev: false, prev_cursor: null })
})

test('with wait a start is answered with the run at its end', async () => {
  const body = { workflow_id: 'echo', input: 7 }
  const good = await t.send('POST', '/api/runs?wait=10s', { body })
  expect([good.status, good.body.status, good.body.output]).toEqual([201, 'completed', 7])
  const bad = await t.send('POST', '/api/runs?wait=10s', { body: { workflow_id: 'broken' } })
  expect(bad).toMatchObject({
    status: 201,
    body: { status: 'failed', failure: { name: 'TypeError', message: 'wrong', step_id: null } },
  })
  expect(bad.body.failure).not.toHaveProperty('stack')
})

test('what has not ended when the time is over is answered as it is', async () => {
  const { body } = await t.send('POST', '/api/runs?wait=50ms', { body: { workflow_id: 'wait' } })
  expect(body.completed_at).toBeNull()
  await t.engine.triggerEvent({ runId: body.id, eventName: 'go', data: 1 })
  expect((await t.send('GET', `/api/runs/${body.id}?wait=10s`)).body.output).toBe(1)
})

test('a wait that is longer than a request may last, or none at all, is refused before a run is made', async () => {
  const before = (await t.engine.getRuns({ limit: 1 })).items[0]?.id
  for (const wait of ['2m', 'x', '-1s']) {
    const answer = await t.send('POST', `/api/runs?wait=${wait}`, { body: { workflow_id: 'wait' } })
    expect([answer.status, answer.body.code]).toEqual([422, 'MR001'])
  }
  expect((await t.engine.getRuns({ limit: 1 })).items[0]?.id).toBe(before)
})

test('the same key twice is the same run, and 200', async () => {
  const body = { workflow_id: 'echo', input: 1, idempotency_key: 'k1' }
  const first = await t.send('POST', '/api/runs', { body })
  const again = await t.send('POST', '/api/runs', { body })
  expect([first.status, again.status, again.body.id]).toEqual([201, 200, first.body.id])
  const other = await t.send('POST', '/api/runs', { body: { ...body, input: 2 } })
  expect([other.status, other.body.code]).toEqual([409, 'MR010'])
})

test('another tenant finds nothing of it', async () => {
  const { body } = await t.send('POST', '/api/runs', { body: { workflow_id: 'echo' } })
  const answer = await t.send('GET', `/api/runs/${body.id}`, { as: 'mallory' })
  expect([answer.status, answer.body.code, answer.body.error.code]).toEqual([
    404,
    'MR041',
    'NOT_FOUND',
  ])
  expect((await t.send('GET', '/api/runs', { as: 'mallory' })).body.data).toEqual([])
  expect((await t.send('GET', `/api/runs/${randomUUID()}`)).status).toBe(404)
  const other = await t.send('GET', `/api/runs/${body.id}?resource_id=other`)
  expect(other.status).toBe(404)
})

test('who is not known is told so, and who may not, too, before anything is read', async () => {
  const nobody = await t.send('POST', '/api/runs', { body: '{', as: null })
  expect([nobody.status, nobody.body.code, nobody.body.error.code]).toEqual([
    ...[401, 'MR042', 'INVALID_API_KEY'],
  ])
  expect(nobody.headers.get('www-authenticate')).toMatch(/^Bearer/)
  const reader = await t.send('POST', '/api/runs', { body: { workflow_id: 'echo' }, as: 'victor' })
  expect([reader.status, reader.body.details.scope]).toEqual([403, 'runs:write'])
  expect((await t.send('GET', '/api/runs', { as: 'victor' })).status).toBe(200)
  expect((await t.send('GET', '/api/runs', { as: 'ghost' })).status).toBe(403)
})
