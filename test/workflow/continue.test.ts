import { expect, test } from 'vitest'
import { z } from 'zod'
import type { WorkflowRun } from '../../src/client/workflow-run.ts'
import { workflow } from '../../src/workflow/workflow.ts'
import { startEngine, useEngine } from '../support/engine.ts'
import { until } from '../support/until.ts'

const t = useEngine()
const SOON = { timeout: 15_000 }

type Sum = { left: number; sum: number }
const adds = workflow(
  'adds',
  async ({ step, input }) => {
    const { left, sum } = input as Sum
    const more = await step.run('add', () => sum + left)
    if (left > 1) return step.continueAsNew({ left: left - 1, sum: more })
    return more
  },
  { attributes: { left: 'left' } },
)

test('a chain sums up, and its first run gives the result of the last', async () => {
  const options = {
    resourceId: 'r',
    tags: ['x'],
    queue: 'q',
    priority: 5,
    retries: 1,
    idempotencyKey: 'chain',
  }
  const run = await t.start(adds, { left: 5, sum: 0 }, { ...options, attributes: { note: 'mine' } })
  expect(await run.result(SOON)).toBe(15)
  const first = await run.refresh()
  expect(first).toMatchObject({ status: 'completed', output: null, continuedFrom: null })
  const { items } = await t.engine.getRuns({ resourceId: 'r', tags: ['x'], queue: 'q' })
  expect(items).toHaveLength(5)
  const kept = { resourceId: 'r', tags: ['x'], queue: 'q', priority: 5, maxRetries: 1 }
  for (const one of items) expect(one).toMatchObject(kept)
  const [last] = items
  expect(last).toMatchObject({
    output: 15,
    idempotencyKey: null,
    attributes: { left: 1, note: 'mine' },
  })
  let next: WorkflowRun = first
  for (let i = 0; i < 4; i++) {
    const after = await t.engine.getRun({ runId: next.continuedAs as string })
    expect(after.continuedFrom).toBe(next.id)
    next = after
  }
  expect(next.id).toBe(last?.id)
  // the key is that of the first
  const again = await t.engine.startWorkflow(adds, { left: 5, sum: 0 }, { idempotencyKey: 'chain' })
  expect(again).toMatchObject({ id: run.id, existing: true })
  expect(await again.result(SOON)).toBe(15)
})

test('a parent gets the result of the last, and a failure of it too', async () => {
  const falls = workflow(
    'falls',
    async ({ step, input }) => {
      if (input === 'first') await step.continueAsNew('second')
      throw new Error(`fell at ${input}`)
    },
    { retries: 0 },
  )
  const parent = workflow(
    'parent',
    async ({ step }) => {
      const sum = await step.invoke('sum', adds, { left: 3, sum: 0 })
      const error = await step.invoke('fall', falls, 'first').catch((caught: Error) => caught)
      return [sum, (error as Error).message.replace(/run [\w-]+/, 'run')]
    },
    { retries: 0 },
  )
  await t.engine.registerWorkflow(adds)
  await t.engine.registerWorkflow(falls)
  const run = await t.start(parent)
  expect(await run.result(SOON)).toEqual([
    6,
    'Child "falls" (run) of step "fall" failed: fell at second.',
  ])
  const direct = await t.engine.startWorkflow(falls, 'first')
  const failed = await direct.result(SOON).catch((error) => error)
  const next = (await direct.refresh()).continuedAs
  expect(failed).toMatchObject({ name: 'RunFailedError', runId: next })
  expect(failed.message).toContain(`Run ${next} failed`)
})

test('messages go on, and who knows the first run reaches the last', async () => {
  const seen: unknown[] = []
  const w = workflow('hears', async ({ step, input }) => {
    const data = await step.waitFor('wait', { eventName: 'go' })
    seen.push([input, data])
    if ((input as number) < 3) return step.continueAsNew((input as number) + 1)
    return seen.length
  })
  const run = await t.start(w, 1)
  await run.signal('go', 'a')
  await run.signal('go', 'b')
  await until('the first two are through', async () => seen.length >= 2)
  await run.signal('go', 'c')
  expect(await run.result(SOON)).toBe(3)
  expect(seen).toEqual([
    [1, 'a'],
    [2, 'b'],
    [3, 'c'],
  ])
})

test('the input is checked, and nothing follows behind it', async () => {
  const seen: unknown[] = []
  const w = workflow(
    'checked',
    async ({ step, input }) => {
      try {
        if (input.n === 0) await step.continueAsNew({ n: 'one' })
      } catch (error) {
        seen.push((error as Error).name)
        if (input.n === 0) await step.continueAsNew({ n: 1 })
      } finally {
        seen.push(`finally ${input.n}`)
      }
      seen.push(`after ${input.n}`)
      return input.n
    },
    { inputSchema: z.object({ n: z.number() }) },
  )
  const run = await t.start(w, { n: 0 })
  expect(await run.result(SOON)).toBe(1)
  expect(seen).toEqual(['InvalidInputError', 'finally 1', 'after 1'])
})

test('beside a wait, behind steps, and after a replay it goes on all the same', async () => {
  const w = workflow('beside', async ({ step, input }) => {
    const n = input as number
    void step.waitFor('never', { eventName: 'never' })
    await step.run('one', () => 1)
    if (n === 0) await step.sleep('nap', 30)
    await Promise.all([step.run('two', () => 2), step.run('three', () => 3)])
    if (n < 2) await step.continueAsNew(n + 1)
    return n
  })
  const run = await t.start(w, 0)
  expect(await run.result(SOON)).toBe(2)
})

test('children that the run waits for are waited for, others are closed', async () => {
  const child = workflow('closed child', async ({ step }) => {
    await step.waitFor('go', { eventName: 'go' })
    return 'heard'
  })
  const w = workflow('with children', async ({ step, input }) => {
    if (input === 'second') return 'done'
    await step.startWorkflow('waits', child, undefined, { parentClose: 'wait' })
    await step.startWorkflow('closes', child, undefined, { parentClose: 'cancel' })
    await step.startWorkflow('left', child, undefined, { parentClose: 'abandon' })
    return step.continueAsNew('second')
  })
  await t.engine.registerWorkflow(child)
  const run = await t.start(w, 'first')
  const children = await until('they have begun', async () => {
    const all = await run.children()
    return all.length === 3 && all.every(({ status }) => status === 'waiting') ? all : null
  })
  expect((await run.refresh()).continuedAs).toBeNull()
  const [left, closes, waits] = children
  await waits?.signal('go')
  expect(await run.result(SOON)).toBe('done')
  await closes?.waitForStatus('cancelled', SOON)
  expect((await left?.refresh())?.status).toBe('waiting')
  expect((await waits?.refresh())?.output).toBe('heard')
})

test('the time-out is that of the chain', async () => {
  const w = workflow('endless', async ({ step, input }) => {
    await step.sleep('nap', 20)
    return step.continueAsNew((input as number) + 1)
  })
  const run = await t.start(w, 0, { timeout: 700 })
  await expect(run.result(SOON)).rejects.toMatchObject({ failure: { code: 'MR054' } })
  const { items } = await t.engine.getRuns({ workflowId: 'endless', limit: 100 })
  expect(items.length).toBeGreaterThan(2)
  const limits = new Set(items.map(({ timeoutAt }) => timeoutAt?.getTime()))
  expect(limits.size).toBeLessThanOrEqual(2)
})

test('the version is the newest that a worker has, or the one that is asked for', async () => {
  const make = (version: string) =>
    workflow(
      'versions',
      async ({ step, input, version: own }) => {
        const seen = [...(input as string[]), own]
        if (seen.length === 1) return step.continueAsNew(seen)
        return seen.length < 3 ? step.continueAsNew(seen, { version: '1' }) : seen
      },
      { version },
    )
  await using own = await startEngine([make('1'), make('2')])
  const run = await own.engine.startWorkflow({
    workflowId: 'versions',
    input: [],
    options: { version: '1' },
  })
  expect(await run.result(SOON)).toEqual(['1', '2', '1'])
})

test('a long history is told of, says so itself, and the run goes on in time', async () => {
  const w = workflow(
    'long',
    async ({ step, input }) => {
      const { from, to, asked } = input as { from: number; to: number; asked: number }
      for (let i = from; i < to; i++) {
        await step.run('s', () => i)
        if (i % 7 === 0) await step.sleep('nap', 5)
        if (await step.continueAsNewSuggested())
          return step.continueAsNew({ from: i + 1, to, asked: asked + 1 })
      }
      return asked
    },
    { maxSteps: 20 },
  )
  const run = await t.start(w, { from: 0, to: 100, asked: 0 })
  const asked = (await run.result(SOON)) as number
  expect(asked).toBeGreaterThan(4)
  expect(asked).toBeLessThan(10)
  const told = (await run.timeline()).filter(({ reason }) => reason?.startsWith('its history has'))
  expect(told).toMatchObject([
    { kind: 'control', status: 'running', reason: 'its history has 16 of 20 rows' },
  ])
  expect(
    t.log.filter((line) => line.includes(run.id) && line.includes('16 rows of the 20')),
  ).toHaveLength(1)
})

test('a run that does not ask is paused at its limit, as ever', async () => {
  const w = workflow(
    'stubborn',
    async ({ step }) => {
      for (let i = 0; i < 30; i++) await step.run('s', () => i)
    },
    { maxSteps: 20 },
  )
  const run = await t.start(w)
  const paused = await run.waitForStatus('paused', SOON)
  expect(paused).toMatchObject({ reason: 'limit', failure: { code: 'MR022' } })
  expect(paused.error).toContain('step.continueAsNew')
  const steps = (await run.timeline()).filter(({ kind }) => kind === 'step')
  expect(steps).toHaveLength(21)
})

test('it is no step within a step, and knows its options', async () => {
  const w = workflow(
    'odd',
    async ({ step, input }) => {
      if (input === 'inside') await step.run('s', () => step.continueAsNew(1), { retry: false })
      await step.continueAsNew(1, { queue: 'x' } as never)
    },
    { retries: 0 },
  )
  const inside = await t.start(w, 'inside')
  await expect(inside.result(SOON)).rejects.toThrow('called inside step "s"')
  const odd = await t.start(w, 'odd')
  await expect(odd.result(SOON)).rejects.toThrow('no "queue"')
})

test('keys of limits are read from the new input, and one that is not there is refused', async () => {
  const w = workflow(
    'limited chain',
    async ({ step, input }) => {
      const { key, left } = input as { key: string; left: number }
      if (left > 0) return step.continueAsNew({ key: `${key}!`, left: left - 1 })
      return step.continueAsNew({ left }).catch((error: Error) => error.message)
    },
    { concurrency: { limit: 1, key: 'key' } },
  )
  const run = await t.start(w, { key: 'a', left: 2 })
  expect(await run.result(SOON)).toContain('there is nothing at "key"')
  const keys = await t.db.query(
    `select r.meta::json -> 'keys' ->> 'key' as key from millrace.runs r where r.meta like '%limited chain%' order by 1`,
  )
  expect(keys).toEqual([{ key: 'a' }, { key: 'a!' }, { key: 'a!!' }])
})

test('a cancel of the first ends the last', async () => {
  const w = workflow('to be cancelled', async ({ step, input }) => {
    if (input === 1) return step.continueAsNew(2)
    await step.waitFor('never', { eventName: 'never' })
  })
  const run = await t.start(w, 1)
  await until('it went on', async () => (await run.refresh()).continuedAs)
  const ended = await run.cancel('enough')
  expect(ended).toMatchObject({ status: 'cancelled', continuedFrom: run.id })
  await expect(run.result(SOON)).rejects.toMatchObject({
    name: 'RunCancelledError',
    runId: ended.id,
  })
})
