import { expect, test } from 'vitest'
import { workflow } from '../../src/index.ts'
import { until } from '../support/until.ts'
import { openEngine } from './open-engine.ts'

test('a crash repeats only the step that it interrupted', async () => {
  const calls: string[] = []
  const keys = new Set<string>()
  const signals: AbortSignal[] = []
  const three = workflow('three', async ({ step }) => {
    await step.run('first', () => void calls.push('first'))
    await step.run('second', async ({ idempotencyKey, signal }) => {
      keys.add(idempotencyKey)
      signals.push(signal)
      calls.push('second')
      if (signals.length === 1) await new Promise(() => {})
    })
    await step.run('third', () => void calls.push('third'))
    return 'done'
  })
  const errors: string[] = []
  const logger = { log: () => {}, error: (message: string) => void errors.push(message) }
  await using engine = await openEngine([three], { logger })
  const run = await engine.startWorkflow(three, null)
  await until('the second step runs', () => signals.length === 1)
  await engine.crash()
  await engine.runUntilIdle()
  expect(await run.result()).toBe('done')
  expect(calls).toEqual(['first', 'second', 'second', 'third'])
  expect(keys.size).toBe(1)
  expect(signals[0]?.aborted).toBe(true)
  const deaths = (await run.timeline()).filter((entry) => entry.failure?.name === 'LeaseLostError')
  expect(deaths).toHaveLength(1)
  expect(errors).toEqual([])
})

test('what a dead worker still wants to write is refused', async () => {
  let finish: (value: string) => void = () => {}
  let begun = 0
  const slow = workflow('slow', ({ step }) =>
    step.run('s', () => {
      if (++begun === 2) return 'of the living'
      return new Promise<string>((resolve) => {
        finish = resolve
      })
    }),
  )
  await using engine = await openEngine([slow])
  const run = await engine.startWorkflow(slow, null)
  await until('the step runs', () => begun === 1)
  await engine.crash()
  finish('of the dead')
  expect(await run.result()).toBe('of the living')
})

test('a crash while everything waits changes nothing', async () => {
  const wait = workflow('wait', ({ step }) => step.sleep('wait', '1 day'))
  await using engine = await openEngine([wait])
  const run = await engine.startWorkflow(wait, null)
  await engine.runUntilIdle()
  await engine.crash()
  await engine.crash()
  await engine.clock.advance('1 day')
  expect((await run.refresh()).status).toBe('completed')
})
