import { afterAll, beforeAll, expect, test } from 'vitest'
import { whyNotTaken } from '../../src/cli/not-taken.ts'
import { WorkflowEngine, workflow } from '../../src/index.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { millrace } from './millrace.ts'

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
