import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { servedNames } from '../../src/cli/api-roles.ts'
import { message, openKernel, type Route, row, uuid } from '../support/kernel.ts'
import { type Postgrest, signToken, startPostgrest } from '../support/postgrest.ts'
import { until } from '../support/until.ts'

const kernel = await openKernel()
let rest: Postgrest
let order: Route
let second: number

beforeAll(async () => {
  rest = await startPostgrest(kernel)
  order = await kernel.route({ name: 'order' })
  second = await kernel.makeTenant('second')
  await kernel.route({ name: 'order', tenant: second })
}, 60_000)
afterAll(() => rest?.stop())

const ada = () => rest.as({ tenant: 'default', sub: 'ada' })
const bob = () => rest.as({ tenant: 'second', sub: 'bob' })

/** Starts runs one after the other: each has a later time than the one before. */
async function start(client: ReturnType<typeof ada>, inputs: unknown[]): Promise<string[]> {
  const ids: string[] = []
  for (const input of inputs) {
    const { data, error } = await client.rpc('start_workflow', { workflow_id: 'order', input })
    expect(error).toBeNull()
    ids.push(data as string)
  }
  return ids
}

describe('with a client of PostgREST', () => {
  test('a run is started, read by its id, and changed', async () => {
    const [id] = await start(ada(), [{ id: 7 }])
    const { data: run } = await ada().from('runs').select().eq('id', id).single()
    expect(run).toMatchObject({ id, workflow_id: 'order', status: 'pending', input: { id: 7 } })
    const cancelled = await ada().rpc('cancel_workflow', { run_id: id, options: { reason: 'no' } })
    expect(cancelled.data).toMatchObject({ id, status: 'cancelled' })
    const { data: row } = await ada().from('runs').select('id, status').eq('id', id).maybeSingle()
    expect(row).toEqual({ id, status: 'cancelled' })
    const history = await ada().from('run_history').select().eq('run_id', id).order('seq')
    expect(history.data).toMatchObject([
      { run_id: id, status: 'cancelled', by: 'ada', reason: 'no' },
    ])
    const called = await ada().rpc('get_timeline', { run_id: id })
    expect(called.data).toMatchObject([{ status: 'cancelled', by: 'ada', reason: 'no' }])
  })

  test('runs are filtered, ordered, counted and paged from a place on', async () => {
    const ids = await start(ada(), [1, 2, 3, 4, 5])
    const mine = () => ada().from('runs').select('id, created_at, input').in('id', ids)
    const newest = await mine().order('created_at', { ascending: false }).limit(2)
    expect(newest.data?.map(({ input }) => input)).toEqual([5, 4])
    const at = newest.data?.[1]?.created_at as string
    const older = await mine()
      .lte('created_at', at)
      .or(`created_at.lt.${at},id.lt.${newest.data?.[1]?.id}`)
      .order('created_at', { ascending: false })
      .order('id', { ascending: false })
    expect(older.data?.map(({ input }) => input)).toEqual([3, 2, 1])
    const range = await mine().order('created_at').range(1, 3)
    expect(range.data?.map(({ input }) => input)).toEqual([2, 3, 4])
    const { count } = await ada()
      .from('runs')
      .select('*', { count: 'exact', head: true })
      .eq('workflow_id', 'order')
      .eq('status', 'pending')
    expect(count).toBeGreaterThanOrEqual(5)
    const few = await ada().from('runs').select('id').eq('input->>none', 'x')
    expect(few.data).toEqual([])
  })

  test('every status is told, and found by', async () => {
    const route = await kernel.route({ name: 'statuses' })
    const done = await kernel.start(route)
    const failed = await kernel.start(route)
    const running = await kernel.start(route)
    const waiting = await kernel.start(route)
    const worker = await kernel.worker()
    const tasks = await worker.claim(route)
    const task = (run: string) => tasks.find((one) => one.run === run) as (typeof tasks)[0]
    await worker.complete(task(done), { ok: true })
    await worker.fail(task(failed), { code: 'MR050', message: 'no', stepId: 'charge' })
    await worker.keep(task(running), [row('r', 'charge', 1)])
    await worker.wait(task(waiting), message('w', 'go'))
    const pending = await kernel.start(route)
    const paused = await kernel.start(route)
    await ada().rpc('pause_workflow', { run_id: uuid(paused) })
    const expected = { completed: done, failed, running, waiting, pending, paused }
    for (const [status, run] of Object.entries(expected)) {
      const { data, error } = await ada()
        .from('runs')
        .select('id, status, output, failure, current_step_id, reason')
        .eq('workflow_id', 'statuses')
        .eq('status', status)
      expect(error).toBeNull()
      expect(data).toMatchObject([{ id: uuid(run), status }])
      if (status === 'completed') expect(data?.[0]?.output).toEqual({ ok: true })
      if (status === 'failed') expect(data?.[0]?.failure).toMatchObject({ message: 'no' })
      if (status === 'waiting') expect(data?.[0]?.current_step_id).toBe('w')
      if (status === 'paused') expect(data?.[0]?.reason).toBe('person')
    }
    const two = await ada()
      .from('runs')
      .select('status')
      .eq('workflow_id', 'statuses')
      .or('status.eq.failed,status.eq.completed')
      .order('created_at')
    expect(two.data?.map(({ status }) => status)).toEqual(['completed', 'failed'])
    const both = await ada()
      .from('runs')
      .select('id')
      .eq('workflow_id', 'statuses')
      .in('status', ['failed', 'paused'])
    expect(both.data).toHaveLength(2)
    const wrong = await ada().from('runs').select('id').eq('status', 'succeeded')
    expect([wrong.status, wrong.error?.message]).toEqual([
      400,
      '"succeeded" is not a status of runs.',
    ])
    const steps = await ada().from('steps').select().eq('run_id', uuid(running))
    expect(steps.data).toMatchObject([
      { step_id: 'charge', kind: 'step', status: 'completed', attempts: 1, output: 1 },
    ])
  })

  test('what a run recorded with its end is in its steps, with every attempt in its history', async () => {
    const route = await kernel.route()
    const run = await kernel.start(route)
    const worker = await kernel.worker()
    const task = await worker.claimOne(route)
    await worker.keep(task, [row('e', 'charge', { message: 'busy' })])
    await worker.advance(task, {
      ...{ op: 'c', length: 1, output: '7' },
      tail: [row('r', 'charge', 7)],
    })
    const steps = await ada().from('steps').select().eq('run_id', uuid(run))
    expect(steps.data).toMatchObject([
      { step_id: 'charge', status: 'completed', attempts: 2, output: 7, failure: null },
    ])
    const history = await ada().from('run_history').select().eq('run_id', uuid(run)).order('seq')
    expect(history.data).toMatchObject([
      { seq: 0, status: 'failed', attempt: 1, failure: { message: 'busy' } },
      { seq: 1, status: 'completed', attempt: 2, output: 7 },
    ])
  })

  test("a run started under the caller's own id is shown and found by it", async () => {
    const own = crypto.randomUUID()
    const started = await ada().rpc('start_workflow', {
      workflow_id: 'order',
      options: { run_id: own },
    })
    expect(started.data).toBe(own)
    const { data } = await ada().from('runs').select('id').eq('id', own).single()
    expect(data).toEqual({ id: own })
    expect((await bob().from('runs').select('id').eq('id', own)).data).toEqual([])
  })

  test('who answers a question, and in which role, is what the token says', async () => {
    const run = await kernel.start(order)
    await kernel.query(
      `insert into millrace.approvals (run_id, step, tenant_id, question, assignees, roles, asked_at)
       values ($1, 'ask', 1, 'Refund?', '{grace}', '{boss}', now())`,
      [run],
    )
    const { data: asked } = await ada().from('approvals').select().eq('run_id', uuid(run)).single()
    expect(asked).toMatchObject({
      id: `${uuid(run)}/ask`,
      question: 'Refund?',
      workflow_id: 'order',
    })
    const answer = (client: ReturnType<typeof ada>, options = {}) =>
      client.rpc('answer_approval', { approval_id: asked?.id, approved: true, options })
    expect((await answer(ada())).error).toMatchObject({ code: 'MR042' })
    for (const claim of ['by', 'roles', 'tenant'])
      expect(await answer(ada(), { [claim]: 'grace' })).toMatchObject({
        status: 422,
        error: { code: 'MR001', message: expect.stringContaining(`"${claim}"`) },
      })
    const boss = rest.as({ tenant: 'default', sub: 'ada', roles: ['boss'] })
    expect((await answer(boss)).data).toMatchObject({ id: uuid(run) })
    expect((await answer(boss)).status).toBe(409)
  })

  test('a start sent again, or twice at once, under one key is one run', async () => {
    const send = (input: number) =>
      ada().rpc('start_workflow', {
        ...{ workflow_id: 'order', input, options: { idempotency_key: 'twice' } },
      })
    const answers = await Promise.all([1, 1, 1, 1, 1].map(send))
    expect(new Set(answers.map(({ data }) => data)).size).toBe(1)
    expect((await send(1)).data).toBe(answers[0]?.data)
    expect(await send(2)).toMatchObject({ status: 409, error: { code: 'MR010' } })
  })

  test.each([
    ['/runs?id=eq.1', 400],
    ['/runs?id=eq.%27%20or%201=1', 400],
    ['/runs?status=eq.', 400],
    ['/runs?select=fence', 400],
    ['/live', 404],
    ['/rpc/note_call?p_action=a&p_target=b', 404],
    ['/rpc/caller_tenant', 404],
    ['/runs?select=id,routes(*)', 400],
  ])('%s is refused with %i', async (path, status) => {
    const token = signToken({ role: rest.role, tenant: 'default' })
    expect((await rest.get(path, { authorization: `Bearer ${token}` })).status).toBe(status)
  })

  test('what is done is in the audit log; what is refused is not', async () => {
    const [id] = await start(ada(), [1])
    await ada().rpc('cancel_workflow', { run_id: id })
    await ada().rpc('pause_workflow', { run_id: id })
    const rows = await kernel.query(
      `select action, subject from millrace.audit where target = $1 order by id`,
      [id],
    )
    expect(rows).toEqual([{ action: 'cancel_workflow', subject: 'ada' }])
  })

  test.each([
    ['get_run', { run_id: uuid('4242') }, 404, 'MR041'],
    ['start_workflow', { workflow_id: 'none' }, 404, 'MR040'],
    ['start_workflow', { workflow_id: 'order', options: { que: 'a' } }, 422, 'MR001'],
    ['fork_workflow', { run_id: uuid('4242'), options: { new_run: '77' } }, 422, 'MR001'],
    ['emit_event', { event_name: 'a', options: [] }, 422, 'MR001'],
    ['get_runs', { options: { tenant: 'second' } }, 422, 'MR001'],
  ])('%s %j is refused with its status and code', async (name, args, status, code) => {
    const refused = await ada().rpc(name, args)
    expect([refused.status, refused.error?.code]).toEqual([status, code])
    expect(refused.error?.hint).toBeTruthy()
  })

  test('schedules are listed and steered', async () => {
    await kernel.query(`select millrace.put_schedule('nightly', 'order', '{"every": 3600000}')`)
    const { data } = await ada().from('schedules').select().eq('id', 'nightly').single()
    expect(data).toMatchObject({ workflow_id: 'order', every_ms: 3600000, paused_at: null })
    const paused = await ada().rpc('pause_schedule', { id: 'nightly', options: { reason: 'x' } })
    expect(paused.error).toBeNull()
    const after = await ada().from('schedules').select('paused_by, pause_reason').single()
    expect(after.data).toEqual({ paused_by: 'ada', pause_reason: 'x' })
    const { data: run } = await ada().rpc('run_schedule', { id: 'nightly' })
    expect(run).toMatchObject({ workflow_id: 'order', schedule_id: 'nightly' })
    expect((await bob().from('schedules').select()).data).toEqual([])
    expect((await bob().rpc('resume_schedule', { id: 'nightly' })).status).toBe(404)
  })
})

describe('another tenant', () => {
  test('sees nothing in any view, by any id', async () => {
    const [id] = await start(ada(), [{ secret: 1 }])
    await ada().rpc('cancel_workflow', { run_id: id })
    const route = await kernel.route()
    const asking = await kernel.start(route)
    const worker = await kernel.worker()
    await worker.keep(await worker.claimOne(route), [row('r', 'secret step', 'secret')])
    await kernel.query(
      `insert into millrace.approvals (run_id, step, tenant_id, question, assignees, roles, asked_at)
       values ($1, 'ask', 1, 'secret', '{}', '{}', now())`,
      [asking],
    )
    await kernel.call('define_machine', {
      workflow: { name: 'door' },
      states: [{ name: 'open', initial: true, metadata: { secret: 1 } }, { name: 'shut' }],
    })
    const door = await ada().rpc('start_workflow', {
      ...{ workflow_name: 'door', entity_table: 'doors', entity_id: 'secret' },
    })
    expect(door.error).toBeNull()
    const own = await start(bob(), [1])
    const { views } = servedNames()
    expect(views).toHaveLength(11)
    for (const view of views) {
      const theirs = await ada().from(view).select()
      expect(theirs.data?.length, `${view}, of ada`).toBeGreaterThan(0)
      const all = await bob().from(view).select()
      expect(all.error, view).toBeNull()
      expect(JSON.stringify(all.data), view).not.toContain(id)
      expect(JSON.stringify(all.data), view).not.toContain('secret')
      expect(JSON.stringify(all.data), view).not.toContain(uuid(asking))
      expect(JSON.stringify(all.data), view).not.toContain(door.data)
    }
    for (const [view, column] of [
      ['entity_workflows', 'id'],
      ['workflow_history', 'entity_workflow_instance_id'],
    ] as const)
      expect((await bob().from(view).select().eq(column, door.data)).data, view).toEqual([])
    for (const [view, column] of [
      ['runs', 'id'],
      ['steps', 'run_id'],
      ['run_history', 'run_id'],
      ['approvals', 'run_id'],
    ] as const) {
      expect((await bob().from(view).select().eq(column, id)).data, view).toEqual([])
      expect((await bob().from(view).select().in(column, [id])).data, view).toEqual([])
      expect((await bob().from(view).select().neq(column, own[0])).data, view).toEqual([])
    }
    expect((await bob().from('runs').select('id')).data).toEqual([{ id: own[0] }])
  })

  test('can do nothing to what is not its own, by any function', async () => {
    const [id] = await start(ada(), [1])
    const { functions } = servedNames()
    const about: Record<string, object> = {
      trigger_event: { run_id: id, event_name: 'go' },
      fork_workflow: { run_id: id, options: { from_step: 'a' } },
      answer_approval: { approval_id: `${id}/ask`, approved: true },
    }
    const byRun = functions.filter((name) =>
      /_workflow$|timeline|logs|get_run$|progress|trigger|approval/.test(name),
    )
    const tried = byRun.filter((name) => name !== 'start_workflow')
    expect(tried).toHaveLength(14)
    for (const name of tried) {
      const refused = await bob().rpc(name, about[name] ?? { run_id: id })
      expect([name, refused.status < 500, refused.error?.code], name).toEqual([
        ...[name, true],
        'MR041',
      ])
    }
    for (const name of ['get_runs', 'get_failures', 'get_queues', 'get_metrics', 'get_workflows']) {
      const { data, error } = await bob().rpc(name)
      expect(error, name).toBeNull()
      expect(JSON.stringify(data), name).not.toContain(id)
    }
    expect((await ada().rpc('get_run', { run_id: id })).data).toMatchObject({ status: 'pending' })
  })

  test('of a tenant that there is not, or that is suspended, a token opens nothing', async () => {
    await kernel.makeTenant('closed')
    await kernel.query(`update millrace.tenants set suspended_at = now() where slug = 'closed'`)
    for (const claims of [
      ...[{ tenant: 'closed' }, { tenant: 'nowhere' }, { tenant: '' }, {}, { tenant: 1 }],
      ...[{ tenant: ['default'] }, { tenant: { id: 'default' } }, { tenant: null }],
      { user_metadata: { tenant: 'default' } },
    ]) {
      const client = rest.as(claims)
      for (const view of servedNames().views)
        expect((await client.from(view).select()).data, JSON.stringify(claims)).toEqual([])
      const refused = await client.rpc('start_workflow', { workflow_id: 'order' })
      expect([refused.status, refused.error?.code]).toEqual([403, 'MR042'])
    }
  })

  test('a token whose subject is no name, or that of a key, a role of the database or the engine, does nothing', async () => {
    for (const sub of [
      ...['key:0123456789abcdef', 'role:postgres', 'millrace:timer', '', 'a'.repeat(257)],
    ]) {
      const refused = await rest
        .as({ tenant: 'default', sub })
        .rpc('start_workflow', { workflow_id: 'order' })
      expect([refused.status, refused.error?.code]).toEqual([403, 'MR042'])
      expect(refused.error?.message).toContain(JSON.stringify(sub).slice(0, 90))
      expect(refused.error?.hint).toContain('Give people other ones')
    }
    const longest = rest.as({ tenant: 'default', sub: 'a'.repeat(256) })
    expect((await longest.rpc('start_workflow', { workflow_id: 'order' })).error).toBeNull()
  })

  test('a tenant that the session was given does not help a token that has none', async () => {
    const client = await kernel.connect(true)
    await client.query(`begin; set local role ${rest.role}; set local millrace.tenant_id = '1'`)
    const count = async () =>
      Number((await client.query('select count(*) from api.runs')).rows[0].count)
    expect(await count()).toBeGreaterThan(0)
    await client.query(`set local request.jwt.claims = '{"role": "x"}'`)
    expect(await count()).toBe(0)
    await client.end()
  })
})

describe('the door', () => {
  test('nobody comes in without a token, with one that is over, or with a forged one', async () => {
    const all = ['/runs', '/workflows', '/rpc/get_runs']
    const now = Math.floor(Date.now() / 1000)
    const over = signToken({ role: rest.role, tenant: 'default', exp: now - 60 })
    const forged = signToken(
      { role: rest.role, tenant: 'default' },
      'another secret of 32 characters!',
    )
    for (const path of all) {
      expect((await rest.get(path)).status, path).toBe(401)
      for (const token of [over, forged, 'x.y.z'])
        expect((await rest.get(path, { authorization: `Bearer ${token}` })).status, path).toBe(401)
    }
  })

  test("the caller's role has the views and the functions, and nothing else", async () => {
    const client = await kernel.connect(true)
    const may = async (what: string) => {
      await client.query(
        `begin; set local role ${rest.role}; set local request.jwt.claims = '{"tenant": "default"}'`,
      )
      const code = await client.query(what).then(
        () => 'done',
        (error: { code: string }) => error.code,
      )
      await client.query('rollback')
      return code
    }
    const functions = await kernel.query<{ name: string }>(
      `select p.oid::regprocedure::text as name from pg_proc p
       where p.pronamespace = 'millrace'::regnamespace and has_function_privilege($1, p.oid, 'execute') order by 1`,
      [rest.role],
    )
    // what tells nothing that the caller did not bring
    expect(
      functions.map(({ name }) => name.replace(/^millrace\./, '').replace(/\(.*/, '')),
    ).toEqual([
      ...['clock', 'current_tenant', 'event_output', 'machine_uuid', 'read_run_ref'],
      ...['read_run_status'],
      ...['run_number', 'run_uuid', 'show_run_ref', 'show_run_status', 'taken_event'],
    ])
    const writable = await kernel.query(
      `select c.oid::regclass::text as name from pg_class c
       where c.relnamespace in ('millrace'::regnamespace, 'api'::regnamespace) and c.relkind in ('r', 'p', 'v', 'S')
         and has_table_privilege($1, c.oid, 'insert, update, delete, truncate, references, trigger')`,
      [rest.role],
    )
    expect(writable).toEqual([])
    for (const table of ['tenants', 'api_keys', 'audit', 'secrets', 'workers', 'signals', 'events'])
      expect(await may(`select * from millrace.${table}`), table).toBe('42501')
    expect(await may('select fence from millrace.live')).toBe('42501')
    expect(await may(`select millrace.start_workflow('order')`)).toBe('42501')
    expect(await may(`insert into api.runs (id) values (1)`)).not.toBe('done')
    await client.end()
  })

  test('what PostgREST describes has every view and function', async () => {
    const token = signToken({ role: rest.role, tenant: 'default' })
    const answer = await rest.get('/', { authorization: `Bearer ${token}` })
    const { paths } = (await answer.json()) as { paths: object }
    const { views, functions } = servedNames()
    expect(Object.keys(paths).sort()).toEqual(
      ['/', ...views.map((v) => `/${v}`), ...functions.map((f) => `/rpc/${f}`)].sort(),
    )
  })

  test('a message goes to a run that waits, and the run goes on', async () => {
    const route = await kernel.route()
    const run = await kernel.start(route)
    const worker = await kernel.worker()
    await worker.wait(await worker.claimOne(route), message('w', 'go'))
    const sent = await ada().rpc('trigger_event', { run_id: uuid(run), event_name: 'go', data: 5 })
    expect(sent.error).toBeNull()
    await until('the run is ready', async () => (await kernel.live(run))?.state === 'q')
    const steps = await ada().from('steps').select('step_id, kind, output').eq('run_id', uuid(run))
    expect(steps.data).toEqual([{ step_id: 'w', kind: 'wait', output: 5 }])
  })
})
