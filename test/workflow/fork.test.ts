import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { defineSignal } from '../../src/definition/signal.ts'
import { defineStep } from '../../src/workflow/define-step.ts'
import { workflow } from '../../src/workflow/workflow.ts'
import { useEngine } from '../support/engine.ts'

const t = useEngine()
const LONG = { timeout: 15_000 }

/** Notes what ran, by run. */
const ran: string[] = []
const note = (what: string) => {
  ran.push(what)
  return what
}

const make = (version: string) =>
  workflow(
    'forked',
    async ({ step, input }) => {
      const a = await step.run('a', () => note(`a${version}`))
      const answer = await step.waitFor('answer', { eventName: 'answer' })
      const b = await step.run('b', () => note(`b${version}`))
      const [left, right] = await Promise.all([
        step.run('left', () => note('left')),
        step.run('right', () => note('right')),
      ])
      const items = await step.map('items', [1, 2], (n) => note(`item ${n}`))
      return { a, answer, b, left, right, items, n: input.n }
    },
    { version, inputSchema: z.object({ n: z.number() }) },
  )

const first = make('1')
const second = make('2')

test('a fork repeats no step that came before it, and runs the rest, on a newer version too', async () => {
  const run = await t.start(first, { n: 1 })
  await run.waitForStatus('waiting', LONG)
  await run.signal('answer', 'yes')
  const output = (await run.result(LONG)) as object
  expect(output).toMatchObject({ a: 'a1', answer: 'yes', b: 'b1', n: 1 })

  await t.engine.registerWorkflow(second)
  ran.length = 0
  const fork = await run.fork({ fromStep: 'b', version: '2', by: 'ada' })
  expect(fork).toMatchObject({ forkedFrom: run.id, forkedAt: 'b', version: '2' })
  expect(await fork.result(LONG)).toMatchObject({ a: 'a1', answer: 'yes', b: 'b2' })
  expect(ran).toEqual(['b2', 'left', 'right', 'item 1', 'item 2'])
  expect((await run.refresh()).output).toEqual(output)

  ran.length = 0
  const edited = await fork.fork({ fromStep: 'b', output: 'by hand', input: { n: 2 } })
  expect(await edited.result(LONG)).toMatchObject({ b: 'by hand', n: 2 })
  expect(ran).not.toContain('b2')

  ran.length = 0
  const answered = await run.fork({ fromStep: 'answer', output: 'no' })
  expect(await answered.result(LONG)).toMatchObject({ a: 'a1', answer: 'no' })
  expect(ran).not.toContain('a1')

  ran.length = 0
  const map = await run.fork({ fromStep: 'items' })
  await map.result(LONG)
  expect(ran).toEqual(['item 1', 'item 2'])
})

test('inside a parallel block, with an input that does not fit, from a step that is not there: refused', async () => {
  const run = await t.start(first, { n: 1 })
  await run.signal('answer', 'yes')
  await run.result(LONG)
  const before = (await t.engine.getRuns({ workflowId: 'forked', limit: 100 })).items.length
  for (const [options, message] of [
    [{ fromStep: 'left' }, '"left" ran beside "right"'],
    [{ fromStep: 'right' }, '"right" ran beside "left"'],
    [{ fromStep: 'items[1]' }, 'Fork from "items"'],
    [{ fromStep: 'nope' }, 'It came to: "a", "answer", "b"'],
    [{ fromStep: 'nope' }, ', "items".'],
    [{ fromStep: 'a', input: { n: 'x' } }, 'input of workflow "forked"'],
    [{ fromStep: 'a', output: () => 1 }, 'output of step "a"'],
  ] as const)
    await expect(run.fork(options)).rejects.toMatchObject({
      name: expect.stringMatching(/^(InvalidInput|Payload)Error$/),
      message: expect.stringContaining(message),
    })
  const after = (await t.engine.getRuns({ workflowId: 'forked', limit: 100 })).items.length
  expect(after).toBe(before)
})

test('a run that waits may be forked while it waits', async () => {
  const run = await t.start(first, { n: 1 })
  await run.waitForStatus('waiting', LONG)
  const fork = await run.fork({ fromStep: 'a' })
  await fork.signal('answer', 'fork')
  expect(await fork.result(LONG)).toMatchObject({ answer: 'fork' })
  expect((await run.refresh()).status).toBe('waiting')
  await run.cancel()
})

describe('the output of a fork', () => {
  const [a, b] = [defineSignal<number>('a'), defineSignal<number>('b')]
  const waits = workflow('fork waits', async ({ step }) => ({
    any: await step.waitForAny('any', { first: a, second: b }),
    all: await step.waitForAll('all', { a, b }),
  }))

  test('of a wait for several is what that gives', async () => {
    const run = await t.start(waits)
    await run.signal('a', 1)
    await run.signal('a', 2)
    await run.signal('b', 3)
    const output = { any: { name: 'first', data: 1 }, all: { a: 2, b: 3 } }
    expect(await run.result(LONG)).toEqual(output)

    const any = await run.fork({ fromStep: 'any', output: { name: 'second', data: 7 } })
    await any.signal('a', 8)
    await any.signal('b', 9)
    expect(await any.result(LONG)).toEqual({
      ...{ any: { name: 'second', data: 7 }, all: { a: 8, b: 9 } },
    })
    const all = await run.fork({ fromStep: 'all', output: { a: 5, b: null } })
    expect(await all.result(LONG)).toEqual({ ...output, all: { a: 5, b: null } })
    // the run waits for what it was not given
    const part = await run.fork({ fromStep: 'all', output: { b: 6 } })
    await part.signal('a', 4)
    expect(await part.result(LONG)).toEqual({ ...output, all: { a: 4, b: 6 } })
  })

  test('of a wait for all that is no object is refused; of one for any it pauses the fork, by name', async () => {
    const run = await t.start(waits)
    for (const [name, n] of [
      ['a', 1],
      ['a', 2],
      ['b', 3],
    ] as const)
      await run.signal(name, n)
    await run.result(LONG)
    const before = (await t.engine.getRuns({ workflowId: waits.id, limit: 100 })).items.length
    for (const output of ['x', 1, null, [1]])
      await expect(run.fork({ fromStep: 'all', output })).rejects.toMatchObject({
        name: 'InvalidInputError',
        message: expect.stringContaining('Step "all" waits for all of several messages'),
      })
    const after = (await t.engine.getRuns({ workflowId: waits.id, limit: 100 })).items.length
    expect(after).toBe(before)
    const fork = await run.fork({ fromStep: 'any', output: { name: 'third' } })
    const { reason, error } = await fork.waitForStatus('paused', LONG)
    expect([reason, error]).toEqual(['history_mismatch', expect.stringContaining('"any"')])
  })

  test('that does not fit the schema of the step fails the fork, and a retry runs the step', async () => {
    let calls = 0
    const charge = defineStep('charge', () => ++calls, { outputSchema: z.number() })
    const w = workflow('fork typed', async ({ step }) => {
      const n = await step.run('pay', charge, undefined)
      return step.run('after', () => n + 1)
    })
    const run = await t.start(w)
    expect(await run.result(LONG)).toBe(2)
    const good = await run.fork({ fromStep: 'pay', output: 41 })
    expect(await good.result(LONG)).toBe(42)
    const bad = await run.fork({ fromStep: 'pay', output: 'many' })
    await expect(bad.result(LONG)).rejects.toMatchObject({
      failure: { stepId: 'pay', message: expect.stringContaining('does not fit its schema') },
    })
    expect(calls).toBe(1)
    expect(await (await bad.retry()).result(LONG)).toBe(3)
    // what was given stays, in a fork of the fork too
    const again = await good.fork({ fromStep: 'after' })
    expect(await again.result(LONG)).toBe(42)
    expect(calls).toBe(2)
  })
})
