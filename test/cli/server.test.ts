import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { WorkflowClient } from '../../src/index.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'
import { makeFolder, millrace, millraceJson, type Running, startMillrace } from './millrace.ts'
import { shell } from './shell.ts'

// every command is a process, and a busy machine starts them slowly
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 })

/** Where it says it listens. */
const urlOf = (server: Running) => /http:\/\/[\d.]+:\d+/.exec(server.text())?.[0] ?? ''

/** Starts one on a free port. */
async function startServer(
  options: Parameters<typeof startMillrace>[1],
  args: string[] = [],
): Promise<{ server: Running; url: string }> {
  const server = startMillrace(['server', '--port', '0', ...args], options)
  await server.says(/a key {2}|"event":"ready"/)
  return { server, url: urlOf(server) }
}

/** A run as this server tells it. */
type Told = { status: string; output?: unknown; steps?: { step_id: string; status: string }[] }

describe('in an empty folder', () => {
  let folder: Awaited<ReturnType<typeof makeFolder>>
  let server: Running
  let url: string

  beforeAll(async () => {
    folder = await makeFolder()
    ;({ server, url } = await startServer({ cwd: folder.path }))
  })
  afterAll(async () => {
    server.child.kill('SIGKILL')
    await server.ended
    await folder.remove()
  })

  test('says what it found, and how to begin', async () => {
    expect(server.text()).toContain('in .millrace/pg, our own')
    expect(server.text()).toContain('programs of this machine may make one')
    expect(server.text()).toContain('/api/tenants/register')
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
  })

  test('the README of the Workflow Automation Engine runs as it is written', async () => {
    const readme = await readFile(new URL('fixtures/readme-flow.sh', import.meta.url), 'utf8')
    const known: Record<string, string> = { 'https://workflows.kingsleyonoh.com': url }
    const run = async <T>(section: string): Promise<T> => {
      const text = readme.split(`## ${section}\n`)[1]?.split('\n## ')[0] as string
      const script = Object.entries(known).reduce((all, [a, b]) => all.replaceAll(a, b), text)
      return JSON.parse(await shell(script)) as T
    }
    const tenant = await run<{ api_key: string }>('register')
    expect(tenant.api_key).toMatch(/^mr_live_/)
    known.YOUR_KEY = tenant.api_key
    const made = await run<{ webhook_path: string; name: string }>('create')
    expect(made).toMatchObject({ name: 'Order Pipeline', trigger_type: 'webhook' })
    expect(made.webhook_path).toMatch(/^wh_[0-9a-f]{24,}$/)
    known.wh_YOUR_PATH = made.webhook_path
    const taken = await run<{ execution_id: string }>('webhook')
    known.EXEC_ID = taken.execution_id
    let result: Told = { status: '' }
    await until('its end', async () => {
      result = await run<Told>('result')
      return result.status !== 'pending' && result.status !== 'running'
    })
    expect(result.status).toBe('completed')
    const steps = result.steps?.map(({ step_id, status }) => [step_id, status])
    expect(Object.fromEntries(steps ?? [])).toEqual({
      ...{ validate: 'completed', check_amount: 'completed' },
      ...{ high_value: 'completed', standard: 'skipped' },
    })
    expect(JSON.stringify(result)).toContain('Escalate: $250')
    // and a forgery is none
    const forged = await shell(
      `curl -s -o /dev/null -w '%{http_code}' -X POST ${url}/webhooks/${made.webhook_path} -H 'X-Hub-Signature-256: sha256=00' -d '{}'`,
    )
    expect(forged).toBe('401')
  })

  test('seed makes a key and samples once, and what it prints works', async () => {
    type Seed = {
      key: string | null
      documents: { id: string; created: boolean }[]
      files: string[]
    }
    const first = await millrace(['seed', '--url', url], { cwd: folder.path })
    expect(first.stderr).toContain('only now')
    const again = await millraceJson<Seed>(['seed'], { cwd: folder.path })
    expect(again).toMatchObject({ key: null, files: [], webhook: { secret: null } })
    expect(again.documents).toHaveLength(4)
    expect(again.documents.some(({ created }) => created)).toBe(false)
    // files are taken at the next start
    await server.stop('SIGTERM')
    const port = new URL(url).port
    ;({ server, url } = await startServer({ cwd: folder.path }, ['--port', port]))
    expect(server.text()).toContain('sample_flow')
    const script = first.stdout.slice(first.stdout.indexOf('KEY='))
    const answers = await shell(script.replaceAll('curl ', 'curl -sS -w "\\n" '))
    const [graph, hook, entity, moved, trail, fun, flow, runs, schedules] = answers
      .trim()
      .split('\n')
    expect(JSON.parse(graph as string)).toMatchObject({ status: 'completed' })
    expect(JSON.parse(entity as string)).toMatchObject({ state: 'pending', started: true })
    expect(JSON.parse(moved as string)).toMatchObject({ name: 'pay', state: 'paid' })
    expect(JSON.parse(trail as string).data.at(-1)).toMatchObject({ to: 'paid', notes: 'by card' })
    expect(JSON.parse(fun as string)).toMatchObject({ output: 'Welcome, Ada!' })
    expect(JSON.parse(flow as string)).toMatchObject({
      output: { report: 'sum 15, squares 1 4 9 16 25' },
    })
    expect(JSON.parse(hook as string)).toHaveProperty('execution_id')
    expect(JSON.parse(runs as string).data.length).toBeGreaterThanOrEqual(4)
    expect(JSON.parse(schedules as string).data[0]).toMatchObject({ cron: '0 * * * *' })
  })

  test('its tenant has the name that the environment says', async () => {
    const env = { DEFAULT_TENANT_NAME: 'My Project' }
    const made = await millraceJson<{ tenant: string; madeTenant: boolean }>(
      ['seed', '--no-code'],
      { cwd: folder.path, env },
    )
    expect(made).toMatchObject({ tenant: 'my-project', madeTenant: true, files: [] })
    const shown = await millraceJson<{ name: string }>(['tenants', 'show', 'my-project'], {
      cwd: folder.path,
    })
    expect(shown.name).toBe('My Project')
  })

  test('a port that is taken is told with what to do', async () => {
    const { port } = new URL(url)
    const { code, stderr } = await millrace(['server', '--port', port], { cwd: folder.path })
    expect([code, stderr]).toEqual([2, expect.stringMatching(/something else listens.*--port/s)])
  })
})

describe('on a database', () => {
  let db: TestDatabase
  let folder: Awaited<ReturnType<typeof makeFolder>>

  beforeAll(async () => {
    db = await createDatabase({ testClock: false })
    folder = await makeFolder({ 'flows/slow.js': slow, 'more/other.js': other })
  })
  afterAll(async () => {
    await db.drop()
    await folder.remove()
  })

  test('ends in order: what waits is answered, what runs comes to its end', async () => {
    const args = ['--workflows', 'flows/*.js', '--workflows', 'more/*.js']
    const { server, url } = await startServer({ cwd: folder.path, url: db.url }, args)
    expect(server.text()).toContain('other')
    const client = new WorkflowClient({ connectionString: db.url })
    const { key } = await client.createKey({ name: 'test', scopes: ['admin'] })
    const headers = { 'x-api-key': key, 'content-type': 'application/json' }
    const waiting = fetch(`${url}/api/definitions/slow/runs?wait=50s`, {
      ...{ method: 'POST', headers, body: '{}' },
    })
    await server.says('slow has begun')
    const ended = server.stop('SIGTERM')
    const answer = await waiting
    expect(answer.status).toBe(201)
    const { id } = (await answer.json()) as { id: string }
    expect((await ended).code).toBe(0)
    expect((await client.getRun({ runId: id })).status).toBe('completed')
    await expect(fetch(`${url}/healthz`)).rejects.toThrow()
    expect(server.text()).toMatch(/SIGTERM: no more requests; 1 run .*stopped/s)
    await client.stop()
  })

  test('without a worker it takes starts, and others run them', async () => {
    const options = { cwd: folder.path, url: db.url }
    const { server, url } = await startServer(options, ['--no-worker'])
    expect(server.text()).toContain('none here')
    const client = new WorkflowClient({ connectionString: db.url })
    const { key } = await client.createKey({ name: 'second', scopes: ['admin'] })
    const headers = { 'x-api-key': key, 'content-type': 'application/json' }
    const answer = await fetch(`${url}/api/definitions/other/runs`, {
      ...{ method: 'POST', headers, body: '{}' },
    })
    expect(answer.status).toBe(201)
    expect((await answer.json()) as object).toMatchObject({ status: 'pending' })
    expect((await server.stop('SIGINT')).code).toBe(0)
    await client.stop()
  })

  test('secrets are in nothing that it prints or answers', async () => {
    const mark = () => `marked${randomBytes(12).toString('hex')}`
    const [metrics, jwt, own, put, hook] = [mark(), `${mark()}${mark()}`, mark(), mark(), mark()]
    const key = randomBytes(32).toString('base64')
    const env = {
      ...{ MILLRACE_METRICS_TOKEN: metrics, MILLRACE_SECRETS_KEY: key, LOG_LEVEL: 'debug' },
      ...{ MILLRACE_JWT_ISSUER: 'https://id.example.com/', MILLRACE_JWT_AUDIENCE: 'flows' },
      ...{ MILLRACE_JWT_SECRET: jwt, MILLRACE_SECRET_OWN: own },
    }
    const options = { cwd: folder.path, url: db.url, env }
    const said: string[] = []
    for (const args of [['--print-config'], ['--print-config', '--json'], ['--port', 'x']]) {
      const { stdout, stderr } = await millrace(['server', ...args], options)
      said.push(stdout, stderr)
    }
    expect(said.join()).toContain('***')
    const { server, url } = await startServer(options, ['--workflows', 'more/*.js'])
    const client = new WorkflowClient({ connectionString: db.url })
    const { key: token } = await client.createKey({ name: 'third', scopes: ['admin'] })
    const ask = async (method: string, path: string, body?: object) => {
      const headers = { 'x-api-key': token, 'content-type': 'application/json' }
      const given = body === undefined ? {} : { body: JSON.stringify(body) }
      const text = await (await fetch(url + path, { method, headers, ...given })).text()
      said.push(text)
      return text
    }
    await ask('PUT', '/api/secrets/put', { value: put })
    const call = { Authorization: 'Bearer {{ secrets.own }} {{ secrets.put }}' }
    const steps = [
      { id: 'call', type: 'http', config: { url: 'https://127.0.0.1:1/', headers: call } },
    ]
    const made = JSON.parse(
      await ask('POST', '/api/workflows', {
        ...{ name: 'calls', trigger_type: 'webhook', webhook_secret: hook, steps },
      }),
    ) as { id: string }
    const told = await ask('POST', `/api/workflows/${made.id}/execute?wait=20s`, {})
    const { id } = JSON.parse(told) as Told & { id: string }
    expect(JSON.parse(told)).toMatchObject({ status: 'failed' })
    const pages = ['secrets', 'webhooks', 'audit', 'keys', `runs/${id}`, `runs/${id}/timeline`]
    for (const page of [...pages, `runs/${id}/events`, 'failures', `workflows/${made.id}`])
      await ask('GET', `/api/${page}`)
    await ask('POST', `/webhooks/none?token=${hook}`, {})
    // what code says is masked, too, if it is a secret of this process
    await client.startWorkflow({ workflowId: 'tells', input: null })
    await server.says('it said ***')
    await server.stop('SIGTERM')
    said.push(server.text())
    const all = said.join('\n')
    expect(all).toContain('calls')
    const password = new URL(db.url).password
    const kept = [metrics, jwt, key, own, put, hook, ...(password.length > 7 ? [password] : [])]
    for (const secret of kept) expect(all.includes(secret), `${kept.indexOf(secret)}`).toBe(false)
    await client.stop()
  })
})

/** It runs on for a moment when the server is told to end. */
const slow = `import { workflow } from 'millrace'
export const slow = workflow('slow', ({ step, logger }) => step.run('work', async () => {
  console.log('slow has begun')
  await new Promise((resolve) => setTimeout(resolve, 1500))
  return 1
}))
`
const other = `import { workflow } from 'millrace'
export const other = workflow('other', () => 1)
export const tells = workflow('tells', ({ logger }) => {
  throw new Error('it said ' + process.env.MILLRACE_METRICS_TOKEN)
})
`
