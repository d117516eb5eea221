// The calls of pg-workflows' README: only the imports are changed.
import { WorkflowEngine, WorkflowStatus, workflow } from 'millrace'
import { createWorkflowRef, WorkflowClient } from 'millrace/client'
import { z } from 'zod'

const sendWelcome = workflow(
  'send-welcome',
  async ({ step, input }) => {
    const user = await step.run('create-user', async () => ({ id: '123', email: input.email }))
    await step.run('send-email', async () => {
      user.email
    })
    const confirmation = await step.waitFor('await-confirmation', {
      eventName: 'user-confirmed',
      timeout: 24 * 60 * 60 * 1000,
    })
    const polled = await step.poll('p', async () => (input.email ? { completed: true } : false), {
      interval: '1 minute',
      timeout: '24 hours',
    })
    if (polled.timedOut) return { success: false }
    await step.waitUntil('a', new Date())
    await step.waitUntil('b', '2025-06-01T12:00:00.000Z')
    await step.waitUntil('c', { date: new Date() })
    await step.delay('d', { days: 3 })
    await step.sleep('e', '1 hour')
    await step.pause('f')
    return { success: true, user, confirmation }
  },
  { inputSchema: z.object({ email: z.string().email() }), timeout: 48 * 3600e3, retries: 3 },
)

const engine = new WorkflowEngine({ connectionString: 'x', workflows: [sendWelcome] })
await engine.start()
await engine.start(true, { batchSize: 5, heartbeatSeconds: 30 })
const run = await engine.startWorkflow({
  workflowId: 'send-welcome',
  input: { email: 'a' },
  idempotencyKey: 'welcome:user-123',
})
await engine.startWorkflow({
  workflowId: 'send-welcome',
  input: { email: 'a' },
  resourceId: 'user-123',
  options: { timeout: 60_000, retries: 1, expireInSeconds: 10, batchSize: 3 },
})
const data = { confirmedAt: new Date() }
await engine.triggerEvent({ runId: run.id, eventName: 'user-confirmed', data })
export const percent: number = (await engine.checkProgress({ runId: run.id })).completionPercentage
const { items, nextCursor } = await engine.getRuns({
  resourceId: 'u',
  statuses: [WorkflowStatus.RUNNING],
  limit: 20,
  startingAfter: null,
  workflowId: 'x',
})
export const [retries, cursor]: [number | undefined, string | null] = [
  items[0]?.retryCount,
  nextCursor,
]
const target = { runId: run.id, resourceId: 'u' }
await engine.pauseWorkflow(target)
await engine.resumeWorkflow(target)
await engine.cancelWorkflow(target)
await engine.fastForwardWorkflow({ ...target, data: { approved: true } })
await engine.registerWorkflow(sendWelcome)
await engine.unregisterWorkflow('send-welcome')
await engine.unregisterAllWorkflows()
const my = createWorkflowRef('my', { inputSchema: z.object({ email: z.string() }) })
await new WorkflowClient({ connectionString: 'x' }).startWorkflow(my, { email: 'u' })
await engine.stop()
