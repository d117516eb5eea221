import { expect, test } from 'vitest'
import { openKernel, row, uuid } from '../support/kernel.ts'
import { openTrack } from '../support/race.ts'
import { refusal } from '../support/refusal.ts'
import { webhookTools } from '../support/webhooks.ts'

const kernel = await openKernel()
const hooks = webhookTools(kernel)
const review = await kernel.route({ name: 'review' })
const tidy = await kernel.route({ name: 'tidy' })
const OUT = { url: 'https://hooks.example.com/', events: ['entity.transition'] }
await hooks.put('told', OUT)

type Started = { instance_id: string }
type Run = { id: string; input: unknown; tags: string[]; key: string | null; workflow_id: string }
type Note = { on: string; run_id?: string; skipped?: string }

/** A machine: new -> open -> done, where each says what it does. */
async function machine(
  name: string,
  { leave = [], move = [], enter = [], begin = [] }: Record<string, object[]>,
  tenant = 'default',
) {
  const document = {
    workflow: { name },
    states: [
      { name: 'new', initial: true, on_enter: begin, on_leave: leave },
      { name: 'open', on_enter: enter },
      { name: 'done', final: true },
    ],
    transitions: [
      { from: 'new', to: 'open', name: 'take', actions: move },
      { from: 'open', to: 'done', name: 'close' },
    ],
  }
  await kernel.query('select * from millrace.define_machine($1, $2)', [
    JSON.stringify(document),
    JSON.stringify({ tenant }),
  ])
  const start = async (entity: string, options: object = {}) =>
    (await kernel.call<Started>('start_entity', name, entity, { ...options, tenant })).instance_id
  const take = (id: string, options: object = {}) =>
    kernel.call<{ seq: number }>('transition', id, { name: 'take', ...options, tenant })
  return { start, take }
}

/** All that an expression of a machine may read. */
const everything = {
  ...{
    roles: '{{ roles }}',
    first: '{{ roles | default([]) | join }}',
    by: '{{ by }}',
    notes: '{{ notes }}',
  },
  ...{ call: '{{ call_metadata }}', metadata: '{{ metadata }}', context: '{{ context }}' },
  ...{ entity: '{{ entity }}', transition: '{{ transition }}' },
}

const runsOf = (instance: string) =>
  kernel.query<Run>(
    `select d.id, d.input::jsonb, d.meta::jsonb -> 'tags' as tags, d.meta ->> 'key' as key, d.workflow_id
     from millrace.run_labels l join millrace.run_details d on d.run_id = l.run_id
     where l.kind = 't' and l.value = $1 order by l.run_id`,
    [`entity:${instance}`],
  )
const noted = async (instance: string, seq: number) =>
  kernel.value<Note[] | null>(
    `select metadata -> '$actions' from millrace.entity_history where instance_id = $1 and seq = $2`,
    [instance, seq],
  )
const isWhole = async (instance: string, rows: number, tenant = 'default') =>
  expect(await kernel.call('verify_history', instance, { tenant })).toMatchObject({
    ok: true,
    rows,
  })
const stateOf = (id: string) =>
  kernel.value<string>('select state from millrace.entities where id = $1', [id])

test('actions read what guards read, the roles of who does it too', async () => {
  const { start, take } = await machine('told_all', {
    move: [{ start: 'review', input: everything }],
    begin: [{ start: 'review', input: { roles: '{{ roles }}' } }],
  })
  const id = await start('1', { by: 'ada', roles: ['clerk'], metadata: { a: 1 } })
  const given = { by: 'bob', roles: ['packer', 'boss'], notes: 'n', context: { c: 1 } }
  await take(id, { ...given, metadata: { m: 1 }, set: { b: 2 } })
  const runs = await runsOf(id)
  expect(runs.map(({ input }) => input)).toMatchObject([
    { roles: ['clerk'] },
    {
      ...{ roles: ['packer', 'boss'], first: 'packerboss', by: 'bob', notes: 'n', call: { m: 1 } },
      ...{ metadata: { a: 1, b: 2 }, context: { c: 1 } },
      ...{ entity: { state: 'open' }, transition: { name: 'take', by: 'bob' } },
    },
  ])
  // whoever has none, a timer too, has an empty list
  const other = await start('2')
  await take(other)
  expect((await runsOf(other)).map(({ input }) => input)).toMatchObject([
    ...[{ roles: [] }, { roles: [], first: '', call: {} }],
  ])
  // every name that the check lets pass is tried here
  const scopes = `select jsonb_object_keys(millrace.action_scope(h, e, null)) as name
    from millrace.entities e join millrace.entity_history h on h.instance_id = e.id where e.id = $1 and h.seq = 2`
  const known = (await kernel.query<{ name: string }>(scopes, [id])).map(({ name }) => name)
  const told = await kernel
    .call('define_machine', {
      workflow: { name: 'odd' },
      states: [{ name: 'a', initial: true, on_enter: [{ start: 'review', input: '{{ odd }}' }] }],
    })
    .then(String, (error: { detail: string; message: string }) => error.message + error.detail)
  const listed = /There are: ([a-z_, ]+)/.exec(told)?.[1]?.split(', ')
  expect(listed?.sort()).toEqual(known.sort())
})

test('leaving, the transition and entering act in that order, and the trail says what was done', async () => {
  const m = await machine('order', {
    leave: [{ start: 'tidy', input: null }],
    move: [{ start: 'review' }, { webhook: 'told' }],
    enter: [{ start: 'review', input: { who: '{{ by }}', all: ['no {{ entity.id }}', 1] } }],
  })
  const id = await m.start('17', { metadata: { amount: 5 } })
  expect(await noted(id, 1)).toBeNull()
  await m.take(id, { by: 'ada', notes: 'n', context: { a: 1 }, set: { b: 2 } })
  const runs = await runsOf(id)
  expect(runs.map((run) => [run.workflow_id, run.key])).toEqual([
    ['tidy', `entity:${id}:2:1`],
    ['review', `entity:${id}:2:2`],
    ['review', `entity:${id}:2:4`],
  ])
  const said = {
    entity: {
      ...{ machine: 'order', table: 'order', id: '17', instance_id: id, state: 'open' },
      metadata: { amount: 5, b: 2 },
    },
    transition: {
      ...{ name: 'take', from: 'new', to: 'open', by: 'ada', notes: 'n' },
      context: { a: 1 },
    },
  }
  expect(runs.map(({ input }) => input)).toEqual([null, said, { who: 'ada', all: ['no 17', 1] }])
  expect(await noted(id, 2)).toEqual([
    { on: 'leave', start: 'tidy', run_id: runs[0]?.id },
    { on: 'transition', start: 'review', run_id: runs[1]?.id },
    { on: 'transition', webhook: 'told' },
    { on: 'enter', start: 'review', run_id: runs[2]?.id },
  ])
  const { posts } = await hooks.work()
  expect(posts.map(({ body }) => JSON.parse(body))).toEqual([
    { type: 'entity.transition', timestamp: expect.any(String), data: said },
  ])
  await isWhole(id, 2)
})

test('the initial state acts at the start, and who cannot is not started', async () => {
  const m = await machine('begins', { begin: [{ start: 'review' }] })
  const id = await m.start('1', { metadata: { a: 1 }, by: 'ada' })
  const [run] = await runsOf(id)
  expect(run?.input).toMatchObject({ transition: { from: null, to: 'new', by: 'ada' } })
  expect(await noted(id, 1)).toEqual([{ on: 'enter', start: 'review', run_id: run?.id }])
  await isWhole(id, 1)
  const row = await kernel.query('select metadata from millrace.entities where id = $1', [id])
  expect(row).toEqual([{ metadata: { a: 1 } }])
  await m.take(id)
  await isWhole(id, 2)
  const bad = await machine('never begins', { begin: [{ start: 'review' }, { start: 'none' }] })
  const details = await refusal(bad.start('1'), 'MR013', /the start of "none" on entering "new"/)
  expect(details).toMatchObject({ cause: { code: 'MR040' }, action: { start: 'none' } })
  const left = `select count(*)::int from millrace.entities where machine = 'never begins'`
  expect(await kernel.value(left)).toBe(0)
})

test.each([
  ['a workflow that there is not', { start: 'none' }, 'MR040', /the start of "none"/],
  ['a machine', { start: 'order' }, 'MR001', /is a machine/],
  ['a webhook that there is not', { webhook: 'none' }, 'MR041', /no webhook "none"/],
  ['a run that there is not', { signal: 's', run_id: '{{ context.run }}' }, 'MR041', /no run/],
  ['no id', { signal: 's', run_id: '{{ entity.id }}' }, 'MR001', /run_id is "x"/],
  ['what is not defined', { start: 'review', input: '{{ metadata.nothing }}' }, 'MR030', /nothing/],
  ['too much', { start: 'review', input: Array(20).fill('{{ context.big }}') }, 'MR002', /1 MiB/],
])('%s: the transition is refused whole, and says which action', async (_, action, code, text) => {
  const name = `refused ${code} ${JSON.stringify(action).length}`
  const m = await machine(name, { move: [{ start: 'review' }, action] })
  const id = await m.start('x')
  const context = {
    run: '11111111-2222-4333-8444-555555555555',
    big: code === 'MR002' ? 'x'.repeat(60_000) : '',
  }
  const details = await refusal(m.take(id, { context }), 'MR013', text)
  expect(details).toMatchObject({ instance_id: id, state: 'new', cause: { code } })
  const [kind] = Object.entries(action)
  expect(details.action).toEqual({
    on: 'transition',
    ...Object.fromEntries([kind as [string, string]]),
  })
  expect(await runsOf(id)).toEqual([])
  expect(await stateOf(id)).toBe('new')
  await isWhole(id, 1)
})

test('in a batch one that is refused holds up no other', async () => {
  const some = await machine('some', {
    move: [{ start: 'review', input: '{{ metadata.given }}' }],
  })
  const ids = await Promise.all(
    ['a', 'b', 'c'].map((one, i) => some.start(one, i === 1 ? {} : { metadata: { given: one } })),
  )
  const empty = ids.map(() => null)
  const rows = await kernel.query<{ instance_id: string; problem: { code: string } | null }>(
    'select * from millrace.execute_transitions(1, $1, $2, $3, $3, $3, $3) order by ordinal',
    [ids, ids.map(() => 'take'), empty],
  )
  expect(rows.map(({ problem }) => problem?.code ?? null)).toEqual([null, 'MR013', null])
  expect(await Promise.all(ids.map(stateOf))).toEqual(['open', 'new', 'open'])
  expect((await runsOf(ids[0] as string)).map(({ input }) => input)).toEqual(['a'])
  for (const [i, id] of ids.entries()) await isWhole(id, i === 1 ? 1 : 2)
})

test('a signal ends the wait of a run; one that has ended gets none, and that is noted', async () => {
  const m = await machine('signals', {
    move: [{ signal: 'go', run_id: '{{ metadata.run }}', data: { n: '{{ context.n }}' } }],
  })
  const run = await kernel.start(review)
  const id = await m.start('1', { metadata: { run: uuid(run) } })
  await m.take(id, { context: { n: 7 } })
  const signals = 'select name, data::jsonb from millrace.signals where run_id = $1'
  expect(await kernel.query(signals, [run])).toEqual([{ name: 'go', data: { n: 7 } }])
  expect(await noted(id, 2)).toEqual([{ on: 'transition', signal: 'go', run_id: uuid(run) }])
  await kernel.call('terminate_workflow', uuid(run))
  const late = await m.start('2', { metadata: { run: uuid(run) } })
  await m.take(late, { context: { n: 8 } })
  expect((await noted(late, 2))?.[0]).toMatchObject({ skipped: 'The run has ended.' })
  await isWhole(late, 2)
})

test('a signal goes to the run as which the one that is named goes on', async () => {
  const route = await kernel.route()
  const run = await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  const next = await kernel.value<string>('select millrace.take_ids()::text')
  await worker.advance(task, {
    ...{ op: 'c', output: null, tail: [row('z', '', { run: next, id: uuid(next) })] },
    successor: { id: next, route: route.route, input: 'null', meta: null },
  })
  const m = await machine('signals on', { move: [{ signal: 'go', run_id: uuid(run) }] })
  const id = await m.start('1')
  await m.take(id)
  expect(await noted(id, 2)).toEqual([{ on: 'transition', signal: 'go', run_id: uuid(run) }])
  const signals = 'select run_id from millrace.signals where name = $1 and run_id in ($2, $3)'
  expect(await kernel.query(signals, ['go', run, next])).toEqual([{ run_id: next }])
})

test('a webhook that is not active is passed over, and that is noted', async () => {
  await hooks.put('off', { ...OUT, active: false })
  const m = await machine('tells', { move: [{ webhook: 'off' }] })
  const id = await m.start('1')
  await m.take(id)
  expect((await noted(id, 2))?.[0]).toMatchObject({ skipped: 'The webhook is not active.' })
  const sent = 'select from millrace.webhook_deliveries where delivery_key = $1'
  expect(await kernel.query(sent, [`entity:${id}:2:1`])).toEqual([])
})

test.each([
  ['comes in', async (name: string) => hooks.put(name, { workflow_id: 'review' })],
  [
    'was deleted',
    async (name: string) => {
      await hooks.put(name, OUT)
      await kernel.call('delete_webhook', name)
    },
  ],
])('a webhook that %s is not one that can be told', async (what, put) => {
  const name = `hook that ${what}`
  await put(name)
  const m = await machine(`tells one that ${what}`, { move: [{ webhook: name }] })
  const details = await refusal(m.take(await m.start('1')), 'MR013', /no webhook/)
  expect(details).toMatchObject({ cause: { code: 'MR041' } })
})

test.each([
  ['webhook', { webhook: 'large' }],
  ['signal', { signal: 's', run_id: '{{ context.run }}' }],
])('a %s carries 1 MiB, and not a byte more', async (what, action) => {
  await hooks.put('large', OUT)
  const run = uuid(await kernel.start(tidy))
  const pieces = Array(17).fill('{{ context.big }}')
  const context = { run, big: 'x'.repeat(60_000) }
  // as jsonb has it: with a blank behind each comma
  const room = 1_048_576 - (2 + 17 * (60_000 + 2 + 2) + 2)
  const carries = async (length: number) => {
    const data = [...pieces, 'x'.repeat(length)]
    const m = await machine(`${what} of ${length}`, { move: [{ ...action, data }] })
    return m.take(await m.start('1'), { context })
  }
  expect(await carries(room)).toMatchObject({ seq: 2 })
  await refusal(carries(room + 1), 'MR013', /1048577 bytes; the limit is 1 MiB/)
  await kernel.call('delete_webhook', 'large')
})

test('of several transitions from a state only the one that is taken acts', async () => {
  await kernel.call('define_machine', {
    workflow: { name: 'ways' },
    states: [{ name: 'new', initial: true }, { name: 'open' }],
    transitions: [
      { from: 'new', to: 'open', name: 'other', actions: [{ start: 'tidy' }] },
      { from: 'new', to: 'open', name: 'take', actions: [{ start: 'review' }] },
    ],
  })
  const made = await kernel.call<Started>('start_entity', 'ways', '1')
  await kernel.call('transition', made.instance_id, { name: 'take' })
  const runs = await runsOf(made.instance_id)
  expect(runs.map(({ workflow_id }) => workflow_id)).toEqual(['review'])
})

test('of two that act at once one does, the other hears of it, and with the same key it is the same', async () => {
  const m = await machine('raced', { move: [{ start: 'review' }] })
  const track = await openTrack(kernel)
  for (const key of [null, 'k']) {
    const id = await m.start(`raced ${key}`)
    const take = (client: { query(text: string, values: unknown[]): Promise<unknown> }) =>
      client.query('select millrace.transition($1, $2) as t', [
        id,
        { name: 'take', idempotency_key: key },
      ])
    const { first, second, waited } = await track.inTurn(take, take)
    const [done] = first.rows as [{ t: object }]
    expect(waited).toBe(true)
    expect(second).toEqual(
      key === null ? { code: 'MR012' } : { rows: [{ t: { ...done.t, repeated: true } }] },
    )
    expect(await runsOf(id)).toHaveLength(1)
    await isWhole(id, 2)
  }
})

test('a batch that acts locks all in one order first: two cannot wait for each other', async () => {
  const m = await machine('ordered', { move: [{ start: 'review' }] })
  // of one millisecond, they may be drawn in either order
  const [a, b] = [await m.start('1'), await m.start('2')].sort() as [string, string]
  const holder = await kernel.connect()
  await holder.query('begin')
  await holder.query('select from millrace.entities where id = $1 for update', [a])
  const other = await kernel.connect()
  const late = other.query(
    'select * from millrace.execute_transitions(1, $1, $2, $3, $3, $3, $3)',
    [
      [b, a],
      ['take', 'take'],
      [null, null],
    ],
  )
  await kernel.waitUntilBlocked(other)
  await holder.query('select from millrace.entities where id = $1 for update nowait', [b])
  await holder.query('commit')
  expect((await late).rows.map(({ to_state }) => to_state)).toEqual(['open', 'open'])
})

test('nothing is done before the commit, and of what is rolled back nothing', async () => {
  const m = await machine('undone', { move: [{ start: 'review' }, { webhook: 'told' }] })
  const id = await m.start('1')
  const other = await kernel.connect()
  await other.query('begin')
  await other.query('select millrace.transition($1, $2)', [id, { name: 'take' }])
  expect(await runsOf(id)).toEqual([])
  expect((await hooks.work()).posts).toEqual([])
  await other.query('rollback')
  expect(await runsOf(id)).toEqual([])
  await m.take(id, { idempotency_key: 'k' })
  expect(await m.take(id, { idempotency_key: 'k' })).toMatchObject({ repeated: true })
  expect(await runsOf(id)).toHaveLength(1)
  expect((await hooks.work()).posts).toHaveLength(1)
})

test('a transaction that stays open holds up no other that tells the same webhook, nor its deliveries', async () => {
  const m = await machine('held', { move: [{ webhook: 'told' }] })
  const [first, second] = [await m.start('1'), await m.start('2')]
  await hooks.work()
  const other = await kernel.connect()
  await other.query('begin')
  await other.query('select millrace.transition($1, $2)', [first, { name: 'take' }])
  await m.take(second)
  const { posts } = await hooks.work()
  expect(posts.map(({ body }) => JSON.parse(body).data.entity.id)).toEqual(['2'])
  await other.query('commit')
  // the webhook itself is due in an hour only
  const more = await hooks.work()
  expect(more.posts.map(({ body }) => JSON.parse(body).data.entity.id)).toEqual(['1'])
})

test('what is told to a webhook that is gone by the commit goes as well', async () => {
  await hooks.put('leaves', OUT)
  const m = await machine('late', { move: [{ webhook: 'leaves' }] })
  const id = await m.start('1')
  const other = await kernel.connect()
  await other.query('begin')
  await other.query('select millrace.transition($1, $2)', [id, { name: 'take' }])
  const hook = await hooks.idOf('leaves')
  await kernel.call('delete_webhook', 'leaves')
  await hooks.work()
  const left = async (table: string, column: string) =>
    kernel.value<number>(`select count(*)::int from millrace.${table} where ${column} = $1`, [hook])
  expect(await left('webhooks', 'id')).toBe(0)
  await other.query('commit')
  expect(await left('webhook_deliveries', 'webhook_id')).toBe(1)
  await hooks.work()
  expect(await left('webhook_deliveries', 'webhook_id')).toBe(0)
})

test("another tenant's workflows, runs and webhooks are out of reach", async () => {
  const tenant = await kernel.makeTenant('second')
  await kernel.route({ tenant, name: 'theirs' })
  const run = await kernel.start(tidy)
  const reach = async (name: string, action: object, code: string) => {
    const m = await machine(name, { move: [action] }, 'second')
    const id = await m.start('1')
    const details = await refusal(m.take(id), 'MR013', /cannot be done/)
    expect(details).toMatchObject({ cause: { code } })
  }
  await reach('start', { start: 'review' }, 'MR040')
  await reach('webhook', { webhook: 'told' }, 'MR041')
  const m = await machine('signal', { move: [{ signal: 's', run_id: uuid(run) }] }, 'second')
  const id = await m.start('1')
  await m.take(id)
  // as one whose history was deleted
  expect((await noted(id, 2))?.[0]).toMatchObject({ skipped: 'The run has ended.' })
  expect(await kernel.query('select from millrace.signals where run_id = $1', [run])).toEqual([])
  const mine = await machine('own', { move: [{ start: 'theirs' }] }, 'second')
  const own = await mine.start('1')
  await mine.take(own)
  const rows = await kernel.query(
    `select r.tenant_id from millrace.run_labels l join millrace.runs r on r.id = l.run_id
     where l.value = $1`,
    [`entity:${own}`],
  )
  expect(rows).toEqual([{ tenant_id: tenant }])
})

test('the rules of the workflow that it starts hold', async () => {
  const rule = (name: string, rules: object) => kernel.route({ name, definition: { rules } })
  await rule('batched', { batch: { size: 2, timeout_ms: 60_000, key: [] } })
  await rule('single', { singleton: { on: 'reject', key: [] } })
  const m = await machine('batches', { move: [{ start: 'batched', input: '{{ entity.id }}' }] })
  for (const entity of ['a', 'b']) await m.take(await m.start(entity))
  const inputs = `select d.input::jsonb from millrace.run_details d where d.workflow_id = 'batched'`
  expect(await kernel.query(inputs)).toEqual([{ input: ['a', 'b'] }])
  const one = await machine('singles', { move: [{ start: 'single' }] })
  await one.take(await one.start('a'))
  const second = await one.start('b')
  expect(await refusal(one.take(second), 'MR013', /"single"/)).toMatchObject({
    cause: { code: 'MR014' },
  })
})
