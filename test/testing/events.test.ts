import { expect, test } from 'vitest'
import { defineEvent, workflow } from '../../src/index.ts'
import { openEngine } from './open-engine.ts'

const paid = defineEvent<{ amount: number }>('paid')

const order = workflow('order', async ({ step }) => {
  const payment = await step.waitFor('payment', paid.for('order-7'), { timeout: '3 days' })
  if (payment) await step.emitEvent('tell', defineEvent('told'), payment, { key: 'order-7' })
  return payment?.amount ?? 'not paid in time'
})
const hears = workflow('hears', async ({ step, input }) => [
  input,
  await step.waitFor('tell', { eventName: 'told', key: 'order-7' }),
])

test('events are told and times pass without a test that sleeps', async () => {
  await using engine = await openEngine([order, hears])
  const late = await engine.startWorkflow(order, null)
  await engine.clock.advance('3 days')
  expect(await late.result()).toBe('not paid in time')

  const listeners = await engine.startWorkflows(
    hears,
    Array.from({ length: 300 }, (_, input) => ({ input })),
  )
  const run = await engine.startWorkflow(order, null)
  await engine.runUntilIdle()
  expect(await engine.emitEvent(paid, { amount: 90 }, { key: 'order-7' })).toEqual({
    matched: 1,
    started: [],
  })
  await engine.runUntilIdle()
  expect(await run.result()).toBe(90)
  for (const [i, listener] of listeners.entries())
    expect(await listener.result()).toEqual([i, { amount: 90 }])

  await engine.clock.advance('23 hours')
  expect(await (await engine.startWorkflow(order, null)).result()).toBe(90)
  await engine.clock.advance('2 hours')
  const tooLate = await engine.startWorkflow(order, null)
  await engine.runUntilIdle()
  expect((await tooLate.refresh()).status).toBe('waiting')
})

test('a stand-in takes the place of a wait and of an emission', async () => {
  await using engine = await openEngine([order])
  engine.mockStep(order, 'payment', () => ({ amount: 1 }))
  engine.mockStep(order, 'tell', (data) => data)
  const run = await engine.startWorkflow(order, null)
  await engine.runUntilIdle()
  expect(await run.result()).toBe(1)
  expect((await engine.getEvents()).items).toEqual([])
})
