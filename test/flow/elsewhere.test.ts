// Steps that are done by runs of their own: in queues of their own, or in blocks of a map.
import { expect, test } from 'vitest'
import { Flow } from '../../src/flow/index.ts'
import { startEngine, useEngine } from '../support/engine.ts'
import { until } from '../support/until.ts'

const t = useEngine()

test('a large map goes to workers in blocks, and its results come in order', async () => {
  const flow = new Flow<{ count: number; factor: number }>({ slug: 'blocks' })
    .array({ slug: 'numbers' }, ({ count }) => Array.from({ length: count }, (_, i) => i))
    .map({ slug: 'times', array: 'numbers', concurrency: 200, blockSize: 30 }, (n, ctx) => ({
      n: n * ctx.flowInput.factor,
      index: ctx.index,
    }))
  const run = await t.start(flow, { count: 100, factor: 3 })
  const { times } = await run.result()
  expect(times).toEqual(Array.from({ length: 100 }, (_, i) => ({ n: i * 3, index: i })))
  expect(await run.children()).toHaveLength(4)
})

test('what fails elsewhere fails here, with its failure, or is skipped', async () => {
  const flow = new Flow<null>({ slug: 'elsewhere', maxAttempts: 1 })
    .step({ slug: 'weak', queue: 'default', whenExhausted: 'skip' }, (): number => {
      throw new TypeError('weak')
    })
    .step({ slug: 'after', dependsOn: ['weak'] }, ({ weak }) => weak ?? 'none')
  const skipping = await t.start(flow, null)
  expect(await skipping.result()).toEqual({ after: 'none' })
  const failing = await t.start(
    new Flow<null>({ slug: 'fails', maxAttempts: 1 }).step({ slug: 'x', queue: 'default' }, () => {
      throw new TypeError('no')
    }),
    null,
  )
  await expect(failing.result()).rejects.toThrow(/"fails\.x".* of step "x" failed: .*no/)
})

test('a step with a queue is left to the workers that take it', async () => {
  await using t = await startEngine([], { queues: ['default'] })
  const flow = new Flow<{ to: string }>({ slug: 'queued' })
    .step({ slug: 'here' }, () => process.pid)
    .step({ slug: 'there', queue: 'gpu', dependsOn: ['here'] }, ({ here }, ctx) => [
      here,
      ctx.flowInput.to,
    ])
  await t.engine.registerWorkflow(flow)
  const run = await t.engine.startWorkflow(flow, { to: 'you' })
  await until('it waits', async () => (await run.refresh()).status === 'waiting')
  await t.another([flow], { queues: ['gpu'] })
  expect(await run.result()).toEqual({ there: [process.pid, 'you'] })
})

test('a step that is done elsewhere cannot be undone, and a wait has no queue', () => {
  const flow = new Flow<null>({ slug: 'refused' })
  expect(() => flow.step({ slug: 'a', queue: 'q', undo: () => {} }, () => 1)).toThrow(/undo/)
  expect(() => flow.delay({ slug: 'a', duration: 1, queue: 'q' } as never)).toThrow(/no queue/)
})
