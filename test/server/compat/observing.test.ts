import { beforeAll, describe, expect, test } from 'vitest'
import { defineStep } from '../../../src/workflow/define-step.ts'
import { useServer } from '../../support/server.ts'

const say = defineStep('say', (_input: unknown, { logger }) => {
  logger.warn('something', { n: 1 })
  return 'said'
})
const t = useServer({}, { graphs: true, steps: [say] })
const step = (id: string, config: object, depends_on: string[] = []) => ({
  ...{ id, type: 'transform', config, depends_on },
})

let id = ''
beforeAll(async () => {
  const steps = [
    step('first', { expression: 'one' }),
    { id: 'speak', type: 'step', config: { step: 'say' }, depends_on: ['first'] },
  ]
  const made = await t.send('POST', '/api/workflows', { body: { name: 'Talk', steps } })
  expect(made.status).toBe(201)
  id = made.body.id
})

async function execute() {
  const { body } = await t.send('POST', `/api/workflows/${id}/execute?wait=10s`, { body: {} })
  return body.id as string
}

test('logs are listed, by step, oldest first', async () => {
  const run = await execute()
  const address = `/api/executions/${run}/logs`
  await expect.poll(async () => (await t.send('GET', address)).body.data.length).toBe(1)
  const { body } = await t.send('GET', `${address}?step_id=speak`)
  expect(body).toMatchObject({
    ...{ has_more: false, next_cursor: null },
    data: [{ level: 'warn', step_id: 'speak', message: 'something', data: { n: 1 } }],
  })
  expect((await t.send('GET', `${address}?step_id=first`)).body.data).toEqual([])
  expect((await t.send('GET', address, { as: 'mallory' })).status).toBe(404)
})

describe('the stream', () => {
  const frames = (text: string) =>
    [...text.matchAll(/^data: (.*)$/gm)].map((match) => JSON.parse(match[1] as string))

  test('begins with connected, has no names, and ends with the execution', async () => {
    const run = await execute()
    const { status, headers, body } = await t.send('GET', `/api/executions/${run}/stream`)
    expect([status, headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8'])
    expect(body).not.toMatch(/^event:/m)
    const told = frames(body)
    expect(told[0]).toEqual({ type: 'connected', execution_id: run, status: 'completed' })
    const types = told.map(({ type }) => type)
    expect(types.filter((type) => type === 'step:completed')).toHaveLength(2)
    expect(types.at(-1)).toBe('completed')
    expect(new Set(told.map((frame) => frame.execution_id))).toEqual(new Set([run]))
  })

  test('goes on after the event that came last', async () => {
    const run = await execute()
    const { body } = await t.send('GET', `/api/executions/${run}/stream`)
    const all = frames(body)
    const headers = { 'last-event-id': all[2].id }
    const again = await t.send('GET', `/api/executions/${run}/stream`, { headers })
    expect(frames(again.body).slice(1)).toEqual(all.slice(3))
  })

  test("of another tenant's is not there", async () => {
    const answer = await t.send('GET', `/api/executions/${await execute()}/stream`, {
      as: 'mallory',
    })
    expect(answer.status).toBe(404)
  })
})

test('metrics have the fields of that engine', async () => {
  await execute()
  const { status, body } = await t.send('GET', '/api/metrics/executions')
  expect(status).toBe(200)
  expect(body.by_workflow).toMatchObject([{ id, name: 'Talk', count: body.total }])
  expect(body.by_status.completed).toBe(body.total)
  expect(body.avg_duration_ms).toBeGreaterThanOrEqual(0)
  const rates = new Map(
    body.step_failure_rates.map((one: { step_type: string }) => [one.step_type, one]),
  )
  expect(rates.get('transform')).toEqual({
    ...{ step_type: 'transform', total: body.total, failed: 0, rate: 0 },
  })
  expect(body.webhook_delivery_stats).toEqual({ total: 0, accepted: 0, rejected: 0, error: 0 })
  const other = await t.send('GET', '/api/metrics/executions', { as: 'mallory' })
  expect(other.body).toMatchObject({ total: 0, by_workflow: [] })
})

test('health is told to anybody', async () => {
  const { status, body } = await t.send('GET', '/api/health', { as: null })
  expect([status, body]).toEqual([
    ...[200, { status: 'ok', pg: 'ok', redis: 'not used', workers: body.workers }],
  ])
  expect(body.workers).toBeGreaterThan(0)
})
