// From the document: whatever is sent, the answer is one that the document declares, and never the server's fault.
// CASES=300 npx vitest run test/server/fuzz.test.ts is the long form, which `npm run test:slow` runs.
import { randomUUID } from 'node:crypto'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { WorkflowClient } from '../../src/client/workflow-client.ts'
import { createServer, type Server } from '../../src/server/create-server.ts'
import { describeApi } from '../../src/server/describe-api.ts'
import type { ApiDocument } from '../../src/server/docs-page.ts'
import { WorkflowEngine } from '../../src/worker/workflow-engine.ts'
import { workflow } from '../../src/workflow/workflow.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { collect } from '../support/engine.ts'
import { authenticateByName, readAnswer } from '../support/server.ts'
import {
  type Known,
  type Operation,
  RequestMaker,
  type Request as Sent,
  spoil,
} from './arbitrary-request.ts'

const CASES = Number(process.env.CASES ?? 5)
const document = describeApi() as unknown as ApiDocument
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    ...{ path, method: method.toUpperCase(), operation, name: operation.operationId as string },
  })),
)

const ajv = new Ajv2020({ strict: false, validateFormats: false })
ajv.addSchema({ ...document, $id: 'api' })

let db: TestDatabase
let client: WorkflowClient
let server: Server
let known: Known
/** What the other tenant has, by the parameter of the address. */
let foreign: Readonly<Record<string, string>>
const log: string[] = []

const door = {
  workflow: { name: 'door' },
  states: [
    { name: 'shut', initial: true, sla: 0.001 },
    { name: 'open' },
    { name: 'gone', final: true },
  ],
  transitions: [
    { from: 'shut', to: 'open', name: 'open_it' },
    { from: '*', to: 'gone', name: 'remove', requires_role: 'admin' },
  ],
}
const graph = { name: 'graph', steps: [{ id: 'a', type: 'delay', config: { seconds: 1 } }] }
const echo = workflow('echo', ({ input }) => input)
const wait = workflow('wait', async ({ step }) => {
  await step.run('first', () => 1)
  return step.waitFor('w', { eventName: 'go' })
})
const broken = workflow('broken', () => Promise.reject(new TypeError('wrong')), { retries: 0 })
const asks = workflow('asks', ({ step }) => step.approval('q', { question: 'Well?' }))

/** Runs in every state, and one of everything else. */
async function seed(tenant: string) {
  const engine = new WorkflowEngine({
    ...{ connectionString: db.url, tenant, migrate: 'off', logger: collect(log) },
    workflows: [echo, wait, broken, asks],
  })
  await engine.start({ pollInterval: 50 })
  const done = await engine.startWorkflow(echo, { a: 1 }, { tags: ['t'], resourceId: 'r' })
  const failed = await engine.startWorkflow(broken, undefined)
  const waits = await engine.startWorkflow(wait, undefined)
  const asking = await engine.startWorkflow(asks, undefined)
  const paused = await engine.startWorkflow(wait, undefined)
  await done.result()
  await failed.waitForStatus('failed')
  await Promise.all([waits, asking, paused].map((run) => run.waitForStatus('waiting')))
  await paused.pause()
  const [approval] = (await engine.getApprovals()).items
  await engine.putWorkflow(graph)
  await engine.putSchedule({ id: 'nightly', workflowId: 'echo', cron: '0 3 * * *', paused: true })
  const bulk = await engine.bulk.discard({ where: { runIds: [failed.id] }, by: 'seed' })
  const [worker] = await engine.getWorkers()
  const options = JSON.stringify({ tenant })
  await db.query('select millrace.define_machine($1, $2)', [JSON.stringify(door), options])
  const entity = engine.entity('door', '1', { table: 'doors' })
  const { id: instance } = await entity.start({ metadata: { of: tenant } })
  await engine.stop()
  const runs = [done, failed, waits, asking, paused].map(({ id }) => id)
  return {
    runs,
    approval: approval?.id as string,
    bulk: bulk.id as string,
    instance,
    worker: worker?.id as string,
  }
}

beforeAll(async () => {
  db = await createDatabase({ testClock: false })
  await db.query(`insert into millrace.tenants (slug) values ('acme')`)
  const ours = await seed('default')
  const theirs = await seed('acme')
  // nobody works on it any more: what is accepted stays as it is
  client = new WorkflowClient({ connectionString: db.url, logger: collect(log) })
  server = createServer(client, { authenticate: authenticateByName, logger: collect(log) })
  for (const kind of ['read', 'write', 'start', 'webhook'])
    await client.putQuota(`${kind}_per_minute`, null)
  known = {
    'runs.id': [...ours.runs, theirs.runs[0] as string, randomUUID()],
    'bulk.id': [ours.bulk, theirs.bulk],
    'approvals.id': [ours.approval, theirs.approval],
    'schedules.id': ['nightly', 'other'],
    'definitions.id': ['echo', 'graph', 'nobody'],
    'queues.name': ['default', 'mail'],
    'instances.id': [ours.instance, theirs.instance],
    'entities.machine': ['door', 'nobody'],
    'entities.id': ['1', '2'],
    machine: ['door'],
    table: ['doors'],
    instance_id: [ours.instance, theirs.instance],
    entity_table: ['doors'],
    entity_id: ['1', '2'],
    name: ['open_it', 'remove'],
    to_state: ['open', 'gone'],
    expected_state: ['shut', 'open'],
    state: ['shut', 'open'],
    workflow_name: ['door', 'nobody'],
    workflow_definition_id: ['door'],
    from_version: ['1'],
    to_version: ['1', '2'],
    select: ['id', '*', 'id,name', 'metadata->>of'],
    order: ['id', 'name.desc', 'updated_at.desc.nullslast', 'x'],
    from: ['s-1', '1'],
    run_id: ours.runs,
    run_ids: ours.runs,
    parent_id: ours.runs,
    workflow_id: ['echo', 'wait', 'graph', 'nobody'],
    version: ['1', '2'],
    queue: ['default', 'mail'],
    from_step: ['first', 'w'],
    event_name: ['go', 'fact'],
    document: [
      JSON.stringify(graph),
      JSON.stringify({ ...graph, name: 'echo' }),
      'steps: [',
      'name: x\nsteps: []',
    ],
    cron: ['0 3 * * *', 'x'],
    timezone: ['Europe/Vienna', 'Mars/Base'],
    worker_ids: [ours.worker, theirs.worker],
  }
  foreign = {
    run: theirs.runs[2] as string,
    bulk: theirs.bulk,
    approval: theirs.approval,
    schedule: 'theirs',
    instance: theirs.instance,
  }
  await client.forTenant('acme').putSchedule({ id: 'theirs', workflowId: 'echo', every: '1 hour' })
  await client.forTenant('acme').putWorkflow({ ...graph, name: 'theirs' })
}, 60_000)
afterAll(async () => {
  await client?.stop()
  await db?.drop()
})

async function send(method: string, { path, query, headers, body }: Sent, as = 'ada') {
  const url = `http://localhost${path}${query === '' ? '' : `?${query}`}`
  const request = new Request(url, {
    method,
    headers: {
      authorization: `Bearer ${as}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body }),
  })
  const answer = await server.fetch(request)
  const type = answer.headers.get('content-type') ?? ''
  if (!type.includes('event-stream')) return readAnswer(answer)
  // it would last as long as its run
  await answer.body?.cancel()
  return { status: answer.status, headers: answer.headers, body: '' }
}

type Answer = Awaited<ReturnType<typeof send>>
const validators = new Map<string, ValidateFunction>()

/** The status is declared, and the body fits what is declared for it. */
function check(path: string, method: string, operation: Operation, answer: Answer): void {
  const { status, body } = answer
  const said = JSON.stringify(body)
  expect(status, `${log.slice(-3).join('\n')} ${said}`).toBeLessThan(500)
  const declared = operation.responses[String(status)]
  expect(declared, `${status} is not declared: ${said}`).toBeDefined()
  const shared = `#/components/responses/Problem${status}`
  const own = `#/paths/${path.replace(/\//g, '~1').replace(/[{}]/g, encodeURIComponent)}/${method.toLowerCase()}/responses/${status}`
  const place = status >= 400 ? shared : own
  const own200 = Object.keys(declared?.content ?? {})[0]
  const isCompat = operation.tags?.includes('compat')
  const type = status >= 400 ? 'application/problem+json' : (own200 as string)
  if (!declared?.content && declared?.$ref === undefined) return expect(body).toBe('')
  // the Workflow Automation Engine has an envelope of its own
  if (status >= 400 && path.startsWith('/pypgflow')) return expect(body.code).toMatch(/^MR\d{3}$/)
  if (status >= 400 && isCompat) return expect(body.error.code).toMatch(/^[A-Z_]+$/)
  expect(answer.headers.get('content-type')).toContain(type)
  if (!type.includes('json') || type.includes('ndjson')) return
  const key = `api${place}/content/${type.replace('/', '~1').replace('+', '%2B')}/schema`
  let validate = validators.get(key)
  if (!validate) {
    validate = ajv.compile({ $ref: key })
    validators.set(key, validate)
  }
  expect(validate(body), `${ajv.errorsText(validate.errors)}: ${said}`).toBe(true)
  expect(said).not.toMatch(/\\n\s+at |\.ts:\d+|pg_catalog|security definer/)
}

/** As the other tenant finds them: not at all, whatever is asked of them. */
const foreignIds: Readonly<Record<string, () => string>> = {
  runs: () => foreign.run as string,
  bulk: () => foreign.bulk as string,
  approvals: () => foreign.approval as string,
  schedules: () => 'theirs',
  instances: () => foreign.instance as string,
}

describe('what is another tenant’s', () => {
  const named = operations.filter(({ path }) => /^\/api\/\w+\/\{id\}/.test(path))

  test.each(named)(
    'is not found: $method $path',
    async ({ method, path, operation }) => {
      const resource = path.split('/')[2] as string
      const idOf = foreignIds[resource]
      if (idOf === undefined || (method === 'PUT' && resource === 'schedules')) return
      const maker = new RequestMaker(document, known)
      await fc.assert(
        fc.asyncProperty(
          maker.valid(path.replace('{id}', encodeURIComponent(idOf())), operation),
          async (request) => {
            const { status } = await send(method, request)
            // what is not right in itself may be refused before anybody looks for the id
            expect([404, 422]).toContain(status)
            seen.push(`${method} ${path} ${status}`)
          },
        ),
        { numRuns: CASES, endOnFailure: true },
      )
      expect(seen).toContain(`${method} ${path} 404`)
    },
    300_000,
  )
  const seen: string[] = []

  test('is as it was', async () => {
    const acme = client.forTenant('acme')
    expect((await acme.getRun({ runId: foreign.run as string })).status).toBe('waiting')
    expect((await acme.getApprovals()).items).toHaveLength(1)
    expect((await acme.getSchedules()).map(({ id }) => id)).toEqual(['nightly', 'theirs'])
    expect((await acme.bulk.get(foreign.bulk as string)).status).not.toBe('cancelled')
  })

  test('no list shows it', async () => {
    const lists = operations.filter(
      ({ method, path, operation }) =>
        method === 'GET' &&
        !path.includes('{') &&
        !/stream|health/.test(path) &&
        !operation.parameters?.some(({ required }) => required),
    )
    for (const { path } of lists) {
      const { status, body } = await send('GET', { path, query: '', headers: {}, body: undefined })
      expect([path, status]).toEqual([path, 200])
      for (const id of Object.values(foreign)) expect(JSON.stringify(body)).not.toContain(id)
    }
  })
})

describe.each(operations)('$method $path', ({ method, path, operation }) => {
  beforeEach(async () => {
    // what the route before may have deleted
    await db.query(`select millrace.register_workflow(t.id, w, '1', '{}')
      from millrace.tenants t, unnest(array['echo', 'wait']) w where t.slug = 'default'`)
    await client.activateWorkflow({ workflowId: 'echo' })
    await client.putSchedule({ id: 'nightly', workflowId: 'echo', cron: '0 3 * * *' })
  })

  test('valid requests', async () => {
    const maker = new RequestMaker(document, known)
    await fc.assert(
      fc.asyncProperty(maker.valid(path, operation), async (request) => {
        const answer = await send(method, request)
        check(path, method, operation, answer)
      }),
      { numRuns: CASES, endOnFailure: true },
    )
  }, 300_000)

  test('invalid requests', async () => {
    const maker = new RequestMaker(document, known)
    const invalid = maker.valid(path, operation).chain((request) => spoil(request, operation))
    await fc.assert(
      fc.asyncProperty(invalid, async (request) => {
        const answer = await send(method, request)
        expect(answer.status).toBeGreaterThanOrEqual(400)
        if (!request.path.endsWith('/none')) check(path, method, operation, answer)
      }),
      { numRuns: Math.ceil(CASES / 2), endOnFailure: true },
    )
  }, 300_000)
})
