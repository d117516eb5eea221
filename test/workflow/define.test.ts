import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineStep } from '../../src/workflow/define-step.ts'
import { workflow } from '../../src/workflow/workflow.ts'
import { createWorkflowRef } from '../../src/workflow/workflow-ref.ts'
import { useEngine } from '../support/engine.ts'

const t = useEngine()

test('a defined step is called from several workflows, with its own options', async () => {
  const attempts: number[] = []
  const charge = defineStep(
    'charge',
    (order: { amount: number }, ctx) => {
      attempts.push(ctx.attempt)
      if (ctx.attempt < 3) throw new Error('not yet')
      return { paid: order.amount, key: ctx.idempotencyKey.endsWith(':pay') }
    },
    { retry: { maxAttempts: 3, baseDelay: 1 } },
  )
  const w = workflow('defined', ({ step }) => step.run('pay', charge, { amount: 5 }))
  const run = await t.start(w)
  expect(await run.result({ timeout: 15_000 })).toEqual({ paid: 5, key: true })
  expect(attempts).toEqual([1, 2, 3])
})

test('what the call says of retry wins over the definition, that over the workflow', async () => {
  const counts = { call: 0, definition: 0, workflow: 0 }
  const fail = (name: keyof typeof counts) => () => {
    counts[name]++
    throw new Error(name)
  }
  const one = defineStep('one', fail('call'), { retry: { maxAttempts: 4, baseDelay: 1 } })
  const two = defineStep('two', fail('definition'), { retry: { maxAttempts: 4, baseDelay: 1 } })
  const w = workflow(
    'precedence',
    async ({ step }) => {
      await Promise.allSettled([
        step.run('a', one, undefined, { retry: { maxAttempts: 2 } }),
        step.run('b', two, undefined),
        step.run('c', fail('workflow')),
      ])
    },
    { retry: { maxAttempts: 3, baseDelay: 1 } },
  )
  await (await t.start(w)).result({ timeout: 15_000 })
  expect(counts).toEqual({ call: 2, definition: 4, workflow: 3 })
})

test('schemas of a step check what goes in and out, without retry', async () => {
  let calls = 0
  const strict = defineStep(
    'strict',
    (n: number) => {
      calls++
      return n > 5 ? 'big' : (n as unknown as string)
    },
    { inputSchema: z.number(), outputSchema: z.string() },
  )
  const w = workflow('schemas', ({ step, input }) => step.run('s', strict, input as number))
  expect(await (await t.start(w, 7)).result({ timeout: 15_000 })).toBe('big')
  for (const input of ['seven', 3]) {
    const run = await t.start(w, input)
    await expect(run.result({ timeout: 15_000 })).rejects.toMatchObject({
      failure: { code: 'MR001', stepId: 's', attempt: 1 },
    })
  }
  expect(calls).toBe(2)
})

test('the input of a handler is what its schema makes of it, its output what the output schema does', async () => {
  const w = workflow('shapes', ({ input }) => ({ at: input.at.getTime(), more: 1 }), {
    inputSchema: z.object({ at: z.coerce.date() }),
    outputSchema: z.object({ at: z.number() }),
  })
  const run = await t.start(w, { at: '2026-01-01T00:00:00Z' as never })
  expect(await run.result({ timeout: 15_000 })).toEqual({ at: Date.UTC(2026, 0, 1) })
  expect(run.input).toEqual({ at: '2026-01-01T00:00:00Z' })
  await expect(t.engine.startWorkflow(w, { at: 'x' as never })).rejects.toMatchObject({
    code: 'MR001',
    issues: [{ path: ['at'] }],
  })
})

test('an output that violates its schema fails the run without retry', async () => {
  let handlers = 0
  const w = workflow(
    'bad output',
    () => {
      handlers++
      return 'text'
    },
    { outputSchema: z.number() },
  )
  const run = await t.start(w)
  await expect(run.result({ timeout: 15_000 })).rejects.toMatchObject({
    failure: { code: 'MR001' },
  })
  expect(handlers).toBe(1)
})

test('a reference makes the definition, and starts runs without it', async () => {
  const ref = createWorkflowRef('by ref', { inputSchema: z.object({ n: z.number() }) })
  const w = ref(async ({ input }) => input.n + 1)
  await t.engine.registerWorkflow(w)
  const run = await t.engine.startWorkflow(ref, { n: 1 })
  expect(await run.result({ timeout: 15_000 })).toBe(2)
  await expect(t.engine.startWorkflow(ref, { n: 'x' as never })).rejects.toMatchObject({
    code: 'MR001',
  })
})

test('a bad definition is refused with all that is wrong with it', () => {
  const bad = () =>
    workflow('a/b', 'no function' as never, {
      priority: 5000,
      retries: -1,
      timeout: 'soon',
      maxSteps: 0,
      retry: { maxAttempts: 0 },
    })
  expect(bad).toThrow(expect.objectContaining({ code: 'MR030', name: 'DefinitionError' }))
  try {
    bad()
  } catch (error) {
    expect((error as { issues: unknown[] }).issues).toHaveLength(7)
  }
  expect(() => defineStep('', () => 1)).toThrow(expect.objectContaining({ code: 'MR001' }))
  expect(() => defineStep('x', 1 as never)).toThrow(expect.objectContaining({ code: 'MR030' }))
})

test('two workflows with one id and version are refused, the same one again is not', async () => {
  const w = workflow('twice', () => 1)
  await t.engine.registerWorkflow(w)
  await t.engine.registerWorkflow(w)
  await expect(t.engine.registerWorkflow(workflow('twice', () => 2))).rejects.toMatchObject({
    code: 'MR031',
    name: 'DuplicateWorkflowError',
  })
})

test('the context says what the run is', async () => {
  const w = workflow(
    'context',
    async (ctx) => {
      const inner = await ctx.step.run('s', ({ runId, stepId, attempt }) => ({
        runId,
        stepId,
        attempt,
      }))
      ctx.logger.info('a line', { n: 1 })
      const { workflowId, runId, resourceId, version, tags, attempt } = ctx
      return { workflowId, runId, resourceId, version, tags, attempt, inner }
    },
    { version: '7' },
  )
  const run = await t.start(w, undefined, { resourceId: 'user-1', tags: ['a', 'b'] })
  expect(await run.result({ timeout: 15_000 })).toEqual({
    workflowId: 'context',
    runId: run.id,
    resourceId: 'user-1',
    version: '7',
    tags: ['a', 'b'],
    attempt: 1,
    inner: { runId: run.id, stepId: 's', attempt: 1 },
  })
  expect(t.log).toContain(`info context ${run.id}: a line {"n":1}`)
})

test('what a handler logs is not said again at a replay', async () => {
  const w = workflow('says', async ({ step, logger }) => {
    logger.info('begins')
    const a = await step.run('a', ({ logger: inner }) => {
      inner.warn('works')
      return 1
    })
    logger.info(`has ${a}`)
    await step.waitFor('go', { eventName: 'go' })
    logger.info('goes on')
  })
  const run = await t.start(w)
  await run.waitForStatus('waiting')
  await run.signal('go')
  await run.result({ timeout: 15_000 })
  const lines = t.log.filter((line) => line.includes(run.id))
  expect(lines.map((line) => line.replace(` says ${run.id}`, ''))).toEqual([
    'info: begins',
    'warn: a (attempt 1): works',
    'info: has 1',
    'info: goes on',
  ])
})
