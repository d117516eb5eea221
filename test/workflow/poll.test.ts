import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { workflow } from '../../src/workflow/workflow.ts'
import { useEngine } from '../support/engine.ts'

const t = useEngine({}, { testClock: true })

test('it asks every interval until there is an answer; errors and falsy answers are "not yet"', async () => {
  const answers: (() => unknown)[] = [
    () => false,
    () => 0,
    () => '',
    () => null,
    () => {
      throw new Error('the service is away')
    },
    () => ({ paid: true }),
  ]
  let asked = 0
  const w = workflow('asks', ({ step }) =>
    step.poll('p', () => (answers[asked++] as () => unknown)() as object, { interval: '1 min' }),
  )
  const run = await t.start(w)
  for (let i = 1; i < answers.length; i++) {
    await run.waitForStatus('waiting')
    expect(asked).toBe(i)
    await t.db.advanceClock(60_000)
    await expect.poll(() => asked, { timeout: 10_000 }).toBe(i + 1)
  }
  expect(await run.result({ timeout: 15_000 })).toEqual({ timedOut: false, data: { paid: true } })
  expect(asked).toBe(answers.length)
  expect((await run.timeline()).map(({ stepId }) => stepId)).toEqual(['p'])
})

test('it ends without an answer when its time is over, the same at replay', async () => {
  const seen: unknown[] = []
  const w = workflow('times out', async ({ step }) => {
    const answer = await step.poll('p', () => false, { interval: '1 h', timeout: '10 min' })
    seen.push(answer)
    await step.waitFor('again', { eventName: 'again' })
    return answer
  })
  const run = await t.start(w)
  await run.waitForStatus('waiting')
  await t.db.advanceClock(10 * 60_000)
  await expect.poll(() => seen.length, { timeout: 10_000 }).toBe(1)
  await run.signal('again')
  expect(await run.result({ timeout: 15_000 })).toEqual({ timedOut: true })
  for (const one of seen) expect(one).toEqual({ timedOut: true })
})

test('a question that takes longer than the time left is given up', async () => {
  let aborted = false
  const w = workflow('hangs', async ({ step }) =>
    step.poll(
      'p',
      async ({ signal }) => {
        signal.addEventListener('abort', () => {
          aborted = true
        })
        await pause(60_000, undefined, { ref: false })
        return 'too late'
      },
      { timeout: '200 ms' },
    ),
  )
  const run = await t.start(w)
  expect(await run.result({ timeout: 15_000 })).toEqual({ timedOut: true })
  await expect.poll(() => aborted).toBe(true)
})

test('an interval under a second is refused, and so is an answer that cannot be stored', async () => {
  const short = workflow('short', ({ step }) => step.poll('p', () => true, { interval: '999 ms' }))
  const first = await t.start(short)
  await expect(first.result({ timeout: 15_000 })).rejects.toMatchObject({
    failure: { code: 'MR001', message: expect.stringContaining('1 s') },
  })
  const odd = workflow('odd', ({ step }) => step.poll('p', () => 1n as never))
  const second = await t.start(odd)
  await expect(second.result({ timeout: 15_000 })).rejects.toMatchObject({
    failure: { code: 'MR002', stepId: 'p' },
  })
})

test('fast-forward gives it its answer', async () => {
  const w = workflow('forwarded', ({ step }) => step.poll('p', () => false))
  const run = await t.start(w)
  await run.waitForStatus('waiting')
  await run.fastForward({ mock: 1 })
  expect(await run.result({ timeout: 15_000 })).toEqual({ timedOut: false, data: { mock: 1 } })
})
