import { beforeEach, expect, test } from 'vitest'
import { openKernel } from '../support/kernel.ts'

const kernel = await openKernel()
await kernel.stopClock()
await kernel.route({ name: 'remind' })

type Row = {
  id: string
  state: string
  due: number | null
  tries: number | null
  problem: { code: string; problem: string } | null
}
type Trail = { transition: string | null; executed_by: string; notes: string | null; late: number }

let machines = 0
/** A machine whose transitions leave `new`, each for a state of its own name. @returns what starts an entity of it */
async function machine(transitions: object[], tenant = 'default', more: object[] = []) {
  const name = `m${++machines}`
  const names = ['a', 'b', 'c']
  const document = {
    workflow: { name },
    states: [
      { name: 'new', initial: true },
      ...names.map((state) => ({ name: state, final: state === 'c' })),
    ],
    transitions: [
      ...names.map((to) => ({ from: 'new', to, name: `go ${to}` })),
      ...transitions.map((one) => ({ from: 'new', ...one })),
      ...more,
    ],
  }
  await kernel.query('select * from millrace.define_machine($1, $2)', [
    JSON.stringify(document),
    JSON.stringify({ tenant }),
  ])
  return async (entity = 'x', metadata: object = {}) => {
    const options = { tenant, metadata, entity_table: `${name} ${entity}` }
    const made = await kernel.call<{ instance_id: string }>('start_entity', name, entity, options)
    return made.instance_id
  }
}

/** What a worker does until there is nothing to do now. @returns when there is more */
async function work(most = 200): Promise<number | null> {
  for (let i = 0; i < 100; i++) {
    const ms = await kernel.call<number | null>('work_entities', most)
    if (ms !== 0) return ms
  }
  throw new Error('it does not end')
}
const show = async (id: string) => {
  const [row] = await kernel.query<Row>(
    `select id, state, (timer ->> 'tries')::int as tries, timer - '{tries,at}'::text[] as problem,
       (extract(epoch from due_at - millrace.clock()) * 1000)::int as due
     from millrace.entities where id = $1`,
    [id],
  )
  return row as Row
}
const trail = (id: string) =>
  kernel.query<Trail>(
    `select transition, executed_by, notes, seq from millrace.entity_history
     where instance_id = $1 order by seq`,
    [id],
  )
const isWhole = async (id: string, rows: number, tenant = 'default') =>
  expect(await kernel.call('verify_history', id, { tenant })).toMatchObject({ ok: true, rows })
const chores = () =>
  kernel.value<number>('select chores & 512 from millrace.get_chores(1, millrace.clock())')

// what tests before have left
beforeEach(() => kernel.query('update millrace.entities set due_at = null'))

test('one moves when its time has come, not a millisecond before, as timer', async () => {
  const start = await machine([{ to: 'a', name: 'expire', after: '3 days' }])
  const id = await start()
  expect(await work()).toBe(86_400_000)
  await kernel.advanceClock(3 * 86_400_000 - 1)
  expect(await chores()).toBe(0)
  expect(await work()).toBe(1)
  expect(await show(id)).toMatchObject({ state: 'new', due: 1 })
  await kernel.advanceClock(1)
  expect(await chores()).toBe(512)
  expect(await work()).toBeNull()
  expect(await show(id)).toMatchObject({ state: 'a', due: null, tries: null })
  expect((await trail(id))[1]).toMatchObject({
    ...{ transition: 'expire', executed_by: 'millrace:timer', notes: 'after 3 days' },
  })
  await isWhole(id, 2)
  expect(await chores()).toBe(0)
})

test('leaving the state cancels it, and coming back begins anew', async () => {
  const back = { from: 'a', to: 'new', name: 'back' }
  const start = await machine([{ to: 'b', name: 'expire', after: '1 hour' }], 'default', [back])
  const id = await start()
  await kernel.advanceClock(1_800_000)
  await kernel.call('transition', id, { name: 'go a' })
  expect(await show(id)).toMatchObject({ due: null })
  await kernel.advanceClock(3_600_000)
  expect(await work()).toBeNull()
  await kernel.call('transition', id, { name: 'back' })
  expect(await show(id)).toMatchObject({ state: 'new', due: 3_600_000 })
  await kernel.advanceClock(3_600_000)
  await work()
  expect(await show(id)).toMatchObject({ state: 'b' })
  await isWhole(id, 4)
})

test('refused by a guard, it is tried again after pauses that grow to an hour, and says why', async () => {
  const conditions = { 'metadata.paid': { eq: true } }
  const start = await machine([{ to: 'a', name: 'expire', after: '1 min', conditions }])
  const id = await start()
  await kernel.advanceClock(60_000)
  const pauses: unknown[] = []
  for (let i = 0; i < 11; i++) {
    await work()
    const { due } = await show(id)
    pauses.push(due)
    await kernel.advanceClock((due as number) - 1)
    await work()
    expect((await show(id)).tries).toBe(i + 1)
    await kernel.advanceClock(1)
  }
  const seconds = [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600]
  expect(pauses).toEqual(seconds.map((s) => s * 1000))
  expect((await show(id)).problem).toMatchObject({
    ...{ code: 'MR013', problem: expect.stringMatching(/"expire" .*metadata.paid/) },
  })
  await isWhole(id, 1)
  await kernel.query(`update millrace.entities set metadata = '{"paid": true}' where id = $1`, [id])
  await work()
  expect(await show(id)).toMatchObject({ state: 'a', tries: null, problem: null })
})

test('what fails by itself comes again in the same way, and holds up no other', async () => {
  const start = await machine([{ to: 'a', name: 'fails', after: '1 min' }])
  const other = await machine([{ to: 'a', name: 'expire', after: '1 min' }])
  const [id, fine] = [await start(), await other()]
  const table = 'alter table millrace.entity_history'
  await kernel.query(`${table} add constraint odd check (transition <> 'fails') not valid`)
  await kernel.advanceClock(60_000)
  const pauses: unknown[] = []
  for (let i = 0; i < 11; i++) {
    await work()
    expect((await show(id)).tries).toBe(i + 1)
    const { due } = await show(id)
    pauses.push(due)
    await kernel.advanceClock(due as number)
  }
  const seconds = [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600]
  expect(pauses).toEqual(seconds.map((s) => s * 1000))
  expect((await show(id)).problem).toMatchObject({ code: '23514' })
  expect(await show(fine)).toMatchObject({ state: 'a' })
  await kernel.query(`${table} drop constraint odd`)
  await work()
  expect(await show(id)).toMatchObject({ state: 'a', tries: null })
  await isWhole(id, 2)
})

test('of several the shorter goes first; where it is refused, the longer at its time', async () => {
  const short = { to: 'a', name: 'short', after: '1 min' }
  const long = { to: 'b', name: 'long', after: '5 min' }
  const both = await (await machine([long, short]))()
  const start = await machine([long, { ...short, requires_role: 'nobody' }])
  const id = await start()
  await kernel.advanceClock(60_000)
  await work()
  expect(await show(both)).toMatchObject({ state: 'a' })
  expect(await show(id)).toMatchObject({ state: 'new', tries: 1, due: 10_000 })
  for (const ms of [10_000, 20_000, 40_000]) {
    await kernel.advanceClock(ms)
    await work()
  }
  // 130 s are over; the next pause would end at 210 s
  expect(await show(id)).toMatchObject({ state: 'new', tries: 4, due: 80_000 })
  await kernel.advanceClock(80_000)
  await work()
  expect(await show(id)).toMatchObject({ tries: 5, due: 90_000 })
  await kernel.advanceClock(90_000)
  await work()
  expect(await show(id)).toMatchObject({ state: 'b' })
  expect((await trail(id))[1]).toMatchObject({ transition: 'long', notes: 'after 5 min' })
})

test('each goes in its millisecond, whatever the order of the document, and those of other states not at all', async () => {
  const conditions = { 'metadata.paid': { eq: true } }
  const start = await machine(
    [
      { to: 'b', name: 'longer', after: '1.001 s' },
      { to: 'a', name: 'shorter', after: '1 s', conditions },
    ],
    'default',
    [{ from: 'a', to: 'c', name: 'elsewhere', after: '0.5 s' }],
  )
  const [refused, late] = [await start('x'), await start('y', { paid: true })]
  await kernel.advanceClock(1000)
  await kernel.query('update millrace.entities set due_at = null where id = $1', [late])
  await work()
  expect(await show(refused)).toMatchObject({
    ...{ state: 'new', due: 1, tries: 1 },
    problem: { problem: expect.not.stringContaining('elsewhere') },
  })
  await kernel.query('update millrace.entities set due_at = millrace.clock() where id = $1', [late])
  await kernel.advanceClock(1)
  await work()
  expect([(await show(refused)).state, (await show(late)).state]).toEqual(['b', 'a'])
})

test('where several are refused, it says of each why', async () => {
  const conditions = { 'metadata.paid': { eq: true } }
  const start = await machine([
    { to: 'a', name: 'shorter', after: '1 s', conditions },
    { to: 'b', name: 'longer', after: '2 s', conditions },
  ])
  const id = await start()
  await kernel.advanceClock(2000)
  await work()
  expect((await show(id)).problem?.problem).toMatch(/"shorter" .* "longer" /)
})

test('when nobody was there for long, the shorter is tried first, then the longer in the same turn', async () => {
  const start = await machine([
    { to: 'a', name: 'short', after: '1 min', conditions: { field_required: 'proof' } },
    { to: 'b', name: 'long', after: '5 min' },
  ])
  const [with_, without] = [await start('1', { proof: 1 }), await start('2')]
  await kernel.advanceClock(86_400_000)
  await work()
  expect(await show(with_)).toMatchObject({ state: 'a' })
  expect(await show(without)).toMatchObject({ state: 'b', tries: null })
})

test('what it does is done in the same commit; who cannot waits, and holds up no other', async () => {
  const good = await machine([
    { to: 'a', name: 'e', after: '1 s', actions: [{ start: 'remind', input: '{{ entity.id }}' }] },
  ])
  const bad = await machine([{ to: 'a', name: 'e', after: '1 s', actions: [{ start: 'none' }] }])
  const fails = await bad()
  const ids = await Promise.all(['1', '2', '3'].map((one) => good(one)))
  await kernel.advanceClock(1000)
  await work()
  for (const [i, id] of ids.entries()) {
    expect(await show(id)).toMatchObject({ state: 'a' })
    const runs = await kernel.query(
      `select d.input::jsonb from millrace.run_labels l join millrace.run_details d on d.run_id = l.run_id
       where l.value = $1`,
      [`entity:${id}`],
    )
    expect(runs).toEqual([{ input: String(i + 1) }])
  }
  expect(await show(fails)).toMatchObject({ state: 'new', tries: 1 })
  expect((await show(fails)).problem?.problem).toMatch(/the start of "none"/)
  await isWhole(fails, 1)
})

test('a row that somebody holds is passed over, and moved when it is free', async () => {
  const start = await machine([{ to: 'a', name: 'expire', after: '1 s' }])
  const [held, free] = [await start('1'), await start('2')]
  await kernel.advanceClock(1000)
  const other = await kernel.connect()
  await other.query('begin')
  await other.query('select from millrace.entities where id = $1 for update', [held])
  expect(await work()).toBe(100)
  expect(await show(free)).toMatchObject({ state: 'a' })
  expect(await show(held)).toMatchObject({ state: 'new' })
  await other.query('rollback')
  await work()
  expect(await show(held)).toMatchObject({ state: 'a' })
})

test('one whose action waits for what a transaction holds comes again soon, the others go', async () => {
  const key = { singleton: { on: 'reject', key: [] } }
  await kernel.route({ name: 'single', definition: { rules: key } })
  const start = await machine([
    { to: 'a', name: 'e', after: '1 s', actions: [{ start: 'single' }] },
  ])
  const plain = await machine([{ to: 'a', name: 'e', after: '1 s' }])
  const [waits, goes] = [await start(), await plain()]
  await kernel.advanceClock(1000)
  const other = await kernel.connect()
  await other.query('begin')
  await other.query(`select millrace.start_workflow('single')`)
  await work()
  expect(await show(goes)).toMatchObject({ state: 'a' })
  expect(await show(waits)).toMatchObject({ state: 'new', due: 1000, problem: { code: '55P03' } })
  await other.query('rollback')
  await kernel.advanceClock(1000)
  await work()
  expect(await show(waits)).toMatchObject({ state: 'a' })
})

test('those of a suspended tenant rest until it is resumed, those of others go', async () => {
  await kernel.call('register_tenant', 'rests')
  const theirs = await machine([{ to: 'a', name: 'expire', after: '1 s' }], 'rests')
  const mine = await machine([{ to: 'a', name: 'expire', after: '1 s' }])
  const [resting, going] = [await theirs(), await mine()]
  await kernel.call('suspend_tenant', 'rests')
  await kernel.advanceClock(1000)
  expect(await work(1)).toBeNull()
  expect(await show(going)).toMatchObject({ state: 'a' })
  expect(await show(resting)).toMatchObject({ state: 'new', due: 0 })
  expect(await chores()).toBe(0)
  await kernel.call('resume_tenant', 'rests')
  expect(await chores()).toBe(512)
  await work()
  expect(await show(resting)).toMatchObject({ state: 'a' })
  await isWhole(resting, 2, 'rests')
})

test('a resume waits for who puts them to rest, and wakes them', async () => {
  await kernel.call('register_tenant', 'raced')
  const start = await machine([{ to: 'a', name: 'expire', after: '1 s' }], 'raced')
  const id = await start()
  await kernel.call('suspend_tenant', 'raced')
  await kernel.advanceClock(1000)
  const worker = await kernel.connect()
  await worker.query('begin')
  await worker.query('select millrace.work_entities()')
  const other = await kernel.connect()
  const resumed = other.query(`select millrace.resume_tenant('raced')`)
  await kernel.waitUntilBlocked(other)
  await worker.query('commit')
  await resumed
  await work()
  expect(await show(id)).toMatchObject({ state: 'a' })
})

test('while somebody is at a suspended tenant its entities are left alone, and nobody asks without a pause', async () => {
  await kernel.call('register_tenant', 'held')
  const start = await machine([{ to: 'a', name: 'expire', after: '1 s' }], 'held')
  const mine = await machine([{ to: 'a', name: 'expire', after: '1 s' }])
  const [id, going] = [await start(), await mine()]
  await kernel.call('suspend_tenant', 'held')
  await kernel.advanceClock(1000)
  const other = await kernel.connect()
  await other.query('begin')
  await other.query(`select millrace.resume_tenant('held')`)
  expect(await work()).toBe(100)
  expect(await show(id)).toMatchObject({ state: 'new', tries: null })
  expect(await show(going)).toMatchObject({ state: 'a' })
  await other.query('rollback')
  expect(await work()).toBeNull()
  await kernel.call('resume_tenant', 'held')
  await work()
  expect(await show(id)).toMatchObject({ state: 'a' })
  await isWhole(id, 2, 'held')
})

test('many that are due are moved in several turns, by two workers at once each once', async () => {
  const start = await machine([{ to: 'a', name: 'expire', after: '1 s' }])
  const ids: string[] = []
  for (let i = 0; i < 60; i++) ids.push(await start(String(i)))
  await kernel.advanceClock(1000)
  expect(await kernel.call('work_entities', 5)).toBe(0)
  const moved = await Promise.all(ids.map(async (id) => (await show(id)).state))
  expect(moved.filter((state) => state === 'a')).toHaveLength(5)
  await Promise.all([work(7), work(11), work(13)])
  await work()
  for (const id of ids) await isWhole(id, 2)
})

test('the patience with locks that the caller’s transaction has is its own again', async () => {
  const caller = await kernel.connect()
  await caller.query(`begin; set local lock_timeout = '7s'`)
  await caller.query('select millrace.work_entities()')
  expect((await caller.query('show lock_timeout')).rows).toEqual([{ lock_timeout: '7s' }])
  await caller.query('rollback')
})

test('that an idle worker hears of it: a move into a state with a time wakes it', async () => {
  const back = [
    { from: 'a', to: 'new', name: 'back' },
    { from: 'a', to: 'new', name: 'act', actions: [{ start: 'remind' }] },
    { from: 'a', to: 'b', name: 'on' },
  ]
  const start = await machine([{ to: 'a', name: 'expire', after: '1 s' }], 'default', back)
  const worker = await kernel.worker()
  const idle = () =>
    kernel.value('select count(*)::int from millrace.idle_workers where worker_id = $1', [
      worker.id,
    ])
  const rest = () => kernel.query('select millrace.mark_idle(1, $1)', [worker.id])
  await rest()
  const ids = await Promise.all(['1', '2', '3', '4'].map((one) => start(one)))
  expect(await idle()).toBe(0)
  for (const id of ids) await kernel.call('transition', id, { name: 'go a' })
  const move = (names: string[], moved: string[]) =>
    kernel.query('select * from millrace.execute_transitions(1, $1, $2, $3, $3, $3, $3)', [
      ...[moved, names, names.map(() => null)],
    ])
  await rest()
  await move(['on'], ids.slice(0, 1))
  expect(await idle()).toBe(1)
  await move(['back'], ids.slice(1, 2))
  expect(await idle()).toBe(0)
  await rest()
  await move(['back', 'on'], ids.slice(2))
  expect(await idle()).toBe(0)
  await kernel.call('transition', ids[2], { name: 'go a' })
  await rest()
  await move(['act'], ids.slice(2, 3))
  expect(await idle()).toBe(0)
  await kernel.advanceClock(1000)
  await rest()
  await kernel.call('work_entities')
  expect(await idle()).toBe(0)
})
