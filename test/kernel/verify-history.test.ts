import { expect, test } from 'vitest'
import { openKernel } from '../support/kernel.ts'
import { makeMachine } from '../support/machine.ts'

const kernel = await openKernel()
await makeMachine(kernel, 'orders')
await kernel.query(`insert into millrace.tenants (slug) values ('other')`)
// nobody whom row-level security binds could change a trail
const superuser = await kernel.connect(true)

type Found = { ok: boolean; rows: number; seq: number | null; problem: string | null }
const move = (id: string, options: object) => kernel.call('transition', id, options)
const verify = (id: string) => kernel.call<Found>('verify_history', id)
const changed = 'the row is not what was written'

let last = 0
async function start(entity = `e${++last}`): Promise<string> {
  const made = await kernel.call<{ instance_id: string }>('start_entity', 'orders', entity, {
    metadata: { a: 1 },
  })
  return made.instance_id
}

/** An instance of four rows, every column of the second with a value. */
async function startAndMove(): Promise<string> {
  const id = await start()
  await move(id, {
    ...{ name: 'pay', by: 'ada', claimed_by: 'grace', notes: 'why', idempotency_key: 'k' },
    ...{ context: { c: 1 }, metadata: { m: 1 }, set: { s: 1 } },
  })
  await move(id, { name: 'refund', by: 'bob' })
  await move(id, { name: 'pay', by: 'bob' })
  return id
}

/** What is found once these statements, of which $1 is the instance, have been done; they are rolled back. */
async function afterwards(id: string, ...statements: string[]): Promise<Found> {
  await superuser.query('begin')
  try {
    for (const text of statements) await superuser.query(text, [id])
    const { rows } = await superuser.query('select millrace.verify_history($1) as found', [id])
    return rows[0].found
  } finally {
    await superuser.query('rollback')
  }
}

test('what was written is whole', async () => {
  const id = await startAndMove()
  expect(await verify(id)).toEqual({ ok: true, rows: 4, seq: null, problem: null })
  expect(await verify(await start())).toMatchObject({ ok: true, rows: 1 })
})

test.each([
  [`tenant_id = (select t.id from millrace.tenants t where t.slug = 'other')`],
  ['workflow_id = workflow_id + 1'],
  [`executed_at = executed_at + interval '1 microsecond'`],
  ['spent_ms = spent_ms + 1'],
  ['transition_id = gen_random_uuid()'],
  [`from_state = 'void'`],
  [`to_state = 'void'`],
  [`transition = 'cancel'`],
  [`executed_by = 'eve'`],
  [`claimed_by = 'eve'`],
  [`claimed_by = null`],
  [`notes = 'because'`],
  [`request = 'other'`],
  [`request = null`],
  [`context = '{"c": 2}'`],
  [`metadata = '{"m": 2}'`],
  [`changes = '{"s": 2}'`],
  [`changes = null`],
  [`hash = sha256('x')`],
])('a row is found with %s', async (change) => {
  const id = await startAndMove()
  const where = 'where instance_id = $1 and seq = 2'
  expect(await afterwards(id, `update millrace.entity_history set ${change} ${where}`)).toEqual({
    ...{ ok: false, rows: 4, seq: 2, problem: changed },
  })
})

test('of several places that are wrong the first is told', async () => {
  const change = `update millrace.entity_history set notes = 'x' where instance_id = $1 and seq > 1`
  expect(await afterwards(await startAndMove(), change)).toMatchObject({ ok: false, seq: 2 })
})

const sealAgain = `update millrace.entity_history h
  set hash = millrace.entity_hash((select b.hash from millrace.entity_history b
    where b.instance_id = h.instance_id and b.seq = h.seq - 1), h)
  where h.instance_id = $1 and h.seq`

test('who seals a row again is found by the next', async () => {
  const id = await startAndMove()
  const change = `update millrace.entity_history set notes = 'x' where instance_id = $1 and seq = 2`
  expect(await afterwards(id, change, `${sealAgain} = 2`)).toEqual({
    ...{ ok: false, rows: 4, seq: 3, problem: changed },
  })
})

test('a state that does not follow is found, also in rows that were sealed again', async () => {
  const id = await startAndMove()
  const change = `update millrace.entity_history set from_state = 'paid', to_state = 'paid'
    where instance_id = $1 and seq = 4`
  const stand = `update millrace.entities e set hash = h.hash from millrace.entity_history h
    where h.instance_id = e.id and h.seq = e.seq and e.id = $1`
  expect(await afterwards(id, change, `${sealAgain} = 4`, stand)).toEqual({
    ...{ ok: false, rows: 4, seq: 4, problem: 'it does not follow the row before it' },
  })
})

const remove = 'delete from millrace.entity_history where instance_id = $1 and seq'
test.each([
  ['the first', [`${remove} = 1`], 1, 'a row is missing'],
  ['one within', [`${remove} = 2`], 2, 'a row is missing'],
  ['the last', [`${remove} = 4`], 4, 'the instance does not stand where its last row says'],
  ['all', [`${remove} > 0`], 4, 'the instance does not stand where its last row says'],
])('rows that are gone are found: %s', async (_, statements, seq, problem) => {
  expect(await afterwards(await startAndMove(), ...statements)).toMatchObject({
    ...{ ok: false, seq, problem },
  })
})

test('an instance that was set back to an earlier row is found by those behind it', async () => {
  await kernel.stopClock() // else it is found by its times as well
  const id = await start()
  for (const name of ['pay', 'refund']) await move(id, { name })
  const back = `update millrace.entities e set seq = h.seq, state = h.to_state, hash = h.hash,
    entered_at = h.executed_at, updated_at = h.executed_at
    from millrace.entity_history h where h.instance_id = e.id and h.seq = 2 and e.id = $1`
  expect(await afterwards(id, back, `${remove} > 2`)).toMatchObject({ ok: true, rows: 2 })
  expect(await afterwards(id, back)).toMatchObject({ ok: false, rows: 3, seq: 2 })
})

test.each([
  ['the row that it is', `entity_id = entity_id || 'x'`, 1],
  ['its table', `entity_table = 'others'`, 1],
  ['its machine', `machine = 'claims'`, 1],
  ['the version that it is on', 'workflow_id = workflow_id + 1', 2],
  ['where it stands', `state = 'open'`, 2],
  ['its hash', `hash = sha256('x')`, 2],
  ['since when it stands there', `entered_at = entered_at - interval '1 day'`, 2],
  ['when it began', `created_at = created_at - interval '1 day'`, 2],
  ['when it was moved', `updated_at = updated_at + interval '1 day'`, 2],
  ['that it has ended', 'completed_at = updated_at', 2],
  ['its metadata', `metadata = '{"a": 9}'`, 2],
])('a change of an instance is found: %s', async (_, change, seq) => {
  const id = await start()
  await move(id, { name: 'pay' })
  const statement = `update millrace.entities set ${change} where id = $1`
  expect(await afterwards(id, statement)).toMatchObject({ ok: false, seq })
})

test('an instance that has ended, and is said to live, is found', async () => {
  const id = await start()
  await move(id, { name: 'cancel' })
  const statement = 'update millrace.entities set completed_at = null where id = $1'
  expect(await afterwards(id, statement)).toMatchObject({ ok: false, seq: 2 })
})

test('the trail of an instance cannot be given to another of the same entity', async () => {
  const ids = [await start('twin')]
  await move(ids[0] as string, { name: 'cancel', by: 'ada' })
  ids.push(await start('twin'))
  await move(ids[1] as string, { name: 'cancel', by: 'eve' })
  const first = `(select * from millrace.entities where id = '${ids[0]}')`
  const given = [
    `delete from millrace.entity_history where instance_id = $1`,
    `update millrace.entity_history set instance_id = $1 where instance_id = '${ids[0]}'`,
    `update millrace.entities e set hash = o.hash, entered_at = o.entered_at, created_at = o.created_at,
       updated_at = o.updated_at, completed_at = o.completed_at from ${first} o where e.id = $1`,
  ]
  expect(await afterwards(ids[1] as string, ...given)).toEqual({
    ...{ ok: false, rows: 2, seq: 1, problem: changed },
  })
})
