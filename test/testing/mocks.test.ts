import { expect, test } from 'vitest'
import { z } from 'zod'
import { createWorkflowRef, defineStep, workflow } from '../../src/index.ts'
import { openEngine } from './open-engine.ts'

test('a mock takes the place of any kind of step', async () => {
  const charge = defineStep('charge', (_: { amount: number }) => ({ id: 'real' }), {
    outputSchema: z.object({ id: z.string() }),
  })
  const child = createWorkflowRef('child')
  const all = workflow('all', async ({ step }) => ({
    run: await step.run('run', () => 'real'),
    defined: await step.run('defined', charge, { amount: 5 }),
    transaction: await step.transaction('transaction', async () => 'real'),
    map: await step.map('map', [1, 2], async () => 'real'),
    poll: await step.poll('poll', () => false as false | string),
    wait: await step.waitFor('wait', { eventName: 'never' }),
    invoke: await step.invoke('invoke', child, { n: 1 }),
    started: await step.startWorkflow('start', child, { n: 1 }),
    slept: await step.sleep('sleep', '1 year'),
  }))
  await using engine = await openEngine([all])
  engine.mockStep(all, 'run', ({ stepId, attempt }) => [stepId, attempt])
  engine.mockStep(all, 'defined', ({ amount }) => ({ id: `mock ${amount}` }))
  engine.mockStep('all', 'transaction', async (tx) => (await tx.query('select 7 as n')).rows[0].n)
  engine.mockStep(all, 'map', (item, { index }) => item * 10 + index)
  engine.mockStep(all, 'poll', () => 'answer')
  engine.mockStep(all, 'wait', ({ eventName }) => eventName)
  engine.mockStep(all, 'invoke', ({ n }) => n + 1)
  engine.mockStep(all, 'start', () => ({ id: 'child' }))
  engine.mockStep(all, 'sleep', () => undefined)
  const run = await engine.startWorkflow(all, null)
  expect(await run.result()).toEqual({
    run: ['run', 1],
    defined: { id: 'mock 5' },
    transaction: 7,
    map: [10, 21],
    poll: { timedOut: false, data: 'answer' },
    wait: 'never',
    invoke: 2,
    started: { id: 'child' },
  })
})

test('a mock is seen through the methods of plugins, and only in its own workflow', async () => {
  const mailing = workflow.use({
    name: 'mail',
    methods: (step) => ({ send: (id: string) => step.run(id, () => 'sent') }),
  })
  const a = mailing('a', ({ step }) => step.send('mail'))
  const b = mailing('b', ({ step }) => step.send('mail'))
  await using engine = await openEngine([a, b])
  engine.mockStep(a, 'mail', () => 'mocked')
  expect(await (await engine.startWorkflow(a, null)).result()).toBe('mocked')
  expect(await (await engine.startWorkflow(b, null)).result()).toBe('sent')
})

test('a mock that throws is a step that fails', async () => {
  const w = workflow('w', ({ step }) => step.run('s', () => 1), { retries: 0 })
  await using engine = await openEngine([w])
  engine.mockStep(w, 's', () => {
    throw new Error('mocked away')
  })
  const run = await engine.startWorkflow(w, null)
  await expect(run.result()).rejects.toThrow('mocked away')
})

test('a workflow can be mocked, whether the engine has it or not', async () => {
  const pack = workflow('pack', async ({ input }) => ({ box: `real ${input.n}` }), {
    inputSchema: z.object({ n: z.number() }),
  })
  const absent = createWorkflowRef('absent', { inputSchema: z.object({ n: z.number() }) })
  const parent = workflow('parent', async ({ step }) => [
    await step.invoke('pack', pack, { n: 1 }),
    await step.invoke('absent', absent, { n: 2 }),
  ])
  await using engine = await openEngine([pack, parent])
  engine.mockWorkflow(pack, ({ n }) => ({ box: `mock ${n}` }))
  engine.mockWorkflow(absent, ({ n }) => n * 2)
  const run = await engine.startWorkflow(parent, null)
  expect(await run.result()).toEqual([{ box: 'mock 1' }, 4])
  expect(await run.children()).toHaveLength(2)
  expect(await engine.steps({ runId: run.id })).toEqual(['pack', 'absent'])
})

test('a workflow that is registered later can be mocked as well', async () => {
  const late = workflow('late', ({ step }) => step.run('s', () => 'real'))
  await using engine = await openEngine([])
  engine.mockStep(late, 's', () => 'mock')
  await engine.registerWorkflow(late)
  await engine.registerWorkflow(late)
  expect(await (await engine.startWorkflow({ workflowId: 'late', input: 1 })).result()).toBe('mock')
})

test('a stand-in that was never called is told of at the end', async () => {
  const lines: string[] = []
  const logger = { log: () => {}, error: (line: string) => lines.push(line) }
  const order = workflow('order', ({ step }) => step.run('charge', () => 'charged'))
  const engine = await openEngine([order], { logger })
  engine.mockStep(order, 'chrage', () => 'not charged')
  const run = await engine.startWorkflow(order)
  await engine.runUntilIdle()
  expect(await run.result()).toBe('charged')
  await engine.stop()
  expect(lines).toEqual([
    'A stand-in was never called: step "chrage" of workflow "order". Is its name right?',
  ])
})
