import { expect, test } from 'vitest'
import { z } from 'zod'
import type { AttributeCondition } from '../../src/client/run-filter.ts'
import { workflow } from '../../src/workflow/workflow.ts'
import { useEngine } from '../support/engine.ts'

const t = useEngine()
const SOON = { timeout: 15_000 }

const order = workflow(
  'order',
  async ({ step, input }) => {
    await step.setAttributes({ stage: 'packed' })
    await step.run('weigh', () => 1)
    if (input.customer.id === 'wait') await step.waitFor('go', { eventName: 'go' })
    await step.setAttributes({ stage: 'sent', carrier: 'mule', due: null })
    return input.amount
  },
  {
    inputSchema: z.object({
      customer: z.object({ id: z.string() }),
      amount: z.number().optional(),
      due: z.date().or(z.string()).optional(),
    }),
    attributes: {
      customer: 'customer.id',
      amount: { path: 'amount', type: 'number' },
      due: { path: 'due', type: 'instant' },
      stage: { type: 'text' },
    },
  },
)

test('a run is found by its attributes, as they are now', async () => {
  const customer = { id: 'wait' }
  const due = new Date('2027-03-01T09:00:00Z')
  const run = await t.start(order, { customer, amount: 5, due }, { attributes: { note: 'mine' } })
  expect(run.attributes).toEqual({ customer: 'wait', amount: 5, due: due.toJSON(), note: 'mine' })
  await run.waitForStatus('waiting', SOON)
  const found = async (attributes: Record<string, AttributeCondition>) =>
    (await t.engine.getRuns({ workflowId: 'order', attributes })).items.map(({ id }) => id)
  expect(await found({ stage: 'packed', due })).toEqual([run.id])
  expect(await found({ due: { gte: new Date(0), lt: due } })).toEqual([])
  await run.signal('go')
  await run.result(SOON)
  const now = await run.refresh()
  const rest = { customer: 'wait', amount: 5, note: 'mine' }
  expect(now.attributes).toEqual({ ...rest, stage: 'sent', carrier: 'mule' })
  expect(await found({ stage: 'packed' })).toEqual([])
  expect(await found({ due })).toEqual([])
  expect(await found({ stage: 'sent', amount: { gte: 5, lt: 6 } })).toEqual([run.id])
  const timeline = await run.timeline()
  expect(timeline.map(({ stepId, kind }) => `${kind} ${stepId}`)).toEqual([
    ...['control $attributes', 'step weigh', 'wait go', 'control $attributes#2'],
  ])
})

test('lists are in the order of an attribute, page by page', async () => {
  await t.engine.registerWorkflow(order)
  const inputs = [30, 10, 50, 20, 40].map((amount) => ({
    input: { customer: { id: 'many' }, amount },
  }))
  const runs = await t.engine.startWorkflows(order, inputs)
  await Promise.all(runs.map((run) => run.result(SOON)))
  const of = { workflowId: 'order', attributes: { customer: 'many' }, limit: 2 }
  const orderBy = { attribute: 'amount', direction: 'desc' } as const
  const amounts: unknown[] = []
  let page = await t.engine.getRuns({ ...of, orderBy })
  expect(page.hasPrev).toBe(false)
  for (; ; page = await t.engine.getRuns({ ...of, orderBy, startingAfter: page.nextCursor })) {
    amounts.push(...page.items.map((run) => run.attributes.amount))
    if (!page.hasMore) break
  }
  expect(amounts).toEqual([50, 40, 30, 20, 10])
  const back = await t.engine.getRuns({ ...of, orderBy, endingBefore: page.prevCursor })
  expect(back.items.map((run) => run.attributes.amount)).toEqual([30, 20])
  const up = await t.engine.getRuns({ ...of, orderBy: 'amount' })
  expect(up.items.map((run) => run.attributes.amount)).toEqual([10, 20])
})

test('in bulk too', async () => {
  const customer = { id: 'wait' }
  const run = await t.start(order, { customer, amount: 777 })
  await run.waitForStatus('waiting', SOON)
  await t.engine.bulk.cancel({ where: { attributes: { amount: { gt: 700, lte: 777 } } } })
  await run.waitForStatus('cancelled', SOON)
})

test('what does not fit is refused, by name', async () => {
  await t.engine.registerWorkflow(order)
  const start = (attributes: object) =>
    t.engine.startWorkflow(order, { customer: { id: 'x' } }, { attributes: attributes as never })
  await expect(start({ amount: 'much' })).rejects.toMatchObject({
    code: 'MR001',
    message: expect.stringMatching(
      /"amount" was given "much".*declared as number.*customer \(text, number or boolean\)/,
    ),
  })
  await expect(start({ due: 'tomorrow' })).rejects.toThrow('like "2027-03-01T09:00:00Z"')
  await expect(start({ stage: 'x'.repeat(257) })).rejects.toThrow('at most 256 characters')
  await expect(start([])).rejects.toThrow('an object of values by name')
  await expect(t.engine.getRuns({ attributes: { colour: 'red' } })).rejects.toMatchObject({
    code: 'MR001',
  })
  await expect(t.engine.getRuns({ attributes: { amount: undefined as never } })).rejects.toThrow(
    'no value to compare with',
  )
  const nothing = { where: { attributes: { amount: { gte: undefined as never, lt: 5 } } } }
  await expect(t.engine.bulk.cancel(nothing)).rejects.toThrow('no value to compare with')
  await expect(
    t.engine.getRuns({ orderBy: { attribute: 'amount', desc: true } as never }),
  ).rejects.toThrow('no "desc"')
  await expect(t.engine.getRuns({ orderBy: 'amount', startingAfter: 'x' })).rejects.toThrow(
    'Cursor "x"',
  )
})

test('a handler that sets what does not fit fails at once', async () => {
  let tries = 0
  const w = workflow(
    'sets badly',
    async ({ step }) => {
      tries++
      await step.setAttributes({ stage: 7 })
    },
    { attributes: { stage: { type: 'text' } } },
  )
  const run = await t.start(w)
  await expect(run.result(SOON)).rejects.toMatchObject({ failure: { code: 'MR001' } })
  expect(tries).toBe(1)
})

test('a history with them fits the same code, and not another', async () => {
  const w = (set: boolean) =>
    workflow(
      'replayed',
      async ({ step }) => {
        if (!set) return
        await step.setAttributes({ stage: 'one' })
        await step.waitFor('go', { eventName: 'go' })
        await step.setAttributes({ stage: 'two' })
      },
      { attributes: { stage: { type: 'text' } } },
    )
  const run = await t.start(w(true))
  await run.waitForStatus('waiting', SOON)
  await t.engine.unregisterWorkflow('replayed')
  await t.engine.registerWorkflow(w(false))
  await run.signal('go')
  const paused = await run.waitForStatus('paused', SOON)
  expect(paused.reason).toBe('history_mismatch')
  await t.engine.unregisterWorkflow('replayed')
  await t.engine.registerWorkflow(w(true))
  await run.resume()
  await run.result(SOON)
  expect((await run.refresh()).attributes).toEqual({ stage: 'two' })
})

test('what cannot be declared is refused when the workflow is defined', () => {
  const define = (attributes: object) => () =>
    workflow('wrong', () => {}, { attributes: attributes as never })
  expect(define({ a: { type: 'date' } })).toThrow('must be one of text, number, boolean, instant')
  expect(define({ a: { kind: 'text' } })).toThrow('no "kind"')
  expect(define({ a: 'x..y' })).toThrow('must be a path into the input')
  expect(define({ 'a#': 'x' })).toThrow('The attribute "a#" is not valid')
  expect(define(Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`a${i}`, 'x'])))).toThrow(
    'over the limit of 16',
  )
})
