import { expect, test } from 'vitest'
import { workflow } from '../../src/workflow/workflow.ts'
import { useEngine } from '../support/engine.ts'

const t = useEngine()
const LONG = { timeout: 15_000 }

test('what a run publishes is seen while it goes on, and after it has ended', async () => {
  const w = workflow('publishes', async ({ step }) => {
    await step.set('progress', 1)
    await step.set('phase', { name: 'first' })
    await step.waitFor('go', { eventName: 'go' })
    await step.set('progress', 2)
    await step.waitFor('go on', { eventName: 'go' })
    await step.set('progress', 3)
    await step.set('last', null)
    return 3
  })
  const run = await t.start(w)
  expect(run.state).toEqual({})
  await run.waitForStatus('waiting', LONG)
  expect((await run.refresh()).state).toEqual({ progress: 1, phase: { name: 'first' } })
  await run.signal('go')
  await expect.poll(async () => (await run.refresh()).state.progress, LONG).toBe(2)
  await run.signal('go')
  expect(await run.result(LONG)).toBe(3)
  const ended = await run.refresh()
  expect(ended.state).toEqual({ progress: 3, phase: { name: 'first' }, last: null })
  const [listed] = (await t.engine.getRuns({ workflowId: 'publishes' })).items
  expect(listed?.state).toEqual(ended.state)
  const stored = await t.db.query(
    "select name from millrace.get_journal((select max(id) from millrace.runs)) where kind = 's'",
  )
  expect(stored).toHaveLength(5)
})

test('a value is published once, however often the handler is replayed, and durable before the next step', async () => {
  const seen: unknown[] = []
  const w = workflow(
    'publishes once',
    async ({ step, attempt, runId }) => {
      await step.set('n', attempt)
      await step.run('look', async () => {
        seen.push((await t.engine.getRun({ runId })).state)
      })
      if (attempt === 1) throw new Error('again')
      return attempt
    },
    { retry: { baseDelay: 10 } },
  )
  const run = await t.start(w)
  expect(await run.result(LONG)).toBe(2)
  expect(seen).toEqual([{ n: 1 }])
  expect((await run.refresh()).state).toEqual({ n: 1 })
})

test('a fork begins with what was published before its step', async () => {
  const w = workflow('publishes and forked', async ({ step }) => {
    await step.set('a', 1)
    await step.run('b', () => 2)
    await step.set('a', 2)
    return step.waitFor('go', { eventName: 'go' })
  })
  const run = await t.start(w)
  await run.waitForStatus('waiting', LONG)
  await t.engine.unregisterWorkflow('publishes and forked')
  const fork = await run.fork({ fromStep: 'b' })
  expect(fork.state).toEqual({ a: 1 })
  await Promise.all([run.cancel(), fork.cancel()])
})

test('a name or a value that cannot be is refused', async () => {
  const bad = [
    workflow('publishes badly', ({ step }) => step.set('', 1), { retries: 0 }),
    workflow('publishes a function', ({ step }) => step.set('f', () => 1), { retries: 0 }),
  ]
  for (const w of bad) await expect((await t.start(w)).result(LONG)).rejects.toThrow('publish')
})
