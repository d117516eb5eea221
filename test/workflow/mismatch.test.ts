import { expect, test } from 'vitest'
import type { StepBaseContext } from '../../src/workflow/step-types.ts'
import { workflow } from '../../src/workflow/workflow.ts'
import { useEngine } from '../support/engine.ts'

const t = useEngine()

type Code = (step: StepBaseContext) => Promise<unknown>

/**
 * Starts a run of the code `before`, lets it come to its wait, deploys `after` and sends the signal.
 * The run's pause tells what was wrong; with `before` again it completes.
 */
async function change(id: string, before: Code, after: Code) {
  const made = (code: Code) => workflow(id, ({ step }) => code(step))
  const run = await t.start(made(before))
  await run.waitForStatus('waiting')
  await t.engine.unregisterWorkflow(id)
  await t.engine.registerWorkflow(made(after))
  await run.signal('go')
  const paused = await run.waitForStatus('paused', { timeoutMs: 15_000 })
  await t.engine.unregisterWorkflow(id)
  await t.engine.registerWorkflow(made(before))
  await run.resume()
  expect(await run.result({ timeout: 15_000 })).toBe('done')
  return paused
}

const original: Code = async (step) => {
  await step.run('a', () => 1)
  await step.run('b', () => 2)
  await step.waitFor('wait', { eventName: 'go' })
  return 'done'
}

const changes: Record<string, { after: Code; expected: string; found?: string | null }> = {
  'a removed step': {
    after: async (step) => {
      await step.run('a', () => 1)
      await step.waitFor('wait', { eventName: 'go' })
      return 'done'
    },
    expected: 'b',
    found: 'wait',
  },
  'all steps removed': { after: async () => 'done', expected: 'a', found: null },
  'a renamed step': {
    after: async (step) => {
      await step.run('a', () => 1)
      await step.run('new name', () => 2)
      await step.waitFor('wait', { eventName: 'go' })
      return 'done'
    },
    expected: 'b',
    found: 'new name',
  },
  'steps in another order': {
    after: async (step) => {
      await step.run('b', () => 2)
      await step.run('a', () => 1)
      await step.waitFor('wait', { eventName: 'go' })
      return 'done'
    },
    expected: 'a',
    found: 'b',
  },
  'a step before the others': {
    after: async (step) => {
      await step.run('zero', () => 0)
      return original(step)
    },
    expected: 'a',
    found: 'zero',
  },
  'a step of another kind': {
    after: async (step) => {
      await step.delay('a', '1 s')
      return original(step)
    },
    expected: 'a step with a result',
    found: 'step.delay',
  },
  'a mismatch that the code would swallow': {
    after: async (step) => {
      await step.waitFor('a', { eventName: 'go' }).catch(() => {})
      return 'done'
    },
    expected: 'a step with a result',
    found: 'step.waitFor',
  },
}

for (const [name, { after, expected, found }] of Object.entries(changes)) {
  test.concurrent(`${name}: the run is paused with what was expected, and goes on with fixed code`, async () => {
    const paused = await change(name, original, after)
    expect(paused.reason).toBe('history_mismatch')
    expect(paused.failure).toMatchObject({ code: 'MR032', name: 'HistoryMismatchError' })
    expect(paused.error).toContain(expected)
    if (found) expect(paused.error).toContain(found)
    expect(paused.currentStepId === null || typeof paused.currentStepId === 'string').toBe(true)
  })
}

test.concurrent('a failed attempt is history too: a wait cannot take its place', async () => {
  let fail = true
  const before: Code = async (step) => {
    await step.run('a', () => (fail ? Promise.reject(new Error('no')) : 1), {
      retry: { baseDelay: '100 ms', maxAttempts: 50, jitter: false, backoff: 'fixed' },
    })
    return 'done'
  }
  const made = (code: Code) => workflow('attempts', ({ step }) => code(step))
  const run = await t.start(made(before))
  await run.waitForStatus('waiting')
  await t.engine.unregisterWorkflow('attempts')
  await t.engine.registerWorkflow(made(async (step) => step.delay('a', 10)))
  const paused = await run.waitForStatus('paused', { timeoutMs: 15_000 })
  expect(paused.error).toContain('failed attempt')
  fail = false
  await t.engine.unregisterWorkflow('attempts')
  await t.engine.registerWorkflow(made(before))
  await run.resume()
  expect(await run.result({ timeout: 15_000 })).toBe('done')
})
