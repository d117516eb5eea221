import { expect, test } from 'vitest'
import { type StepBaseContext, type TimelineEntry, workflow } from '../../src/index.ts'
import { replayHistory } from '../../src/testing/index.ts'
import { openEngine } from './open-engine.ts'

type Body = (step: StepBaseContext, n: number) => Promise<unknown>
const make = (body: Body) =>
  workflow('order', ({ step, input }) => body(step, (input as { n: number }).n))

const nothing = async () => {
  throw new Error('a replay calls no step')
}
const fail = () => Promise.reject(new Error('no'))

const recorded: Body = async (step, n) => {
  await step.now()
  const id = await step.run('charge', () => `ch_${n}`)
  await step.map('mail', ['a', 'b'], async (to) => `${to} ${id}`)
  const caught = await step.run('doomed', fail, { retry: false }).catch((e: Error) => e.message)
  await step.sleep('nap', '1 day')
  const answer = await step.waitFor('answer', { eventName: 'answer', timeout: '1 day' })
  return { id, caught, answer }
}

let history: TimelineEntry[] | null = null

/** The history of one run of `recorded`, made once. */
async function record(): Promise<TimelineEntry[]> {
  if (history) return history
  const order = make(recorded)
  const engine = await openEngine([order])
  const run = await engine.startWorkflow(order, { n: 7 })
  await engine.clock.advance('2 days')
  await run.result()
  history = await run.timeline()
  return history
}

async function replay(body: Body, entries?: TimelineEntry[]) {
  return replayHistory(make(body), entries ?? (await record()), { input: { n: 7 } })
}

test('a history with attributes, and one that ends in another run, fits the code that made it', async () => {
  const body: Body = async (step, n) => {
    await step.setAttributes({ stage: 'one' })
    await step.run('a', () => n)
    await step.set('seen', n)
    if (await step.continueAsNewSuggested()) throw new Error('its history is short')
    if (n < 2) await step.continueAsNew({ n: n + 1 })
    await step.setAttributes({ stage: 'two' })
    return n
  }
  const order = make(body)
  const engine = await openEngine([order])
  const run = await engine.startWorkflow(order, { n: 1 })
  await engine.runUntilIdle()
  expect(await run.result()).toBe(2)
  const first = await run.timeline()
  const { continuedAs } = await run.refresh()
  const second = await (await engine.getRun({ runId: continuedAs as string })).timeline()
  for (const [n, entries] of [first, second].entries()) {
    for (let length = 0; length <= entries.length; length++) {
      const part = entries.slice(0, length)
      expect(await replayHistory(order, part, { input: { n: n + 1 } })).toBeNull()
    }
  }
  const other = make(async (step) => step.run('b', nothing))
  expect(await replayHistory(other, first, { input: { n: 1 } })).toMatchObject({
    stepId: 'a',
  })
})

test('a history fits the code that made it, as a whole and in part', async () => {
  const all = await record()
  for (let length = 0; length <= all.length; length++) {
    expect(await replay(recorded, all.slice(0, length))).toBeNull()
  }
})

test('more steps at the end are no divergence, and are not called', async () => {
  const longer = await replay(async (step, n) => {
    await recorded(step, n)
    await step.run('thank', nothing)
    await step.invoke('child', { id: 'child' }, 1)
  })
  expect(longer).toBeNull()
})

test('a step that was renamed is the first divergence', async () => {
  const renamed = await replay(async (step) => {
    await step.now()
    await step.run('bill', nothing)
  })
  expect(renamed).toEqual({
    stepId: 'charge',
    expected: 'step "charge"',
    found: 'step "bill"',
  })
})

test('so is one that is left out', async () => {
  const shorter = await replay(async (step) => {
    await step.now()
    await step.run('charge', nothing)
    return 'done'
  })
  expect(shorter).toMatchObject({ stepId: 'mail[0]', found: 'the code does not call it' })
})

test('and one that became another kind of step', async () => {
  const changed = await replay(async (step) => {
    await step.now()
    await step.sleep('charge', '1 day')
  })
  expect(changed).toEqual({
    stepId: 'charge',
    expected: 'a step with a result',
    found: 'step.delay',
  })
})

test('the history of a run that was undone is replayed up to where it failed, and nothing is undone', async () => {
  const undone: string[] = []
  const body: Body = async (step, n) => {
    await step.run('charge', () => `ch_${n}`, { undo: (id) => undone.push(id) })
    await step.run('ship', fail, { retry: false })
  }
  const order = make(body)
  const engine = await openEngine([order])
  const run = await engine.startWorkflow(order, { n: 7 })
  await run.result().catch(() => {})
  const entries = await run.timeline()
  expect(undone).toEqual(['ch_7'])
  expect(entries.map(({ kind }) => kind)).toEqual(['control', 'step', 'step', 'undo', 'undo'])
  expect(await engine.steps({ runId: run.id })).toEqual(['charge', 'ship'])
  expect(await replay(body, entries)).toBeNull()
  const renamed: Body = (step) => step.run('bill', nothing, { undo: nothing })
  expect(await replay(renamed, entries)).toMatchObject({ stepId: 'charge' })
  expect(undone).toEqual(['ch_7'])
})

test('only durable functions are replayed', async () => {
  const graph = { ...make(recorded), kind: 'graph' as const }
  await expect(replayHistory(graph, [])).rejects.toMatchObject({ code: 'MR001' })
})
