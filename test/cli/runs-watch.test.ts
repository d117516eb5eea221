import { afterAll, beforeAll, expect, test } from 'vitest'
import { WorkflowEngine, workflow } from '../../src/index.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'
import { millrace, millraceJson } from './here.ts'

const talks = workflow('talks', async ({ step, logger }) => {
  logger.info('begins', { user: 7 })
  await step.run('look', ({ logger: mine }) => mine.warn('odd \u001b[2J'))
  return step.waitFor('go', { eventName: 'go' })
})

let db: TestDatabase
let engine: WorkflowEngine

beforeAll(async () => {
  db = await createDatabase({ testClock: false })
  engine = new WorkflowEngine({ connectionString: db.url, workflows: [talks] })
  await engine.start({ drainTimeout: '100 ms' })
})
afterAll(async () => {
  await engine.stop()
  await db.drop()
})

const cli = (...args: string[]) => millrace(args, { url: db.url })

test('a run is watched until its end, and what it logged is listed and followed', async () => {
  const run = await engine.startWorkflow(talks)
  await run.waitForStatus('waiting')
  await until(
    'it is stored',
    async () => (await engine.getLogs({ runId: run.id })).items.length === 2,
  )
  const watching = cli('runs', 'watch', run.id)
  const following = cli('runs', 'logs', run.id, '--follow', '--json')
  await until(
    'somebody watches',
    async () => (await db.query('select from millrace.follows')).length > 0,
    {
      timeout: 60_000,
    },
  )
  await run.signal('go', 'now')
  const { stdout } = await watching
  expect(stdout).toContain('○ pending')
  expect(stdout).toContain('log  begins {"user":7}')
  expect(stdout).toContain('✓ completed go')
  expect(
    stdout
      .trimEnd()
      .split('\n')
      .some((line) => line.includes('✓ completed  "now"')),
  ).toBe(true)
  const lines = (await following).stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines.map(({ message }) => message)).toEqual(['begins', 'odd \u001b[2J'])
  const list = await cli('runs', 'logs', run.id, '--level', 'warn')
  expect(list.stdout).toContain('look  warn: odd [2J')
  expect(list.stdout).not.toContain('begins')
  const page = await millraceJson<{ items: unknown[]; nextCursor: string }>(
    ['runs', 'logs', run.id, '--limit', '1'],
    { url: db.url },
  )
  expect(page).toMatchObject({ items: [{ message: 'begins', fields: { user: 7 } }] })
  const rest = await cli('runs', 'logs', run.id, '--after', page.nextCursor)
  expect(rest.stdout.trim().split('\n')).toHaveLength(1)
  const wrong = await cli('runs', 'logs', run.id, '--level', 'loud')
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('loud')])
})
