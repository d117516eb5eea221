import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { workflow } from '../../src/workflow/workflow.ts'
import { useEngine } from '../support/engine.ts'

const t = useEngine()

test('a step that takes too long is aborted and has used an attempt, whatever its handler does', async () => {
  const aborted: unknown[] = []
  const w = workflow('late', async ({ step }) =>
    step.run(
      's',
      async ({ signal, attempt }) => {
        signal.addEventListener('abort', () => aborted.push((signal.reason as Error).name))
        if (attempt === 1) await pause(60_000, undefined, { ref: false })
        return attempt
      },
      { timeout: 30, retry: { baseDelay: 1 } },
    ),
  )
  const run = await t.start(w)
  expect(await run.result({ timeout: 15_000 })).toBe(2)
  expect(aborted).toEqual(['TimeoutError'])
  const [first] = await run.timeline()
  expect(first).toMatchObject({ status: 'failed', failure: { code: 'MR054', stepId: 's' } })
})

test('a step that is always late fails its run with a TimeoutError', async () => {
  const w = workflow('always late', ({ step }) =>
    step.run('s', () => pause(60_000, undefined, { ref: false }), {
      timeout: '20 ms',
      retry: { maxAttempts: 2, baseDelay: 1 },
    }),
  )
  const run = await t.start(w)
  await expect(run.result({ timeout: 15_000 })).rejects.toMatchObject({
    failure: { code: 'MR054', name: 'TimeoutError', attempt: 2 },
  })
})

test('a run that takes too long fails: while it waits', async () => {
  const w = workflow('late waiting', ({ step }) => step.waitFor('s', { eventName: 'never' }), {
    timeout: '200 ms',
  })
  const run = await t.start(w)
  await expect(run.result({ timeout: 15_000 })).rejects.toMatchObject({
    failure: { code: 'MR054', name: 'TimeoutError' },
  })
})

test('a run that takes too long fails: while it runs, and its handler is aborted', async () => {
  const aborted: string[] = []
  const w = workflow(
    'late running',
    async ({ step, signal: whole }) => {
      await step.run('s', async ({ signal }) => {
        signal.addEventListener('abort', () => aborted.push('step'))
        whole.addEventListener('abort', () => aborted.push('run'))
        await pause(60_000, undefined, { ref: false })
      })
    },
    { timeout: '300 ms' },
  )
  const run = await t.start(w)
  await expect(run.result({ timeout: 15_000 })).rejects.toMatchObject({
    failure: { code: 'MR054' },
  })
  await expect.poll(() => aborted.sort()).toEqual(['run', 'step'])
  await expect.poll(() => t.engine.held).toBe(0)
})

test('a run that takes too long fails: while it is queued and nobody serves it', async () => {
  const w = workflow('late queued', () => 1, { timeout: '200 ms' })
  await t.engine.registerWorkflow(w)
  await t.engine.unregisterWorkflow('late queued')
  const run = await t.engine.startWorkflow(w, undefined)
  await expect(run.result({ timeout: 15_000 })).rejects.toMatchObject({
    failure: { code: 'MR054' },
  })
})

test('the start may set another time-out than the workflow', async () => {
  const w = workflow('own timeout', ({ step }) => step.waitFor('s', { eventName: 'never' }), {
    timeout: '1 hour',
  })
  const run = await t.start(w, undefined, { timeout: '100 ms' })
  await expect(run.result({ timeout: 15_000 })).rejects.toMatchObject({
    failure: { code: 'MR054' },
  })
})
