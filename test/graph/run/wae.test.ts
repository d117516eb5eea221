import { expect, test } from 'vitest'
import { defineGraph } from '../../../src/graph/index.ts'
import { useEngine } from '../../support/engine.ts'
import { orderPipeline } from '../../support/order-pipeline.ts'

const engine = useEngine()

test('its example document runs as it is', async () => {
  const graph = defineGraph(orderPipeline)
  const order = { order_id: 'ORD-001', customer: 'Jane', amount: 250 }
  const run = await engine.start(graph, order)
  expect(run.workflowId).toBe('Order Pipeline')
  expect(await run.result()).toEqual({ high_value: { result: 'Escalate: $250' } })
  const timeline = await run.timeline()
  expect(timeline.map(({ stepId, status, output }) => [stepId, status, output])).toEqual([
    ['validate', 'completed', { result: 'Order #ORD-001 for Jane' }],
    [
      ...['check_amount', 'completed'],
      { result: true, branch: 'true', branch_steps: ['high_value'] },
    ],
    ['standard', 'skipped', undefined],
    ['high_value', 'completed', { result: 'Escalate: $250' }],
  ])
  const small = await engine.start(graph, { ...order, amount: 5 })
  expect(await small.result()).toEqual({ standard: { result: 'Auto-approve: $5' } })
})

test('a webhook hands over its payload and headers, a hand its data, a cron its time', async () => {
  const seen = (trigger_type: string, more: object = {}) =>
    defineGraph({
      ...{ name: `seen ${trigger_type}`, trigger_type: trigger_type as 'manual', ...more },
      steps: [{ id: 's', type: 'transform', config: { expression: '{{ trigger | tojson }}' } }],
    })
  const read = async (graph: ReturnType<typeof seen>, input: unknown) => {
    const run = await engine.start(graph, input)
    const { s } = (await run.result()) as { s: { result: string } }
    return JSON.parse(s.result) as unknown
  }
  expect(await read(seen('manual'), { a: 1 })).toEqual({ source: 'manual', data: { a: 1 } })
  const delivery = { payload: { a: 1 }, headers: { 'x-id': '7' } }
  expect(await read(seen('webhook'), delivery)).toEqual({
    ...{ source: 'webhook', data: { a: 1 }, ...delivery },
  })
  expect(await read(seen('webhook'), { a: 1 })).toEqual({
    ...{ source: 'manual', data: { a: 1 }, payload: { a: 1 }, headers: {} },
  })
})
