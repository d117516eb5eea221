import { describe, expect, test } from 'vitest'
import { WorkflowClient } from '../../src/client/workflow-client.ts'
import { createServer } from '../../src/server/create-server.ts'
import { workflow } from '../../src/workflow/workflow.ts'
import { authenticateByName, send, useServer } from '../support/server.ts'

const token = 'a-token-of-the-operator'
const t = useServer({ metrics: { token } })
const echo = workflow('echo', ({ input }) => input)
const open = { as: null }
const operator = { as: null, headers: { authorization: `Bearer ${token}` } }

describe('health', () => {
  test('the process lives, and can serve', async () => {
    expect(await t.send('GET', '/healthz', open)).toMatchObject({
      status: 200,
      body: { status: 'ok' },
    })
    const ready = await t.send('GET', '/readyz', open)
    expect([ready.status, ready.body]).toEqual([
      200,
      {
        ...{ status: 'ready', database: 'ok', schema: 'ok', workers: 2, silent_workers: 0 },
        ...{ lag_seconds: expect.any(Number), oldest_snapshot_seconds: expect.any(Number) },
        warnings: [],
      },
    ])
    expect(ready.headers.get('cache-control')).toBe('no-store')
  })

  test('without a database it lives, but is not ready', async () => {
    const client = new WorkflowClient({
      connectionString: 'postgresql://nobody@127.0.0.1:1/none',
      logger: { log() {}, error() {} },
    })
    const server = createServer(client, { metrics: 'open' })
    expect((await send(server, 'GET', '/healthz', open)).status).toBe(200)
    const ready = await send(server, 'GET', '/readyz', open)
    expect([ready.status, ready.body]).toEqual([
      503,
      { status: 'not ready', reason: 'the database is not reached', database: 'MR090' },
    ])
    expect((await send(server, 'GET', '/metrics', open)).body).toMatch(/^millrace_up 0$/m)
    await client.stop()
  })

  test('with an old schema it is not ready', async () => {
    const client = new WorkflowClient({ connectionString: t.db.url, schema: 'not_there' })
    const ready = await send(createServer(client), 'GET', '/readyz', open)
    expect([ready.status, ready.body]).toEqual([
      503,
      { status: 'not ready', reason: 'the schema is not up to date', schema: 'MR091' },
    ])
    await client.stop()
  })
})

describe('the numbers of the installation', () => {
  test('are for who has the token; where nobody was named, they are not there', async () => {
    expect(await t.send('GET', '/metrics', open)).toMatchObject({
      status: 401,
      body: { code: 'MR042' },
    })
    expect((await t.send('GET', '/metrics')).status).toBe(401)
    const server = createServer(t.engine, { authenticate: authenticateByName })
    expect((await send(server, 'GET', '/metrics', operator)).status).toBe(404)
    expect(() => createServer(t.engine, { metrics: { token: 'short' } })).toThrow(/16 characters/)
  })

  test('are as Prometheus reads them, with the requests by route', async () => {
    await t.register(echo)
    const run = await t.engine.startWorkflow(echo, 1)
    await run.result({ timeout: 30_000 })
    await t.send('GET', `/api/runs/${run.id}`)
    await t.send('GET', '/nowhere')
    for (const made of ['MADE', 'UP']) await t.send(made, '/api/runs')
    const { status, headers, body } = await t.send('GET', '/metrics', operator)
    expect([status, headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4'])
    expect(body).toMatch(/^millrace_up 1$/m)
    expect(body).toMatch(/^millrace_workers 2$/m)
    expect(body).toMatch(/^millrace_lag_seconds \d/m)
    expect(body).toMatch(/^millrace_oldest_snapshot_seconds \d/m)
    expect(body).toMatch(/^millrace_runs_started_total \d+$/m)
    expect(body).toMatch(
      /^millrace_http_request_duration_seconds_count\{method="GET",route="\/api\/runs\/:id",status="200"\} 1$/m,
    )
    expect(body).toMatch(/route="none",status="404"\} 1$/m)
    expect(body).toMatch(/_count\{method="other",route="none",status="405"\} 2$/m)
    expect(body).not.toContain(run.id)
    for (const line of body.trimEnd().split('\n'))
      expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{.*\})? [\d.e+-]+)$/)
  })
})

describe('the numbers of a tenant', () => {
  test('are of its runs alone', async () => {
    await t.register(echo)
    const runs = await Promise.all([1, 2].map((input) => t.engine.startWorkflow(echo, input)))
    await Promise.all(runs.map((run) => run.result({ timeout: 30_000 })))
    const ours = await t.send('GET', '/api/metrics?workflow_id=echo')
    expect(ours.status).toBe(200)
    expect(ours.body).toMatchObject({ complete: true, by_status: { failed: 0 } })
    expect(ours.body.durations.count).toBeGreaterThanOrEqual(2)
    expect(ours.body.by_workflow[0]).toMatchObject({ workflow_id: 'echo' })
    const theirs = await t.send('GET', '/api/metrics', { as: 'mallory' })
    expect(theirs.body).toMatchObject({ total: 0, by_workflow: [] })
    expect((await t.send('GET', '/api/metrics', open)).status).toBe(401)
    expect((await t.send('GET', '/api/metrics?most=5')).status).toBe(422)
  })
})
