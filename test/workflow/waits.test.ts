import { type } from 'arktype'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { z } from 'zod'
import type { Schema } from '../../src/model/schema.ts'
import { workflow } from '../../src/workflow/workflow.ts'
import { useEngine } from '../support/engine.ts'

const t = useEngine({}, { testClock: true })

test('a signal that comes before its wait is kept for it, first in first out', async () => {
  const w = workflow('buffered', async ({ step }) => {
    await step.waitFor('begin', { eventName: 'begin' })
    const got: unknown[] = []
    for (let i = 0; i < 3; i++) got.push(await step.waitFor('wait', { eventName: 'go' }))
    return got
  })
  const run = await t.start(w)
  for (const n of [1, 2, 3]) await run.signal('go', n)
  await run.signal('begin')
  expect(await run.result({ timeout: 15_000 })).toEqual([1, 2, 3])
})

test('a signal sent again under its dedupeId counts once', async () => {
  const w = workflow('dedupe', async ({ step }) => {
    const first = await step.waitFor('a', { eventName: 'go' })
    const second = await step.waitFor('b', { eventName: 'go' })
    return [first, second]
  })
  const run = await t.start(w)
  const send = (dedupeId: string, data: unknown) =>
    t.engine.triggerEvent({ runId: run.id, eventName: 'go', data, dedupeId })
  await send('one', 1)
  await send('one', 1)
  await run.waitForStatus('waiting')
  await send('one', 1)
  await send('two', 2)
  expect(await run.result({ timeout: 15_000 })).toEqual([1, 2])
})

test('two waits for one name in parallel get a signal each, in order', async () => {
  const w = workflow('two waits', ({ step }) =>
    Promise.all([
      step.waitFor('a', { eventName: 'go' }),
      step.waitFor('b', { eventName: 'go' }),
      step.waitFor('c', { eventName: 'other' }),
    ]),
  )
  const run = await t.start(w)
  await run.waitForStatus('waiting')
  await run.signal('go', 1)
  await run.signal('other', 3)
  await run.signal('go', 2)
  expect(await run.result({ timeout: 15_000 })).toEqual([1, 2, 3])
})

test('data may be anything that JSON has, and nothing', async () => {
  const values = [undefined, null, 0, false, '', [], {}, 'x', 1.5]
  const w = workflow('data', async ({ step }) => {
    const got: unknown[] = []
    for (const _ of values) got.push([await step.waitFor('wait', { eventName: 'go' })])
    return got
  })
  const run = await t.start(w)
  for (const value of values) await run.signal('go', value)
  const expected = values.map((value) => [value === undefined ? null : value])
  expect(await run.result({ timeout: 15_000 })).toEqual(expected)
})

const schemas: Record<string, Schema> = {
  zod: z.object({ n: z.coerce.number() }),
  valibot: v.object({ n: v.pipe(v.unknown(), v.transform(Number)) }),
  arktype: type({ n: 'string.numeric.parse' }),
}
for (const [library, schema] of Object.entries(schemas)) {
  test(`the data of a signal is what its ${library} schema makes of it, or fails the run`, async () => {
    const w = workflow(`schema ${library}`, ({ step }) =>
      step.waitFor('wait', { eventName: 'go', schema }),
    )
    const good = await t.start(w)
    await good.signal('go', { n: '7' })
    expect(await good.result({ timeout: 15_000 })).toEqual({ n: 7 })
    const bad = await t.start(w)
    await bad.signal('go', 'nonsense')
    await expect(bad.result({ timeout: 15_000 })).rejects.toMatchObject({
      failure: { code: 'MR001', name: 'InvalidInputError' },
    })
  })
}

test('a wait whose time is over gives undefined, and a signal after that is kept for the next', async () => {
  const w = workflow('timeout', async ({ step }) => {
    const first = await step.waitFor('a', { eventName: 'go', timeout: '1 hour' })
    const second = await step.waitFor('b', { eventName: 'go' })
    return [first ?? 'nothing', second]
  })
  const run = await t.start(w)
  await run.waitForStatus('waiting')
  await t.db.advanceClock(3600_000)
  await expect.poll(async () => (await run.refresh()).currentStepId, { timeout: 10_000 }).toBe('b')
  await run.signal('go', 'second')
  expect(await run.result({ timeout: 15_000 })).toEqual(['nothing', 'second'])
})

test('no timer is early, and one in the past is over at once', async () => {
  const seen: string[] = []
  const w = workflow('timers', async ({ step }) => {
    await step.waitUntil('past', new Date('2020-01-01'))
    await step.waitUntil('past text', '2020-01-01T00:00:00Z')
    await step.waitUntil('past object', { date: '2020-01-01' })
    const from = await step.now()
    await step.delay('delay', '3 days')
    const then = await step.now('then')
    await step.sleep('sleep', { hours: 2, minutes: 30 })
    const last = await step.now('last')
    await step.waitUntil('until', new Date(last.getTime() + 86_400_000))
    const end = await step.now('end')
    seen.push('end')
    return [
      then.getTime() - from.getTime(),
      last.getTime() - then.getTime(),
      end.getTime() - last.getTime(),
    ]
  })
  const run = await t.start(w)
  for (const ms of [3 * 86_400_000, 2.5 * 3600_000, 86_400_000]) {
    const step = (await run.waitForStatus('waiting')).currentStepId
    await t.db.advanceClock(ms - 5000)
    expect((await run.refresh()).currentStepId).toBe(step)
    await t.db.advanceClock(6000)
    await expect
      .poll(async () => (await run.refresh()).currentStepId, { timeout: 10_000 })
      .not.toBe(step)
  }
  const [delay, sleep, until] = await run.result({ timeout: 15_000 })
  expect(delay).toBeGreaterThanOrEqual(3 * 86_400_000)
  expect(sleep).toBeGreaterThanOrEqual(2.5 * 3600_000)
  expect(until).toBeGreaterThanOrEqual(86_400_000)
  expect(seen).toEqual(['end'])
})

test('a step.pause waits for resumeWorkflow, and an unrelated signal does not end it', async () => {
  const w = workflow('pauses', async ({ step }) => {
    await step.pause('hold')
    return 'resumed'
  })
  const run = await t.start(w)
  const paused = await run.waitForStatus('paused')
  expect(paused.reason).toBe('step')
  await run.signal('unrelated')
  expect((await run.refresh()).status).toBe('paused')
  await run.resume()
  expect(await run.result({ timeout: 15_000 })).toBe('resumed')
})

test('fast-forward ends each kind of wait', async () => {
  const w = workflow('forward', async ({ step }) => {
    const signal = await step.waitFor('signal', { eventName: 'go' })
    const none = await step.waitFor('none', { eventName: 'go' })
    await step.delay('delay', '3 days')
    await step.waitUntil('until', new Date(Date.now() + 10 * 86_400_000))
    await step.pause('pause')
    return { signal, none }
  })
  const run = await t.start(w)
  const at = (step: string) =>
    expect.poll(async () => (await run.refresh()).currentStepId, { timeout: 10_000 }).toBe(step)
  await at('signal')
  await run.fastForward({ approved: true })
  await at('none')
  await run.fastForward()
  await at('delay')
  await run.fastForward()
  await at('until')
  await run.fastForward()
  await run.waitForStatus('paused')
  await run.fastForward()
  expect(await run.result({ timeout: 15_000 })).toEqual({ signal: { approved: true }, none: {} })
  expect((await run.fastForward()).status).toBe('completed')
})

test('a run paused by a person keeps its waits, and what came meanwhile', async () => {
  const w = workflow('paused waits', async ({ step }) =>
    Promise.all([
      step.waitFor('signal', { eventName: 'go' }),
      step.delay('delay', '1 hour').then(() => 'slept'),
    ]),
  )
  const run = await t.start(w)
  await run.waitForStatus('waiting')
  const paused = await run.pause()
  expect(paused).toMatchObject({ status: 'paused', reason: 'person' })
  await run.signal('go', 'meanwhile')
  await t.db.advanceClock(2 * 3600_000)
  expect((await run.refresh()).status).toBe('paused')
  await run.resume()
  expect(await run.result({ timeout: 15_000 })).toEqual(['meanwhile', 'slept'])
})

test('bad waits fail the run and say what is wrong', async () => {
  const w = workflow('bad waits', async ({ step, input }) => {
    if (input === 'duration') await step.delay('d', '3 dayz')
    if (input === 'negative') await step.sleep('d', -1)
    if (input === 'date') await step.waitUntil('d', 'tomorrow')
    if (input === 'name') await step.waitFor('d', { eventName: 'no/slash' })
    if (input === 'id') await step.delay('a#b', 1)
    if (input === 'quiet') await step.delay('?d', 1)
  })
  for (const input of ['duration', 'negative', 'date', 'name', 'id', 'quiet']) {
    const run = await t.start(w, input)
    await expect(run.result({ timeout: 15_000 })).rejects.toMatchObject({
      failure: { code: 'MR001', name: 'InvalidInputError' },
    })
  }
})
