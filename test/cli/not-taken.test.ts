import { afterAll, beforeAll, expect, test } from 'vitest'
import { whyNotTaken } from '../../src/cli/not-taken.ts'
import { WorkflowEngine, workflow } from '../../src/index.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { millrace } from './here.ts'

const order = workflow('order', () => 'done')

let db: TestDatabase
let client: WorkflowEngine

beforeAll(async () => {
  db = await createDatabase({ testClock: false })
  client = new WorkflowEngine({ connectionString: db.url, workflows: [order] })
  await client.start(false)
})
afterAll(async () => {
  await client.stop()
  await db.drop()
})

test('a run that nobody takes is told why', async () => {
  const run = await client.startWorkflow(order)
  expect(await whyNotTaken(client, run)).toMatch(/^No worker is alive now/)
  const late = await client.startWorkflow(order, undefined, { delay: '1 hour' })
  expect(await whyNotTaken(client, late)).toBeNull()

  const other = workflow('order', () => 'other', { version: '2' })
  const workflows = [other]
  const worker = new WorkflowEngine({ connectionString: db.url, workflows })
  await worker.start({ queues: ['default'], drainTimeout: '100 ms' })
  const none =
    'No worker that is alive takes order in version 1 of queue "default": the run waits until'
  expect(await whyNotTaken(client, run)).toContain(none)
  const show = await millrace(['runs', 'show', run.id], { url: db.url })
  expect(show.stderr.replaceAll(/\s+/g, ' ')).toContain(none)

  await client.pauseDispatch({ workflowId: 'order' })
  const held = await client.startWorkflow(other)
  expect(await whyNotTaken(client, held)).toContain('not given runs of workflow "order" now')
  await client.resumeDispatch({ workflowId: 'order' })
  await client.pauseDispatch({})
  expect(await whyNotTaken(client, held)).toContain('not given any run now')
  await client.resumeDispatch({})
  await client.pauseDispatch({ queue: 'default' })
  const lost = await client.startWorkflow(other, undefined, { queue: 'nobodys' })
  expect(await whyNotTaken(client, lost)).toContain('order in version 2 of queue "nobodys"')
  expect(await whyNotTaken(client, held)).toContain('not given runs of queue "default" now')
  await client.resumeDispatch({ queue: 'default' })
  const done = await held.waitForStatus('completed')
  expect(await whyNotTaken(client, done)).toBeNull()
  await worker.stop()
})

test('nor one that goes on takes it: a run that had begun, and one whose wait is over', async () => {
  const version = { version: '1' }
  const sleeper = workflow('sleeper', ({ step }) => step.sleep('nap', '50 ms'), version)
  const steps = workflow(
    'steps',
    async ({ step }) => {
      await step.run('one', () => 1)
      await step.waitFor('go', { eventName: 'go' })
      await step.run('two', () => 2)
    },
    version,
  )
  const workflows = [sleeper, steps]
  const worker = new WorkflowEngine({ connectionString: db.url, workflows })
  await worker.start({ drainTimeout: '100 ms' })
  const run = await worker.startWorkflow(steps)
  await run.waitForStatus('waiting')
  const asleep = await worker.startWorkflow(sleeper, undefined, { delay: '50 ms' })
  await worker.stop()
  expect(await whyNotTaken(client, await client.getRun({ runId: run.id }))).toBeNull()
  await client.triggerEvent({ runId: run.id, eventName: 'go', data: 1 })
  const begun = await client.getRun({ runId: run.id })
  expect(begun.status).toBe('running')
  expect(await whyNotTaken(client, begun)).toMatch(/^No worker is alive now: the run waits until/)
  const show = await millrace(['runs', 'show', run.id], { url: db.url })
  expect(show.stderr).toContain('No worker is alive')
  const other = new WorkflowEngine({ connectionString: db.url, workflows: [order] })
  await other.start({ drainTimeout: '100 ms' })
  const none = 'No worker that is alive takes steps in version 1 of queue "default"'
  expect(await whyNotTaken(client, begun)).toContain(none)
  const past = { ...(await client.getRun({ runId: asleep.id })), status: 'waiting' as const }
  const wait = { stepId: 'nap', event: null, until: new Date(Date.now() - 60_000) }
  const due = { ...past, waits: [wait as never] }
  expect(await whyNotTaken(client, due)).toContain('takes sleeper in version 1')
  expect(
    await whyNotTaken(client, { ...due, waits: [{ ...wait, until: null } as never] }),
  ).toBeNull()
  await other.stop()
})
