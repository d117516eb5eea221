import { describe, expect, test } from 'vitest'
import { openKernel } from '../support/kernel.ts'
import { makeOrder, makeOrders } from '../support/orders.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
await kernel.makeTenant('second')

type Step = {
  states: { from: string; to: string | null; count: number }[]
  migrated: number
  cursor: string | null
  remaining?: number
}
let last = 0
/** A machine of its own, with these orders on version 1. */
async function shop(
  orders: Record<string, readonly string[]>,
): Promise<[string, Record<string, string>]> {
  const machine = `orders ${++last}`
  await makeOrders(kernel, 'default', machine)
  const ids: Record<string, string> = {}
  for (const [entity, moves] of Object.entries(orders))
    ids[entity] = await makeOrder(kernel, entity, moves, { machine })
  return [machine, ids]
}
const step = (machine: string, mapping: unknown = { open: 'new' }, options: object = {}) =>
  kernel.call<Step>('migrate_entities', machine, '1', '2', mapping, options)
async function migrate(machine: string, options: object = {}): Promise<number> {
  let migrated = 0
  for (let cursor: string | null = null; ; ) {
    const done: Step = await step(machine, { open: 'new' }, { ...options, cursor })
    migrated += done.migrated
    cursor = done.cursor
    if (cursor === null) return migrated
  }
}
const entity = (id: string | undefined) =>
  kernel.call<{
    version: string
    state: string
    due_at: string | null
    entered_at: string
    seq: number
  }>('get_entity', id)
const trail = (id: string | undefined) =>
  kernel.query(`select * from millrace.get_history($1, '{}')`, [id])
const verify = (id: string | undefined) => kernel.call<{ ok: boolean }>('verify_history', id)

test('a dry run counts, names states without a target, and changes nothing', async () => {
  const [machine, ids] = await shop({ a: [], b: [], c: ['pay'], d: ['pay', 'close'] })
  await makeOrder(kernel, 'there already', ['pay'], { machine, version: '2' })
  expect(await step(machine, {}, { dry_run: true })).toEqual({
    states: [
      { from: 'open', to: null, count: 2 },
      { from: 'paid', to: 'paid', count: 1 },
    ],
    ...{ migrated: 0, cursor: null, remaining: 3 },
  })
  expect((await entity(ids.a)).version).toBe('1')
  const details = await refusal(step(machine, {}), 'MR001', 'open')
  expect(details).toEqual({ states: ['open'] })
  expect((await entity(ids.c)).version).toBe('1')
})

test('who migrates, and on whose word, are names of somebody', async () => {
  const [machine, ids] = await shop({ a: [] })
  for (const name of ['role:app', 'millrace:timer', '', 'x'.repeat(257)])
    for (const option of ['by', 'claimed_by'])
      await refusal(step(machine, undefined, { by: 'ada', [option]: name }), 'MR001', option)
  expect(await migrate(machine, { by: 'ada', claimed_by: 'bob' })).toBe(1)
  expect((await trail(ids.a)).at(-1)).toMatchObject({ executed_by: 'ada', claimed_by: 'bob' })
})

test('live ones go where the mapping says, with a row in their trails; completed ones stay', async () => {
  const [machine, ids] = await shop({ a: [], c: ['pay'], d: ['pay', 'close'] })
  await kernel.stopClock()
  const paid = await entity(ids.c)
  await kernel.advanceClock(60_000)
  await kernel.query(`update millrace.entities set timer = '{"tries": 3}' where machine = $1`, [
    machine,
  ])
  const done = await step(machine, { open: 'new' }, { by: 'ada', notes: 'spring', limit: 1 })
  expect(done).toMatchObject({ states: [{ from: 'open', to: 'new', count: 1 }], migrated: 1 })
  expect(await migrate(machine)).toBe(1)
  expect(await entity(ids.a)).toMatchObject({
    ...{ version: '2', state: 'new', seq: 2, due_at: null, timer: null },
  })
  const moved = Date.parse((await entity(ids.a)).entered_at)
  expect(moved - Date.parse(paid.entered_at)).toBeGreaterThanOrEqual(60_000)
  // it is where it was, and has been for as long; version 2 closes it by itself
  const after = await entity(ids.c)
  expect(after).toMatchObject({ version: '2', state: 'paid', entered_at: paid.entered_at })
  expect(Date.parse(after.due_at as string) - Date.parse(paid.entered_at)).toBe(2 * 86_400_000)
  expect(await entity(ids.d)).toMatchObject({ version: '1', state: 'closed' })
  expect((await trail(ids.a))[1]).toMatchObject({
    ...{ seq: 2, from_state: 'open', to_state: 'new', transition: null, transition_id: null },
    ...{ version: '2', executed_by: 'ada', notes: 'spring' },
    metadata: { $migration: { from: '1', to: '2' } },
    spent_ms: expect.stringMatching(/^6\d{4}$/),
  })
  expect((await trail(ids.c)).at(-1)).toMatchObject({ from_state: 'paid', spent_ms: null })
  await kernel.call('transition', ids.a, { name: 'pay' })
  for (const id of Object.values(ids)) expect(await verify(id)).toMatchObject({ ok: true })
  const [times] = await kernel.query(
    `select * from millrace.get_state_times($1, '{"state": "paid"}')`,
    [machine],
  )
  expect(times).toMatchObject({ count: '1' })
})

test('a step again moves what is left; step by step all are moved, once', async () => {
  const [machine, ids] = await shop(
    Object.fromEntries(Array.from({ length: 25 }, (_, i) => [`e${i}`, i % 2 ? ['pay'] : []])),
  )
  const first = await step(machine, { open: 'new' }, { limit: 4 })
  expect(first.migrated).toBe(4)
  expect((await step(machine, { open: 'new' }, { limit: 4 })).migrated).toBe(4)
  const [other, rest] = await Promise.all([
    migrate(machine, { limit: 3 }),
    migrate(machine, { limit: 3 }),
  ])
  expect(other + rest).toBe(25 - 8)
  for (const id of Object.values(ids)) {
    expect(await entity(id)).toMatchObject({ version: '2' })
    expect(await verify(id)).toMatchObject({ ok: true })
  }
  expect(await migrate(machine)).toBe(0)
})

test('what moved back to a state that was walked already is found by the next look', async () => {
  // b is the older one: where it comes back to is behind
  const [machine, ids] = await shop({ b: ['pay'], a: [] })
  const second = { entity_table: machine, version: '2' }
  const { instance_id: c } = await kernel.call<{ instance_id: string }>(
    ...['start_entity', machine, 'c', second],
  )
  await kernel.call('transition', c, { name: 'pay' }) // a step looks at it, and moves nothing
  let at = await step(machine, { open: 'new' })
  expect(at.migrated).toBe(1)
  await kernel.call('transition', ids.b, { name: 'refund' })
  while (at.cursor !== null) at = await step(machine, { open: 'new' }, { cursor: at.cursor })
  expect(at.remaining).toBe(0)
  expect(await entity(ids.b)).toMatchObject({ version: '2', state: 'new' })
})

test('steps of one move all that are in a state, and who starts more and more ends it all the same', async () => {
  const [machine, ids] = await shop(
    Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`e${i}`, []])),
  )
  expect(await migrate(machine, { limit: 1 })).toBe(12)
  for (const id of Object.values(ids)) expect(await entity(id)).toMatchObject({ version: '2' })
  let at: Step | null = null
  let steps = 0
  do {
    const begins = at === null || /[.]0[.]1[.]0{8}-/.test(at.cursor as string)
    if (begins) await makeOrder(kernel, `more ${steps}`, [], { machine, version: '1' })
    at = await step(machine, { open: 'new' }, { cursor: at?.cursor })
    steps++
  } while (at.cursor !== null && steps < 50)
  expect([at.cursor, at.remaining]).toEqual([null, 0])
  expect(steps).toBeGreaterThan(10)
})

test.each([
  ['was migrated', 2, `select millrace.migrate_entities($1, '1', '2', '{"open": "new"}')`],
  [
    'has ended',
    1,
    `select millrace.transition(e.id, '{"name": "close"}') from millrace.entities e where e.machine = $1`,
  ],
])('who %s meanwhile is not migrated', async (_, version, text) => {
  const [machine, ids] = await shop({ a: ['pay'] })
  const [one, two] = [await kernel.connect(), await kernel.connect()]
  await one.query('begin')
  await one.query(text, [machine])
  const late = two.query(
    `select millrace.migrate_entities($1, '1', '2', '{"open": "new"}') as done`,
    [machine],
  )
  await kernel.waitUntilBlocked(two)
  await one.query('commit')
  expect((await late).rows[0].done).toMatchObject({ migrated: 0 })
  expect(await trail(ids.a)).toHaveLength(3)
  expect((await entity(ids.a)).version).toBe(String(version))
})

test('it goes where its state is once it is locked; a transition meanwhile hears of a conflict', async () => {
  const [machine, ids] = await shop({ a: [], b: [] })
  const mover = await kernel.connect()
  await mover.query('begin')
  await mover.query('select millrace.transition($1, $2)', [ids.a, { name: 'pay' }])
  const migration = await kernel.connect()
  await migration.query('begin')
  const text = 'select millrace.migrate_entities($1, $2, $3, $4) as done'
  const waiting = migration.query(text, [machine, '1', '2', { open: 'new' }])
  await kernel.waitUntilBlocked(migration)
  await mover.query('commit')
  const { done } = (await waiting).rows[0] as { done: Step }
  expect(done.states).toEqual([
    { from: 'open', to: 'new', count: 1 },
    { from: 'paid', to: 'paid', count: 1 },
  ])
  const late = refusal(
    mover.query('select millrace.transition($1, $2)', [ids.b, { name: 'pay' }]),
    ...(['MR012', '"new"'] as const),
  )
  await kernel.waitUntilBlocked(mover)
  await migration.query('commit')
  await late
  for (const id of [ids.a, ids.b]) expect(await verify(id)).toMatchObject({ ok: true })
})

describe('refused', () => {
  test.each<[string, unknown, string]>([
    ['a mapping that is no object', '["open"]', 'an object'],
    ['a state that the old version has not', { opened: 'new' }, '"opened"'],
    ['a state that the new version has not', { open: 'newer' }, '"newer"'],
    ['what is no name', { open: null }, '"open"'],
  ])('%s', async (_, mapping, says) => {
    const [machine] = await shop({})
    await refusal(step(machine, mapping), 'MR001', says)
  })

  test('the same version, none, no cursor, another tenant’s machine', async () => {
    const [machine] = await shop({ a: [] })
    const from = (a: string, b: string) => kernel.call('migrate_entities', machine, a, b)
    await refusal(from('1', '1'), 'MR001', 'the same')
    await refusal(from('3', '1'), 'MR040', '"3"'.replaceAll('"', ''))
    await refusal(step(machine, { open: 'new' }, { cursor: 'x' }), 'MR001', '"x"')
    await refusal(step(machine, { open: 'new' }, { tenant: 'second' }), 'MR040', machine)
  })
})

test('one that goes to a final state has ended; another may be started', async () => {
  const [machine, ids] = await shop({ a: [] })
  await step(machine, { open: 'void' })
  expect(await kernel.call('get_entity', ids.a)).toMatchObject({
    state: 'void',
    status: 'completed',
  })
  await makeOrder(kernel, 'a', [], { machine, version: '2' })
  expect(await verify(ids.a)).toMatchObject({ ok: true })
})

test('to a version of the installation: the tenant gets its copy', async () => {
  const [machine, ids] = await shop({ a: [] })
  const document = {
    workflow: { name: machine, version: '3' },
    states: [{ name: 'open', initial: true }],
  }
  const text = JSON.stringify(document)
  await kernel.query('select millrace.register_workflow(0, $1, $2, $3, $4, $5)', [
    ...[machine, '3', { kind: 'machine' }, text, 'a'.repeat(64)],
  ])
  const mapping = { paid: 'open' }
  const move = (options: object = {}) =>
    kernel.call<Step>('migrate_entities', machine, '1', '3', mapping, options)
  expect(await move({ dry_run: true })).toMatchObject({ remaining: 1 })
  expect(await move()).toMatchObject({ migrated: 1 })
  const [row] = await kernel.query(
    `select w.tenant_id from millrace.entities e join millrace.workflows w on w.id = e.workflow_id where e.id = $1`,
    [ids.a],
  )
  expect(row).toEqual({ tenant_id: 1 })
  expect(await entity(ids.a)).toMatchObject({ version: '3', state: 'open' })
})

test('the clock may have been set back: the trail does not go back, and is whole', async () => {
  const [machine, ids] = await shop({ a: [], b: ['pay'] })
  await kernel.advanceClock(-3_600_000)
  expect(await migrate(machine)).toBe(2)
  await kernel.advanceClock(3_600_000)
  for (const id of Object.values(ids)) {
    expect(await verify(id)).toMatchObject({ ok: true })
    const times = (await trail(id)).map((row) => Number(row.executed_at))
    expect(times).toEqual(times.toSorted((a, b) => a - b))
  }
})
