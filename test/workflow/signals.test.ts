import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { defineSignal } from '../../src/definition/signal.ts'
import { workflow } from '../../src/workflow/workflow.ts'
import { useEngine } from '../support/engine.ts'

const t = useEngine()
const LONG = { timeout: 15_000 }

const approved = defineSignal('approved', z.object({ by: z.string(), at: z.coerce.number() }))
const rejected = defineSignal<{ why: string }>('rejected')
const bare = defineSignal('bare')

describe('a defined signal', () => {
  const one = workflow('one signal', async ({ step }) => {
    const answer = await step.waitFor('answer', approved)
    const later = await step.waitFor('later', bare, { timeout: 20 })
    return { by: answer.by, at: answer.at + 1, later: later === undefined }
  })

  test('is checked where it is sent, and its schema applied where it is received', async () => {
    const run = await t.start(one)
    await expect(
      t.engine.triggerEvent(approved, { by: 7 } as never, { runId: run.id }),
    ).rejects.toMatchObject({
      code: 'MR001',
      message: expect.stringContaining('signal "approved"'),
    })
    await t.engine.triggerEvent(approved, { by: 'ada', at: '4' as never }, { runId: run.id })
    expect(await run.result(LONG)).toEqual({ by: 'ada', at: 5, later: true })
  })

  test('is sent by a run object, and by name, all the same', async () => {
    const [a, b] = [await t.start(one), await t.engine.startWorkflow(one)]
    await a.signal(approved, { by: 'ada', at: 1 })
    await b.signal('approved', { by: 'eve', at: 2 })
    expect(await a.result(LONG)).toMatchObject({ by: 'ada', at: 2 })
    expect(await b.result(LONG)).toMatchObject({ by: 'eve', at: 3 })
  })

  test('has a name that can be one', () => {
    expect(() => defineSignal('')).toThrow('signal')
  })
})

describe('the first of several', () => {
  const any = workflow('any', async ({ step }) => {
    const first = await step.waitForAny('first', { yes: approved, no: rejected })
    const second = await step.waitForAny(
      'second',
      { yes: approved, no: rejected },
      { timeout: '1 hour' },
    )
    const third = await step.waitForAny('third', { yes: approved, no: rejected }, { timeout: 20 })
    return [first, second?.name, third]
  })

  test('ends the wait, and the others stay for the next one', async () => {
    const run = await t.start(any)
    await run.waitForStatus('waiting', LONG)
    expect((await run.refresh()).waits.map(({ event }) => event)).toEqual(['approved', 'rejected'])
    await run.signal(rejected, { why: 'dear' })
    await run.signal(approved, { by: 'ada', at: 1 })
    expect(await run.result(LONG)).toEqual([{ name: 'no', data: { why: 'dear' } }, 'yes', null])
  })

  test('is the one that came first, if several came before it was asked for', async () => {
    const late = workflow('late any', async ({ step }) => {
      await step.waitFor('go', bare)
      const a = await step.waitForAny('a', { yes: approved, no: rejected })
      const b = await step.waitForAny('b', { yes: approved, no: rejected })
      return [a.name, b.name]
    })
    const run = await t.start(late)
    await run.waitForStatus('waiting', LONG)
    await run.signal(rejected, { why: 'first' })
    await run.signal(approved, { by: 'second', at: 1 })
    await run.signal(bare, null)
    expect(await run.result(LONG)).toEqual(['no', 'yes'])
  })

  test('of one is one, and fast-forward is the first', async () => {
    const single = workflow('any of one', ({ step }) => step.waitForAny('a', { no: rejected }))
    const run = await t.start(single)
    await run.signal(rejected, { why: 'x' })
    expect(await run.result(LONG)).toEqual({ name: 'no', data: { why: 'x' } })
    const both = workflow('any forward', ({ step }) =>
      step.waitForAny('a', { yes: bare, no: rejected }),
    )
    const other = await t.start(both)
    await other.waitForStatus('waiting', LONG)
    await other.fastForward({ n: 1 })
    expect(await other.result(LONG)).toEqual({ name: 'yes', data: { n: 1 } })
  })

  test('beside a step that runs: the run stays where it is, and hears of it', async () => {
    const beside = workflow('any beside', async ({ step }) => {
      const [answer, work] = await Promise.all([
        step.waitForAny('a', { yes: bare, no: rejected }),
        step.run('work', () => new Promise((resolve) => setTimeout(() => resolve('done'), 300))),
      ])
      return [answer.name, work]
    })
    const run = await t.start(beside)
    await run.signal(rejected, { why: 'x' })
    expect(await run.result(LONG)).toEqual(['no', 'done'])
  })
})

describe('all of several', () => {
  const all = workflow('all', async ({ step }) => {
    const both = await step.waitForAll('both', { yes: approved, no: rejected })
    const late = await step.waitForAll('late', { yes: approved, no: rejected }, { timeout: 50 })
    return [both.yes.by, both.no.why, late]
  })

  test('end the wait together, in any order; in time or not at all', async () => {
    const run = await t.start(all)
    await run.signal(rejected, { why: 'dear' })
    await run.waitForStatus('waiting', LONG)
    await run.signal(approved, { by: 'ada', at: 1 })
    expect(await run.result(LONG)).toEqual(['ada', 'dear', null])
  })
})

test('what is no set of signals is refused by name', async () => {
  const bad: [unknown, string][] = [
    [{}, 'nothing to wait for'],
    [{ a: 'approved' }, 'something else than signals'],
    [{ 'a~b': approved }, 'something else than signals'],
    [{ a: approved, b: approved }, 'signal "approved" twice'],
  ]
  for (const [i, [signals, message]] of bad.entries()) {
    const w = workflow(`bad ${i}`, ({ step }) => step.waitForAny('a', signals as never), {
      retries: 0,
    })
    await expect((await t.start(w)).result(LONG)).rejects.toThrow(message)
  }
})
