import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { createMcpHandler } from '../../src/mcp/index.ts'
import { tools } from '../../src/mcp/tools/index.ts'
import { workflow } from '../../src/workflow/workflow.ts'
import { connectHttp, type McpClient } from '../support/mcp.ts'
import { useServer } from '../support/server.ts'
import { until } from '../support/until.ts'

const t = useServer()
const order = workflow('order', async ({ input, step, logger }) => {
  logger.log('an order came')
  const charged = await step.run('charge', () => ({ charged: input }))
  const answer = await step.approval('refund', { question: 'Refund?', assignees: ['ada'] })
  return { ...charged, approved: answer.approved }
})
const broken = workflow(
  'broken',
  ({ step }) => step.run('charge', () => Promise.reject(new TypeError('no card'))),
  { retries: 0 },
)
const long = workflow('long', () => ({ text: 'x'.repeat(20_000) }))

const as = (name: string | null): Promise<McpClient> =>
  connectHttp((request) => t.server.fetch(request), name)

let ada: McpClient
const door = {
  workflow: { name: 'door' },
  states: [{ name: 'shut', initial: true }, { name: 'open' }, { name: 'broken', final: true }],
  transitions: [
    { from: 'shut', to: 'open', name: 'open_it' },
    { from: '*', to: 'broken', name: 'break_it', reason_required: true },
  ],
}

beforeAll(async () => {
  await t.register(order, broken, long)
  await t.db.query('select millrace.define_machine($1)', [JSON.stringify(door)])
  ada = await as('ada')
})

const status = async (id: string, wanted: string) => {
  const run = await t.engine.getRun({ runId: id })
  return run.waitForStatus(wanted as 'waiting', { timeout: '10 s' })
}

describe('through the server', () => {
  test('a workflow is found, started, asked about, approved and read', async () => {
    const { workflows } = await ada.call('get_workflows')
    expect(workflows).toContainEqual(expect.objectContaining({ id: 'order', kind: 'function' }))
    expect(await ada.call('get_definition', { workflow_id: 'order' })).toMatchObject({
      ...{ workflow_id: 'order', input_schema: null, about: expect.stringMatching(/code/) },
    })
    const started = await ada.call('start_workflow', {
      ...{ workflow_id: 'order', input: { aB: 1 }, tags: ['mcp'], idempotency_key: 'k' },
    })
    expect(started).toMatchObject({ workflow_id: 'order', input: { aB: 1 }, tags: ['mcp'] })
    await status(started.id, 'waiting')
    const { approvals } = await ada.call('get_approvals', { run_id: started.id })
    expect(approvals).toMatchObject([{ question: 'Refund?', step_id: 'refund' }])
    await ada.call('answer_approval', { approval_id: approvals[0].id, approved: true })
    await status(started.id, 'completed')
    expect(await ada.call('get_run', { run_id: started.id })).toMatchObject({
      ...{ status: 'completed', output: { charged: { aB: 1 }, approved: true } },
    })
    const { entries } = await ada.call('get_timeline', { run_id: started.id })
    expect(entries[0]).toMatchObject({ step_id: 'charge', status: 'completed', kind: 'step' })
    const logs = () => ada.call('get_logs', { run_id: started.id })
    await until('the logs are stored', async () => (await logs()).lines?.length > 0)
    expect((await logs()).lines[0]).toMatchObject({ message: 'an order came', level: 'info' })
    const { runs } = await ada.call('get_runs', { tags: ['mcp'], statuses: ['completed'] })
    expect(runs).toMatchObject([{ id: started.id, status: 'completed' }])
    expect(runs[0]).not.toHaveProperty('output')
    expect(await ada.call('check_progress', { run_id: started.id })).toMatchObject({
      completion_percentage: 100,
    })
  })

  test('a failure is found, told why, retried and forked', async () => {
    const { id } = await ada.call('start_workflow', { workflow_id: 'broken' })
    await status(id, 'failed')
    const { failures } = await ada.call('get_failures', { workflow_id: 'broken' })
    expect(failures).toMatchObject([{ count: 1, message: 'no card', sample: id }])
    const retried = await ada.call('retry_workflow', { run_id: id })
    expect(retried).toMatchObject({ retried_from: id })
    expect((await ada.call('retry_workflow', { run_id: id })).id).toBe(retried.id)
    const forked = await ada.call('fork_workflow', {
      ...{ run_id: id, from_step: 'charge', output: { paid: true } },
    })
    expect(forked).toMatchObject({ forked_from: id, forked_at: 'charge' })
    expect((await status(forked.id, 'completed')).output).toEqual({ paid: true })
  })

  test('runs are paused, resumed, sent messages, cancelled; by is the principal', async () => {
    const { id } = await ada.call('start_workflow', { workflow_id: 'order', input: 1 })
    await status(id, 'waiting')
    await ada.call('pause_workflow', { run_id: id, reason: 'holidays' })
    await ada.call('resume_workflow', { run_id: id })
    expect(await ada.call('trigger_event', { run_id: id, event_name: 'go' })).toMatchObject({ id })
    expect(await ada.call('cancel_workflow', { run_id: id })).toMatchObject({ status: 'cancelled' })
    const { entries } = await ada.call('get_timeline', { run_id: id })
    const controls = entries.filter(({ kind }: { kind: string }) => kind === 'control')
    expect(controls.map(({ status, by }: Record<string, string>) => [status, by])).toEqual([
      ...[
        ['paused', 'ada'],
        ['running', 'ada'],
        ['cancelled', 'ada'],
      ],
    ])
    const other = await ada.client.callTool({
      name: 'cancel_workflow',
      arguments: { run_id: id, by: 'grace' },
    })
    expect(other.isError).toBe(true)
  })

  test('an entity is started, described and moved, by whom the server knows', async () => {
    const { id, ...rest } = await ada.call('start_entity', {
      ...{ machine: 'door', entity_id: '1', metadata: { hinges: 2 } },
    })
    expect(rest).toEqual({ state: 'shut', started: true })
    const by = { machine: 'door', entity_id: '1' }
    const entity = await ada.call('get_entity', by)
    expect(entity).toMatchObject({ id, state: 'shut', metadata: { hinges: 2 } })
    expect(entity.transitions).toMatchObject([
      { name: 'open_it', to: 'open', allowed: true },
      { name: 'break_it', allowed: false, reason: expect.stringContaining('reason') },
    ])
    const moved = await ada.call('transition', {
      ...{ ...by, name: 'open_it', expected_state: 'shut', notes: 'it is hot' },
    })
    expect(moved).toMatchObject({ instance_id: id, from: 'shut', state: 'open' })
    const late = await ada.call('transition', {
      ...{ instance_id: id, to_state: 'open', expected_state: 'shut' },
    })
    expect(late).toMatchObject({ error: { code: 'MR012' } })
    const { entries } = await ada.call('get_history', { instance_id: id })
    expect(entries.map((one: Record<string, string>) => [one.executed_by, one.notes])).toEqual([
      ['ada', null],
      ['ada', 'it is hot'],
    ])
    const { entities } = await ada.call('get_entities', { machine: 'door', state: 'open' })
    expect(entities).toMatchObject([{ id, entity_id: '1' }])
    expect(await ada.call('get_entity', {})).toMatchObject({ error: { code: 'MR001' } })
    const { workflows } = await ada.call('get_workflows', { workflow_id: 'door' })
    expect(workflows).toMatchObject([{ id: 'door', kind: 'machine' }])
  })

  test('a model never says who moves an entity, nor in which roles: also where nobody is known', async () => {
    const handler = createMcpHandler(() => t.engine)
    const anybody = await connectHttp(handler)
    const made = await anybody.call('start_entity', { machine: 'door', entity_id: 'anybody' })
    const asked = { instance_id: made.id, name: 'open_it' }
    const given = {
      transition: asked,
      get_entity: { instance_id: made.id },
      start_entity: { machine: 'door', entity_id: 'anybody', if_exists: 'return' },
    }
    const failed = async (name: string, args: object) =>
      (await anybody.client.callTool({ name, arguments: { ...args } })).isError === true
    for (const [name, args] of Object.entries(given))
      for (const claim of [{ by: 'ada' }, { roles: ['boss'] }])
        expect([name, await failed(name, { ...args, ...claim })]).toEqual([name, true])
    for (const name of ['get_entity', 'start_entity'] as const)
      expect([name, await failed(name, given[name])]).toEqual([name, false])
    await anybody.call('transition', { ...asked, claimed_by: 'eve' })
    const { entries } = await anybody.call('get_history', { instance_id: made.id })
    expect(entries).toMatchObject([
      { executed_by: expect.stringMatching(/^role:/), claimed_by: null },
      { executed_by: expect.stringMatching(/^role:/), claimed_by: 'eve' },
    ])
    await anybody.close()
  })

  test('errors have their code', async () => {
    for (const [name, args, code] of [
      ['get_run', { run_id: randomUUID() }, 'MR041'],
      ['get_run', { run_id: 'x' }, 'MR001'],
      ['start_workflow', { workflow_id: 'none' }, 'MR040'],
      ['get_definition', { workflow_id: 'none' }, 'MR040'],
      ['answer_approval', { approval_id: 'x', approved: true }, 'MR041'],
      ['start_workflow', { workflow_id: 'order', delay: 'soon' }, 'MR001'],
    ] as const)
      expect(await ada.call(name, args), name).toMatchObject({ error: { code } })
  })

  test('long values are cut, with a note, and shown whole on demand', async () => {
    const { id } = await ada.call('start_workflow', { workflow_id: 'long' })
    await status(id, 'completed')
    const run = await ada.call('get_run', { run_id: id })
    expect(run.output).toEqual({
      $cut: expect.stringMatching(/^\{"text":"x+$/),
      $characters: 20_011,
    })
    expect(run.output.$cut).toHaveLength(4000)
    expect(run.note).toMatch(/max_chars/)
    const whole = await ada.call('get_run', { run_id: id, max_chars: 30_000 })
    expect([whole.output.text.length, whole.note]).toEqual([20_000, undefined])
  })

  test('lists are paged', async () => {
    for (let i = 0; i < 3; i++) await ada.call('start_workflow', { workflow_id: 'long' })
    const first = await ada.call('get_runs', { workflow_id: 'long', limit: 2 })
    expect([first.runs.length, first.has_more]).toEqual([2, true])
    const next = await ada.call('get_runs', {
      ...{ workflow_id: 'long', limit: 50, cursor: first.next_cursor },
    })
    const ids = (page: { runs: { id: string }[] }) => page.runs.map(({ id }) => id)
    expect(ids(next)).not.toContain(ids(first)[1])
    expect(next.has_more).toBe(false)
  })
})

describe('who asks', () => {
  test('tools say what they are: those that only read, and those that end something', async () => {
    const { tools: listed } = await ada.client.listTools()
    expect(listed.map(({ name }) => name)).toEqual(tools.map(({ name }) => name))
    for (const { name, annotations, description, inputSchema } of listed) {
      expect(annotations?.readOnlyHint, name).toBe(/^(get|check)_/.test(name))
      expect(annotations?.destructiveHint, name).toBe(
        /^(cancel|terminate|discard|answer)_|^transition$/.test(name),
      )
      expect(description, name).toBeTruthy()
      expect(inputSchema.type).toBe('object')
      expect(inputSchema.properties, name).not.toHaveProperty('by')
    }
  })

  test('they are named like functions of SQL', async () => {
    const rows = await t.db.query<{ name: string }>(
      `select distinct proname as name from pg_proc where pronamespace = 'millrace'::regnamespace`,
    )
    const known = new Set(rows.map(({ name }) => name))
    expect(tools.map(({ name }) => name).filter((name) => !known.has(name))).toEqual([])
  })

  test('who only reads has only tools that read', async () => {
    const victor = await as('victor')
    const names = await victor.tools()
    expect(names).toEqual(tools.filter(({ effect }) => effect === 'read').map(({ name }) => name))
    await expect(victor.call('start_workflow', { workflow_id: 'order' })).rejects.toThrow(
      /start_workflow/,
    )
    await victor.close()
  })

  test('nothing of another tenant is seen or changed, by any tool', async () => {
    const { id } = await ada.call('start_workflow', { workflow_id: 'order', input: 'secret' })
    await status(id, 'waiting')
    const vault = { workflow: { name: 'vault' }, states: [{ name: 'shut', initial: true }] }
    await t.db.query('select millrace.define_machine($1)', [JSON.stringify(vault)])
    const hidden = await ada.call('start_entity', {
      ...{ machine: 'vault', entity_id: 'secret', metadata: { is: 'secret' } },
    })
    const mallory = await as('mallory')
    const special: Record<string, Record<string, unknown>> = {
      trigger_event: { run_id: id, event_name: 'go' },
      fork_workflow: { run_id: id, from_step: 'charge' },
      answer_approval: { approval_id: `${id}/refund`, approved: true },
      get_definition: { workflow_id: 'order' },
      start_workflow: { workflow_id: 'order', input: 1 },
      emit_event: { event_name: 'e', key: 'k' },
      get_entity: { instance_id: hidden.id },
      get_history: { instance_id: hidden.id },
      transition: { instance_id: hidden.id, name: 'open_it' },
      start_entity: { machine: 'vault', entity_id: 'a' },
    }
    for (const { name, input } of tools) {
      const args = special[name] ?? ('run_id' in input.shape ? { run_id: id } : {})
      const answer = await mallory.call(name, args)
      expect(JSON.stringify(answer), name).not.toContain('secret')
      if ('run_id' in args || 'instance_id' in args || name === 'start_entity')
        expect(answer.error?.code ?? answer, name).toSatisfy(isRefusal)
    }
    await mallory.close()
    expect((await ada.call('get_run', { run_id: id })).status).toBe('waiting')
  })

  test.each(['legacy', 'auto'] as const)(
    'clients of both protocols are served: %s',
    async (mode) => {
      const client = await connectHttp((request) => t.server.fetch(request), 'ada', mode)
      expect(await client.tools()).toContain('get_run')
      expect(await client.call('get_run', { run_id: randomUUID() })).toMatchObject({
        error: { code: 'MR041' },
      })
      await client.close()
    },
  )

  test('each call counts for what it does, however many come in one request', async () => {
    await t.engine.putQuota('start_per_minute', 2)
    const call = (id: number) => ({
      ...{ jsonrpc: '2.0', id, method: 'tools/call' },
      params: { name: 'start_workflow', arguments: { workflow_id: 'long' } },
    })
    // a server may still have some of what it drew before the quota
    await until('what it drew is used up', async () => {
      const { status, body } = await t.send('POST', '/mcp', {
        body: [1, 2, 3, 4, 5, 6].map(call),
        headers: { accept: 'application/json, text/event-stream' },
      })
      expect(status).toBe(200)
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      return (text.match(/MR021/g)?.length ?? 0) >= 4
    })
    await t.engine.putQuota('start_per_minute', 'default')
  })

  test('nobody comes in without a token, nor where it is switched off', async () => {
    await expect(as(null)).rejects.toThrow()
    const init = { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }
    const refused = await t.server.fetch(new Request('http://localhost/mcp', init))
    expect(refused.status).toBe(401)
  })

  test('without a server of ours: for whom the function says, who may say who they are', async () => {
    const handle = createMcpHandler(() => t.engine)
    const client = await connectHttp(handle)
    const { id } = await client.call('start_workflow', { workflow_id: 'order', input: 1 })
    await status(id, 'waiting')
    await client.call('cancel_workflow', { run_id: id, by: 'grace', reason: 'no' })
    const { entries } = await client.call('get_timeline', { run_id: id })
    expect(entries.at(-1)).toMatchObject({ status: 'cancelled', by: 'grace', reason: 'no' })
    await client.close()
  })
})

/** Not found; or, of a list, an empty one. */
function isRefusal(answer: unknown): boolean {
  if (typeof answer === 'string') return ['MR040', 'MR041', 'MR043'].includes(answer)
  return Object.values(answer as object).every(
    (value) => !Array.isArray(value) || value.length === 0,
  )
}
