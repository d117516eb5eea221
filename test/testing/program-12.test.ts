import { expect, test } from 'vitest'
import { openEngine } from './open-engine.ts'
import { ada, refund } from './refund.ts'

test('a refund that nobody answers is rejected after two days', async () => {
  await using engine = await openEngine([refund])
  engine.mockStep(refund, 'refund', () => {
    throw new Error('must not be called')
  })
  const run = await engine.startWorkflow(refund, ada)
  await engine.runUntilIdle()
  expect((await run.refresh()).status).toBe('waiting')
  const began = performance.now()
  await engine.clock.advance('2 days')
  expect(performance.now() - began).toBeLessThan(10_000)
  expect(await run.result()).toEqual({ refunded: false, why: 'nobody answered' })
  expect(await engine.steps({ runId: run.id })).toEqual(['big refund'])
})

test('one that is answered is paid', async () => {
  await using engine = await openEngine([refund])
  const run = await engine.startWorkflow(refund, ada)
  await engine.clock.advance('1 day')
  await run.signal('answered', { approved: true, comment: 'fine' })
  await engine.runUntilIdle()
  expect(await run.result()).toEqual({ refunded: true, why: null })
  expect(await engine.steps({ runId: run.id })).toEqual(['big refund', 'refund'])
})
