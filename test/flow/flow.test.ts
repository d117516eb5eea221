import { describe, expect, test } from 'vitest'
import { Flow } from '../../src/flow/index.ts'
import { useEngine } from '../support/engine.ts'
import { until } from '../support/until.ts'

const engine = useEngine()

test('steps get the outputs of those before them, and the run gives those of the leaves', async () => {
  const flow = new Flow<{ n: number }>({ slug: 'sums' })
    .step({ slug: 'double' }, ({ n }) => n * 2)
    .step({ slug: 'triple' }, ({ n }) => n * 3)
    .step({ slug: 'sum', dependsOn: ['double', 'triple'] }, ({ double, triple }) => double + triple)
    .step({ slug: 'text', dependsOn: ['double'] }, async ({ double }, ctx) => {
      const { n } = await ctx.flowInput
      return `${n} ${ctx.flowInput.n} ${double} ${ctx.stepSlug} ${ctx.attempt}`
    })
  const run = await engine.start(flow, { n: 7 })
  expect(await run.result()).toEqual({ sum: 35, text: '7 7 14 text 1' })
})

test('maps go over arrays, and falsy outputs are kept', async () => {
  const flow = new Flow<number[]>({ slug: 'maps' })
    .map({ slug: 'half' }, (n) => n / 2)
    .map({ slug: 'shown', array: 'half', concurrency: 2 }, (n, { index }) => `${index}:${n}`)
    .step({ slug: 'zero' }, () => 0)
    .step({ slug: 'no' }, () => false)
    .step({ slug: 'empty' }, () => '')
    .step({ slug: 'all', dependsOn: ['zero', 'no', 'empty'] }, (given) => given)
  const run = await engine.start(flow, [4, 6])
  expect(await run.result()).toEqual({
    shown: ['0:2', '1:3'],
    all: { zero: 0, no: false, empty: '' },
  })
  const empty = await engine.start(
    new Flow<number[]>({ slug: 'none' }).map({ slug: 'a' }, (n) => n),
    [],
  )
  expect(await empty.result()).toEqual({ a: [] })
})

describe('skipping', () => {
  const flow = new Flow<{ vip: boolean }>({ slug: 'skips', maxAttempts: 1 })
    .step({ slug: 'gift', if: { vip: true } }, () => 'wine')
    .step({ slug: 'letter', dependsOn: ['gift'] }, ({ gift }) => `with ${gift ?? 'nothing'}`)
    .step({ slug: 'card', ifNot: { vip: false }, whenUnmet: 'skip-cascade' }, () => 'card')
    .step({ slug: 'stamp', dependsOn: ['card', 'gift'] }, () => 'stamp')
    .step({ slug: 'weak', whenExhausted: 'skip' }, (): string => {
      throw new Error('weak')
    })
    .step({ slug: 'after', dependsOn: ['weak'] }, (given) => Object.keys(given))

  test('skip leaves the key out; skip-cascade skips all that depend on it', async () => {
    const run = await engine.start(flow, { vip: false })
    expect(await run.result()).toEqual({ letter: 'with nothing', after: [] })
    const timeline = await run.timeline()
    const skipped = timeline.filter(({ status }) => status === 'skipped')
    expect(skipped.map(({ stepId }) => stepId).sort()).toEqual(
      ['card', 'gift', 'stamp', 'weak'].sort(),
    )
  })

  test('what is not skipped is run', async () => {
    const run = await engine.start(flow, { vip: true })
    expect(await run.result()).toEqual({ letter: 'with wine', stamp: 'stamp', after: [] })
  })
})

test('a number is seconds, also for a question', async () => {
  const flow = new Flow<null>({ slug: 'asks' }).approval({
    slug: 'ok',
    question: 'Sure?',
    timeout: 3600,
  })
  const run = await engine.start(flow, null)
  await until('it asks', async () => (await run.refresh()).status === 'waiting')
  const [question] = (await engine.engine.getApprovals({ runId: run.id })).items
  const { askedAt, expiresAt } = question as NonNullable<typeof question>
  expect(Number(expiresAt) - Number(askedAt)).toBe(3600_000)
  await run.cancel()
})

test('a race gives the first, and aborts the others', async () => {
  let aborted = false
  const flow = new Flow<null>({ slug: 'race' }).race(
    { slug: 'first' },
    {
      slow: (_, { signal }) =>
        new Promise<string>((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            aborted = true
            reject(signal.reason)
          })
        }),
      fast: () => 'fast',
    },
  )
  const run = await engine.start(flow, null)
  expect(await run.result()).toEqual({ first: { winner: 'fast', output: 'fast' } })
  expect(aborted).toBe(true)
})

test('what a handler does to ctx.flowInput no other sees: it is told', async () => {
  const tries: unknown[] = []
  const flow = new Flow<{ list: number[]; deep: { n: number } }>({ slug: 'frozen', maxAttempts: 1 })
    .step({ slug: 'bad' }, async (_, ctx) => {
      const attempts: (() => unknown)[] = [
        () => ctx.flowInput.list.push(9),
        () => Object.assign(ctx.flowInput, { list: [] }),
      ]
      const awaited = await ctx.flowInput
      attempts.push(() => {
        awaited.deep.n = 9
      })
      for (const attempt of attempts) {
        try {
          tries.push(attempt())
        } catch (error) {
          tries.push((error as Error).name)
        }
      }
      ;(ctx.stepTask.input as { list: number[] }).list.push(7)
      return null
    })
    .step({ slug: 'good', dependsOn: ['bad'] }, (_, ctx) => [
      ctx.flowInput.list,
      ctx.flowInput.deep,
    ])
    .step({ slug: 'root' }, (input) => {
      // what it is given itself is a copy of its own
      input.list.push(8)
      return input.list
    })
  const run = await engine.start(flow, { list: [1], deep: { n: 1 } })
  expect(await run.result()).toEqual({ good: [[1], { n: 1 }], root: [1, 8] })
  expect(tries).toEqual(['TypeError', 'TypeError', 'TypeError'])
})
