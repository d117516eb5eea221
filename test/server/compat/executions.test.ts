// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the dollars are dollars
import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { useServer } from '../../support/server.ts'

const t = useServer(
  { selfRegistration: true, graphLimits: { maxNodes: 50, maxDepth: 20 } },
  { graphs: true },
)

/** The workflow of its README, with a trigger by hand. */
const pipeline = {
  name: 'Order Pipeline',
  trigger_type: 'manual',
  steps: [
    {
      ...{ id: 'validate', type: 'transform', depends_on: [] },
      config: { expression: 'Order #{{ trigger.data.order_id }} for {{ trigger.data.customer }}' },
    },
    {
      ...{ id: 'check_amount', type: 'condition', depends_on: ['validate'] },
      config: {
        expression: '{{ trigger.data.amount > 100 }}',
        ...{ true_branch: ['high_value'], false_branch: ['standard'] },
      },
    },
    {
      ...{ id: 'high_value', type: 'transform', depends_on: ['check_amount'] },
      config: { expression: 'Escalate: ${{ trigger.data.amount }}' },
    },
    {
      ...{ id: 'standard', type: 'transform', depends_on: ['check_amount'] },
      config: { expression: 'Auto-approve: ${{ trigger.data.amount }}' },
    },
  ],
}

const create = async (body: object = pipeline) => {
  const made = await t.send('POST', '/api/workflows', { body })
  expect(made.status).toBe(201)
  return made.body
}

const order = { order_id: 'ORD-001', customer: 'Jane', amount: 250 }

describe('workflows', () => {
  test('are made, read, changed and deleted under an id that is a UUID', async () => {
    const made = await create({ ...pipeline, webhook_secret: 'geheim', description: null })
    expect(made).toMatchObject({
      ...{ name: 'Order Pipeline', description: null, trigger_type: 'manual', is_active: true },
      ...{ trigger_config: {}, steps: pipeline.steps, webhook_path: null },
    })
    expect(made.id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    expect(JSON.stringify(made)).not.toContain('geheim')
    const address = `/api/workflows/${made.id}`
    expect((await t.send('GET', address)).body).toEqual(made)
    const changed = await t.send('PUT', address, {
      body: { description: 'Ours', is_active: false },
    })
    expect([changed.status, changed.body.description, changed.body.is_active]).toEqual([
      ...[200, 'Ours', false],
    ])
    expect(changed.body.steps).toEqual(made.steps)
    const refused = await t.send('POST', `${address}/execute`, { body: { trigger_data: order } })
    expect([refused.status, refused.body.error.code]).toEqual([409, 'WORKFLOW_INACTIVE'])
    expect((await t.send('PUT', address, { body: { is_active: true } })).body.is_active).toBe(true)
    expect((await t.send('DELETE', address)).status).toBe(204)
    expect((await t.send('GET', address)).status).toBe(404)
    expect((await t.send('DELETE', address)).status).toBe(404)
  })

  test('the secret of a webhook stays when it is left out, and goes with null', async () => {
    const body = { ...pipeline, trigger_type: 'webhook', webhook_secret: 'geheim' }
    const { id, webhook_path: path } = await create(body)
    const call = () => t.send('POST', `/webhooks/${path}`, { body: order, as: null })
    const change = (body: object) => t.send('PUT', `/api/workflows/${id}`, { body })
    expect((await call()).status).toBe(401)
    expect((await change({ description: 'Ours' })).status).toBe(200)
    expect((await call()).status).toBe(401)
    expect((await change({ webhook_secret: null })).status).toBe(200)
    expect((await call()).status).toBe(202)
  })

  test('two of one name are two', async () => {
    const [one, two] = [await create(), await create()]
    expect(one.id).not.toBe(two.id)
  })

  test('the same request under the same key makes one', async () => {
    const sending = { body: pipeline, headers: { 'idempotency-key': randomUUID() } }
    const [one, two] = [
      await t.send('POST', '/api/workflows', sending),
      await t.send('POST', '/api/workflows', sending),
    ]
    expect([two.status, two.body.id]).toEqual([201, one.body.id])
  })

  test.each([
    ['NO_STEPS', { steps: [] }],
    ['UNKNOWN_STEP_TYPE', { steps: [{ id: 'a', type: 'email', config: {} }] }],
    ['DUPLICATE_STEP_ID', { steps: [pipeline.steps[0], pipeline.steps[0]] }],
    ['INVALID_DEPENDENCY', { steps: [{ ...pipeline.steps[0], depends_on: ['nobody'] }] }],
    [
      'TOO_MANY_STEPS',
      { steps: Array.from({ length: 51 }, (_, i) => ({ ...pipeline.steps[0], id: `s${i}` })) },
    ],
    ['VALIDATION_ERROR', { name: '' }],
  ])('a wrong document is refused with its code: %s', async (code, wrong) => {
    const answer = await t.send('POST', '/api/workflows', { body: { ...pipeline, ...wrong } })
    expect([answer.status, answer.body.error.code]).toEqual([422, code])
    expect(Object.keys(answer.body)).toEqual(['error'])
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
  })

  test('are listed page by page, the oldest first', async () => {
    const ids = [(await create()).id, (await create()).id, (await create()).id]
    const seen: string[] = []
    for (let cursor = ''; ; ) {
      const { body } = await t.send('GET', `/api/workflows?limit=2&is_active=true&cursor=${cursor}`)
      seen.push(...body.data.map(({ id }: { id: string }) => id))
      if (!body.has_more) break
      cursor = body.next_cursor
    }
    expect(seen.slice(-3)).toEqual(ids)
    expect(new Set(seen).size).toBe(seen.length)
    const wrong = await t.send('GET', '/api/workflows?cursor=bm9uZQ')
    expect([wrong.status, wrong.body.error.code]).toEqual([400, 'INVALID_CURSOR'])
    expect((await t.send('GET', '/api/workflows?trigger_type=cron')).body.data).toEqual([])
  })

  test("another tenant's are not there", async () => {
    const { id } = await create()
    for (const [method, path] of [
      ['GET', ''],
      ['PUT', ''],
      ['DELETE', ''],
      ['POST', '/execute'],
    ]) {
      const sending = { as: 'mallory', ...(method === 'GET' ? {} : { body: {} }) }
      const answer = await t.send(method as string, `/api/workflows/${id}${path}`, sending)
      expect([answer.status, answer.body.error.code]).toEqual([404, 'WORKFLOW_NOT_FOUND'])
    }
    expect((await t.send('GET', '/api/workflows', { as: 'mallory' })).body.data).toEqual([])
  })
})

describe('executions', () => {
  let id = ''
  beforeAll(async () => {
    id = (await create()).id
  })
  const execute = async (data: object = order, query = '?wait=10s') =>
    t.send('POST', `/api/workflows/${id}/execute${query}`, { body: { trigger_data: data } })

  test('tell every step and the branch that was taken', async () => {
    const started = await execute(order, '')
    expect([started.status, Object.keys(started.body)]).toEqual([202, ['execution_id']])
    await t.engine.awaitEnd({ runId: started.body.execution_id })
    const { body } = await t.send('GET', `/api/executions/${started.body.execution_id}`)
    expect(body).toMatchObject({
      ...{ workflow_id: id, status: 'completed', trigger_type: 'manual', trigger_data: order },
      steps: [
        { step_id: 'validate', status: 'completed', output: { result: 'Order #ORD-001 for Jane' } },
        {
          ...{ step_id: 'check_amount', status: 'completed' },
          output: { result: true, branch: 'true', branch_steps: ['high_value'] },
        },
        { step_id: 'high_value', status: 'completed', output: { result: 'Escalate: $250' } },
        { step_id: 'standard', step_type: 'transform', status: 'skipped', output: null },
      ],
    })
    expect(body.duration_ms).toBeGreaterThanOrEqual(0)
  })

  test('with wait the answer is the execution at its end', async () => {
    const ended = await execute()
    expect([ended.status, ended.body.status, ended.body.steps.length]).toEqual([
      200,
      'completed',
      4,
    ])
  })

  test('a replay starts it again with what was overridden', async () => {
    const { body: first } = await execute()
    const again = await t.send('POST', `/api/executions/${first.id}/replay`, {
      body: { override_data: { amount: 5 } },
    })
    expect(again.status).toBe(202)
    await t.engine.awaitEnd({ runId: again.body.execution_id })
    const { body } = await t.send('GET', `/api/executions/${again.body.execution_id}`)
    expect(body).toMatchObject({ replayed_from: first.id, trigger_data: { ...order, amount: 5 } })
    expect(body.steps[2].status).toBe('skipped')
  })

  test('are listed oldest first, by status and workflow', async () => {
    const ids = [(await execute()).body.id, (await execute()).body.id, (await execute()).body.id]
    const address = `/api/executions?workflow_id=${id}&status=completed`
    const seen: string[] = []
    for (let cursor = ''; ; ) {
      const { body } = await t.send('GET', `${address}&limit=2&cursor=${cursor}`)
      if (body.error) throw new Error(JSON.stringify(body))
      seen.push(...body.data.map((one: { id: string }) => one.id))
      if (!body.has_more) break
      cursor = body.next_cursor
    }
    expect(seen.slice(-3)).toEqual(ids)
    expect(new Set(seen).size).toBe(seen.length)
    expect((await t.send('GET', `${address}&cursor=bXI6Nw`)).body.error.code).toBe('INVALID_CURSOR')
    expect((await t.send('GET', '/api/executions', { as: 'mallory' })).body.data).toEqual([])
  })

  test('one that waits runs, is cancelled once, and its steps are skipped', async () => {
    const wait = { id: 'wait', type: 'delay', config: { seconds: 3600 }, depends_on: [] }
    const made = await create({
      ...pipeline,
      steps: [wait, { ...pipeline.steps[0], depends_on: ['wait'] }],
    })
    const { body } = await t.send('POST', `/api/workflows/${made.id}/execute`, {})
    const address = `/api/executions/${body.execution_id}`
    await (await t.engine.getRun({ runId: body.execution_id })).waitForStatus('waiting')
    const running = (await t.send('GET', address)).body
    expect([running.status, running.steps.map((step: { status: string }) => step.status)]).toEqual([
      ...['running', ['running', 'pending']],
    ])
    expect(
      (await t.send('GET', `/api/executions?status=running&workflow_id=${made.id}`)).body.data,
    ).toHaveLength(1)
    expect((await t.send('POST', `${address}/cancel`, { as: 'mallory' })).status).toBe(404)
    const cancelled = await t.send('POST', `${address}/cancel`)
    expect([cancelled.status, cancelled.body]).toEqual([200, { cancelled: true }])
    await t.engine.awaitEnd({ runId: body.execution_id })
    const again = await t.send('POST', `${address}/cancel`)
    expect([again.status, again.body.error.code]).toEqual([409, 'INVALID_TRANSITION'])
    const ended = (await t.send('GET', address)).body
    expect(ended.steps.map((step: { status: string }) => step.status)).toEqual([
      'skipped',
      'skipped',
    ])
  })
})
