// Both kinds of pypgflow's examples, from the import to the trail, through every door: with the same result. And nobody is taken for another.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { HttpWorkflowClient } from '../../src/client/http/index.ts'
import { defineMachine } from '../../src/entity/index.ts'
import { millrace } from '../cli/here.ts'
import { fraudDetection, orderProcessing } from '../support/machine-documents.ts'
import { connectHttp, type McpClient } from '../support/mcp.ts'
import { type Postgrest, startPostgrest } from '../support/postgrest.ts'
import { principals, useServer } from '../support/server.ts'

const t = useServer()
const roles = ['analyst', 'manager']
const scopes = ['runs:read', 'runs:write', 'workflows:read']
// the same person by two tokens: one has the roles of the machine, one may do all in the tenant
Object.assign(principals, {
  analyst: { tenant: 'default', subject: 'ada', roles, scopes },
  root: { tenant: 'default', subject: 'root', roles: ['admin'], scopes: [...scopes, 'admin'] },
})
let rest: Postgrest
let tools: McpClient
let http: HttpWorkflowClient
beforeAll(async () => {
  rest = await startPostgrest(t.db)
  tools = await connectHttp((request) => t.server.fetch(request), 'analyst')
  http = clientOf('analyst')
}, 60_000)
afterAll(async () => {
  await http?.close()
  await rest?.stop()
})

function clientOf(token: string): HttpWorkflowClient {
  const fetch = (url: string, init: RequestInit) => t.server.fetch(new Request(url, init))
  return new HttpWorkflowClient({ baseUrl: 'http://localhost', token, fetch: fetch as never })
}

const metadata = { amount: 5000, risk_score: 'medium' }

type Move = { to: string; notes?: string; context?: object; metadata?: object; expected?: string }
type Row = Record<string, unknown>

/** What each can do with an entity; who asks is ada, of these roles, by what is authenticated there, and says that eve does it. */
type Door = {
  put(document: string): Promise<unknown>
  start(machine: string, id: string): Promise<unknown>
  /** The code of the error, or null. */
  move(machine: string, id: string, move: Move): Promise<string | null>
  ways(machine: string, id: string): Promise<Row[]>
  trail(machine: string, id: string): Promise<Row[]>
}

const given = ({ notes, context, metadata }: Move) => ({
  ...(notes !== undefined && { notes }),
  ...(context && { context }),
  ...(metadata && { metadata }),
})
const codeOf = (error: { code?: string } | null) => error?.code ?? null
const failed = (error: Error & { code?: string }) => codeOf(error) ?? error.message

const inSql = <Value>(text: string, values: unknown[]) => t.db.value<Value>(text, values)
const whichOf = (machine: string, id: string) => ({ machine, id, table: 'rows' })
const ada = () => rest.as({ tenant: 'default', sub: 'ada', roles })
const instances = new Map<string, string>()
const options = { by: 'ada', roles }
const place = '?table=rows'

const doors: Record<string, Door> = {
  SQL: {
    put: (document) => inSql('select millrace.define_workflow($1)', [parseAsJson(document)]),
    start: (machine, id) =>
      inSql('select millrace.start_entity($1, $2, $3)', [
        ...[machine, id],
        JSON.stringify({ entity_table: 'rows', metadata, by: 'ada' }),
      ]),
    async move(machine, id, move) {
      const asked = {
        ...{ ...options, claimed_by: 'eve', entity: whichOf(machine, id), to_state: move.to },
        ...given(move),
        ...(move.expected && { expected_state: move.expected }),
      }
      const text = 'select millrace.transition(null, $1)'
      return inSql(text, [JSON.stringify(asked)]).then(() => null, sqlCode)
    },
    ways: (machine, id) =>
      t.db.query(
        'select transition_name as name, to_state_name as to, allowed from millrace.get_transitions(null, $1)',
        [JSON.stringify({ ...options, entity: whichOf(machine, id) })],
      ),
    trail: (machine, id) =>
      t.db.query(
        `select h.* from millrace.entities e, millrace.entity_history h
         where e.machine = $1 and e.entity_id = $2 and h.instance_id = e.id order by h.seq`,
        [machine, id],
      ),
  },
  PostgREST: {
    // as its command line does: a document is put by whoever operates the database
    put: (document) => inSql('select millrace.define_workflow($1)', [parseAsJson(document)]),
    async start(machine, id) {
      const asked = { workflow_name: machine, entity_table: 'rows', entity_id: id, metadata }
      const { data, error } = await ada().rpc('start_workflow', asked)
      expect(error).toBeNull()
      instances.set(id, data as string)
    },
    async move(_machine, id, move) {
      const { error } = await ada().rpc('execute_transition', {
        ...{ instance_id: instances.get(id), to_state: move.to, executed_by: 'eve' },
        ...given(move),
        ...(move.expected && { options: { expected_state: move.expected } }),
      })
      return codeOf(error)
    },
    async ways(_machine, id) {
      const { data } = await ada().rpc('get_transitions', { instance_id: instances.get(id) })
      return (data as Row[]).map((one) => ({
        ...{ name: one.transition_name, to: one.to_state_name, allowed: one.allowed },
      }))
    },
    async trail(_machine, id) {
      const rows = ada().from('workflow_history').select('*')
      const { data } = await rows.eq('instance_id', instances.get(id)).order('seq')
      return (data as Row[]).map((row) => ({ ...row, transition: row.transition_name }))
    },
  },
  HTTP: {
    async put(document) {
      const path = `/api/definitions/${parse(document).workflow.name}`
      const { status } = await t.send('PUT', path, { body: { document } })
      expect([200, 201]).toContain(status)
    },
    async start(machine, id) {
      const body = { metadata }
      const path = `/api/entities/${machine}/${id}${place}`
      const { status } = await t.send('POST', path, { as: 'analyst', body })
      expect(status).toBe(201)
    },
    async move(machine, id, move) {
      const path = `/api/entities/${machine}/${id}/transition${place}`
      const body = {
        ...{ to_state: move.to, claimed_by: 'eve', ...given(move) },
        ...(move.expected && { expected_state: move.expected }),
      }
      const answer = await t.send('POST', path, { as: 'analyst', body })
      return answer.status === 200 ? null : answer.body.code
    },
    async ways(machine, id) {
      const path = `/api/entities/${machine}/${id}/transitions${place}`
      return (await t.send('GET', path, { as: 'analyst' })).body.data
    },
    trail: async (machine, id) =>
      (await t.send('GET', `/api/entities/${machine}/${id}/history${place}`)).body.data,
  },
  'the client over HTTP': {
    put: (document) => t.engine.putWorkflow(defineMachine(document)),
    start: (machine, id) => http.entity(machine, id, { table: 'rows' }).start({ metadata }),
    move: (machine, id, move) =>
      http
        .entity(machine, id, { table: 'rows' })
        .transitionTo(move.to, {
          ...{ claimedBy: 'eve', ...(given(move) as { notes?: string }) },
          ...(move.expected && { expectedState: move.expected }),
        })
        .then(() => null, failed),
    ways: async (machine, id) => [
      ...(await http.entity(machine, id, { table: 'rows' }).transitions()),
    ],
    trail: async (machine, id) =>
      (await http.entity(machine, id, { table: 'rows' }).history()).map((row) => ({ ...row })),
  },
  '/pypgflow': {
    put: (document) => inSql('select millrace.define_workflow($1)', [parseAsJson(document)]),
    async start(machine, id) {
      const body = { workflow_name: machine, entity_table: 'rows', entity_id: id, metadata }
      const made = await t.send('POST', '/pypgflow/rpc/start_workflow', { as: 'analyst', body })
      expect(made.status).toBe(200)
      instances.set(id, made.body)
    },
    async move(_machine, id, move) {
      const path = '/pypgflow/rpc/execute_transition'
      const body = {
        ...{ instance_id: instances.get(id), to_state: move.to, executed_by: 'eve' },
        ...given(move),
        ...(move.expected && { options: { expected_state: move.expected } }),
      }
      const answer = await t.send('POST', path, { as: 'analyst', body })
      return answer.status === 200 ? null : answer.body.code
    },
    async ways(_machine, id) {
      const path = `/pypgflow/rpc/get_transitions?instance_id=${instances.get(id)}`
      const { body } = await t.send('GET', path, { as: 'analyst' })
      return (body as Row[]).map((one) => ({
        ...{ name: one.transition_name, to: one.to_state_name, allowed: one.allowed },
      }))
    },
    async trail(_machine, id) {
      const path = `/pypgflow/workflow_history?instance_id=eq.${instances.get(id)}&order=seq`
      const { body } = await t.send('GET', path)
      return (body as Row[]).map((row) => ({ ...row, transition: row.transition_name }))
    },
  },
  'tools of models': {
    put: (document) => inSql('select millrace.define_workflow($1)', [parseAsJson(document)]),
    async start(machine, id) {
      const asked = { machine, entity_id: id, table: 'rows', metadata }
      expect(await tools.call('start_entity', asked)).toMatchObject({ started: true })
    },
    async move(machine, id, move) {
      const { error } = await tools.call('transition', {
        ...{ machine, entity_id: id, table: 'rows', to_state: move.to, claimed_by: 'eve' },
        ...given(move),
        ...(move.expected && { expected_state: move.expected }),
      })
      return codeOf(error ?? null)
    },
    ways: async (machine, id) =>
      (await tools.call('get_entity', { machine, entity_id: id, table: 'rows' })).transitions,
    trail: async (machine, id) =>
      (await tools.call('get_history', { machine, entity_id: id, table: 'rows' })).entries,
  },
  TypeScript: {
    put: (document) => t.engine.putWorkflow(defineMachine(document)),
    start: (machine, id) =>
      t.engine.entity(machine, id, { table: 'rows' }).start({ metadata, by: 'ada' }),
    move: (machine, id, move) =>
      t.engine
        .entity(machine, id, { table: 'rows' })
        .transitionTo(move.to, {
          ...{ ...options, claimedBy: 'eve', ...(given(move) as { notes?: string }) },
          ...(move.expected && { expectedState: move.expected }),
        })
        .then(() => null, failed),
    ways: async (machine, id) => [
      ...(await t.engine.entity(machine, id, { table: 'rows' }).transitions(options)),
    ],
    async trail(machine, id) {
      const rows = await t.engine.entity(machine, id, { table: 'rows' }).history()
      return rows.map((row) => ({ ...row }))
    },
  },
  'the command line': {
    put: (document) => cli(['import-workflow', '-'], document),
    async start(machine, id) {
      const asked = ['--metadata', JSON.stringify(metadata), '--by', 'ada']
      await cli(['entities', 'start', machine, id, '--table', 'rows', ...asked])
    },
    async move(machine, id, move) {
      const flags = Object.entries(given(move)).flatMap(([name, value]) => [
        `--${name}`,
        typeof value === 'string' ? value : JSON.stringify(value),
      ])
      const who = ['--by', 'ada', '--executed-by', 'eve', ...roles.flatMap((r) => ['--role', r])]
      const args = ['entities', 'transition', `${machine}/${id}`, '--table', 'rows']
      const expected = move.expected ? ['--expected-state', move.expected] : []
      const asked = [...args, '--to', move.to, ...who, ...flags, ...expected]
      const { code, stdout, stderr } = await millrace([...asked, '--json'], { url: t.db.url })
      return code === 0 ? null : (/MR\d{3}/.exec(stdout + stderr)?.[0] ?? stderr)
    },
    ways: (machine, id) =>
      cli([
        ...['entities', 'transitions', `${machine}/${id}`, '--table', 'rows', '--by', 'ada'],
        ...roles.flatMap((role) => ['--role', role]),
      ]) as Promise<Row[]>,
    trail: (machine, id) =>
      cli(['entities', 'history', `${machine}/${id}`, '--table', 'rows']) as Promise<Row[]>,
  },
}

function parseAsJson(document: string): string {
  const value = parse(document)
  // in YAML 1.0 is the text that stands there
  return JSON.stringify({ ...value, workflow: { ...value.workflow, version: '1.0' } })
}

async function cli(args: string[], input?: string): Promise<unknown> {
  const { code, stdout, stderr } = await millrace([...args, '--json'], { url: t.db.url, input })
  expect(code, stderr).toBe(0)
  return JSON.parse(stdout)
}

function sqlCode(error: { message: string; detail?: string }): string {
  return /MR\d{3}/.exec(JSON.stringify({ ...error, message: error.message }))?.[0] ?? error.message
}

/** Without what is drawn. */
const rowOf = (row: Row) => ({
  seq: Number(row.seq),
  from: row.from_state ?? row.from ?? null,
  to: row.to_state ?? row.to,
  transition: row.transition ?? null,
  by: row.executed_by ?? row.executedBy,
  claimed: row.claimed_by ?? row.claimedBy ?? null,
  notes: row.notes ?? null,
  context: row.context,
  metadata: row.metadata,
})

const stories: Record<string, { document: string; moves: Move[] }> = {
  fraud_detection: {
    document: fraudDetection,
    moves: [
      { to: 'approved' },
      { to: 'investigating', notes: 'Looks odd', context: { department: 'fraud' } },
      { to: 'pending_approval' },
      { to: 'pending_approval', context: { evidence: 'a photo' }, expected: 'new' },
      { to: 'pending_approval', context: { evidence: 'a photo' }, expected: 'investigating' },
      { to: 'approved' },
      { to: 'rejected', notes: 'No', metadata: { sure: true } },
    ],
  },
  order_processing: {
    document: orderProcessing,
    moves: [
      ...[{ to: 'paid', context: { method: 'card' } }, { to: 'delivered' }, { to: 'shipped' }],
      ...[{ to: 'delivered' }, { to: 'returned', metadata: { reason: 'too small' } }],
    ],
  },
}

describe.each(Object.entries(stories))('%s', (machine, { document, moves }) => {
  const told = new Map<string, unknown>()

  test.each(Object.entries(doors))('by %s', async (name, door) => {
    const id = `${machine} ${name}`.replaceAll(' ', '_')
    await door.put(document)
    await door.start(machine, id)
    const story: unknown[] = []
    const ways = await door.ways(machine, id)
    story.push(ways.map(({ name, to, allowed }) => [name, to, allowed]))
    for (const move of moves) story.push(await door.move(machine, id, move))
    const trail = await door.trail(machine, id)
    story.push(trail.map(rowOf))
    told.set(name, story)
    expect(trail.length).toBeGreaterThan(3)
    expect(await t.engine.entity(machine, id, { table: 'rows' }).verify()).toMatchObject({
      ok: true,
    })
  })

  test('the same by all', () => {
    expect([...told.keys()]).toEqual(Object.keys(doors))
    for (const story of told.values()) expect(story).toEqual(told.get('SQL'))
  })
})

describe('who it is cannot be said by who asks over HTTP, not even by an admin', () => {
  const path = '/api/entities/fraud_detection/forged'
  let id: string
  beforeAll(async () => {
    await t.engine.putWorkflow(defineMachine(fraudDetection))
    id = (await t.engine.entity('fraud_detection', 'forged').start({ by: 'ada' })).id
  })
  const to_state = 'investigating'
  const root = () => clientOf('root').entity('fraud_detection', 'forged')
  const say = async (method: string, where: string, body?: object) => {
    const answer = await t.send(method, where, { as: 'root', ...(body && { body }) })
    return [answer.body.code, `${answer.body.detail ?? answer.body.message}`]
  }
  const rpc = async (options: object) => {
    const admin = rest.as({ tenant: 'default', sub: 'root', roles: ['admin'] })
    const asked = { instance_id: id, to_state, executed_by: 'ada', options }
    const { error } = await admin.rpc('execute_transition', asked)
    return [error?.code, error?.message]
  }
  const told = (asked: Promise<unknown>) =>
    asked.then(
      () => [null],
      (error: Error & { code: string }) => [error.code, error.message],
    )
  const pypgflow = '/pypgflow/rpc/execute_transition'
  const tries: Record<string, (claim: object) => Promise<unknown[]>> = {
    'a start': (claim) => say('POST', '/api/entities/fraud_detection/new', claim),
    'a transition': (claim) => say('POST', `${path}/transition`, { to_state, ...claim }),
    'a transition of the instance': (claim) =>
      say('POST', `/api/instances/${id}/transition`, { to_state, ...claim }),
    'a migration': (claim) =>
      say('POST', '/api/entities/migrate', {
        ...{ machine: 'fraud_detection', from_version: '1.0', to_version: '2', ...claim },
      }),
    'a question': (claim) => {
      const [[name, value] = []] = Object.entries(claim)
      return say('GET', `${path}/transitions?${name}=${value}`)
    },
    '/pypgflow': (claim) => say('POST', pypgflow, { instance_id: id, to_state, ...claim }),
    'the options of /pypgflow': (options) =>
      say('POST', pypgflow, { instance_id: id, to_state, options }),
    PostgREST: rpc,
    'the client, of a transition': (claim) => told(root().transitionTo('investigating', claim)),
    'the client, of a start': (claim) => told(root().start(claim)),
    'the client, of a question': (claim) => told(root().transitions(claim)),
    'the client, of a migration': (claim) =>
      told(
        clientOf('root').migrateEntities({
          ...{ machine: 'fraud_detection', fromVersion: '1.0', toVersion: '2', ...claim },
        }),
      ),
  }

  test.each(Object.entries(tries))('%s', async (_name, attempt) => {
    for (const claim of [{ by: 'ada' }, { roles: ['analyst'] }]) {
      const [code, message] = await attempt(claim)
      expect(['MR001', 'MR003']).toContain(code)
      expect(message).toContain(Object.keys(claim)[0])
    }
  })

  test('tools of models', async () => {
    const model = await connectHttp((request) => t.server.fetch(request), 'root')
    for (const claim of [{ by: 'ada' }, { roles: ['analyst'] }]) {
      const asked = { instance_id: id, to_state, ...claim }
      const refused = await model.client.callTool({ name: 'transition', arguments: asked })
      expect(refused.isError).toBe(true)
    }
  })

  test('and so nothing was moved: who may is told by roles of the token alone', async () => {
    const answer = await t.send('POST', `${path}/transition`, { as: 'root', body: { to_state } })
    expect([answer.status, answer.body.code]).toEqual([403, 'MR013'])
    expect(await t.engine.entity('fraud_detection', 'forged').history()).toMatchObject([
      { executedBy: 'ada', claimedBy: null },
    ])
  })
})
