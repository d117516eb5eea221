// A server that is killed under load has lost nothing that it had acknowledged, and done nothing twice.
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { WorkflowDocument } from '../../src/client/definitions.ts'
import { WorkflowClient } from '../../src/index.ts'
import { WorkflowStatus } from '../../src/model/status.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'
import { makeFolder, type Running, startMillrace } from './millrace.ts'

vi.setConfig({ testTimeout: 180_000, hookTimeout: 90_000 })

const KILLS = 3
const CLIENTS = 8

const double = `import { workflow } from 'millrace'
export const double = workflow('double', async ({ step, input }) => step.run('double', () => input.n * 2))
`
const hello = {
  ...{ id: 'hello', name: 'Hello', trigger_type: 'manual' },
  steps: [{ id: 'greet', type: 'transform', config: { expression: 'Hello {{ trigger.data.n }}' } }],
}

let db: TestDatabase
let folder: Awaited<ReturnType<typeof makeFolder>>
let client: WorkflowClient

beforeAll(async () => {
  db = await createDatabase({ testClock: false })
  folder = await makeFolder({ 'workflows/double.js': double })
  client = new WorkflowClient({ connectionString: db.url })
})
afterAll(async () => {
  await client.stop()
  await db.drop()
  await folder.remove()
})

type Sent = { n: number; key: string; path: string; body: string }

/** What was sent, and under which id the server has said that it has it. */
type Load = { readonly sent: Sent[]; readonly acknowledged: Map<number, string>; over: boolean }

test('a server killed with -9 under load loses no acknowledged request, and does none twice', async () => {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  let server = await start(port)
  const { key } = await client.createKey({ name: 'load', scopes: ['admin'] })
  await client.putWorkflow(hello as WorkflowDocument)
  await client.putQuota('start_per_minute', null)
  await client.putQuota('write_per_minute', null)
  const load: Load = { sent: [], acknowledged: new Map(), over: false }
  const clients = Array.from({ length: CLIENTS }, () => sendOn(url, key, load))
  for (let kill = 1; kill <= KILLS; kill++) {
    const before = load.acknowledged.size
    await until('it has work', () => load.acknowledged.size >= before + 60, { timeout: 60_000 })
    server.child.kill('SIGKILL')
    await server.ended
    server = await start(port)
  }
  const last = load.acknowledged.size
  await until('it goes on', () => load.acknowledged.size >= last + 30, { timeout: 60_000 })
  load.over = true
  await Promise.all(clients)
  // each was sent until it was acknowledged, so all have a run
  expect(load.acknowledged.size).toBe(load.sent.length)
  const runs = await allRuns()
  const ofInput = new Map<number, string[]>()
  for (const { id, n } of runs) ofInput.set(n, [...(ofInput.get(n) ?? []), id])
  for (const { n } of load.sent) {
    expect([n, ofInput.get(n)]).toEqual([n, [load.acknowledged.get(n)]])
  }
  expect(runs.length).toBe(load.sent.length)
  await until('all have run', async () => (await unfinished()) === 0, { timeout: 90_000 })
  expect((await server.stop('SIGTERM')).code).toBe(0)
})

async function start(port: number): Promise<Running> {
  const args = ['server', '--port', String(port), '--json']
  const server = startMillrace(args, { cwd: folder.path, url: db.url })
  await server.says('"event":"ready"')
  return server
}

/** One client: each request under a key of its own, again and again until it is answered. */
async function sendOn(url: string, apiKey: string, load: Load): Promise<void> {
  while (!load.over) {
    const n = load.sent.length
    const ours = n % 2 === 0
    const path = ours ? '/api/definitions/double/runs' : '/api/workflows/hello/execute'
    const body = JSON.stringify(ours ? { input: { n } } : { trigger_data: { n } })
    const sent = { n, key: randomUUID(), path, body }
    load.sent.push(sent)
    load.acknowledged.set(n, await untilAnswered(url, apiKey, sent))
  }
}

async function untilAnswered(url: string, apiKey: string, sent: Sent): Promise<string> {
  const { key, path, body } = sent
  const headers = {
    'x-api-key': apiKey,
    'idempotency-key': key,
    'content-type': 'application/json',
  }
  const until = Date.now() + 60_000
  for (;;) {
    const answer = await fetch(url + path, { method: 'POST', headers, body })
      .then(async (response) => ({ status: response.status, json: await response.json() }))
      .catch(() => null)
    const { id, execution_id } = (answer?.json ?? {}) as { id?: string; execution_id?: string }
    // 200: the server that died had started it, and nobody has heard so
    if ([200, 201, 202].includes(answer?.status ?? 0)) return (id ?? execution_id) as string
    // not there, or the same request is under way still
    const isPassing = answer === null || [409, 503].includes(answer.status)
    if (!isPassing || Date.now() > until) throw new Error(JSON.stringify(answer))
    await delay(50)
  }
}

async function allRuns(): Promise<{ id: string; n: number }[]> {
  const found: { id: string; n: number }[] = []
  let startingAfter: string | null = null
  do {
    const page = await client.getRuns({ limit: 100, startingAfter })
    found.push(...page.items.map(({ id, input }) => ({ id, n: (input as { n: number }).n })))
    startingAfter = page.nextCursor
  } while (startingAfter !== null)
  return found
}

async function unfinished(): Promise<number> {
  const statuses = Object.values(WorkflowStatus).filter((one) => one !== 'completed')
  return (await client.getRuns({ limit: 100, statuses })).items.length
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => probe.once('listening', resolve))
  const { port } = probe.address() as { port: number }
  await new Promise((resolve) => probe.close(resolve))
  return port
}
