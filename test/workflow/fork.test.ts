import { expect, test } from 'vitest'
import { z } from 'zod'
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
