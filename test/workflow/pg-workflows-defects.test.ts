// What pg-workflows does wrong (research/features.md, C2): one test each.
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { StepBaseContext } from '../../src/workflow/step-types.ts'
import { workflow } from '../../src/workflow/workflow.ts'
import { startEngine, useEngine } from '../support/engine.ts'

const t = useEngine()

test('an early return before the last step completes the run', async () => {
  const w = workflow('early return', async ({ step, input }) => {
    if (input) return 'early'
    return step.run('last', () => 'late')
  })
  expect(await (await t.start(w, true)).result({ timeout: 15_000 })).toBe('early')
})

test('a last step with a computed id completes the run', async () => {
  const w = workflow('computed', async ({ step }) => {
    for (let i = 0; i < 3; i++) await step.run(`s-${i}`, () => i)
  })
  const run = await t.start(w)
  expect((await run.waitForStatus('completed')).status).toBe('completed')
})

test('no code after a wait runs before the wait has ended', async () => {
  const early: string[] = []
  const w = workflow('stops', async ({ step }) => {
    const review = (await step.waitFor('review', { eventName: 'reviewed' })) as { ok: boolean }
    early.push(String(review.ok))
    await step.delay('delay', 30)
    early.push('delayed')
    await step.pause('pause')
    early.push('resumed')
  })
  const run = await t.start(w)
  await run.waitForStatus('waiting')
  expect(early).toEqual([])
  await run.signal('reviewed', { ok: true })
  await run.waitForStatus('paused')
  expect(early.at(-1)).toBe('delayed')
  await run.resume()
  await run.waitForStatus('completed')
  expect(early.at(-1)).toBe('resumed')
})

test('the time-out of a workflow is enforced', async () => {
  const w = workflow('slow', ({ step }) => step.waitFor('w', { eventName: 'never' }), {
    timeout: 100,
  })
  const run = await t.start(w)
  await expect(run.result({ timeout: 15_000 })).rejects.toMatchObject({
    failure: { code: 'MR054' },
  })
})

test('an event that is sent before the run waits is not lost', async () => {
  const w = workflow('before', async ({ step }) => {
    await step.run('long', () => pause(50))
    return step.waitFor('w', { eventName: 'go' })
  })
  const run = await t.start(w)
  await run.signal('go', 'kept')
  expect(await run.result({ timeout: 15_000 })).toBe('kept')
})

test('no run of a batch is lost', async () => {
  const w = workflow('batch', async ({ input }) => input)
  await using own = await startEngine([w], { batchSize: 5 })
  const runs = await own.engine.startWorkflows(
    w,
    Array.from({ length: 23 }, (_, i) => ({ input: i })),
  )
  const results = await Promise.all(runs.map((run) => run.result({ timeout: 15_000 })))
  expect(results).toEqual(Array.from({ length: 23 }, (_, i) => i))
})

test('an event that nobody waits for does not end a pause by a person', async () => {
  const w = workflow('paused', ({ step }) => step.waitFor('w', { eventName: 'go' }))
  const run = await t.start(w)
  await run.waitForStatus('waiting')
  await run.pause()
  await run.signal('other')
  await run.signal('go', 1)
  expect((await run.refresh()).status).toBe('paused')
  await run.resume()
  expect(await run.result({ timeout: 15_000 })).toBe(1)
})

test('a step holds neither a transaction nor a lock while it runs', async () => {
  let open: unknown
  const w = workflow('free', ({ step }) =>
    step.run('s', async () => {
      open = await t.db.value(
        `select count(*)::int from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid() and xact_start < now() - interval '50 ms'`,
      )
    }),
  )
  await (await t.start(w)).result({ timeout: 15_000 })
  expect(open).toBe(0)
})

test('a client’s start has the retries and the time-out of the definition', async () => {
  let calls = 0
  const w = workflow(
    'client defaults',
    ({ step }) =>
      step.run(
        's',
        () => {
          calls++
          throw new Error('no')
        },
        { retry: { baseDelay: 1 } },
      ),
    { retries: 4, timeout: '1 hour' },
  )
  await t.engine.registerWorkflow(w)
  const { WorkflowClient } = await import('../../src/client/workflow-client.ts')
  const client = new WorkflowClient({ connectionString: t.db.url })
  const run = await client.startWorkflow({ workflowId: 'client defaults', input: {} })
  await expect(run.result({ timeout: 15_000 })).rejects.toMatchObject({ code: 'MR052' })
  expect(calls).toBe(5)
  expect((await run.refresh()).maxRetries).toBe(4)
  await client.stop()
})

test('the same key with another input is refused, and keys of workflows do not collide', async () => {
  const one = workflow('keys one', async () => 1)
  const two = workflow('keys two', async () => 2)
  const first = await t.start(one, { a: 1 }, { idempotencyKey: 'k' })
  const second = await t.start(two, { a: 1 }, { idempotencyKey: 'k' })
  expect(second.id).not.toBe(first.id)
  const again = t.engine.startWorkflow(one, { a: 2 }, { idempotencyKey: 'k' })
  await expect(again).rejects.toMatchObject({ code: 'MR010', runId: first.id })
})

test('the handler may be written in any style: its source is never read', async () => {
  const method = {
    run: async ({ step: s }: { step: StepBaseContext }) => s.run('x', () => 1),
  }
  const w = workflow('source', method.run)
  expect(await (await t.start(w)).result({ timeout: 15_000 })).toBe(1)
  const none = workflow('no steps', () => 'done')
  expect(await (await t.start(none)).result({ timeout: 15_000 })).toBe('done')
})

test('a failed run is failed, with its error, also when it was paused in between', async () => {
  const w = workflow(
    'fails',
    async ({ step }) => {
      await step.waitFor('w', { eventName: 'go' })
      throw new Error('for good')
    },
    { retries: 0 },
  )
  const run = await t.start(w)
  await run.waitForStatus('waiting')
  await run.pause()
  await run.signal('go')
  await run.resume()
  const failed = await run.waitForStatus('failed')
  expect(failed).toMatchObject({ error: 'for good', failure: { name: 'Error', stepId: null } })
})
