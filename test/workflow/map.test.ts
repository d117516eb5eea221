import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { workflow } from '../../src/workflow/workflow.ts'
import { useEngine } from '../support/engine.ts'

const t = useEngine()
const retry = { baseDelay: 1, jitter: false } as const

test('results are in the order of the items, and no more run at once than asked for', async () => {
  let running = 0
  let most = 0
  const w = workflow('ordered', ({ step }) =>
    step.map(
      'm',
      Array.from({ length: 20 }, (_, i) => i),
      async (item, { index }) => {
        most = Math.max(most, ++running)
        await pause(20 - item)
        running--
        return [item, index]
      },
      { concurrency: 4 },
    ),
  )
  const run = await t.start(w)
  expect(await run.result({ timeout: 15_000 })).toEqual(
    Array.from({ length: 20 }, (_, i) => [i, i]),
  )
  expect(most).toBe(4)
})

test('no items give no results; each item has its own attempts and key', async () => {
  const keys = new Set<string>()
  const w = workflow('attempts', async ({ step }) => {
    const none = await step.map('none', [], () => 1)
    const some = await step.map(
      'some',
      ['a', 'b'],
      (item, { attempt, idempotencyKey }) => {
        keys.add(idempotencyKey.split(':')[1] as string)
        if (item === 'b' && attempt < 3) throw new Error('not yet')
        return `${item}${attempt}`
      },
      { retry },
    )
    return [none, some]
  })
  const run = await t.start(w)
  expect(await run.result({ timeout: 15_000 })).toEqual([[], ['a1', 'b3']])
  expect([...keys]).toEqual(['some[0]', 'some[1]'])
})

test('the first failure aborts the items that run, and no further one begins', async () => {
  const begun: number[] = []
  const aborted: number[] = []
  const w = workflow('failing', ({ step }) =>
    step.map(
      'm',
      [0, 1, 2, 3, 4],
      async (item, { signal }) => {
        begun.push(item)
        if (item === 1) throw new Error('item 1')
        signal.addEventListener('abort', () => aborted.push(item))
        await pause(60_000, undefined, { ref: false })
      },
      { concurrency: 2, retry: false },
    ),
  )
  const run = await t.start(w)
  await expect(run.result({ timeout: 15_000 })).rejects.toMatchObject({
    failure: { message: 'item 1', stepId: 'm[1]' },
  })
  expect(begun).toEqual([0, 1])
  expect(aborted).toEqual([0])
})

test('a map that failed and was caught fails the same at replay, and its items do not run again', async () => {
  const begun: number[] = []
  const seen: string[] = []
  const w = workflow('caught', async ({ step }) => {
    const why = await step
      .map(
        'm',
        [0, 1, 2],
        async (item) => {
          begun.push(item)
          if (item === 2) throw new Error('item 2')
          if (item === 1) await pause(60_000, undefined, { ref: false })
          return item
        },
        { retry: false },
      )
      .then(() => 'fine')
      .catch((error: Error) => error.message)
    seen.push(why)
    await step.waitFor('again', { eventName: 'again' })
    return step.run('after', () => why)
  })
  const run = await t.start(w)
  await run.waitForStatus('waiting')
  await run.signal('again')
  expect(await run.result({ timeout: 15_000 })).toBe('Step "m[2]" failed: item 2')
  expect(begun.sort()).toEqual([0, 1, 2])
  expect(new Set(seen).size).toBe(1)
  expect(seen.length).toBe(2)
})

test('an item that is between two attempts is given up with the others', async () => {
  let attempts = 0
  const w = workflow('backoff', async ({ step }) => {
    await step
      .map(
        'm',
        ['slow to fail', 'fails'],
        async (item) => {
          if (item === 'fails') {
            await pause(50)
            throw Object.assign(new Error('for good'))
          }
          attempts++
          throw new Error('again')
        },
        {
          retry: {
            baseDelay: '100 ms',
            jitter: false,
            maxAttempts: 50,
            retryIf: (error) => (error as Error).message === 'again',
          },
        },
      )
      .catch(() => {})
    await step.delay('nap', 400)
    return attempts
  })
  const run = await t.start(w)
  expect(await run.result({ timeout: 15_000 })).toBeLessThanOrEqual(2)
})

test('a map is refused what it cannot do', async () => {
  const w = workflow('refused', async ({ step, input }) => {
    const { count, concurrency } = input as { count: number; concurrency: number }
    await step.map('m', new Array(count).fill(0), () => 1, { concurrency })
  })
  const inputs = [
    { count: 10_001, concurrency: 1 },
    { count: 1, concurrency: 0 },
    { count: 1, concurrency: 1.5 },
  ]
  for (const input of inputs) {
    const run = await t.start(w, input)
    await expect(run.result({ timeout: 15_000 })).rejects.toMatchObject({
      failure: { code: 'MR001', name: 'InvalidInputError' },
    })
  }
})
