import { expect, test } from 'vitest'
import { executeTransitions } from '../../src/kernel/entities.ts'
import { openKernel } from '../support/kernel.ts'
import { makeMachine } from '../support/machine.ts'
import { openTrack } from '../support/race.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
await makeMachine(kernel, 'orders')
await kernel.call('define_machine', {
  workflow: { name: 'claims', table: 'cases' },
  states: [
    { name: 'new', initial: true },
    { name: 'checked' },
    { name: 'done', final: true },
    { name: 'again' },
  ],
  transitions: [
    { from: 'new', to: 'checked', name: 'by_clerk', requires_role: 'clerk' },
    { from: 'new', to: 'checked', name: 'if_small', conditions: { 'metadata.amount': { lt: 10 } } },
    { from: 'new', to: 'checked', name: 'with_proof', conditions: { field_required: 'proof' } },
    { from: ['new', 'checked'], to: 'done', name: 'finish' },
    { from: 'done', to: 'again', name: 'reopen' },
    { from: 'again', to: 'done', name: 'finish' },
  ],
})

type Done = { instance_id: string; seq: number; to: string; name: string; repeated: boolean }
let last = 0
async function start(machine = 'orders', metadata: object = {}, entity = `e${++last}`) {
  const options = { metadata }
  const made = await kernel.call<{ instance_id: string }>('start_entity', machine, entity, options)
  return made.instance_id
}
const move = (id: string | null, options: object) => kernel.call<Done>('transition', id, options)
const verify = (id: string) =>
  kernel.call<{ ok: boolean; rows: number; seq: number; problem: string }>('verify_history', id)

function item(instance: string | null, name: string, options: object | null = null) {
  return {
    ...{ instance_id: instance, name, to_state: null, by: 'ada', idempotency_key: null },
    options: options as Record<string, unknown> | null,
  }
}

test('what a transition sets is in its row, sealed, and the metadata follows from the trail', async () => {
  const id = await start('orders', { a: 1, b: 1 })
  await move(id, { name: 'pay', set: { b: 2, c: { d: 3 } } })
  await move(id, { name: 'refund', set: { b: null }, metadata: { why: 'x' } })
  const rows = await kernel.query(
    'select metadata, changes from millrace.entity_history where instance_id = $1 order by seq',
    [id],
  )
  expect(rows).toEqual([
    { metadata: { a: 1, b: 1 }, changes: null },
    { metadata: {}, changes: { b: 2, c: { d: 3 } } },
    { metadata: { why: 'x' }, changes: { b: null } },
  ])
  const [entity] = await kernel.query('select metadata from millrace.entities where id = $1', [id])
  expect(entity).toEqual({ metadata: { a: 1, b: null, c: { d: 3 } } })
  expect(await verify(id)).toMatchObject({ ok: true, rows: 3 })
  await kernel.query(`update millrace.entities set metadata = '{"a": 9}' where id = $1`, [id])
  expect(await verify(id)).toMatchObject({
    ok: false,
    seq: 3,
    problem: expect.stringContaining('metadata'),
  })
})

test('an entity instead of an instance: the live one; a request that is known, the one it moved', async () => {
  const entity = { machine: 'claims', table: 'cases', id: 'c1' }
  const first = await start('claims', {}, 'c1')
  const key = { entity, name: 'finish', idempotency_key: 'k' }
  expect(await move(null, key)).toMatchObject({ instance_id: first, to: 'done', repeated: false })
  expect(await move(null, key)).toMatchObject({ instance_id: first, to: 'done', repeated: true })
  // without a live one it means the last
  await refusal(move(null, { entity, name: 'finish' }), 'MR013', '"done"')
  await refusal(
    move(null, { entity: { ...entity, id: 'c0' }, name: 'finish' }),
    'MR043',
    '"claims" for "c0"',
  )
  const second = await start('claims', {}, 'c1')
  expect(await move(null, key)).toMatchObject({ instance_id: first, repeated: true })
  const short = { entity: { machine: 'claims', id: 'c1' }, name: 'finish' }
  expect(await move(null, short)).toMatchObject({ instance_id: second, repeated: false })
  const [done, not] = await executeTransitions(kernel.database, 1, [
    item(null, 'reopen', { entity: { machine: 'claims', id: 'c2' } }),
    item(second, 'finish'),
  ])
  expect([done, not]).toMatchObject([
    { problem: { code: 'MR043' } },
    { problem: { code: 'MR013' } },
  ])
})

test.each([
  ['neither', null, {}],
  ['both', '00000000-0000-0000-0000-000000000000', { entity: { machine: 'claims', id: 'c1' } }],
  ['no id', null, { entity: { machine: 'claims' } }],
  ['a number', null, { entity: { machine: 'claims', id: 1 } }],
  ['a text', null, { entity: 'c1' }],
])('refused: an instance is named by %s', async (_, id, options) => {
  await refusal(move(id, { name: 'finish', ...options }), 'MR001', 'one of the two')
})

test('what would be allowed is what nothing forbids who asks, and not what was refused', async () => {
  const allowed = async (id: string, options: object) =>
    (await refusal(move(id, options), 'MR013', id)).allowed
  const id = await start('claims', { amount: 20 })
  expect(await allowed(id, { name: 'by_clerk' })).toEqual(['finish'])
  expect(await allowed(id, { to_state: 'checked' })).toEqual(['finish'])
  expect(await allowed(id, { name: 'none', roles: ['clerk'] })).toEqual(['by_clerk', 'finish'])
  expect(await allowed(id, { name: 'if_small', context: { proof: 'p' } })).toEqual([
    'with_proof',
    'finish',
  ])
  const [one] = await executeTransitions(kernel.database, 1, [
    item(id, 'if_small', { roles: ['clerk'] }),
    item(await start('claims'), 'finish'),
  ])
  expect(one).toMatchObject({ problem: { details: { allowed: ['by_clerk', 'finish'] } } })
  // of a conflict nobody knows what its caller would be allowed
  const late = await refusal(move(id, { name: 'finish', expected_state: 'done' }), 'MR012', id)
  expect(late).not.toHaveProperty('allowed', expect.any(Array))
})

test('of several transitions to a state the first is taken that nothing forbids; else all say why', async () => {
  const to_state = 'checked'
  const go = async (metadata: object, options: object) =>
    (await move(await start('claims', metadata), { to_state, ...options })).name
  expect(await go({ amount: 1 }, { roles: ['clerk'] })).toBe('by_clerk')
  expect(await go({ amount: 1 }, {})).toBe('if_small')
  expect(await go({ amount: 20 }, { context: { proof: 'p' } })).toBe('with_proof')
  expect(await go({ amount: 20 }, { metadata: { proof: 'p' } })).toBe('with_proof')
  const id = await start('claims', { amount: 20 })
  const { reasons } = await refusal(move(id, { to_state }), 'MR013', /clerk.*amount.*proof/)
  expect(reasons).toMatchObject([
    { name: 'by_clerk', to: 'checked' },
    { name: 'if_small', reason: expect.stringContaining('amount') },
    { name: 'with_proof' },
  ])
  await refusal(move(id, { name: 'if_small', roles: ['clerk'] }), 'MR013', /lt 10, and is 20/)
  const [one, two] = await executeTransitions(kernel.database, 1, [
    { ...item(id, ''), name: null, to_state },
    { ...item(await start('claims'), ''), name: null, to_state, options: { roles: ['clerk'] } },
  ])
  expect(one).toMatchObject({
    problem: { code: 'MR013', message: expect.stringMatching(/clerk.*proof/) },
  })
  expect(two).toMatchObject({ name: 'by_clerk', seq: 2 })
})

test('who came too late for one waits for no other while it holds that', async () => {
  const [low, high] = [await start(), await start()].sort() as [string, string]
  const [first, second, batch] = await Promise.all([1, 2, 3].map(() => kernel.connect()))
  if (!first || !second || !batch) throw new Error('no connections')
  const text = 'select millrace.transition($1, $2)'
  await first.query('begin')
  await first.query(text, [low, { name: 'pay' }])
  await second.query('begin')
  await second.query(text, [high, { name: 'pay' }])
  // close is not allowed for the one, and pay will be too late for the other
  const late = batch.query(
    'select problem from millrace.execute_transitions(1, $1, $2, $3, $3, $3, $3) order by ordinal',
    [
      [low, high],
      ['close', 'pay'],
      [null, null],
    ],
  )
  await kernel.waitUntilBlocked(batch)
  await second.query('commit')
  const { rows } = await late
  expect(rows.map(({ problem }) => problem.code)).toEqual(['MR013', 'MR012'])
  await first.query('commit')
}, 10_000)

test('a final state is left if no other lives; of two at once one stays', async () => {
  const a = await start('claims', {}, 'f1')
  await move(a, { name: 'finish' })
  const b = await start('claims', {}, 'f1')
  await refusal(move(a, { name: 'reopen' }), 'MR018', '"f1"')
  await move(b, { name: 'finish' })
  const track = await openTrack(kernel)
  const reopen =
    (id: string) => (client: { query(text: string, values: unknown[]): Promise<unknown> }) =>
      client.query('select millrace.transition($1, $2)', [id, { name: 'reopen' }])
  const { first, second, waited } = await track.inTurn(reopen(a), reopen(b))
  expect([first.code, second.code, waited]).toEqual([undefined, 'MR018', true])
  const [{ completed_at }] = (await kernel.query(
    'select completed_at from millrace.entities where id = $1',
    [a],
  )) as [{ completed_at: Date | null }]
  expect(completed_at).toBeNull()
  expect(await verify(a)).toMatchObject({ ok: true, rows: 3 })
  expect(await verify(b)).toMatchObject({ ok: true, rows: 2 })
  await refusal(kernel.call('start_entity', 'claims', 'f1', {}), 'MR018', '"f1"')
  await move(a, { name: 'finish' })
  expect(await move(b, { name: 'reopen' })).toMatchObject({ seq: 3 })
})

test('of a batch who leaves a final state while another lives is refused alone', async () => {
  const [a, b] = [await start('claims', {}, 'g1'), await start('claims', {}, 'g2')]
  for (const id of [a, b]) await move(id, { name: 'finish' })
  await start('claims', {}, 'g1')
  const both = await executeTransitions(kernel.database, 1, [item(a, 'reopen'), item(b, 'reopen')])
  expect(both).toMatchObject([{ problem: { code: 'MR018' } }, { to: 'again' }])
})

test('a key again with other context, metadata or changes is refused; notes and who asks may be others', async () => {
  const id = await start()
  const asked = {
    name: 'pay',
    idempotency_key: 'k',
    context: { a: 1 },
    metadata: { m: 1 },
    set: { s: 1 },
  }
  const done = await move(id, { ...asked, by: 'ada', notes: 'first' })
  const again = { ...done, repeated: true }
  expect(await move(id, { ...asked, by: 'bob', notes: 'second', roles: ['x'] })).toEqual(again)
  const { name: _, ...rest } = asked
  expect(await move(id, { ...rest, to_state: 'paid' })).toEqual(again)
  for (const other of [
    { context: { a: 2 } },
    { metadata: {} },
    { set: { s: 2 } },
    { name: 'cancel' },
    { name: undefined, to_state: 'void' },
  ])
    await refusal(move(id, { ...asked, ...other }), 'MR010', '"k"')
  expect(await verify(id)).toMatchObject({ ok: true, rows: 2 })
})

test('a key again gives its answer though the state is no more what was expected', async () => {
  const [a, b] = [await start(), await start()]
  const asked = { name: 'pay', expected_state: 'open', idempotency_key: 'k' }
  const done = await move(a, asked)
  expect(await move(a, asked)).toEqual({ ...done, repeated: true })
  const pay = (id: string) => ({
    ...item(id, 'pay', { expected_state: 'open' }),
    ...{ by: null, idempotency_key: 'k' },
  })
  for (const repeated of [false, true])
    expect(await executeTransitions(kernel.database, 1, [pay(a), pay(b)])).toMatchObject([
      { seq: 2, repeated: true },
      { seq: 2, repeated },
    ])
})

test('the key of a start is not that of a transition to where it began', async () => {
  const options = { request: 'r' }
  const { instance_id: id } = await kernel.call<Done>('start_entity', 'orders', 'r1', options)
  await refusal(move(id, { to_state: 'open', idempotency_key: 'r' }), 'MR010', '"r"')
})

test('two at once with the same key: one does it, the other is given the same answer', async () => {
  const id = await start()
  const track = await openTrack(kernel)
  const call = (client: { query(text: string, values: unknown[]): Promise<unknown> }) =>
    client.query('select millrace.transition($1, $2) as t', [
      id,
      { name: 'pay', idempotency_key: 'k' },
    ])
  const { first, second, waited } = await track.inTurn(call, call)
  const [one] = first.rows as [{ t: Done }]
  expect(second.rows).toEqual([{ t: { ...one.t, repeated: true } }])
  expect(waited).toBe(true)
  expect(await verify(id)).toMatchObject({ ok: true, rows: 2 })
})

test('the name and the state, or neither, are refused, alone and in a batch', async () => {
  const id = await start()
  for (const [name, to_state] of [
    ['pay', 'paid'],
    [null, null],
  ]) {
    await refusal(move(id, { name, to_state }), 'MR001', 'one of the two')
    const both = [
      { ...item(id, 'pay'), name, to_state } as ReturnType<typeof item>,
      item(await start(), 'pay'),
    ]
    expect(await executeTransitions(kernel.database, 1, both)).toMatchObject([
      { problem: { code: 'MR001' } },
      { to: 'paid' },
    ])
  }
})

const long = (length: number) => 'x'.repeat(length)
test.each<[string, object, 'MR001' | 'MR002', RegExp]>([
  ['long notes', { notes: long(10_001) }, 'MR001', /notes/],
  ['a long by', { by: long(257) }, 'MR001', /by/],
  ['an empty by', { by: '' }, 'MR001', /by/],
  ['a long claimed_by', { claimed_by: long(257) }, 'MR001', /claimed_by/],
  ['a long key', { idempotency_key: long(257) }, 'MR001', /key/],
  ['an empty key', { idempotency_key: '' }, 'MR001', /key/],
  ['many roles', { roles: Array.from({ length: 101 }, () => 'r') }, 'MR001', /roles/],
  ['a long role', { roles: [long(257)] }, 'MR001', /roles/],
  ['a list as context', { context: [1] }, 'MR001', /context must be an object/],
  ['a text as metadata', { metadata: 'x' }, 'MR001', /metadata must be an object/],
  ['a number as set', { set: 5 }, 'MR001', /set must be an object/],
  ['a key that is the engine’s', { metadata: { $actions: [] } }, 'MR001', /\$/],
  ['much context', { context: { a: long(66_000) } }, 'MR002', /context has 66,?\d+ bytes/],
  ['much metadata', { metadata: { a: long(66_000) } }, 'MR002', /metadata/],
  ['much to set', { set: { a: long(66_000) } }, 'MR002', /set/],
  ['an entity that grows too much', { set: { b: long(40_000) } }, 'MR002', /64 KiB/],
])('refused: %s, alone and in a batch', async (_, options, code, message) => {
  const id = await start('orders', { a: long(30_000) })
  await refusal(move(id, { name: 'pay', ...options }), code, message)
  const { by, idempotency_key, ...extra } = { by: null, idempotency_key: null, ...options }
  const other = await start()
  const [bad, good] = await executeTransitions(kernel.database, 1, [
    { ...item(id, 'pay', extra), by, idempotency_key },
    item(other, 'pay'),
  ])
  expect(bad).toMatchObject({ problem: { code, message: expect.stringMatching(message) } })
  expect(good).toMatchObject({ instance_id: other, seq: 2, to: 'paid' })
  expect(await verify(id)).toMatchObject({ ok: true, rows: 1 })
})

test('what fits is taken, to the last character', async () => {
  const id = await start('orders', { a: 1 })
  const options = {
    ...{ notes: long(10_000), by: long(256), claimed_by: long(256), idempotency_key: long(256) },
    ...{ context: { a: long(65_000) }, roles: [long(256)], set: { b: long(65_000) } },
  }
  expect(await move(id, { name: 'pay', ...options })).toMatchObject({ seq: 2 })
  expect(await verify(id)).toMatchObject({ ok: true, rows: 2 })
})

test('the metadata of an entity may have 64 KiB, and not a byte more, alone and in a batch', async () => {
  const most = long(65_536 - '{"a": 1, "b": ""}'.length)
  const [a, b] = [await start('orders', { a: 1 }), await start('orders', { a: 1 })]
  await refusal(move(a, { name: 'pay', set: { b: `${most}x` } }), 'MR002', '64 KiB')
  expect(await move(a, { name: 'pay', set: { b: most } })).toMatchObject({ seq: 2 })
  const both = (set: object) =>
    executeTransitions(kernel.database, 1, [item(a, 'refund'), item(b, 'pay', { set })])
  expect(await both({ b: `${most}x` })).toMatchObject([{ seq: 3 }, { problem: { code: 'MR002' } }])
  expect(await both({ b: most })).toMatchObject([{ problem: { code: 'MR013' } }, { seq: 2 }])
})

test('what cannot be stored is refused by name; odd JSON of a batch is refused whole', async () => {
  const id = await start()
  const { database } = kernel
  await expect(
    executeTransitions(database, 1, [item(id, 'pay', { notes: 'a\0b' })]),
  ).rejects.toMatchObject({ code: 'MR001' })
  for (const extra of ['{', '', '{"a": 1e999999}']) {
    const call = kernel.query(
      'select * from millrace.execute_transitions(1, $1, $2, $3, $3, $3, $4)',
      [
        [id, id],
        ['pay', 'refund'],
        [null, null],
        [null, extra],
      ],
    )
    await expect(call).rejects.toMatchObject({ code: expect.stringMatching(/^22/) })
  }
  expect(await verify(id)).toMatchObject({ ok: true, rows: 1 })
})

test('more than 1,000 are refused, none are fine', async () => {
  const items = Array.from({ length: 1001 }, () => item(null, 'pay'))
  await refusal(executeTransitions(kernel.database, 1, items).catch(asRefusal), 'MR020', '1001')
  expect(await executeTransitions(kernel.database, 1, [])).toEqual([])
})

/** As the driver would have thrown it. */
function asRefusal(error: {
  code: string
  message: string
  hint?: string
  details?: object
}): never {
  throw Object.assign(new Error(error.message), {
    ...{ code: error.code, hint: error.hint ?? 'Do.', detail: JSON.stringify(error.details ?? {}) },
  })
}

test('a thousand in one call, each told in its place; those that fail hold up no other', async () => {
  const names = Array.from({ length: 1000 }, (_, i) => `b${i}`)
  const made = await kernel.query<{ instance_id: string }>(
    'select * from millrace.start_entities(1, $1, $2, $2, $3, $2, $2) order by ordinal',
    [names.map(() => 'orders'), names.map(() => null), names],
  )
  const ids = made.map((row) => row.instance_id).sort(() => 0.5 - Math.random())
  const results = await executeTransitions(
    kernel.database,
    1,
    ids.map((id, i) =>
      item(id, i % 10 === 3 ? 'close' : 'pay', i % 10 === 4 ? { set: { i } } : null),
    ),
  )
  expect(
    results.map((done, i) => ('problem' in done ? done.problem.code : done.instance_id === ids[i])),
  ).toEqual(ids.map((_, i) => (i % 10 === 3 ? 'MR013' : true)))
  const bad = await kernel.query(
    `select count(*)::int as n from millrace.entities e
     where e.id = any ($1) and not (millrace.verify_history(e.id) ->> 'ok')::boolean`,
    [ids],
  )
  expect(bad).toEqual([{ n: 0 }])
})

test('a batch judges as a single move does: what was expected, the key, the first of several, whose it is', async () => {
  const small = { amount: 1 }
  const [a, b, c] = [await start(), await start('claims', small), await start('claims', small)]
  const first = { ...item(a, 'pay'), idempotency_key: 'k' }
  await executeTransitions(kernel.database, 1, [first, item(b, 'if_small')])
  await move(a, { name: 'refund' })
  const done = await executeTransitions(kernel.database, 1, [
    first,
    item(b, 'finish', { expected_state: 'new' }),
    { ...item(c, '', { roles: ['clerk'] }), name: null, to_state: 'checked' },
  ])
  expect(done).toMatchObject([
    { seq: 2, to: 'paid', repeated: true },
    { problem: { code: 'MR012' } },
    { to: 'checked', name: 'by_clerk' },
  ])
  const other = await kernel.makeTenant('other')
  const theirs = await executeTransitions(kernel.database, other, [
    item(a, 'pay'),
    item(b, 'finish'),
  ])
  expect(theirs).toMatchObject(['MR043', 'MR043'].map((code) => ({ problem: { code } })))
  await refusal(move(a, { name: 'pay', tenant: 'other' }), 'MR043', a)
})

test('an entity is that of the tenant, though another has one of the same name', async () => {
  await kernel.makeTenant('twin')
  await makeMachine(kernel, 'orders', 'twin')
  const mine = await start('orders', {}, 'twin')
  await kernel.call('start_entity', 'orders', 'twin', { tenant: 'twin' })
  const entity = { machine: 'orders', id: 'twin' }
  expect(await move(null, { name: 'pay', entity })).toMatchObject({ instance_id: mine })
})

test('an instance that is there twice is moved one step after the other, the others once', async () => {
  const [a, b, c] = [await start(), await start(), await start()]
  const results = await executeTransitions(kernel.database, 1, [
    item(b, 'pay'),
    item(a, 'pay'),
    item(b, 'close'),
    item(c, 'close'),
    item(b, 'refund'),
  ])
  expect(results).toMatchObject([
    { seq: 2, to: 'paid' },
    { seq: 2, to: 'paid' },
    { seq: 3, to: 'closed' },
    { problem: { code: 'MR013' } },
    { problem: { code: 'MR013', message: expect.stringContaining('"closed"') } },
  ])
  expect(await verify(b)).toMatchObject({ ok: true, rows: 3 })
})

test('a batch takes its instances in one order, whatever that of its array: two cannot wait for each other', async () => {
  // of one millisecond, they may be drawn in either order
  const [a, b] = [await start(), await start()].sort() as [string, string]
  const holder = await kernel.connect()
  await holder.query('begin')
  await holder.query('select from millrace.entities where id = $1 for update', [a])
  const other = await kernel.connect()
  const late = other.query(
    'select * from millrace.execute_transitions(1, $1, $2, $3, $3, $3, $3)',
    [
      [b, a],
      ['pay', 'pay'],
      [null, null],
    ],
  )
  await kernel.waitUntilBlocked(other)
  await holder.query('select from millrace.entities where id = $1 for update nowait', [b])
  await holder.query('commit')
  expect((await late).rows.map(({ to_state }) => to_state)).toEqual(['paid', 'paid'])
})

test('in a batch who was overtaken hears of a conflict, also where an instance is there twice', async () => {
  for (const twice of [false, true]) {
    const [a, b] = [await start(), await start()]
    const holder = await kernel.connect()
    await holder.query('begin')
    await holder.query('select millrace.transition($1, $2)', [a, { name: 'pay', by: 'eve' }])
    const other = await kernel.connect()
    const names = twice ? ['pay', 'pay', 'close'] : ['pay', 'pay']
    const late = other.query(
      'select * from millrace.execute_transitions(1, $1, $2, $3, $3, $3, $3) order by ordinal',
      [twice ? [b, a, a] : [b, a], names, names.map(() => null)],
    )
    await kernel.waitUntilBlocked(other)
    await holder.query('commit')
    const { rows } = await late
    expect(rows.map((row) => row.problem?.code ?? row.to_state)).toEqual(
      twice ? ['paid', 'MR012', 'MR012'] : ['paid', 'MR012'],
    )
    expect(rows[1].problem.message).toContain('"eve"')
  }
})

test('a transition is part of the caller’s transaction, with the row of the entity', async () => {
  await kernel.query('create table shop (id text primary key, status text not null)')
  await kernel.query(`insert into shop values ('s1', 'open')`)
  const id = await start('orders', {}, 's1')
  const client = await kernel.connect()
  const both = async (end: string) => {
    await client.query('begin')
    await client.query(`update shop set status = 'paid' where id = 's1'`)
    await client.query('select millrace.transition($1, $2)', [id, { name: 'pay' }])
    await client.query(end)
    const [row] = await kernel.query(
      `select s.status, e.state, e.seq from shop s, millrace.entities e where s.id = 's1' and e.id = $1`,
      [id],
    )
    return row
  }
  expect(await both('rollback')).toEqual({ status: 'open', state: 'open', seq: 1 })
  expect(await both('commit')).toEqual({ status: 'paid', state: 'paid', seq: 2 })
  await client.query('begin')
  await client.query('savepoint s')
  await expect(
    client.query('select millrace.transition($1, $2)', [id, { name: 'pay' }]),
  ).rejects.toMatchObject({ code: 'MR013' })
  await client.query('rollback to savepoint s')
  await client.query('select millrace.transition($1, $2)', [id, { name: 'close' }])
  await client.query('commit')
  expect(await verify(id)).toMatchObject({ ok: true, rows: 3 })
})

test('times of a trail do not go back, and say how long each state lasted', async () => {
  const id = await start()
  await kernel.advanceClock(5000)
  await move(id, { name: 'pay' })
  await kernel.query('update millrace.test_clock set offset_ms = offset_ms - 60000')
  await move(id, { name: 'refund' })
  await kernel.query('update millrace.test_clock set offset_ms = offset_ms + 60000')
  const rows = await kernel.query<{ executed_at: Date; spent_ms: string | null }>(
    'select executed_at, spent_ms from millrace.entity_history where instance_id = $1 order by seq',
    [id],
  )
  expect(Number(rows[1]?.spent_ms)).toBeGreaterThanOrEqual(5000)
  expect(Number(rows[2]?.spent_ms)).toBe(0)
  expect(rows[2]?.executed_at).toEqual(rows[1]?.executed_at)
})
