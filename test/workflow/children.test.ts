import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ChildFailedError, NonRetryableError } from '../../src/model/errors.ts'
import { MAX_BATCH } from '../../src/model/limits.ts'
import { workflow } from '../../src/workflow/workflow.ts'
import { createWorkflowRef } from '../../src/workflow/workflow-ref.ts'
import { useEngine } from '../support/engine.ts'

const t = useEngine()

const child = workflow(
  'child',
  async ({ step, input }) => {
    if (input === 'fail') throw new Error('the child is ill')
    if (input === 'wait') await step.waitFor('wait', { eventName: 'go' })
    if (input === 'nothing') return undefined
    if (input === 'null') return null
    return { got: input }
  },
  { retries: 0 },
)

test('invoke gives the output of the child, also undefined and null', async () => {
  await t.engine.registerWorkflow(child)
  const w = workflow('invoke', async ({ step }) => {
    const some = await step.invoke('some', child, 'x')
    const nothing = await step.invoke('nothing', child, 'nothing')
    const none = await step.invoke('null', child, 'null')
    await step.delay('nap', 30)
    return [some, nothing === undefined, none]
  })
  const run = await t.start(w)
  expect(await run.result({ timeout: 15_000 })).toEqual([{ got: 'x' }, true, null])
  const children = await run.children()
  expect(children.map((one) => one.parentId)).toEqual([run.id, run.id, run.id])
})

test('children run beside each other and beside steps', async () => {
  await t.engine.registerWorkflow(child)
  const w = workflow('side by side', async ({ step }) =>
    Promise.all([
      ...[1, 2, 3].map((n) => step.invoke(`c${n}`, child, n)),
      step.run('step', () => 'step'),
    ]),
  )
  const run = await t.start(w)
  expect(await run.result({ timeout: 15_000 })).toEqual([
    { got: 1 },
    { got: 2 },
    { got: 3 },
    'step',
  ])
})

test('a child that fails or is cancelled throws ChildFailedError, which may be caught', async () => {
  await t.engine.registerWorkflow(child)
  const seen: unknown[] = []
  const w = workflow('ill child', async ({ step }) => {
    const error = await step.invoke('c', child, 'fail').catch((caught: unknown) => caught)
    if (!(error instanceof ChildFailedError)) throw new Error('not a ChildFailedError')
    const { code, message, details } = error
    seen.push([code, message.replace(/run [\w-]+/, 'run'), (details.failure as Error).message])
    await step.delay('nap', 30)
    await step.invoke('cancelled', child, 'wait')
  })
  const run = await t.start(w)
  await expect.poll(async () => (await run.children()).length, { timeout: 10_000 }).toBe(2)
  const waiting = (await run.children()).find((one) => one.input === 'wait')
  await waiting?.cancel('enough')
  await expect(run.result({ timeout: 15_000 })).rejects.toMatchObject({
    failure: { code: 'MR051', name: 'ChildFailedError', stepId: 'cancelled' },
  })
  const expected = [
    'MR051',
    'Child "child" (run) of step "c" failed: the child is ill.',
    'the child is ill',
  ]
  for (const one of seen) expect(one).toEqual(expected)
})

test('startWorkflow starts a child once and does not wait for it', async () => {
  await t.engine.registerWorkflow(child)
  const ids = new Set<string>()
  const w = workflow('started', async ({ step }) => {
    const { id } = await step.startWorkflow('c', child, 'wait', { parentClose: 'abandon' })
    ids.add(id)
    await step.delay('nap', 30)
    return id
  })
  const run = await t.start(w)
  const id = await run.result({ timeout: 15_000 })
  expect([...ids]).toEqual([id])
  const started = await t.engine.getRun({ runId: id as string })
  expect(started).toMatchObject({ parentId: run.id, workflowId: 'child' })
  await started.waitForStatus('waiting')
  await started.signal('go')
  expect(await started.result({ timeout: 15_000 })).toEqual({ got: 'wait' })
})

test('a child of a workflow that nobody registered fails its step, the same at replay', async () => {
  const seen: string[] = []
  const w = workflow(
    'orphan',
    async ({ step }) => {
      const why = await step
        .invoke('c', createWorkflowRef('nobody'), 1)
        .catch((error: Error) => error.message)
      seen.push(why as string)
      await step.run('after', () => 1)
      await step.waitFor('again', { eventName: 'again' })
      return why
    },
    { retry: { baseDelay: 1, maxAttempts: 2 } },
  )
  const run = await t.start(w)
  // before that it waits for the second attempt to start the child
  await expect
    .poll(async () => (await run.refresh()).currentStepId, { timeout: 10_000 })
    .toBe('again')
  await run.signal('again')
  expect(await run.result({ timeout: 15_000 })).toContain('"nobody" is not registered')
  expect(new Set(seen).size).toBe(1)
  expect(seen.length).toBeGreaterThan(1)
})

test('the input of a child is checked by its schema before it is started', async () => {
  const strict = workflow('strict', async ({ input }) => input.n, {
    inputSchema: z.object({ n: z.number() }),
  })
  await t.engine.registerWorkflow(strict)
  const w = workflow('bad input', async ({ step }) => {
    await step.invoke('c', strict, { n: 'seven' as never })
  })
  const run = await t.start(w)
  await expect(run.result({ timeout: 15_000 })).rejects.toMatchObject({
    failure: { code: 'MR001', stepId: 'c', attempt: 1 },
  })
  expect(await run.children()).toEqual([])
})

test('children know the ids that callers chose, and parents too', async () => {
  await t.engine.registerWorkflow(child)
  const own = '11111111-2222-4333-8444-555555555555'
  const childId = '11111111-2222-4333-8444-666666666666'
  const w = workflow('own ids', ({ step }) => step.invoke('c', child, 'x', { runId: childId }))
  const run = await t.start(w, undefined, { runId: own })
  expect(run.id).toBe(own)
  expect(await run.result({ timeout: 15_000 })).toEqual({ got: 'x' })
  const [only, ...rest] = await run.children()
  expect(rest).toEqual([])
  expect(only?.id).toBe(childId)
})

test('a child may have children', async () => {
  const fib = workflow('fib', async ({ step, input }): Promise<number> => {
    const n = input as number
    if (n < 2) return n
    const ref = createWorkflowRef<typeof fib>('fib')
    const [a, b] = await Promise.all([step.invoke('a', ref, n - 1), step.invoke('b', ref, n - 2)])
    return (a as number) + (b as number)
  })
  const run = await t.start(fib, 6)
  expect(await run.result({ timeout: 15_000 })).toBe(8)
})

describe('when the parent ends', () => {
  const waits = workflow('waits', ({ step }) => step.waitFor('go', { eventName: 'go' }))
  const parent = workflow('closes', async ({ step, input }) => {
    const { how, fail = false } = input as { how?: 'wait' | 'cancel' | 'abandon'; fail?: boolean }
    const options = how === undefined ? {} : { parentClose: how }
    const { id } = await step.startWorkflow('child', waits, undefined, options)
    await step.waitFor('end', { eventName: 'end' })
    if (fail) throw new NonRetryableError('it failed')
    return id
  })
  async function started(input: object) {
    await t.engine.registerWorkflow(waits)
    const run = await t.start(parent, input)
    await run.waitForStatus('waiting', { timeout: 15_000 })
    const [child] = await run.children()
    return { run, child: child as NonNullable<typeof child> }
  }
  const end = { timeout: 15_000 }

  test('a child is cancelled, unless it was said otherwise, and its own children too', async () => {
    const { run, child } = await started({})
    await run.signal('end')
    await run.result(end)
    expect((await child.waitForStatus('cancelled', end)).status).toBe('cancelled')
    const entry = (await child.timeline()).find(({ status }) => status === 'cancelled')
    expect(entry).toMatchObject({ reason: 'its parent ended', by: null })
    const middle = workflow('middle', ({ step }) => step.invoke('below', parent, {}))
    const top = await t.start(middle)
    await expect.poll(async () => (await top.children()).length, end).toBe(1)
    const [below] = await top.children()
    await below?.waitForStatus('waiting', end)
    const [bottom] = (await below?.children()) ?? []
    await top.cancel()
    await bottom?.waitForStatus('cancelled', end)
    expect((await below?.refresh())?.status).toBe('cancelled')
  })

  test('an abandoned child goes on', async () => {
    const { run, child } = await started({ how: 'abandon' })
    await run.signal('end')
    await run.result(end)
    await child.signal('go', 'on')
    expect(await child.result(end)).toBe('on')
  })

  test('a parent that waits ends after its child, also when it fails; cancelled, it does not wait', async () => {
    const { run, child } = await started({ how: 'wait' })
    await run.signal('end')
    await expect.poll(async () => (await run.refresh()).currentStepId, end).toBe('$close:child')
    await child.signal('go')
    expect(await run.result(end)).toBe(child.id)
    const failing = await started({ how: 'wait', fail: true })
    await failing.run.signal('end')
    await expect
      .poll(async () => (await failing.run.refresh()).currentStepId, end)
      .toBe('$close:child')
    await failing.child.signal('go')
    await expect(failing.run.result(end)).rejects.toThrow('it failed')
    const cancelled = await started({ how: 'wait' })
    await cancelled.run.cancel()
    await cancelled.child.waitForStatus('cancelled', end)
  })

  test('a child that has ended leaves nothing behind, nor a parent', async () => {
    const { run, child } = await started({})
    await child.signal('go')
    await child.result(end)
    await run.signal('end')
    await run.result(end)
    await expect
      .poll(async () => (await t.db.query('select from millrace.children')).length, end)
      .toBe(0)
  })

  test('a policy that is none is refused', async () => {
    const w = workflow(
      'bad policy',
      ({ step }) => step.startWorkflow('c', waits, undefined, { parentClose: 'kill' as never }),
      { retries: 0 },
    )
    await expect((await t.start(w)).result(end)).rejects.toThrow("'wait', 'cancel' or 'abandon'")
  })
})

test('more children at once than one call to the kernel takes', { timeout: 60_000 }, async () => {
  await t.engine.registerWorkflow(child)
  const w = workflow('many children', async ({ step }) => {
    const numbers = Array.from({ length: MAX_BATCH + 100 }, (_, i) => i)
    const all = await Promise.all(numbers.map((n) => step.invoke('c', child, n)))
    return all.every((one, n) => (one as { got: number }).got === n) ? all.length : null
  })
  const run = await t.start(w)
  expect(await run.result({ timeout: 50_000 })).toBe(MAX_BATCH + 100)
})
