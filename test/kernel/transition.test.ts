import { expect, test } from 'vitest'
import { openKernel } from '../support/kernel.ts'
import { makeMachine } from '../support/machine.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
await makeMachine(kernel, 'orders')

type Done = { seq: number; from: string; to: string; name: string; repeated: boolean }
type Started = { instance_id: string; state: string; started: boolean }
let last = 0
const start = (entity = `e${++last}`, options: object = {}) =>
  kernel.call<Started>('start_entity', 'orders', entity, options)
const move = (id: string, options: object) => kernel.call<Done>('transition', id, options)
const verify = (id: string) =>
  kernel.call<{ ok: boolean; rows: number; seq: number }>('verify_history', id)

test('a start puts an entity into the initial state, once', async () => {
  const made = await start('a', { request: 'r1', metadata: { n: 1 } })
  expect(made).toMatchObject({ state: 'open', started: true })
  const again = () => start('a', { request: 'r1', metadata: { n: 1 }, notes: 'lost' })
  expect(await again()).toEqual({ ...made, started: false })
  await refusal(start('a', { request: 'r1', metadata: { n: 2 } }), 'MR010', '"a"')
  await refusal(start('a'), 'MR018', '"a"')
  expect(await start('a', { if_exists: 'return' })).toEqual({ ...made, started: false })
  await move(made.instance_id, { name: 'cancel' })
  expect(await again()).toEqual({ ...made, state: 'void', started: false })
  expect((await start('a')).instance_id).not.toBe(made.instance_id)
})

test('refused: no such machine, an id too long, an option that is not known', async () => {
  await refusal(kernel.call('start_entity', 'none', 'x', {}), 'MR040', '"none"')
  await refusal(start('x'.repeat(201)), 'MR001', '200')
  await refusal(start('x', { bye: 1 }), 'MR001', 'bye')
})

test('a transition moves, is in the trail and is verified', async () => {
  const { instance_id: id } = await start()
  const done = await move(id, {
    name: 'pay',
    by: 'ada',
    notes: 'n',
    context: { a: 1 },
    set: { b: 2 },
  })
  expect(done).toMatchObject({ seq: 2, from: 'open', to: 'paid', name: 'pay', repeated: false })
  expect(await move(id, { to_state: 'closed', expected_state: 'paid' })).toMatchObject({ seq: 3 })
  expect(await verify(id)).toMatchObject({ ok: true, rows: 3 })
  const [row] = await kernel.query('select * from millrace.entities where id = $1', [id])
  expect(row).toMatchObject({ state: 'closed', metadata: { b: 2 }, completed_at: expect.any(Date) })
})

test('refused: a transition that there is not, another state than expected, unknown ids', async () => {
  const { instance_id: id } = await start()
  const details = await refusal(move(id, { name: 'close', by: 'ada' }), 'MR013', '"close"')
  expect(details.allowed).toEqual(['pay', 'cancel'])
  await refusal(move(id, { name: 'pay', expected_state: 'paid' }), 'MR012', '"open"')
  await refusal(move(id, {}), 'MR001', 'one of the two')
  await refusal(move('00000000-0000-0000-0000-000000000000', { name: 'pay' }), 'MR043', '0000')
  await kernel.makeTenant('second')
  await refusal(move(id, { name: 'pay', tenant: 'second' }), 'MR043', id)
  await refusal(kernel.call('verify_history', id, { tenant: 'second' }), 'MR043', id)
  expect(await verify(id)).toMatchObject({ ok: true, rows: 1 })
})

test('a state that is expected and that the machine has not is a mistake, no conflict', async () => {
  await makeMachine(kernel, 'bills')
  const { instance_id: id } = await kernel.call<Started>('start_entity', 'bills', 'a')
  const expects = (state: string) => move(id, { name: 'pay', expected_state: state })
  const told = 'The machine "bills" has no state "opn". Did you mean "open"?'
  expect(await refusal(expects('opn'), 'MR001', told)).toMatchObject({ expected_state: 'opn' })
  await refusal(expects('gone'), 'MR001', '"closed", "open", "paid", "void"')
  await refusal(expects('void'), 'MR012', 'not "void"')
  // what was seen in another version may have been true
  const states = [{ name: 'b', initial: true }]
  await kernel.call('define_machine', { workflow: { name: 'bills', version: '2' }, states })
  await refusal(expects('b'), 'MR012', 'not "b"')
  expect(await verify(id)).toMatchObject({ ok: true, rows: 1 })
})

test('a refusal says what was asked for, where it leads from, and what may be done instead', async () => {
  const { instance_id: id } = await start()
  const problem = async (options: object) => {
    const failed = kernel.query('select millrace.transition($1, $2)', [id, options])
    const { message, hint } = await failed.then(
      () => expect.fail('it was let pass'),
      (error) => error as { message: string; hint: string },
    )
    return `${message} ${hint}`
  }
  const place = `"open", in which ${id} is.`
  const ways = 'From there lead: "pay", "cancel".'
  expect(await problem({ name: 'pai' })).toBe(
    `No transition "pai" leaves the state ${place} Did you mean "pay"? ${ways}`,
  )
  expect(await problem({ name: 'close' })).toBe(
    `No transition "close" leaves the state ${place} It leaves "paid". ${ways}`,
  )
  expect(await problem({ to_state: 'padi' })).toBe(
    `No transition to "padi" leaves the state ${place} From there lead: "pay" (to "paid"), "cancel" (to "void").`,
  )
  expect(await problem({ to_state: 'paidd' })).toContain('Did you mean "paid"?')
  expect(await problem({ name: 'pay', expected_state: 'paid' })).toMatch(
    /is in the state "open", not "paid"; it was moved there by "role:\w+" at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\./,
  )
  await move(id, { name: 'cancel' })
  expect(await problem({ name: 'x' })).toMatch(/is. Nothing leads from there\.$/)
  expect(await problem({ name: 'pay' })).toMatch(/It leaves "open". Nothing leads from there\.$/)
})

test('who names an entity that is in no machine hears of its table', async () => {
  const entity = { machine: 'orders', id: 'nowhere' }
  const asked = [
    'select millrace.transition(null, $1)',
    'select * from millrace.get_transitions(null, $1)',
  ]
  for (const sql of asked)
    await expect(kernel.query(sql, [{ entity }])).rejects.toMatchObject({
      code: 'MR043',
      hint: expect.stringMatching(/name the table/),
    })
})

test('a key that comes again gives the same answer, with another target it is refused', async () => {
  const { instance_id: id } = await start()
  const done = await move(id, { name: 'pay', idempotency_key: 'k' })
  await move(id, { name: 'refund' })
  expect(await move(id, { name: 'pay', idempotency_key: 'k' })).toEqual({ ...done, repeated: true })
  await refusal(move(id, { name: 'cancel', idempotency_key: 'k' }), 'MR010', id)
  expect(await verify(id)).toMatchObject({ ok: true, rows: 3 })
})

test.each([
  ['the same', 'pay'],
  ['another', 'cancel'],
])('of two at once, one wins and who asked for %s hears of a conflict', async (_, second) => {
  const { instance_id: id } = await start()
  const first = await kernel.connect()
  await first.query('begin')
  await first.query('select millrace.transition($1, $2)', [id, { name: 'pay', by: 'ada' }])
  const other = await kernel.connect()
  const text = 'select millrace.transition($1, $2)'
  const late = refusal(other.query(text, [id, { name: second }]), 'MR012', '"ada"')
  await kernel.waitUntilBlocked(other)
  await first.query('commit')
  expect((await late).state).toBe('paid')
  expect(await verify(id)).toMatchObject({ ok: true, rows: 2 })
})

test('in a batch who fails says why, the others go through, also one instance several times', async () => {
  const { instance_id: a } = await start()
  const { instance_id: b } = await start()
  const rows = await kernel.query<{ to_state: string; problem: { code: string } | null }>(
    'select * from millrace.execute_transitions(1, $1, $2, $3, $3, $3, $3)',
    [
      [a, b, a, a],
      ['pay', 'close', 'refund', 'cancel'],
      [null, null, null, null],
    ],
  )
  expect(rows.map((row) => row.problem?.code ?? row.to_state).sort()).toEqual([
    'MR013',
    'open',
    'paid',
    'void',
  ])
  expect(await verify(a)).toMatchObject({ ok: true, rows: 4 })
})

test('the owner cannot change the trail; a row that was changed all the same is found', async () => {
  const { instance_id: id } = await start()
  await move(id, { name: 'pay' })
  await move(id, { name: 'refund' })
  const change = 'update millrace.entity_history set notes = $2 where instance_id = $1 and seq = 2'
  const owner = await kernel.connect()
  expect((await owner.query(change, [id, 'x'])).rowCount).toBe(0)
  await owner.query('alter table millrace.entity_history disable row level security')
  await owner.query('alter table millrace.entity_history no force row level security')
  expect((await owner.query(change, [id, 'x'])).rowCount).toBe(1)
  await owner.query('alter table millrace.entity_history force row level security')
  await owner.query('alter table millrace.entity_history enable row level security')
  expect(await verify(id)).toMatchObject({ ok: false, seq: 2 })
})
