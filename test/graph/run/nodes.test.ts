import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { defineGraph } from '../../../src/graph/index.ts'
import { defineStep, NonRetryableError, workflow } from '../../../src/index.ts'
import { useEngine } from '../../support/engine.ts'
import { until } from '../../support/until.ts'

let calls = 0
const charge = defineStep('charge', async (order: { amount: number }, { idempotencyKey }) => {
  if (order.amount < 0) throw new NonRetryableError('below zero')
  return { charged: order.amount, key: idempotencyKey !== '' }
})
const flaky = defineStep('flaky', () => {
  calls++
  if (calls < 3) throw new Error('not yet')
  return calls
})
const refund = workflow('refund', async ({ input }) => ({ refunded: input }))

const seen: { url: string; headers: NodeJS.Dict<string | string[]>; body: string }[] = []
const server = createServer((request, response) => {
  let body = ''
  request.on('data', (chunk) => {
    body += chunk
  })
  request.on('end', () => {
    seen.push({ url: request.url ?? '', headers: request.headers, body })
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ trusted: true, url: request.url }))
  })
})
let port = 0

const engine = useEngine(
  {},
  {
    steps: [charge, flaky],
    statements: { sum: 'select $1::int + $2::int as sum' },
    secrets: { token: 'hush' },
    http: { allow: ['127.0.0.0/8'] },
  },
)
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
afterAll(() => new Promise((resolve) => server.close(resolve)))

const own = { $schema: 'https://millrace.dev/schema/graph.json' }
let names = 0
/** A document of our own dialect with these steps. */
function graph(steps: object[], more: object = {}) {
  return defineGraph({ ...own, name: `g${++names}`, steps: steps as never, ...more })
}
async function run(steps: object[], input: unknown = {}, more: object = {}) {
  const started = await engine.start(graph(steps, more), input)
  return started.result()
}

describe('nodes', () => {
  test('transform keeps types, and text is text', async () => {
    expect(
      await run(
        [
          { id: 'sum', type: 'transform', config: { expression: '{{ trigger.data.a + 1 }}' } },
          {
            id: 'both',
            type: 'transform',
            depends_on: ['sum'],
            config: {
              expression: {
                n: '{{ steps.sum.output.result }}',
                t: 'n is {{ steps.sum.output.result }}',
              },
            },
          },
        ],
        { a: 1 },
      ),
    ).toEqual({ both: { result: { n: 2, t: 'n is 2' } } })
  })

  test('step calls registered code with its input', async () => {
    expect(
      await run(
        [{ id: 'pay', type: 'step', config: { step: 'charge', input: '{{ trigger.data }}' } }],
        { amount: 5 },
      ),
    ).toEqual({ pay: { charged: 5, key: true } })
  })

  test('attempts are repeated as the node says', async () => {
    const retry = { max_attempts: 3, delay_seconds: 0.01 }
    expect(await run([{ id: 'f', type: 'step', retry, config: { step: 'flaky' } }])).toEqual({
      f: 3,
    })
  })

  test('http sends headers, body and secrets, and reads JSON', async () => {
    const output = await run(
      [
        {
          id: 'call',
          type: 'http',
          config: {
            url: `http://127.0.0.1:${port}/c/{{ trigger.data.id }}`,
            method: 'post',
            headers: { authorization: 'Bearer {{ secrets.token }}', 'x-none': '{{ none }}' },
            body: { id: '{{ trigger.data.id }}' },
          },
        },
      ],
      { id: 7 },
    )
    expect(output).toMatchObject({
      call: { status_code: 200, body: { trusted: true, url: '/c/7' } },
    })
    expect(seen.at(-1)).toMatchObject({
      url: '/c/7',
      body: '{"id":7}',
      headers: { authorization: 'Bearer hush' },
    })
    expect(seen.at(-1)?.headers['idempotency-key']).toBeTruthy()
    expect(seen.at(-1)?.headers['x-none']).toBeUndefined()
  })

  test('sub_workflow runs workflows of any kind', async () => {
    await engine.engine.registerWorkflow(refund)
    expect(
      await run([
        {
          id: 'r',
          type: 'sub_workflow',
          config: { workflow_id: 'refund', input_mapping: { n: 1 } },
        },
      ]),
    ).toEqual({ r: { status: 'completed', context: { refunded: { n: 1 } } } })
  })

  test('a graph that starts itself has an end', { timeout: 30_000 }, async () => {
    const node = { id: 'again', type: 'sub_workflow', config: { workflow_id: `g${names + 1}` } }
    await expect(run([node])).rejects.toThrow(/failed at step "again"/)
  })

  test('sql runs a registered statement', async () => {
    expect(
      await run([{ id: 's', type: 'sql', config: { statement: 'sum', params: [1, '{{ 2 }}'] } }]),
    ).toEqual({ s: { rows: [{ sum: 3 }], row_count: 1 } })
  })

  test('delay and wait_until give their time', async () => {
    expect(
      await run([
        { id: 'd', type: 'delay', config: { seconds: 0.01 } },
        { id: 'w', type: 'wait_until', config: { at: '2020-01-01T00:00:00Z' } },
      ]),
    ).toEqual({ d: { delayed_seconds: 0.01 }, w: { at: '2020-01-01T00:00:00.000Z' } })
  })

  test('wait_for gives the data of a signal, or null when it is late', async () => {
    const waits = graph([
      { id: 'late', type: 'wait_for', config: { event_name: 'never', timeout: 0.01 } },
      { id: 'w', type: 'wait_for', config: { event_name: 'go', schema: { type: 'object' } } },
    ])
    const started = await engine.start(waits)
    await started.signal('go', { by: 'ada' })
    expect(await started.result()).toEqual({ late: null, w: { by: 'ada' } })
  })

  test('approval asks, and gives the answer', async () => {
    const started = await engine.start(
      graph([
        {
          id: 'ask',
          type: 'approval',
          config: { question: 'Pay {{ trigger.data.n }}?', assignees: ['{{ trigger.data.boss }}'] },
        },
      ]),
      { n: 3, boss: 'ada' },
    )
    const question = await until(
      'ada is asked',
      async () => (await engine.engine.getApprovals({ assignee: 'ada' })).items[0],
    )
    expect(question).toMatchObject({ question: 'Pay 3?', assignees: ['ada'] })
    await engine.engine.answerApproval({
      approvalId: question.id,
      approved: true,
      by: 'ada',
      comment: 'fine',
    })
    expect(await started.result()).toMatchObject({
      ask: { approved: true, by: 'ada', comment: 'fine' },
    })
  })

  test('a leaf is part of what the run gives; output says something else', async () => {
    const steps = [{ id: 'a', type: 'transform', config: { expression: '{{ 20 }}' } }]
    const output = { total: '{{ steps.a.output.result * 2 }}', run: '{{ run.workflow_id }}' }
    expect(await run(steps, {}, { output })).toEqual({ total: 40, run: `g${names}` })
  })
})

describe('blocks', () => {
  const echo = (id: string, expression: unknown, depends_on: string[] = []) => ({
    ...{ id, type: 'transform', depends_on, config: { expression } },
  })

  test('map runs its block for each item, in order, and blocks nest', async () => {
    const inner = {
      ...{ id: 'inner', type: 'map', depends_on: ['twice'] },
      config: {
        ...{ items: '{{ [1, 2] }}', as: 'm' },
        steps: [echo('pair', '{{ [order, index, m, steps.twice.output.result, trigger.data.k] }}')],
      },
    }
    const steps = [
      {
        ...{ id: 'each', type: 'map' },
        config: {
          ...{ items: '{{ trigger.data.items }}', as: 'order', concurrency: 2 },
          steps: [echo('twice', '{{ order * 2 }}'), inner],
        },
      },
    ]
    const output = (await run(steps, { items: [5, 6, 7], k: 'x' })) as { each: unknown[] }
    expect(output.each.map((one) => JSON.stringify(one))).toEqual(
      [5, 6, 7].map((n) =>
        JSON.stringify([1, 2].map((m, i) => ({ result: [n, i, m, n * 2, 'x'] }))),
      ),
    )
    expect(await run(steps, { items: [], k: 'x' })).toEqual({ each: [] })
  })

  test('map over something else than a list fails, and says what it is', async () => {
    const each = {
      id: 'each',
      type: 'map',
      config: { items: '{{ trigger.data }}', steps: [echo('x', 'x')] },
    }
    await expect(run([each], { a: 1 })).rejects.toThrow(/items of map "each" are .*not a list/)
  })

  test('loop goes on as long as while is true, and ends at its bound', async () => {
    const loop = (most: number) => ({
      ...{ id: 'l', type: 'loop' },
      config: {
        ...{ while: '{{ steps.n.output.result < 3 }}', max_iterations: most },
        steps: [echo('n', '{{ (loop.last.result if loop.last else 0) + 1 }}')],
      },
    })
    expect(await run([loop(5)])).toEqual({ l: [{ result: 1 }, { result: 2 }, { result: 3 }] })
    await expect(run([loop(2)])).rejects.toThrow(/would go on after 2 rounds/)
  })

  test('parallel gives what each branch gave, by name', async () => {
    const branches = {
      left: [echo('a', '{{ 1 }}')],
      right: [echo('b', '{{ 2 }}'), echo('c', '{{ 3 }}')],
    }
    expect(await run([{ id: 'p', type: 'parallel', config: { branches } }])).toEqual({
      p: { left: { result: 1 }, right: { b: { result: 2 }, c: { result: 3 } } },
    })
  })

  test('race gives the first, and calls off what the others have begun', async () => {
    await engine.engine.registerWorkflow(
      workflow('slow', async ({ step }) => {
        await step.waitFor('never', { eventName: 'never' })
      }),
    )
    const branches = {
      slow: [{ id: 's', type: 'sub_workflow', config: { workflow_id: 'slow' } }],
      asked: [{ id: 'q', type: 'approval', config: { question: 'Well?', assignees: ['bob'] } }],
      fast: [{ id: 'w', type: 'wait_for', config: { event_name: 'fast' } }],
    }
    const started = await engine.start(graph([{ id: 'r', type: 'race', config: { branches } }]))
    await until(
      'bob is asked',
      async () => (await engine.engine.getApprovals({ assignee: 'bob' })).items[0],
    )
    await until(
      'it runs',
      async () => (await engine.engine.getRuns({ workflowId: 'slow' })).items[0],
    )
    await started.signal('fast', 1)
    expect(await started.result()).toEqual({ r: { winner: 'fast', output: 1 } })
    expect((await engine.engine.getApprovals({ assignee: 'bob' })).items).toEqual([])
    const child = await until('it is cancelled', async () => {
      const { items } = await engine.engine.getRuns({
        workflowId: 'slow',
        statuses: ['cancelled'],
      })
      return items[0]
    })
    expect(child).toMatchObject({ status: 'cancelled' })
  })

  test('a node that takes longer than its timeout fails, whatever it waits for', async () => {
    const wait = { id: 'w', type: 'wait_for', timeout: 0.05, config: { event_name: 'never' } }
    await expect(run([wait])).rejects.toThrow(/at step "w": It took more than 50 ms/)
    const map = {
      ...{ id: 'each', type: 'map', timeout: 0.05, on_error: { continue_with: 'late' } },
      config: {
        items: [1, 2],
        steps: [{ id: 'd', type: 'delay', config: { duration: '1 hour' } }],
      },
    }
    expect(await run([map])).toEqual({ each: 'late' })
  })
})

describe('a node that fails', () => {
  const bad = { id: 'bad', type: 'step', config: { step: 'charge', input: { amount: -1 } } }
  const after = {
    ...{ id: 'after', type: 'transform', depends_on: ['bad'] },
    config: { expression: '{{ steps.bad.output | default("none") }}' },
  }

  test('fails the run, is skipped, or goes on with a value', async () => {
    await expect(run([bad, after])).rejects.toThrow(/at step "bad": below zero/)
    expect(await run([{ ...bad, on_error: 'skip' }, after])).toEqual({})
    expect(await run([{ ...bad, on_error: { continue_with: 0 } }, after])).toEqual({
      after: { result: 0 },
    })
  })

  test('a bad expression is no reason to try again, and says what was there', async () => {
    const node = {
      id: 't',
      type: 'transform',
      config: { expression: '{{ trigger.data.ordr.id }}' },
    }
    const started = await engine.start(graph([node]), { order: 1 })
    await expect(started.result()).rejects.toThrow(/trigger\.data\.ordr.*trigger\.data has: order/)
    const timeline = await started.timeline()
    expect(timeline).toMatchObject([{ stepId: 't', status: 'failed', attempt: 1 }])
  })

  test('what is not registered is named', async () => {
    await expect(run([{ id: 'x', type: 'step', config: { step: 'chrge' } }])).rejects.toThrow(
      /There is no step "chrge"\. Did you mean "charge"\?/,
    )
    await expect(run([{ id: 'x', type: 'sql', config: { statement: 'nope' } }])).rejects.toThrow(
      /no statement "nope"/,
    )
    await expect(
      run([
        {
          ...{ id: 'x', type: 'http' },
          config: { url: `http://127.0.0.1:${port}/`, headers: { a: '{{ secrets.nope }}' } },
        },
      ]),
    ).rejects.toThrow(/no secret "nope"/)
  })
})
