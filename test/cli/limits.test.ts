import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { WorkflowEngine, workflow } from '../../src/index.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { millrace, millraceJson } from './here.ts'

vi.setConfig({ testTimeout: 60_000 })

const newsletter = workflow('newsletter', async () => {}, {
  concurrency: [{ limit: 10 }, { limit: 2, key: 'customer.id' }],
  rateLimit: { limit: 100, period: '1 minute' },
  fairness: { key: 'customer.id' },
})

let db: TestDatabase
let engine: WorkflowEngine

beforeAll(async () => {
  db = await createDatabase({ testClock: false })
  engine = new WorkflowEngine({ connectionString: db.url, workflows: [newsletter], migrate: 'off' })
  await engine.start(false)
})

afterAll(async () => {
  await engine.stop()
  await db.drop()
})

const at = () => ({ url: db.url })

test('limits: those of workflows and queues, and pauses', async () => {
  const { stdout } = await millrace(['limits'], at())
  expect(stdout).toContain('workflow newsletter')
  expect(stdout).toContain('10 at once')
  expect(stdout).toContain('100 in 1 min')
  expect(stdout).toContain('in turns')
  await millrace(
    [
      'queues',
      'put',
      'mail',
      '--concurrency',
      '5',
      '--concurrency',
      '1:customer.id',
      '--rate',
      '7/1s',
    ],
    at(),
  )
  const rules = await millraceJson<{ rule: string; limit: number; key: string[] | null }[]>(
    ['limits', '--queue', 'mail'],
    at(),
  )
  expect(rules).toMatchObject([
    { rule: 'concurrency', limit: 1, key: ['customer.id'] },
    { rule: 'concurrency', limit: 5, key: null },
    { rule: 'rate', limit: 7, periodMs: 1000 },
  ])
  await millrace(['queues', 'put', 'mail'], at())
  expect(await millraceJson(['limits', '--queue', 'mail'], at())).toEqual([])
})

test('dispatch: pauses and resumes a queue, a workflow, everything', async () => {
  for (const place of [['--queue', 'mail'], ['--workflow', 'newsletter'], ['--everything']]) {
    const { stderr } = await millrace(
      ['dispatch', 'pause', ...place, '--reason', 'repairs', '--by', 'ada'],
      at(),
    )
    expect(stderr).toContain(`dispatch resume ${place.join(' ')}"`)
    const { stdout } = await millrace(['limits'], at())
    expect(stdout).toMatch(/paused .* by ada: repairs/)
    const resumed = await millrace(['dispatch', 'resume', ...place], at())
    expect(resumed.stderr).not.toContain('Still paused')
    expect((await millrace(['limits'], at())).stdout).not.toContain('paused')
  }
})

test('what is paused is told by the doctor, and by the resume of something else', async () => {
  await millrace(['dispatch', 'pause', '--queue', 'mail'], at())
  await millrace(['dispatch', 'pause', '--everything', '--reason', 'repairs', '--by', 'ada'], at())
  // its exit code is 1 here: the servers of tests run without fsync
  const doctor = JSON.parse((await millrace(['doctor', '--json'], at())).stdout)
  const told = doctor.checks.find(({ name }: { name: string }) => name === 'dispatch')
  expect(told.status).toBe('warn')
  expect(told.message).toMatch(/at all, paused by ada .* \(repairs\)/)
  expect(told.message).toContain('of queue "mail", paused')
  const { stderr } = await millrace(['dispatch', 'resume', '--everything'], at())
  expect(stderr).toContain('Workers are given runs again.')
  expect(stderr).toContain('Still paused: queue "mail".')
  await millrace(['dispatch', 'resume', '--queue', 'mail'], at())
})

test('wrong options are named', async () => {
  const none = await millrace(['dispatch', 'pause'], at())
  expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('--everything') })
  const rate = await millrace(['queues', 'put', 'mail', '--rate', 'often'], at())
  expect(rate).toMatchObject({ code: 2, stderr: expect.stringContaining('100/1 minute') })
})
