import { expect, test } from 'vitest'
import { startEntities } from '../../src/kernel/entities.ts'
import { openKernel } from '../support/kernel.ts'
import { makeMachine } from '../support/machine.ts'
import { openTrack } from '../support/race.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
await makeMachine(kernel, 'orders')
const door = (name: string, more: object = {}, version = '1') => ({
  workflow: { name, version, ...more },
  states: [
    { name: 'open', initial: true },
    { name: 'shut', final: true },
  ],
  transitions: [{ from: 'open', to: 'shut', name: 'shut' }],
})

type Started = { instance_id: string; state: string; started: boolean }
const start = (machine: string, entity: string, options: object = {}) =>
  kernel.call<Started>('start_entity', machine, entity, options)
const where = async (id: string) =>
  (
    await kernel.query(
      'select entity_table, tenant_id, state from millrace.entities where id = $1',
      [id],
    )
  )[0]

function item(entity: string, options: Record<string, unknown> | null = null, machine = 'orders') {
  return { machine, version: null, entity_table: null, entity_id: entity, by: 'ada', options }
}

test('the table is that of the document, else the machine’s name, unless the caller says another', async () => {
  await kernel.call('define_machine', door('doors', { table: 'houses' }))
  const [a, b, c] = await Promise.all([
    start('doors', 'a'),
    start('doors', 'a', { entity_table: 'sheds' }),
    start('orders', 'a'),
  ])
  expect(await where(a.instance_id)).toMatchObject({ entity_table: 'houses' })
  expect(await where(b.instance_id)).toMatchObject({ entity_table: 'sheds' })
  expect(await where(c.instance_id)).toMatchObject({ entity_table: 'orders' })
})

test('the name of another kind of workflow is told, and how that is started', async () => {
  await kernel.query("select millrace.register_workflow(1, 'coded', '1', '{}')")
  const told = 'There is no machine "coded": that is a function, which has runs, and no entities.'
  await refusal(start('coded', 'a'), 'MR040', told)
  const hint = await start('coded', 'a').catch((error: { hint: string }) => error.hint)
  for (const way of [
    '"millrace start"',
    'client.startWorkflow()',
    'POST /api/runs',
    'start_workflow',
  ])
    expect(hint).toContain(way)
  await refusal(start('nothing', 'a'), 'MR040', 'There is no machine "nothing".')
})

test('a run of a machine is refused, and told how an entity is started', async () => {
  const run = kernel.call('start_workflow', 'orders', {})
  await refusal(run, 'MR001', '"orders" is a machine, and has no runs.')
  const hint = await run.catch((error: { hint: string }) => error.hint)
  for (const way of ['"millrace entities start"', 'client.entity(', 'POST /api/entities/'])
    expect(hint).toContain(way)
})

test('the same request is the same start, with other content it is refused', async () => {
  const asked = { request: 'r', metadata: { a: 1 }, context: { c: 1 }, version: '1' }
  const made = await start('orders', 'b', asked)
  expect(await start('orders', 'b', { ...asked, by: 'bob', notes: 'again' })).toEqual({
    ...made,
    started: false,
  })
  await kernel.call('define_machine', door('orders', {}, '2'))
  for (const other of [{ metadata: { a: 2 } }, { context: {} }, { version: '2' }])
    await refusal(start('orders', 'b', { ...asked, ...other }), 'MR010', '"b"')
  // without a version it is the one that was taken then
  const { version: _, ...rest } = asked
  expect(await start('orders', 'b', rest)).toEqual({ ...made, started: false })
  expect(await start('orders', 'b2', { ...asked })).toMatchObject({ started: true })
})

test('if_exists is fail or return', async () => {
  const made = await start('orders', 'c')
  await refusal(start('orders', 'c', { if_exists: 'fail' }), 'MR018', '"c"')
  await refusal(start('orders', 'c', { if_exists: 'maybe' }), 'MR001', 'if_exists')
  expect(await start('orders', 'c', { if_exists: 'return' })).toEqual({ ...made, started: false })
})

const long = (length: number) => 'x'.repeat(length)
test.each<[string, object, 'MR001' | 'MR002', RegExp]>([
  ['long notes', { notes: long(10_001) }, 'MR001', /notes/],
  ['a long by', { by: long(257) }, 'MR001', /by/],
  ['an empty request', { request: '' }, 'MR001', /key/],
  ['a list as metadata', { metadata: [] }, 'MR001', /metadata must be an object/],
  ['a text as context', { context: 'x' }, 'MR001', /context must be an object/],
  ['a key that is the engine’s', { metadata: { $actions: 1 } }, 'MR001', /\$/],
  ['much metadata', { metadata: { a: long(66_000) } }, 'MR002', /metadata has/],
  ['a long table', { entity_table: long(201) }, 'MR001', /200/],
  ['an empty table', { entity_table: '' }, 'MR001', /200/],
])('refused: %s', async (_, options, code, message) => {
  await refusal(start('orders', 'd', options), code, message)
})

test('a batch: each in its place, whoever is refused; the same entity once', async () => {
  const items = [
    item('m1', { metadata: { n: 1 } }),
    item('m1'),
    item('m1', { if_exists: 'return' }),
    item('m2', { request: 'q' }),
    item('m2', { request: 'q' }),
    item('m3', null, 'none'),
    item('', null),
    item('m0', null, 'doors'),
  ]
  const results = await startEntities(kernel.database, 1, items)
  expect(results).toMatchObject([
    { started: true, state: 'open' },
    { problem: { code: 'MR018' } },
    { started: false },
    { started: true },
    { started: false },
    { problem: { code: 'MR040', message: expect.stringContaining('"none"') } },
    { problem: { code: 'MR001' } },
    { started: true },
  ])
  const [one, , again, two, same] = results as Started[]
  expect([again?.instance_id, same?.instance_id]).toEqual([one?.instance_id, two?.instance_id])
  const made = await kernel.query<{ ok: boolean }>(
    `select (millrace.verify_history(id) ->> 'ok')::boolean as ok from millrace.entities where entity_id ~ '^m[0-9]'`,
  )
  expect(made).toEqual([{ ok: true }, { ok: true }, { ok: true }])
})

test('a machine that was deactivated takes no starts, one that was deleted is not there', async () => {
  await kernel.call('define_machine', door('gates'))
  const made = await start('gates', 'a', { request: 'r' })
  await kernel.call('deactivate_workflow', 'gates', { reason: 'rust' })
  await refusal(start('gates', 'b'), 'MR016', '"gates"')
  for (const if_exists of ['fail', 'return'])
    await refusal(start('gates', 'a', { if_exists }), 'MR016', '"gates"')
  expect(await start('gates', 'a', { request: 'r' })).toEqual({ ...made, started: false })
  await kernel.call('transition', made.instance_id, { name: 'shut' })
  await kernel.call('activate_workflow', 'gates')
  expect(await start('gates', 'b', { request: 'r2' })).toMatchObject({ started: true })
  await kernel.call('transition', null, { name: 'shut', entity: { machine: 'gates', id: 'b' } })
  await kernel.query(`select millrace.delete_workflow('gates')`)
  await refusal(start('gates', 'c'), 'MR040', '"gates"')
  expect(await start('gates', 'b', { request: 'r2' })).toMatchObject({
    started: false,
    state: 'shut',
  })
})

test('a machine of the installation is every tenant’s, its own comes first', async () => {
  await kernel.makeTenant('north')
  const north = await kernel.makeTenant('south')
  await kernel.query('select millrace.keep_machine(0, $1, $2, $3)', [
    'lamps',
    '1',
    door('lamps', { table: 'rooms' }),
  ])
  for (const tenant of ['north', 'south']) {
    const { instance_id: id } = await start('lamps', 'a', { tenant, request: 'r' })
    expect(await where(id)).toMatchObject({ entity_table: 'rooms', state: 'open' })
    await kernel.call('transition', id, { tenant, name: 'shut' })
    expect(await kernel.call('verify_history', id, { tenant })).toMatchObject({ ok: true, rows: 2 })
  }
  expect(
    await kernel.query(
      `select count(*)::int as n from millrace.machine_states where tenant_id = $1`,
      [north],
    ),
  ).toEqual([{ n: 2 }])
  await kernel.call(
    'define_machine',
    { ...door('lamps'), workflow: { name: 'lamps', version: '0' } },
    { tenant: 'south' },
  )
  const { instance_id: own } = await start('lamps', 'b', { tenant: 'south' })
  expect(await where(own)).toMatchObject({ entity_table: 'lamps' })
  const [{ n }] = (await kernel.query(
    `select count(*)::int as n from millrace.entities e join millrace.workflows w on w.id = e.workflow_id
     where w.tenant_id <> e.tenant_id`,
  )) as [{ n: number }]
  expect(n).toBe(0)
})

test('two tenants’ first starts of the installation’s machine at once, and two of one tenant', async () => {
  await kernel.query('select millrace.keep_machine(0, $1, $2, $3)', ['fans', '1', door('fans')])
  const track = await openTrack(kernel)
  const call =
    (entity: string) => (client: { query(text: string, values: unknown[]): Promise<unknown> }) =>
      client.query('select millrace.start_entity($1, $2) as s', ['fans', entity])
  const { first, second } = await track.inTurn(call('a'), call('b'))
  expect([first.code, second.code]).toEqual([undefined, undefined])
  expect(second.rows).toMatchObject([{ s: { started: true, state: 'open' } }])
})

test('a batch starts its entities in one order, whatever that of its array: two cannot wait for each other', async () => {
  const holder = await kernel.connect()
  await holder.query('begin')
  await holder.query(`select millrace.start_entity('orders', 'o1')`)
  const other = await kernel.connect()
  const late = other.query('select * from millrace.start_entities(1, $1, $2, $2, $3, $2, $2)', [
    ['orders', 'orders'],
    [null, null],
    ['o2', 'o1'],
  ])
  await kernel.waitUntilBlocked(other)
  await holder.query(`set local lock_timeout = '5s'`)
  await holder.query(`select millrace.start_entity('orders', 'o2')`)
  await holder.query('commit')
  const { rows } = await late
  expect(rows.map(({ problem }) => problem.code)).toEqual(['MR018', 'MR018'])
})

test('two starts of an entity at once: one is made, the other hears of it, or is given it', async () => {
  const track = await openTrack(kernel)
  const call =
    (options: object) => (client: { query(text: string, values: unknown[]): Promise<unknown> }) =>
      client.query('select millrace.start_entity($1, $2, $3) as s', ['doors', 'race', options])
  const { first, second, waited } = await track.inTurn(call({}), call({}))
  expect([first.code, second.code, waited]).toEqual([undefined, 'MR018', true])
  await kernel.call('transition', null, { name: 'shut', entity: { machine: 'doors', id: 'race' } })
  const both = await track.inTurn(call({ request: 'r' }), call({ request: 'r' }))
  const [made] = both.first.rows as [{ s: Started }]
  expect(both.second.rows).toEqual([{ s: { ...made.s, started: false } }])
})

test('a start and a deletion at once: either there is an entity, or there is no machine', async () => {
  const track = await openTrack(kernel)
  const begin =
    (entity: string) => (client: { query(text: string, values: unknown[]): Promise<unknown> }) =>
      client.query('select millrace.start_entity($1, $2) as s', ['bells', entity])
  const remove = (client: { query(text: string): Promise<unknown> }) =>
    client.query(`select * from millrace.delete_workflow('bells')`)
  await kernel.call('define_machine', door('bells'))
  const started = await track.inTurn(begin('a'), remove)
  expect([started.first.code, started.second.code, started.waited]).toEqual([
    undefined,
    'MR017',
    true,
  ])
  await kernel.call('transition', null, { name: 'shut', entity: { machine: 'bells', id: 'a' } })
  const removed = await track.inTurn(remove, begin('b'))
  expect([removed.first.code, removed.second.code, removed.waited]).toEqual([
    undefined,
    'MR040',
    true,
  ])
})

test('a start into a state that acts: all or nothing, once', async () => {
  const acting = (name: string, starts: string) => ({
    workflow: { name },
    states: [
      { name: 'open', initial: true, on_enter: [{ start: starts }] },
      { name: 'shut', final: true },
    ],
  })
  const { name } = await kernel.route()
  await kernel.call('define_machine', acting('acts', name))
  await kernel.call('define_machine', acting('fails', 'nowhere'))
  const { instance_id: id } = await start('acts', 'a', { request: 'r', metadata: { n: 1 } })
  expect(await kernel.call('verify_history', id)).toMatchObject({ ok: true, rows: 1 })
  expect(await start('acts', 'a', { request: 'r', metadata: { n: 1 } })).toMatchObject({
    started: false,
  })
  await refusal(start('acts', 'a'), 'MR018', '"a"')
  await refusal(start('fails', 'a'), 'MR013', 'nowhere')
  const [one, two, three] = await startEntities(kernel.database, 1, [
    item('z', null, 'fails'),
    item('z', null, 'acts'),
    item('z'),
  ])
  expect([one, two, three]).toMatchObject([
    { problem: { code: 'MR013' } },
    { started: true },
    { started: true },
  ])
  expect(
    await kernel.query(
      `select (select count(*)::int from millrace.entities where machine = 'fails') as entities,
         (select count(*)::int from millrace.runs) as runs`,
    ),
  ).toEqual([{ entities: 0, runs: 2 }])
})

test('what a tenant has deleted is not there, though the installation has it', async () => {
  await kernel.query('select millrace.keep_machine(0, $1, $2, $3)', ['lifts', '1', door('lifts')])
  await start('lifts', 'a')
  await kernel.call('transition', null, { name: 'shut', entity: { machine: 'lifts', id: 'a' } })
  await kernel.query(`select millrace.delete_workflow('lifts')`)
  await refusal(start('lifts', 'b'), 'MR040', '"lifts"')
})

test('a thousand are started in a call, and no more', async () => {
  const items = Array.from({ length: 1000 }, (_, i) => item(`thousand ${i}`))
  const made = await startEntities(kernel.database, 1, items)
  expect(made.filter((one) => 'started' in one && one.started)).toHaveLength(1000)
  const call = 'select * from millrace.start_entities(1, $1, $2, $2, $1, $2, $2)'
  const ids = Array.from({ length: 1001 }, (_, i) => `more ${i}`)
  await refusal(kernel.query(call, [ids, ids.map(() => null)]), 'MR020', '1001')
})

test('a live one of another tenant or machine is none, also where the start acts', async () => {
  const { name } = await kernel.route()
  const third = await kernel.makeTenant('third')
  await kernel.route({ tenant: third, name })
  const acting = (machine: string) => ({
    workflow: { name: machine, table: 'things' },
    states: [{ name: 'on', initial: true, on_enter: [{ start: name }] }, { name: 'off' }],
  })
  for (const machine of ['busy', 'busier'])
    await kernel.call('define_machine', acting(machine), { tenant: 'default' })
  await kernel.call('define_machine', acting('busy'), { tenant: 'third' })
  const request = { request: 'r' }
  const made = [
    await start('busy', 'a', request),
    await start('busier', 'a', request),
    await start('busy', 'a', { ...request, tenant: 'third' }),
  ]
  expect(made.map(({ started }) => started)).toEqual([true, true, true])
})

test('a request that is known means its own instance, though another lives by now', async () => {
  const first = await start('orders', 'again', { request: 'r' })
  await kernel.call('transition', first.instance_id, { name: 'shut' })
  await start('orders', 'again')
  expect(await start('orders', 'again', { request: 'r' })).toEqual({
    ...{ instance_id: first.instance_id, state: 'shut', started: false },
  })
})

test.each(['acts', 'does nothing'])(
  'who starts in a final state, where it %s, has ended, and starts again',
  async (what) => {
    const { name } = await kernel.route()
    const on_enter = what === 'acts' ? [{ start: name }] : []
    await kernel.call('define_machine', {
      workflow: { name: `short ${what}` },
      states: [{ name: 'all', initial: true, final: true, on_enter }],
    })
    const begin = () => start(`short ${what}`, 'x')
    const [a, b] = [await begin(), await begin()]
    expect(a.instance_id).not.toBe(b.instance_id)
    expect(await kernel.call('verify_history', b.instance_id)).toMatchObject({ ok: true, rows: 1 })
  },
)
