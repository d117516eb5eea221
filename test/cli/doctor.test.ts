import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WorkflowEngine, workflow } from '../../src/index.ts'
import { createDatabase, createEmptyDatabase, type TestDatabase } from '../support/database.ts'
import { millrace } from './here.ts'

type Finding = { name: string; status: string; message: string; remedy?: string }
type Report = { ok: boolean; checks: Finding[] }

async function examine(
  url: string,
  which: (finding: Finding) => boolean = () => true,
): Promise<{ code: number | null; of: (name: string) => Finding }> {
  const { code, stdout, stderr } = await millrace(['doctor', '--json'], { url })
  if (stdout === '') throw new Error(stderr)
  const { checks } = JSON.parse(stdout) as Report
  const of = (name: string) =>
    checks.find((check) => check.name === name && which(check)) as Finding
  return { code, of }
}

describe('a database that is used', () => {
  let db: TestDatabase

  beforeAll(async () => {
    db = await createDatabase({ testClock: false })
  })
  afterAll(() => db.drop())

  test('is examined in all respects', async () => {
    const engine = new WorkflowEngine({
      connectionString: db.url,
      workflows: [workflow('order', async ({ step }) => step.waitFor('w', { eventName: 'e' }))],
    })
    await engine.start({ queues: ['default'] })
    await engine.startWorkflow({ workflowId: 'order', input: null, queue: 'nobodys' })
    const { code, of } = await examine(db.url)
    await engine.stop()
    // the servers of tests run without fsync, for speed
    expect([code, of('settings')]).toEqual([1, expect.objectContaining({ status: 'fail' })])
    expect(of('settings').message).toContain('fsync is off')
    expect(of('server').message).toMatch(/^PostgreSQL \d+.*, UTF8$/)
    expect(of('schema')).toMatchObject({ status: 'ok' })
    expect(of('rights').message).toContain('run workers, administer tenants, migrate')
    expect(of('workers').message).toBe('1 worker alive')
    expect(of('routes').message).toBe(
      '1 unfinished run of order v1 in queue "nobodys", and no worker for it.',
    )
    expect(of('routes').remedy).toBe('Start a worker that has order v1 and takes "nobodys".')
    expect(of('notifications')).toMatchObject({ status: 'ok' })
    expect(of('clock')).toMatchObject({ status: 'ok' })
    expect(of('paused runs')).toMatchObject({ status: 'ok' })
  })

  test('tells of dead workers and of runs that the engine paused', async () => {
    await db.query(
      `insert into millrace.workers (id, tenant_id, expires_at, info, started_at)
       values (77, 1, now() - interval '1 min', '{"host": "h", "pid": 1, "queues": null, "workflows": []}', now())`,
    )
    await db.query("update millrace.live set state = 'p', reason = 'c'")
    const { of } = await examine(db.url)
    expect(of('workers')).toMatchObject({ status: 'warn', remedy: expect.any(String) })
    expect(of('workers').message).toBe(
      '1 worker died without a word; 0 alive. 1 run is unfinished.',
    )
    // of one cause it tells once
    expect(of('routes')).toMatchObject({ status: 'skip' })
    expect(of('paused runs').message).toMatch(/^1 paused by the engine; .* \(poison\)\.$/)
  })

  test('tells of several routes in one finding', async () => {
    const workflows = ['a', 'b', 'c'].map((id) => workflow(id, async () => null))
    const engine = new WorkflowEngine({ connectionString: db.url, workflows })
    await engine.start(false)
    for (const id of ['a', 'b', 'b']) await engine.startWorkflow({ workflowId: id, input: null })
    const other = new WorkflowEngine({ connectionString: db.url, workflows: workflows.slice(2) })
    await other.start()
    const { of } = await examine(db.url)
    await other.stop()
    await engine.stop()
    expect(of('routes')).toMatchObject({
      status: 'warn',
      message:
        '4 unfinished runs, and no worker for them: ' +
        '1 of a v1, 2 of b v1, 1 of order v1 in queue "nobodys".',
    })
  })

  test('tells times in seconds', async () => {
    await db.query(`alter database ${db.name} set statement_timeout = 3000`)
    const { of } = await examine(db.url, ({ message }) => message.startsWith('statement_timeout'))
    expect(of('settings').message).toContain('statement_timeout is 3 s: ')
    await db.query(`alter database ${db.name} reset statement_timeout`)
  })

  test('is told to people with remedies', async () => {
    const { code, stdout } = await millrace(['doctor'], { url: db.url })
    expect(code).toBe(1)
    expect(stdout).toMatch(/^✓ ok {4}connection +database "test_\w+" at /)
    expect(stdout).toMatch(/\n✗ fail {2}settings +fsync is off.*\n +→ Set fsync = on\.\n/)
    expect(stdout).toMatch(/\n1 thing must be mended\.\n$/)
  })
})

test('a database without the schema, and one that cannot be reached', async () => {
  await using db = await createEmptyDatabase()
  const empty = await examine(db.url)
  expect(empty.code).toBe(1)
  expect(empty.of('schema')).toMatchObject({ status: 'fail', remedy: 'Run "millrace migrate".' })
  const none = await examine('postgresql://nobody@127.0.0.1:1/none')
  expect(none.code).toBe(1)
  expect(none.of('connection')).toMatchObject({ status: 'fail' })
})
