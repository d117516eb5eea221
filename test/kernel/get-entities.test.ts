import { beforeAll, describe, expect, test } from 'vitest'
import { openKernel } from '../support/kernel.ts'
import { makeOrder, makeOrders } from '../support/orders.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
await makeOrders(kernel)
await kernel.makeTenant('second')
await makeOrders(kernel, 'second')

type Listed = { entity: Record<string, unknown> | null; last_seen: string | null }
const list = (options: object = {}) =>
  kernel.query<Listed>('select * from millrace.get_entities($1)', [options])
const ids = async (options: object = {}) =>
  (await list(options)).map(({ entity }) => entity?.entity_id)
const hour = 3_600_000
let made: Record<string, string>

beforeAll(async () => {
  made = {
    a: await makeOrder(kernel, 'a'),
    b: await makeOrder(kernel, 'b', ['pay']),
    c: await makeOrder(kernel, 'c', ['pay', 'close']),
    d: await makeOrder(kernel, 'd', ['pay'], { version: '2' }),
    e: await makeOrder(kernel, 'e', ['cancel'], { entity_table: 'market' }),
    f: await makeOrder(kernel, 'a', [], { entity_table: 'market' }),
    z: await makeOrder(kernel, 'a', ['pay'], { tenant: 'second' }),
  }
})

test('an instance tells where it stands', async () => {
  expect(await kernel.call('get_entity', made.c)).toEqual({
    ...{ id: made.c, machine: 'orders', version: '1', entity_table: 'shop', entity_id: 'c' },
    ...{ state: 'closed', status: 'completed', metadata: {}, seq: 3, due_at: null, timer: null },
    created_at: expect.any(String),
    entered_at: expect.any(String),
    updated_at: expect.any(String),
    completed_at: expect.any(String),
  })
})

test('an instance is found by its entity: the live one, else the last; the table is the machine’s', async () => {
  const find = (entity: object | null, tenant = 'default') =>
    kernel.call<{ id: string }>('get_entity', null, { entity, tenant })
  expect((await find({ machine: 'orders', id: 'c' })).id).toBe(made.c)
  expect((await find({ machine: 'orders', id: 'a', table: 'market' })).id).toBe(made.f)
  expect((await find({ machine: 'orders', id: 'a' }, 'second')).id).toBe(made.z)
  await makeOrder(kernel, 'twice', ['cancel'])
  const second = await makeOrder(kernel, 'twice', ['cancel'])
  expect((await find({ machine: 'orders', id: 'twice' })).id).toBe(second)
  const third = await makeOrder(kernel, 'twice')
  expect((await find({ machine: 'orders', id: 'twice' })).id).toBe(third)
  await refusal(find({ machine: 'orders', id: 'e' }), 'MR043', '"e"')
  await refusal(find({ machine: 'tickets', id: 'a' }), 'MR043', '"tickets"')
  await refusal(find({ machine: 'orders' }), 'MR001', 'one of the two')
  await refusal(find({ machine: 'orders', id: 'a', name: 'x' }), 'MR001', 'one of the two')
  await refusal(find(null), 'MR001', 'one of the two')
  await refusal(
    kernel.call('get_entity', made.a, { entity: { machine: 'orders', id: 'a' } }),
    ...(['MR001', 'one of the two'] as const),
  )
  await refusal(kernel.call('get_entity', made.a, { tenant: 'second' }), 'MR043', made.a as string)
  // nor is that of another tenant, where the machine and the table have the same names
  await makeOrder(kernel, 'theirs', [], { tenant: 'second' })
  for (const table of [null, 'shop'])
    await refusal(find({ machine: 'orders', id: 'theirs', table }), 'MR043', '"theirs"')
})

test('an unknown machine is named as such, with what may have been meant: its own, or the installation’s', async () => {
  await kernel.query("select millrace.register_workflow(1, 'ordres', '1', '{}')")
  await kernel.makeTenant('third')
  const states = [{ name: 'a', initial: true }]
  const shared = { workflow: { name: 'expenses' }, states }
  await kernel.query("select millrace.keep_machine(0, 'expenses', '1', $1)", [shared])
  await kernel.call(
    'define_machine',
    { workflow: { name: 'invoices' }, states },
    { tenant: 'third' },
  )
  const reads = ['get_entity', 'get_history', 'get_transitions', 'verify_history']
  for (const name of [...reads, 'transition']) {
    const more = name === 'transition' ? { name: 'pay' } : {}
    const ask = (machine: string) =>
      kernel.query(`select * from millrace.${name}(null, $1)`, [
        { entity: { machine, id: 'a' }, ...more },
      ])
    const told = (machine: string, message: RegExp) => refusal(ask(machine), 'MR043', message)
    await told('ordesr', /^There is no machine "ordesr"\. Did you mean "orders"\?$/)
    await told('expens', /^There is no machine "expens"\. Did you mean "expenses"\?$/)
    await told('invoice', /^There is no machine "invoice"\.$/)
    await told('', /^There is no machine ""\.$/)
    await told('ordres', /^There is no machine "ordres": that is a function, which has runs/)
    // nobody has started one yet
    await told('expenses', /^(?!There is no machine)/)
  }
  for (const call of ['count_entities', 'get_state_times', 'get_sla_breaches']) {
    const ask = (machine: string, options: object = {}) =>
      kernel.query(`select * from millrace.${call}($1, $2)`, [machine, options])
    await refusal(ask('ordesr'), 'MR040', /"ordesr"\. Did you mean "orders"\?$/)
    await refusal(ask('orders', { version: '9' }), 'MR040', /no machine "orders" in version "9"\.$/)
    expect(await ask('expenses')).toBeInstanceOf(Array)
  }
})

describe('lists', () => {
  test('a state that no version of the machine has is refused, with what may have been meant', async () => {
    const told = /^The machine "orders" has no state "payd"\. Did you mean "paid"\?$/
    await refusal(list({ machine: 'orders', state: 'payd' }), 'MR001', told)
    await refusal(list({ machine: 'orders', state: 'payd', version: '1' }), 'MR001', told)
    await refusal(
      list({ machine: 'orders', state: 'gone' }),
      ...(['MR001', '"gone". There are: "closed", "new", "open", "paid", "void".'] as const),
    )
    for (const call of ['get_state_times', 'get_sla_breaches'])
      await refusal(
        kernel.query(`select * from millrace.${call}('orders', $1)`, [{ state: 'payd' }]),
        ...(['MR001', told] as const),
      )
    // of another version, or of whatever machine
    expect(await ids({ machine: 'orders', state: 'new' })).toEqual([])
    expect(await ids({ machine: 'orders', state: 'open', version: '2' })).toEqual([])
    expect(await ids({ state: 'payd' })).toEqual([])
  })

  test.each<[string, object, string[]]>([
    ['a state', { state: 'paid' }, ['d', 'b']],
    ['a machine and a table', { machine: 'orders', entity_table: 'market' }, ['a', 'e']],
    ['an entity, in whatever table', { entity_id: 'a' }, ['a', 'a']],
    ['an entity of a table', { entity_id: 'a', entity_table: 'shop' }, ['a']],
    ['an entity in a state', { entity_id: 'b', state: 'open' }, []],
    ['a version', { version: '2' }, ['d']],
    ['live ones', { status: 'live', entity_table: 'market' }, ['a']],
    ['an entity that lives', { status: 'live', entity_id: 'c' }, []],
    ['an entity that has ended', { status: 'completed', entity_id: 'b' }, []],
    [
      'completed ones',
      { status: 'completed', version: '1', entity_table: 'shop' },
      ['twice', 'twice', 'c'],
    ],
    ['a machine that there is not', { machine: 'tickets' }, []],
    ['a state that there is not', { state: 'nowhere' }, []],
    ['another tenant', { tenant: 'second' }, ['theirs', 'a']],
  ])('%s', async (_, options, found) => {
    expect(await ids(options)).toEqual(found)
  })

  test('pages are the newest first, in both directions', async () => {
    const all = await list({ limit: 100 })
    const names = all.map(({ entity }) => entity?.id as string)
    expect(names).toEqual(names.toSorted().reverse())
    expect(names).toHaveLength(9)
    expect(all.every((row) => row.last_seen === null)).toBe(true)
    const seen: string[] = []
    for (let after: string | null = null; ; ) {
      const page: Listed[] = await list({ limit: 4, ...(after && { after }) })
      seen.push(...page.map(({ entity }) => entity?.id as string))
      after = page[0]?.last_seen ?? null
      if (after === null) break
    }
    expect(seen).toEqual(names)
    const before = await list({ limit: 2, before: names[5] })
    expect(before.map(({ entity }) => entity?.id)).toEqual([names[3], names[4]])
  })

  test('those that were moved since a time, few or many', async () => {
    await kernel.stopClock()
    await kernel.advanceClock(hour)
    const since = await kernel.value<Date>('select millrace.clock()')
    expect(await ids({ updated_after: since })).toEqual([])
    await kernel.call('transition', made.b, { name: 'refund' })
    await kernel.call('transition', made.b, { name: 'pay' })
    expect(await ids({ updated_after: since })).toEqual(['b'])
    expect(await ids({ updated_after: since, state: 'open' })).toEqual([])
    expect(await ids({ updated_after: since, before: made.a })).toEqual(['b'])
    expect(await ids({ updated_after: since, before: made.b })).toEqual([])
    expect(await ids({ updated_after: since, entity_id: 'b' })).toEqual(['b'])
    expect(await ids({ updated_after: since, entity_id: 'a' })).toEqual([])
    const never = '2000-01-01T00:00:00Z'
    expect(await ids({ updated_after: never, entity_table: 'market' })).toEqual(['a', 'e'])
  })

  test('refused: no status, no cursor, no option', async () => {
    await refusal(list({ status: 'open' }), 'MR001', '"open"')
    await refusal(list({ after: 'x' }), 'MR001', 'after')
    await refusal(list({ states: ['open'] }), 'MR001', 'states')
  })
})

test('the trail, page by page', async () => {
  const read = (id: string | undefined | null, options: object = {}) =>
    kernel.query('select * from millrace.get_history($1, $2)', [id, options])
  const rows = await read(made.c)
  expect(rows).toMatchObject([
    { seq: 1, from_state: null, to_state: 'open', transition: null, version: '1', spent_ms: null },
    { seq: 2, from_state: 'open', to_state: 'paid', transition: 'pay' },
    {
      seq: 3,
      from_state: 'paid',
      to_state: 'closed',
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    },
  ])
  expect(await read(made.c, { limit: 1, after: 1 })).toEqual([rows[1]])
  expect(await read(null, { entity: { machine: 'orders', id: 'c' } })).toEqual(rows)
  await refusal(read(made.c, { tenant: 'second' }), 'MR043', made.c as string)
  const verified = await kernel.call('verify_history', null, {
    entity: { machine: 'orders', id: 'c' },
  })
  expect(verified).toMatchObject({ ok: true, rows: 3 })
})

test('counts are of all states, those of the newest version first', async () => {
  const count = (options: object = {}) =>
    kernel.query<{ state: string; count: string }>(
      "select * from millrace.count_entities('orders', $1)",
      [options],
    )
  expect(await count()).toEqual([
    { state: 'new', final: false, count: '0' },
    { state: 'paid', final: false, count: '2' },
    { state: 'closed', final: true, count: '1' },
    { state: 'void', final: true, count: '3' },
    { state: 'open', final: false, count: '3' },
  ])
  expect((await count({ version: '2' })).map(({ count }) => count)).toEqual(['0', '1', '0', '0'])
  const market = await count({ entity_table: 'market' })
  expect(market.filter(({ count }) => count !== '0').map(({ state }) => state)).toEqual([
    'void',
    'open',
  ])
  const none = kernel.query("select * from millrace.count_entities('tickets', '{}')")
  await refusal(none, 'MR040', '"tickets"')
})

test('times in states, of stays that ended, and who is late', async () => {
  await makeOrders(kernel, 'default', 'slow')
  const make = async (entity: string, minutes: number) => {
    const id = await makeOrder(kernel, entity, ['pay'], { machine: 'slow' })
    await kernel.advanceClock(minutes * 60_000)
    return id
  }
  for (const minutes of [10, 20, 90]) {
    const id = await make(`t${minutes}`, minutes)
    await kernel.call('transition', id, { name: 'close' })
  }
  const late = await make('late', 61)
  await make('soon', 59)
  const [open, paid] = await kernel.query(`select * from millrace.get_state_times('slow', '{}')`)
  expect(open).toMatchObject({ state: 'open', count: '5', max_ms: 0 })
  expect(paid).toEqual({
    ...{ state: 'paid', count: '3', average_ms: 40 * 60_000, p50_ms: 20 * 60_000 },
    ...{ p95_ms: 83 * 60_000, max_ms: 90 * 60_000 },
  })
  const since = await kernel.value<Date>(`select millrace.clock() - interval '150 minutes'`)
  const lately = await kernel.query(`select * from millrace.get_state_times('slow', $1)`, [
    { since, state: 'paid' },
  ])
  expect(lately).toMatchObject([{ state: 'paid', count: '1' }])
  const breaches = (options: object = {}) =>
    kernel.query<Listed>(`select * from millrace.get_sla_breaches('slow', $1)`, [options])
  // who came later has been there for less
  expect((await breaches()).map(({ entity }) => entity)).toMatchObject([
    { id: late, sla_ms: hour, late_ms: 60 * 60_000 },
  ])
  expect(await breaches({ version: '2' })).toEqual([])
  await kernel.call('transition', late, { name: 'close' })
  expect(await breaches()).toEqual([])
  const other = kernel.query(
    `select * from millrace.get_sla_breaches('slow', '{"tenant": "second"}')`,
  )
  await refusal(other, 'MR040', '"slow"')
})

test('who has ended is not late, whatever the sla of a final state', async () => {
  const state = { sla: '1 minute' }
  await kernel.call('define_machine', {
    workflow: { name: 'over' },
    states: [
      { ...state, name: 'begun', initial: true },
      { ...state, name: 'over', final: true },
    ],
    transitions: [{ from: 'begun', to: 'over', name: 'end' }],
  })
  await kernel.call('start_entity', 'over', 'late')
  await kernel.call('start_entity', 'over', 'ended')
  await kernel.call('transition', null, { entity: { machine: 'over', id: 'ended' }, name: 'end' })
  await kernel.advanceClock(hour)
  const late = await kernel.query<Listed>(`select * from millrace.get_sla_breaches('over')`)
  expect(late.map(({ entity }) => entity?.entity_id)).toEqual(['late'])
})

test('a window of instances gives none of another tenant', async () => {
  const match = (tenant: string) =>
    kernel.value<string[]>(
      `select millrace.match_entities(millrace.tenant_id($1), '{}', null, $2, millrace.clock(), 10)`,
      [tenant, [made.z, made.a]],
    )
  expect(await match('default')).toEqual([made.a])
  expect(await match('second')).toEqual([made.z])
})

test('one that lives is found before one that came later: it was taken back, or is in another table', async () => {
  for (const [version, table] of [
    ['1', 'north'],
    ['2', 'south'],
  ])
    await kernel.call('define_machine', {
      workflow: { name: 'doors', version, table },
      states: [
        { name: 'open', initial: true },
        { name: 'shut', final: true },
      ],
      transitions: [
        { from: 'open', to: 'shut', name: 'shut' },
        { from: 'shut', to: 'open', name: 'reopen' },
      ],
    })
  const door = (id: string, moves: string[], version = '1', entity_table = 'north') =>
    makeOrder(kernel, id, moves, { machine: 'doors', version, entity_table })
  const found = async (id: string) =>
    (await kernel.call<{ id: string }>('get_entity', null, { entity: { machine: 'doors', id } })).id
  const first = await door('front', ['shut'])
  const second = await door('front', ['shut'])
  expect(await found('front')).toBe(second)
  await kernel.call('transition', first, { name: 'reopen' })
  expect(await found('front')).toBe(first)
  const north = await door('back', [])
  const south = await door('back', ['shut'], '2', 'south')
  expect(await found('back')).toBe(north)
  await kernel.call('transition', north, { name: 'shut' })
  expect(await found('back')).toBe(south)
})
