import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { WorkflowClient } from '../../src/index.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'
import { makeFolder, millrace, startMillrace } from './millrace.ts'

// every command is a process, and a busy machine starts them slowly
vi.setConfig({ testTimeout: 60_000 })

const slow = `import { workflow } from 'millrace'
export const slow = workflow('slow', async ({ step, input }) => {
  await step.run('long', async () => {
    console.log('the step began')
    await new Promise((resolve) => setTimeout(resolve, 1000))
    console.log('the step ended')
  })
  await step.run('next', () => console.log('the next step began'))
  return input
})
export const quick = workflow('quick', async ({ logger }) => { logger.warn('look here') })
`

let db: TestDatabase
let client: WorkflowClient
let folder: Awaited<ReturnType<typeof makeFolder>>

beforeAll(async () => {
  db = await createDatabase({ testClock: false })
  client = new WorkflowClient({ connectionString: db.url })
  folder = await makeFolder({
    'workflows/slow.ts': slow,
    'workflows/slow.test.ts': 'throw new Error("tests are not loaded")',
    'broken/bad.ts': 'export const a = 1\nexport const b: = 2\n',
    'empty/nothing.ts': 'export const a = 1\n',
  })
})
afterAll(async () => {
  await client.stop()
  await db.drop()
  await folder.remove()
})

const at = () => ({ url: db.url, cwd: folder.path })

test('SIGTERM lets the running step end, hands the run back, and ends with 0', async () => {
  const worker = startMillrace(['worker', '--concurrency', '5', '--lease', '5s'], at())
  await worker.says('ready: quick v1, slow v1')
  const run = await client.startWorkflow({ workflowId: 'slow', input: 7 })
  await worker.says('the step began')
  const { code, stdout } = await worker.stop('SIGTERM')
  expect(code).toBe(0)
  expect(stdout).toContain('SIGTERM: 1 run to hand back')
  expect(stdout).toContain('the step ended')
  expect(stdout).not.toContain('the next step began')
  expect((await client.getRun({ runId: run.id })).status).toBe('running')
  expect(await client.getWorkers()).toEqual([])
  const next = startMillrace(['worker', '--json'], at())
  expect(await run.result({ timeout: '15 s' })).toBe(7)
  const told = await next.stop('SIGINT')
  const events = told.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).event)
  expect(events).toEqual(['ready', 'stopping', 'stopped'])
  // what steps print goes elsewhere: each line of stdout is JSON
  expect(told.stderr).toContain('the next step began')
})

test('two signals end it at once', async () => {
  const worker = startMillrace(['worker'], at())
  await worker.says('ready: ')
  await client.startWorkflow({ workflowId: 'slow', input: null })
  await worker.says('the step began')
  worker.child.kill('SIGINT')
  await worker.says('SIGINT: ')
  const { code, stdout } = await worker.stop('SIGINT')
  expect(code).toBe(130)
  expect(stdout).not.toContain('the step ended')
})

test('--health-port serves liveness, readiness and metrics', async () => {
  const worker = startMillrace(['worker', '--queues', 'watched', '--health-port', '0'], at())
  await worker.says(/health on port \d+/)
  const port = /health on port (\d+)/.exec(worker.text())?.[1]
  const get = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`)
    return [response.status, await response.text()] as const
  }
  expect(await get('/live')).toEqual([200, '{"status":"live"}'])
  expect(await get('/ready')).toEqual([200, '{"status":"ready"}'])
  expect((await get('/else'))[0]).toBe(404)
  const run = await client.startWorkflow({ workflowId: 'quick', input: {}, queue: 'watched' })
  await run.result({ timeout: '15 s' })
  await worker.says('look here')
  // the client may hear of the end before the worker has left the run
  const left = 'millrace_runs_left_total{workflow="quick",end="completed"} 1\n'
  await until('it is counted', async () => (await get('/metrics'))[1].includes(left))
  const [status, metrics] = await get('/metrics')
  expect(status).toBe(200)
  expect(metrics).toContain('millrace_worker_ready 1\n')
  for (const line of metrics.trim().split('\n')) {
    expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{[^}]*\})? [-\d.e+]+)$/)
  }
  expect((await worker.stop('SIGTERM')).code).toBe(0)
})

test('a health port that is taken, a broken file, no workflow: exit code 2', async () => {
  const server = createServer().listen(0)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const [taken, broken, empty] = await Promise.all([
    millrace(['worker', '--health-port', String(port)], at()),
    millrace(['worker', '--workflows', 'broken/*.ts'], at()),
    millrace(['worker', '--workflows', 'empty/*.ts'], at()),
  ])
  server.close()
  expect([taken.code, taken.stderr]).toEqual([2, expect.stringContaining(`port ${port}`)])
  expect([broken.code, broken.stderr]).toEqual([2, expect.stringContaining('broken/bad.ts:2:17')])
  expect(broken.stderr).toContain('error MR030:')
  expect([empty.code, empty.stderr]).toEqual([2, expect.stringContaining('exports a workflow')])
})

test('--watch takes up what is saved', async () => {
  await folder.write('watched/one.ts', source('one', 1))
  const worker = startMillrace(['worker', '--watch', '--workflows', 'watched/**/*.ts'], at())
  await worker.says('ready: one v1')
  const result = async () => {
    const run = await client.startWorkflow({ workflowId: 'one', input: null })
    return run.result({ timeout: '15 s' })
  }
  expect(await result()).toBe(1)
  await folder.write('watched/one.ts', source('one', 2))
  await until('the new handler runs', async () => (await result()) === 2, { every: 100 })
  expect((await worker.stop('SIGTERM')).code).toBe(0)
})

function source(id: string, value: number): string {
  return `import { workflow } from 'millrace'\nexport default [workflow('${id}', async () => ${value})]\n`
}

test('--until-idle ends by itself when no run is ready, and leaves those that sleep', async () => {
  const runs = []
  for (let i = 0; i < 3; i++)
    runs.push(await client.startWorkflow({ workflowId: 'quick', input: i, version: '1' }))
  const later = await client.startWorkflow({
    ...{ workflowId: 'quick', input: 9, version: '1' },
    options: { delay: '1 hour' },
  })
  const { code, stdout } = await millrace(['worker', '--until-idle', '--lease', '5s'], at())
  expect(code).toBe(0)
  expect(stdout).toContain('nothing to do')
  for (const run of runs) expect((await run.refresh()).status).toBe('completed')
  expect((await later.refresh()).status).toBe('pending')
  await later.cancel()
})

test('--all-tenants runs what another tenant starts, is ready, and is told to end by who runs it', async () => {
  const worker = startMillrace(['worker', '--all-tenants', '--health-port', '0'], at())
  await worker.says(/all tenants, health on port \d+/)
  const port = /health on port (\d+)/.exec(worker.text())?.[1]
  await db.query("insert into millrace.tenants (slug) values ('other') on conflict do nothing")
  const other = new WorkflowClient({ connectionString: db.url, tenant: 'other' })
  const run = await other.startWorkflow({ workflowId: 'quick', input: null })
  await run.result({ timeout: '15 s' })
  expect((await fetch(`http://127.0.0.1:${port}/ready`)).status).toBe(200)
  await other.stop()
  const { code } = await millrace(['workers', 'drain', '--all', '--all-tenants'], at())
  expect(code).toBe(0)
  await worker.says('drain')
})
