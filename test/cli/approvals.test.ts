import { afterAll, beforeAll, expect, test } from 'vitest'
import { WorkflowEngine, workflow } from '../../src/index.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { millrace } from './here.ts'

const refund = workflow('refund', async ({ step }) => {
  const { approved, by } = await step.approval('big', {
    question: 'Refund 900?',
    roles: ['finance'],
  })
  return approved ? by : null
})

let db: TestDatabase
let engine: WorkflowEngine

beforeAll(async () => {
  db = await createDatabase({ testClock: false })
  engine = new WorkflowEngine({ connectionString: db.url, workflows: [refund] })
  await engine.start({ drainTimeout: '100 ms' })
})
afterAll(async () => {
  await engine.stop()
  await db.drop()
})

const cli = (...args: string[]) => millrace(args, { url: db.url })

test('a run that asks shows its question, and the command that answers it', async () => {
  const run = await engine.startWorkflow(refund)
  await run.waitForStatus('waiting')
  const { stderr } = await cli('runs', 'show', run.id)
  expect(stderr).toContain('To answer its question to those with the role finance: Refund 900?')
  expect(stderr).toContain(`approvals answer ${run.id}/big --role finance --approve  # or --reject`)
  expect((await cli('approvals')).stdout).toContain(`${run.id}/big`)
  const answer = ['approvals', 'answer', `${run.id}/big`, '--approve', '--by', 'ada']
  expect(await cli(...answer)).toMatchObject({ code: 5 })
  expect(await cli(...answer, '--role', 'finance')).toMatchObject({ code: 0 })
  expect(await run.result()).toBe('ada')
  expect((await cli('runs', 'show', run.id)).stderr).not.toContain('To answer')
})
