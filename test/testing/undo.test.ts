import { expect, test } from 'vitest'
import { workflow } from '../../src/index.ts'
import { openEngine } from './open-engine.ts'

test('a test waits for undos and for children that end, and moves the time to the next attempt', async () => {
  const told: string[] = []
  let away = true
  const kid = workflow('kid', async ({ step }) => {
    await step.run('pack', () => 1, { undo: () => told.push('unpacked') })
    await step.waitFor('never', { eventName: 'never' })
  })
  const book = workflow('book', async ({ step }) => {
    await step.run('reserve', () => ({ hold: 'h_1' }), {
      undo: ({ hold }) => told.push(`released ${hold}`),
    })
    await step.run('charge', () => ({ id: 'ch_1' }), {
      undoRetry: { baseDelay: '1 hour', jitter: false },
      undo: ({ id }) => {
        told.push(`refund of ${id}`)
        if (away) throw new Error('the bank is away')
      },
    })
    await step.invoke('kid', kid, undefined)
  })
  const engine = await openEngine([book, kid])
  engine.mockStep(book, 'charge', () => ({ id: 'ch_mock' }))
  const run = await engine.startWorkflow(book, undefined)
  await engine.runUntilIdle()
  await run.cancel()
  await engine.runUntilIdle()
  expect(told).toEqual(['unpacked', 'refund of ch_mock'])
  expect(await run.refresh()).toMatchObject({ status: 'running', phase: 'undoing' })
  away = false
  await engine.crash()
  await engine.clock.advance('1 hour')
  expect((await run.refresh()).status).toBe('cancelled')
  expect(told).toEqual(['unpacked', 'refund of ch_mock', 'refund of ch_mock', 'released h_1'])
})
