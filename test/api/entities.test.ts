// The functions and views that pypgflow has, over a real PostgREST: its own requests, with host and path prefix changed.
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { openKernel } from '../support/kernel.ts'
import { type Postgrest, signToken, startPostgrest } from '../support/postgrest.ts'

const kernel = await openKernel()
const file = new URL('../../examples/machines/fraud_detection.yaml', import.meta.url)
const fraud = parse(readFileSync(file, 'utf8'))
let rest: Postgrest
let last = 0

beforeAll(async () => {
  rest = await startPostgrest(kernel)
  fraud.workflow.version = '1.0'
  await kernel.call('define_machine', fraud)
  await kernel.makeTenant('second')
}, 60_000)
afterAll(() => rest?.stop())

const ada = () => rest.as({ tenant: 'default', sub: 'ada', roles: ['analyst'] })
const grace = () => rest.as({ tenant: 'default', sub: 'grace', roles: ['manager'] })
const bob = () => rest.as({ tenant: 'second', sub: 'bob', roles: ['analyst'] })

/** As `curl` sends it: no header but the type of the body, and the token. */
async function curl<Answer>(path: string, body?: object): Promise<[number, Answer]> {
  const token = signToken({ role: rest.role, tenant: 'default', sub: 'ada', roles: ['analyst'] })
  const answer = await fetch(rest.url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  return [answer.status, (await answer.json()) as Answer]
}

async function startFraud(metadata: object = { amount: 90 }): Promise<string> {
  const { data, error } = await ada().rpc('start_workflow', {
    ...{ workflow_name: 'fraud_detection', entity_table: 'transactions' },
    ...{ entity_id: `t${++last}`, metadata },
  })
  expect(error).toBeNull()
  return data as string
}

describe('its own requests', () => {
  const entity = { entity_table: 'transactions', metadata: { amount: 5000, risk_score: 'medium' } }
  type Rows = Record<string, unknown>[]

  test('from the look for its id to the history', async () => {
    const [, found] = await curl<Rows>('/workflows?name=eq.fraud_detection&select=id,name')
    expect(found).toEqual([
      { id: expect.stringMatching(/^[0-9a-f-]{36}$/), name: fraud.workflow.name },
    ])
    const [started, id] = await curl<string>('/rpc/start_workflow_by_id', {
      ...{ workflow_definition_id: found[0]?.id, entity_id: '12345', ...entity },
    })
    expect([started, id]).toEqual([200, expect.stringMatching(/^[0-9a-f-]{36}$/)])
    const again = await curl('/rpc/start_workflow', {
      ...{ workflow_name: 'fraud_detection', entity_id: '12345', ...entity },
    })
    expect(again).toEqual([409, expect.objectContaining({ code: 'MR018' })])
    const moved = await curl('/rpc/execute_transition', {
      ...{ instance_id: id, to_state: 'investigating', executed_by: 'security_analyst_1' },
      notes: 'Looks odd',
    })
    expect(moved).toEqual([
      200,
      {
        ...{ instance_id: id, seq: 2, from: 'new', to: 'investigating' },
        ...{ name: 'start_investigation', executed_at: expect.any(String), repeated: false },
      },
    ])
    const [, listed] = await curl<Rows>(
      '/entity_workflows?workflow_name=eq.fraud_detection&order=updated_at.desc',
    )
    expect(listed[0]).toMatchObject({
      ...{ id, entity_table: 'transactions', entity_id: '12345', status: 'active' },
      ...{ workflow_name: 'fraud_detection', workflow_version: '1.0', metadata: entity.metadata },
      ...{ current_state: 'investigating', completed_at: null },
      current_state_metadata: { display_name: 'Under investigation' },
    })
    const [, mine] = await curl<Rows>(
      '/entity_workflows?entity_table=eq.transactions&entity_id=eq.12345',
    )
    expect(mine.map((row) => row.id)).toEqual([id])
    const [, history] = await curl<Rows>(
      `/workflow_history?entity_workflow_instance_id=eq.${id}&order=executed_at.desc`,
    )
    expect(history).toMatchObject([
      {
        ...{ from_state: 'new', to_state: 'investigating', transition_name: 'start_investigation' },
        ...{ executed_by: 'ada', claimed_by: 'security_analyst_1', notes: 'Looks odd' },
        ...{ entity_table: 'transactions', entity_id: '12345', workflow_name: 'fraud_detection' },
      },
      { from_state: null, to_state: 'new', executed_by: 'ada', seq: 1 },
    ])
  })

  test('of states and transitions', async () => {
    const [, states] = await curl<Rows>(
      '/workflow_states?workflow_name=eq.fraud_detection&order=ordinal',
    )
    expect(states.map(({ name }) => name)).toEqual(
      fraud.states.map((s: { name: string }) => s.name),
    )
    expect(states[0]).toMatchObject({ is_initial: true, is_final: false, sla_ms: 14_400_000 })
    const [, ways] = await curl<Rows>(
      '/workflow_transitions?workflow_name=eq.fraud_detection&from_state=eq.new&order=rank',
    )
    expect(ways).toMatchObject([
      { to_state: 'investigating', transition_name: 'start_investigation', wildcard: false },
      { to_state: 'cancelled', transition_name: 'cancel', wildcard: true },
    ])
    const [, all] = await curl<Rows>('/workflows?kind=eq.machine')
    expect(all).toMatchObject([
      {
        name: 'fraud_detection',
        version: '1.0',
        is_active: true,
        metadata: fraud.workflow.metadata,
      },
    ])
    expect(all[0]).toMatchObject({ description: 'What happens to a payment that looks wrong' })
    expect(((all[0] as Rows[0]).states as Rows).map(({ name }) => name)).toEqual(
      states.map(({ name }) => name),
    )
  })
})

describe('with a client of PostgREST', () => {
  test('it is moved by those who may: who and in which roles, the token says', async () => {
    const id = await startFraud()
    const move = (client: ReturnType<typeof ada>, to_state: string, more: object = {}) =>
      client.rpc('execute_transition', { instance_id: id, to_state, ...more })
    expect(await move(grace(), 'investigating')).toMatchObject({
      ...{ status: 403, error: { code: 'MR013' } },
    })
    for (const claim of ['by', 'roles', 'tenant'])
      expect(await move(ada(), 'investigating', { options: { [claim]: 'x' } })).toMatchObject({
        ...{ status: 422, error: { code: 'MR001' } },
      })
    expect((await move(ada(), 'investigating')).error).toBeNull()
    expect((await move(ada(), 'pending_approval')).error?.message).toContain('evidence')
    const context = { evidence: 'a.pdf' }
    expect((await move(grace(), 'pending_approval', { context })).data).toMatchObject({ seq: 3 })
    expect(await move(grace(), 'approved')).toMatchObject({ error: { code: 'MR013' } })
    const boss = rest.as({ tenant: 'default', sub: 'linus', roles: ['manager'] })
    expect((await move(boss, 'approved')).data).toMatchObject({ to: 'approved', seq: 4 })
    const { data } = await ada()
      .from('entity_workflows')
      .select('status, current_state')
      .eq('id', id)
    expect(data).toEqual([{ status: 'completed', current_state: 'approved' }])
    const trail = ada().from('workflow_history').select('executed_by').eq('instance_id', id)
    const { data: whose } = await trail.order('seq')
    expect(whose?.map((row) => row.executed_by)).toEqual(['ada', 'ada', 'grace', 'linus'])
  })

  test('a token without a subject is its role, nobody in particular: four eyes are refused to it, and after it', async () => {
    await kernel.call('define_machine', {
      workflow: { name: 'eyes' },
      states: [{ name: 'open', initial: true }, { name: 'checked' }, { name: 'paid', final: true }],
      transitions: [
        { from: 'open', to: 'checked' },
        { from: 'checked', to: 'paid', four_eyes: true },
      ],
    })
    const nobody = () => rest.as({ tenant: 'default', roles: ['manager'] })
    const who = `role:${rest.role}`
    const make = async (entity_id: string) => {
      const place = { workflow_name: 'eyes', entity_table: 'rows', entity_id }
      return (await nobody().rpc('start_workflow', place)).data as string
    }
    const move = (client: ReturnType<typeof ada>, id: string, to_state: string) =>
      client.rpc('execute_transition', { instance_id: id, to_state })
    const whyNot = async (client: ReturnType<typeof ada>, id: string) => {
      const [way] = (await client.rpc('get_transitions', { instance_id: id })).data as {
        reason: string | null
      }[]
      const reason = way?.reason ?? null
      const { error } = await move(client, id, 'paid')
      if (reason !== null) expect(error?.message).toContain(reason)
      return [reason, error?.code ?? null]
    }
    const [known, unknown] = [await make('a'), await make('b')]
    await move(ada(), known, 'checked')
    expect(await whyNot(nobody(), known)).toEqual([
      `It takes somebody who is known: "${who}" may be anybody. Say who does it: by, or the sub of a token.`,
      'MR013',
    ])
    expect(await whyNot(grace(), known)).toEqual([null, null])
    await move(nobody(), unknown, 'checked')
    for (const client of [grace(), nobody()])
      expect(await whyNot(client, unknown)).toEqual([expect.stringContaining(who), 'MR013'])
    const trail = ada().from('workflow_history').select('executed_by').eq('instance_id', unknown)
    expect((await trail.order('seq')).data).toEqual([{ executed_by: who }, { executed_by: who }])
    const audited = await kernel.query(
      `select distinct subject from millrace.audit where target = $1 and subject <> 'grace'`,
      [unknown],
    )
    expect(audited).toEqual([{ subject: who }])
  })

  test('sent again under its key it is the same, and what is refused leaves no trace', async () => {
    const id = await startFraud()
    const options = { idempotency_key: 'k', expected_state: 'new' }
    const move = () =>
      ada().rpc('execute_transition', { instance_id: id, to_state: 'investigating', options })
    const [first, second] = [await move(), await move()]
    expect(first.data).toMatchObject({ seq: 2, repeated: false })
    expect(second.data).toEqual({ ...first.data, repeated: true })
    const late = { instance_id: id, to_state: 'rejected', options: { expected_state: 'new' } }
    expect(await ada().rpc('execute_transition', late)).toMatchObject({
      ...{ status: 409, error: { code: 'MR012' } },
    })
    const rows = await kernel.query(
      `select action from millrace.audit where target = $1 order by id`,
      [id],
    )
    expect(rows).toEqual([{ action: 'execute_transition' }, { action: 'execute_transition' }])
  })

  test('starts: by id of that version, by name of the newest; one that is over makes room', async () => {
    const next = structuredClone(fraud)
    Object.assign(next.workflow, { name: 'versions' })
    await kernel.call('define_machine', next)
    const { data: old } = await ada().from('workflows').select('id').eq('name', 'versions').single()
    await kernel.call('define_machine', next, { version: '2' })
    const make = (name: string, args: object) =>
      ada().rpc(name, { entity_table: 'transactions', ...args })
    const first = await make('start_workflow_by_id', {
      ...{ workflow_definition_id: old?.id, entity_id: 'a' },
    })
    const second = await make('start_workflow_by_name', {
      workflow_name: 'versions',
      entity_id: 'b',
    })
    const third = await make('start_workflow', { workflow_id: old?.id, entity_id: 'c' })
    const versions = await ada()
      .from('entity_workflows')
      .select('workflow_version')
      .eq('workflow_name', 'versions')
      .order('entity_id')
    expect([first.error, second.error, third.error]).toEqual([null, null, null])
    expect(versions.data?.map((row) => row.workflow_version)).toEqual(['1.0', '2', '1.0'])
    const cancel = { instance_id: first.data, to_state: 'cancelled' }
    expect((await ada().rpc('execute_transition', cancel)).error).toBeNull()
    const anew = await make('start_workflow_by_name', { workflow_name: 'versions', entity_id: 'a' })
    expect(anew.data).not.toBe(first.data)
  })

  const asBoss = { roles: ['boss'] }

  test.each([
    ['start_workflow', { workflow_name: 'none', entity_table: 'a', entity_id: 'b' }, 404, 'MR040'],
    ['start_workflow', { workflow_name: 'fraud_detection', entity_table: 'a' }, 422, 'MR001'],
    ['start_workflow', { workflow_name: 'fraud_detection', entity_id: 'a' }, 422, 'MR001'],
    ['start_workflow', { entity_table: 'a', entity_id: 'b' }, 422, 'MR001'],
    ['start_workflow', { workflow_name: 'a', workflow_id: 'b' }, 422, 'MR001'],
    ['start_workflow', { workflow_name: 'a', metadata: {} }, 422, 'MR001'],
    [
      'start_workflow_by_name',
      { workflow_name: 'fraud_detection', entity_table: 'a', entity_id: 'b', metadata: [1] },
      ...([422, 'MR001'] as const),
    ],
    // in which roles the caller is, only the token says
    ['start_workflow', { workflow_name: 'a', entity_id: 'b', options: asBoss }, 422, 'MR001'],
    ['start_workflow_by_name', { workflow_name: 'a', options: asBoss }, 422, 'MR001'],
    ['start_workflow_by_id', { workflow_definition_id: 'a', options: asBoss }, 422, 'MR001'],
    ['start_workflow_by_id', { entity_table: 'a', entity_id: 'b' }, 422, 'MR001'],
    [
      'start_workflow_by_id',
      { workflow_definition_id: crypto.randomUUID(), entity_table: 'a', entity_id: 'b' },
      ...([404, 'MR040'] as const),
    ],
    ['execute_transition', { to_state: 'new' }, 422, 'MR001'],
    ['execute_transition', { instance_id: crypto.randomUUID(), to_state: 'new' }, 404, 'MR043'],
  ])('%s %j is refused with its status and code', async (name, args, status, code) => {
    const refused = await ada().rpc(name, args)
    expect([refused.status, refused.error?.code]).toEqual([status, code])
    expect(refused.error?.hint).toBeTruthy()
  })

  test('where it may go is told, with why not', async () => {
    const id = await startFraud()
    const mine = await ada().rpc('get_transitions', { instance_id: id }, { get: true })
    expect(mine.error).toBeNull()
    expect(mine.data).toMatchObject([
      { transition_name: 'start_investigation', to_state_name: 'investigating', allowed: true },
      { transition_name: 'cancel', to_state_name: 'cancelled', allowed: true, reason: null },
    ])
    const others = await grace().rpc('get_transitions', { instance_id: id })
    expect(others.data).toMatchObject([
      { allowed: false, reason: expect.stringContaining('analyst') },
      { allowed: true },
    ])
    expect((await bob().rpc('get_transitions', { instance_id: id })).error?.code).toBe('MR043')
  })
})

describe('another tenant', () => {
  test('sees nothing of it, and can do nothing to it, not even by its ids', async () => {
    const id = await startFraud({ secret: 1 })
    const { data: machine } = await ada()
      .from('workflows')
      .select('id')
      .eq('kind', 'machine')
      .limit(1)
    const views = [
      'workflow_states',
      'workflow_transitions',
      'entity_workflows',
      'workflow_history',
    ]
    for (const view of views) {
      expect((await ada().from(view).select().limit(1)).data?.length, view).toBe(1)
      expect((await bob().from(view).select()).data, view).toEqual([])
    }
    const start = { entity_table: 'transactions', entity_id: 'x' }
    const tries = {
      start_workflow: { workflow_name: 'fraud_detection', ...start },
      start_workflow_by_name: { workflow_name: 'fraud_detection', ...start },
      start_workflow_by_id: { workflow_definition_id: machine?.[0]?.id, ...start },
      execute_transition: { instance_id: id, to_state: 'investigating' },
    }
    for (const [name, args] of Object.entries(tries))
      expect((await bob().rpc(name, args)).status, name).toBe(404)
    // an id of its own in place of the other's would be the same number
    await kernel.call('define_machine', fraud, { tenant: 'second' })
    const by = tries.start_workflow_by_id
    expect((await bob().rpc('start_workflow_by_id', by)).status).toBe(404)
    expect((await bob().rpc('start_workflow', tries.start_workflow)).error).toBeNull()
    const { data } = await ada().from('entity_workflows').select('current_state').eq('id', id)
    expect(data).toEqual([{ current_state: 'new' }])
  })
})
