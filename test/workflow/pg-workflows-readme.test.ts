// The programs of pg-workflows' README, written anew: only the import has changed.
import * as v from 'valibot'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { createWorkflowRef, WorkflowClient, WorkflowEngine, workflow } from '../../src/index.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { openPool } from '../support/pool.ts'

let db: TestDatabase
const engines: { stop(): Promise<void> }[] = []
beforeAll(async () => {
  db = await createDatabase({ testClock: true })
})
afterAll(async () => {
  await Promise.all(engines.map((engine) => engine.stop()))
  await db.drop()
})
type Workflows = ConstructorParameters<typeof WorkflowEngine>[0]['workflows']
async function begin(workflows: Workflows): Promise<WorkflowEngine> {
  const engine = new WorkflowEngine({ connectionString: db.url, workflows: workflows ?? [] })
  engines.push(engine)
  await engine.start()
  return engine
}

test('a complete workflow', async () => {
  const mails: string[] = []
  const onboardUser = workflow(
    'onboard-user',
    async ({ step, input }) => {
      const user = await step.run('create-account', async () => ({ id: 'u1', email: input.email }))
      await step.run('send-welcome', async () => void mails.push(`${user.email} Welcome!`))
      return { userId: user.id }
    },
    { inputSchema: z.object({ email: z.string().email() }) },
  )
  const engine = await begin([onboardUser])
  const run = await engine.startWorkflow({
    workflowId: 'onboard-user',
    input: { email: 'alice@example.com' },
  })
  await run.waitForStatus('completed')
  expect((await engine.getRun({ runId: run.id })).output).toEqual({ userId: 'u1' })
  expect(mails).toEqual(['alice@example.com Welcome!'])
  await expect(
    engine.startWorkflow({ workflowId: 'onboard-user', input: { email: 'no mail' } }),
  ).rejects.toMatchObject({ issues: [{ path: ['email'] }] })
})

test('the quick start: steps, an event, progress, an idempotency key', async () => {
  const sendWelcome = workflow(
    'send-welcome',
    async ({ step, input }) => {
      const user = await step.run('create-user', async () => ({ id: '123', email: input.email }))
      await step.run('send-email', async () => {})
      const confirmation = await step.waitFor('await-confirmation', {
        eventName: 'user-confirmed',
        timeout: 24 * 60 * 60 * 1000,
      })
      return { success: true, user, confirmation }
    },
    { inputSchema: z.object({ email: z.string().email() }), retries: 3 },
  )
  const engine = await begin([sendWelcome])
  const start = () =>
    engine.startWorkflow({
      workflowId: 'send-welcome',
      resourceId: 'user-123',
      input: { email: 'user@example.com' },
      idempotencyKey: 'welcome:user-123',
    })
  const run = await start()
  expect((await start()).id).toBe(run.id)
  expect(run.idempotencyKey).toBe('welcome:user-123')
  await run.waitForStatus('waiting')
  const before = await engine.checkProgress({ runId: run.id, resourceId: 'user-123' })
  expect(before.completedSteps).toBe(2)
  expect(before.completionPercentage).toBeLessThan(100)
  const confirmedAt = new Date()
  await engine.triggerEvent({
    runId: run.id,
    resourceId: 'user-123',
    eventName: 'user-confirmed',
    data: { confirmedAt },
  })
  const done = await run.waitForStatus('completed')
  expect(done.output).toEqual({
    success: true,
    user: { id: '123', email: 'user@example.com' },
    confirmation: { confirmedAt: confirmedAt.toISOString() },
  })
  const progress = await engine.checkProgress({ runId: run.id })
  expect(progress).toMatchObject({ completionPercentage: 100, completedSteps: 3, totalSteps: 3 })
  const { items } = await engine.getRuns({ resourceId: 'user-123' })
  expect(items.map((one) => one.id)).toEqual([run.id])
})

test('a multi-step agent', async () => {
  const calls: string[] = []
  const llm = {
    async chat(prompt: string) {
      calls.push(prompt)
      return `answer to ${prompt}`
    },
  }
  const researchAgent = workflow(
    'research-agent',
    async ({ step, input }) => {
      const { topic } = input as { topic: string }
      const plan = await step.run('create-plan', async () => ({
        tasks: [{ id: 1 }, { id: 2 }, { id: 3 }],
        text: await llm.chat(topic),
      }))
      const findings: string[] = []
      for (const task of plan.tasks) {
        findings.push(await step.run(`research-${task.id}`, () => llm.chat(`task ${task.id}`)))
      }
      const report = await step.run('synthesize', () => llm.chat(findings.join()))
      return { plan, findings, report }
    },
    { retries: 3, timeout: 30 * 60 * 1000 },
  )
  const engine = await begin([researchAgent])
  const run = await engine.startWorkflow({ workflowId: 'research-agent', input: { topic: 'x' } })
  await run.waitForStatus('completed')
  expect(calls).toHaveLength(5)
})

test('people in the loop, with an early return', async () => {
  const pipeline = workflow('ai-content-pipeline', async ({ step }) => {
    const draft = await step.run('generate-draft', async () => 'a draft')
    const review = (await step.waitFor('human-review', {
      eventName: 'content-reviewed',
      timeout: 7 * 24 * 60 * 60 * 1000,
    })) as { approved: boolean; feedback?: string }
    if (review.approved) return { status: 'published', content: draft }
    const revision = await step.run('revise-draft', async () => `${draft}: ${review.feedback}`)
    return { status: 'revised', content: revision }
  })
  const engine = await begin([pipeline])
  const outcomes: unknown[] = []
  for (const data of [{ approved: true }, { approved: false, feedback: 'more' }]) {
    const run = await engine.startWorkflow({ workflowId: 'ai-content-pipeline', input: {} })
    await engine.triggerEvent({ runId: run.id, eventName: 'content-reviewed', data })
    outcomes.push((await run.waitForStatus('completed')).output)
  }
  expect(outcomes).toEqual([
    { status: 'published', content: 'a draft' },
    { status: 'revised', content: 'a draft: more' },
  ])
})

test('conditions, loops with ids of their own, delays, polls', async () => {
  const mixed = workflow('mixed', async ({ step }) => {
    const data = await step.run('fetch-data', async () => ({ isPremium: true }))
    if (data.isPremium) await step.run('premium-action', async () => {})
    const items = await step.run('get-items', async () => [1, 2, 3])
    for (const item of items) await step.run(`process-${item}`, async () => item * 2)
    await step.waitUntil('scheduled-step', new Date('2025-06-01'))
    await step.waitUntil('scheduled-again', '2025-06-01T12:00:00.000Z')
    await step.waitUntil('scheduled-object', { date: new Date('2025-06-01') })
    await step.delay('cool-off', { days: 3 })
    await step.sleep('backoff', '2 days 12 hours')
    const paid = await step.poll('wait-for-payment', async () => ({ ok: true }), {
      interval: '1 minute',
      timeout: '24 hours',
    })
    return paid.timedOut ? 'expired' : paid.data
  })
  const engine = await begin([mixed])
  const run = await engine.startWorkflow({ workflowId: 'mixed', input: {} })
  for (const step of ['cool-off', 'backoff']) {
    await expect
      .poll(async () => (await run.refresh()).currentStepId, { timeout: 10_000 })
      .toBe(step)
    await engine.fastForwardWorkflow({ runId: run.id })
  }
  expect((await run.waitForStatus('completed')).output).toEqual({ ok: true })
})

test('pause within a workflow and from outside, resume, cancel, fast-forward with data', async () => {
  const pausing = workflow('pausing', async ({ step }) => {
    await step.pause('pause-step')
    const reviewer = await step.waitFor('review', { eventName: 'reviewed' })
    return { reviewer }
  })
  const engine = await begin([pausing])
  const run = await engine.startWorkflow({
    workflowId: 'pausing',
    resourceId: 'resource-123',
    input: {},
  })
  await run.waitForStatus('paused')
  await engine.resumeWorkflow({ runId: run.id, resourceId: 'resource-123' })
  await run.waitForStatus('waiting')
  await engine.pauseWorkflow({ runId: run.id })
  await engine.resumeWorkflow({ runId: run.id })
  await run.waitForStatus('waiting')
  await engine.fastForwardWorkflow({
    runId: run.id,
    resourceId: 'resource-123',
    data: { approved: true, reviewer: 'admin' },
  })
  expect((await run.waitForStatus('completed')).output).toEqual({
    reviewer: { approved: true, reviewer: 'admin' },
  })
  const other = await engine.startWorkflow({ workflowId: 'pausing', input: {} })
  await engine.cancelWorkflow({ runId: other.id })
  expect((await engine.getRun({ runId: other.id })).status).toBe('cancelled')
})

test('any Standard Schema, and none', async () => {
  const valibot = workflow('valibot', async ({ input }) => input.name.length, {
    inputSchema: v.object({ email: v.pipe(v.string(), v.email()), name: v.string() }),
  })
  const none = workflow('none', async ({ input, step }) => {
    const { orderId } = input as { orderId: string }
    return step.run('charge', async () => orderId)
  })
  const engine = await begin([valibot, none])
  const first = await engine.startWorkflow(valibot, { email: 'a@example.com', name: 'ada' })
  expect(await first.result({ timeout: 15_000 })).toBe(3)
  const second = await engine.startWorkflow({ workflowId: 'none', input: { orderId: 'o1' } })
  expect(await second.result({ timeout: 15_000 })).toBe('o1')
  await expect(
    engine.startWorkflow({ workflowId: 'valibot', input: { email: 'x', name: 'y' } }),
  ).rejects.toMatchObject({ code: 'MR001', issues: [expect.anything()] })
})

test('client and worker apart: a reference, a pool of one’s own, lazy starts', async () => {
  const orderRef = createWorkflowRef('order', { inputSchema: z.object({ id: z.number() }) })
  const order = orderRef(async ({ step, input }) => {
    const paid = await step.run('charge', async () => input.id * 100)
    return { paid }
  })
  await begin([order])
  const pool = openPool({ connectionString: db.url, max: 2 })
  const client = new WorkflowClient({ pool })
  const run = await client.startWorkflow(orderRef, { id: 7 })
  await run.waitForStatus('completed')
  expect(await client.getRun({ runId: run.id })).toMatchObject({ output: { paid: 700 } })
  await client.stop()
  expect((await pool.query('select 1 as open')).rows).toEqual([{ open: 1 }])
  await pool.end()
})

test('an engine that only starts runs, and one that was not started at all', async () => {
  const work = workflow('apart', async () => 'worked')
  const enqueueing = new WorkflowEngine({ connectionString: db.url, workflows: [work] })
  engines.push(enqueueing)
  await enqueueing.start(false)
  const lazy = new WorkflowEngine({ connectionString: db.url, workflows: [work] })
  engines.push(lazy)
  const runs = [
    await enqueueing.startWorkflow(work, undefined),
    await lazy.startWorkflow({ workflowId: 'apart', input: {} }),
  ]
  await begin([work])
  for (const run of runs) expect(await run.result({ timeout: 15_000 })).toBe('worked')
})

test('plugins add methods to step', async () => {
  const factory = workflow.use({
    name: 'mail',
    methods: (step) => ({ send: (id: string, to: string) => step.run(id, () => `sent to ${to}`) }),
  })
  const mail = factory('mail', ({ step }) => step.send('send', 'ada'))
  const engine = await begin([mail])
  const run = await engine.startWorkflow(mail, undefined)
  expect(await run.result({ timeout: 15_000 })).toBe('sent to ada')
})
