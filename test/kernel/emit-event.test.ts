import { expect, test } from 'vitest'
import { event, message, openKernel, type Route, row, timer, uuid } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'
import { until } from '../support/until.ts'

const kernel = await openKernel({ testClock: true })
const DAY = 24 * 60 * 60 * 1000

type Emitted = { id: string; matched: number; started: string[] }
const emit = (name: string, key: string | null, data: unknown = null, options: object = {}) =>
  kernel.call<Emitted>('emit_event', name, JSON.stringify(data), { key, ...options })
const work = () => kernel.call<number | null>('work_events')
/** A row of the journal as an event leaves it. */
const took = (step: string, { id }: Emitted, name: string, key: string, data: string) =>
  `g ${step} {"$event":{"id" : "${id}", "name" : "${name}", "key" : "${key}"},"data":${data}}`

let keys = 0
/** A key of its own, and runs of one route. */
async function scene() {
  const key = `k${++keys}`
  const route = await kernel.route()
  const waiting = async (given: Route | null = null, about = key, ms: number | null = null) => {
    const on = given ?? (await kernel.route())
    const run = await kernel.start(on)
    const { worker, task } = await kernel.lease(on)
    const verdict = await worker.wait(task, event('e', 'paid', about, ms))
    return { run, route: on, worker, task, verdict }
  }
  return { key, route, waiting }
}

test('every run that waits for that name and key gets it, and nobody else', async () => {
  const { key, route, waiting } = await scene()
  const runs = [await waiting(), await waiting(), await waiting()]
  const other = await waiting(route, `${key}x`)
  const signal = await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  await worker.wait(task, message('m', 'paid'))
  const emitted = await emit('paid', key, { amount: 90 })
  expect(emitted).toEqual({ id: expect.stringMatching(/^\d+$/), matched: 3, started: [] })
  for (const { run } of runs) {
    expect(await kernel.live(run)).toMatchObject({ state: 'q', wait_keys: null })
    expect(await kernel.journal(run)).toEqual([took('e', emitted, 'paid', key, '{"amount": 90}')])
  }
  expect(await kernel.live(other.run)).toMatchObject({ state: 'w' })
  expect(await kernel.live(signal)).toMatchObject({ state: 'w' })
  expect(await emit('unpaid', key)).toMatchObject({ matched: 0 })
  expect(await emit('paid', key)).toMatchObject({ matched: 0 })
})

test('tenants stay apart', async () => {
  const { key, waiting } = await scene()
  const tenant = await kernel.makeTenant('apart')
  const theirs = await kernel.route({ tenant })
  const run = await kernel.start(theirs)
  const { worker, task } = await kernel.lease(theirs)
  await worker.wait(task, event('e', 'paid', key))
  const mine = await waiting()
  expect(await emit('paid', key, 1)).toMatchObject({ matched: 1 })
  await kernel.advanceClock(2000)
  await work()
  expect(await kernel.live(run)).toMatchObject({ state: 'w' })
  expect(await kernel.live(mine.run)).toMatchObject({ state: 'q' })
  expect(await emit('paid', key, 2, { tenant: 'apart', dedupe_id: 'd' })).toMatchObject({
    matched: 1,
  })
  expect(await emit('paid', key, 2, { dedupe_id: 'd' })).toMatchObject({ matched: 0 })
  expect(
    await kernel.query(`select count(*)::int as n from millrace.get_events('{"tenant": "apart"}')`),
  ).toEqual([{ n: 1 }])
})

test('what is kept is given to a run that waits later, each once and in the order of emission', async () => {
  const { key, waiting } = await scene()
  const first = await emit('paid', key, 'first')
  const second = await emit('paid', key, 'second', { keep_for: '1 hour' })
  const { run, worker, task, verdict } = await waiting()
  expect(verdict).toMatchObject({ kind: 'news', rows: [{ name: 'e' }] })
  expect(await kernel.journal(run)).toEqual([took('e', first, 'paid', key, '"first"')])
  const next = { ...task, journal: [row('g', 'e')] }
  expect(await worker.wait(next, event('f', 'paid', key))).toMatchObject({ kind: 'news' })
  const last = { ...task, journal: [row('g', 'e'), row('g', 'f')] }
  expect(await worker.wait(last, event('g', 'paid', key))).toEqual({ kind: 'done' })
  const third = await emit('paid', key, 'third')
  expect(await kernel.journal(run)).toEqual([
    took('e', first, 'paid', key, '"first"'),
    took('f', second, 'paid', key, '"second"'),
    took('g', third, 'paid', key, '"third"'),
  ])
  await kernel.advanceClock(2 * 60 * 60 * 1000)
  const late = await waiting()
  expect(await kernel.journal(late.run)).toEqual([took('e', first, 'paid', key, '"first"')])
  await kernel.advanceClock(DAY)
  const tooLate = await waiting()
  expect(tooLate.verdict).toEqual({ kind: 'done' })
})

test('events whose time is over are deleted, a while later', async () => {
  const { key } = await scene()
  await emit('paid', key, 1, { keep_for: 1000 })
  const left = () => kernel.value('select count(*)::int from millrace.events where key = $1', [key])
  await work()
  await kernel.advanceClock(60_000)
  await work()
  expect(await left()).toBe(1)
  expect(await kernel.query(`select * from millrace.get_events('{"key": "${key}"}')`)).toEqual([])
  await kernel.advanceClock(10 * 60_000)
  await work()
  expect(await left()).toBe(0)
})

test('a wait that has ended otherwise is none: timed out, forwarded, cancelled, given up', async () => {
  const { key, route, waiting } = await scene()
  const timed = await waiting(route, key, 1000)
  const forwarded = await waiting()
  const gone = await waiting()
  const given = await waiting()
  await kernel.advanceClock(1000)
  await kernel.call('tick')
  await kernel.call('fast_forward_workflow', uuid(forwarded.run), { forwarded: true })
  await kernel.call('cancel_workflow', uuid(gone.run))
  await kernel.call('trigger_event', uuid(given.run), 'x')
  const held = await kernel.worker()
  const claimed = await held.claim(route)
  const task = claimed.find(({ run }) => run === timed.run)
  if (!task) throw new Error('it was claimed')
  await held.wait(task, timer('t', 60_000))
  expect(await emit('paid', key, 1)).toMatchObject({ matched: 1 })
  expect(await kernel.journal(timed.run)).toEqual(['o e'])
  expect(await kernel.journal(forwarded.run)).toEqual(['g e {"forwarded": true}'])
  expect(await kernel.journal(gone.run)).toHaveLength(1)
  expect(await kernel.journal(given.run)).toHaveLength(1)
})

test('of several waits of a run for the same each takes one, and none is taken twice', async () => {
  const { key, route } = await scene()
  const run = await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  await worker.wait(task, event('a', 'paid', key), event('b', 'paid', key), timer('t', 60_000))
  await emit('paid', key, 1)
  await emit('paid', key, 2)
  await emit('paid', key, 3)
  const again = await worker.claimOne(route)
  expect(again.journal.map(({ name }) => name)).toEqual(['a'])
  const verdict = await worker.wait(again, event('b', 'paid', key), timer('t', null))
  expect(verdict).toMatchObject({ kind: 'news', rows: [{ name: 'b' }] })
  expect((await kernel.journal(run)).map((text) => text.slice(-3))).toEqual([':1}', ':2}'])
})

test('a run that is at work beside its wait has it in its buffer', async () => {
  const { key, route } = await scene()
  const run = await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  await worker.keep(task, [row('r', 'a')], [event('e', 'paid', key)])
  expect(await emit('paid', key, 1)).toMatchObject({ matched: 1 })
  expect(await emit('paid', key, 2)).toMatchObject({ matched: 1 })
  const count = 'select count(*)::int from millrace.signals where run_id = $1'
  expect(await kernel.value(count, [run])).toBe(1)
  const next = { ...task, journal: [row('r', 'a')] }
  expect(await worker.wait(next, event('e', 'paid', key))).toMatchObject({ kind: 'news' })
})

test('a run that is paused has it when it is resumed', async () => {
  const { key, waiting } = await scene()
  const { run, route } = await waiting()
  await kernel.call('pause_workflow', uuid(run))
  expect(await emit('paid', key, 1)).toMatchObject({ matched: 1 })
  await kernel.call('resume_workflow', uuid(run))
  const { worker, task } = await kernel.lease(route)
  expect(await worker.wait(task, event('e', 'paid', key))).toMatchObject({ kind: 'news' })
})

test('the same dedupe_id changes nothing, and answers the same', async () => {
  const { key, waiting } = await scene()
  const one = await waiting()
  const id = `d-${key}`
  const emitted = await emit('paid', key, 1, { dedupe_id: id })
  expect(emitted).toMatchObject({ matched: 1 })
  const two = await waiting()
  expect(two.verdict).toMatchObject({ kind: 'news' })
  expect(await emit('paid', key, 1, { dedupe_id: id })).toEqual(emitted)
  expect(await emit('paid', `${key}-other`, 2, { dedupe_id: id })).toEqual(emitted)
  expect(await kernel.journal(one.run)).toHaveLength(1)
  expect(await emit('refunded', key, 1, { dedupe_id: id })).not.toMatchObject({ id: emitted.id })
  await kernel.advanceClock(DAY + 1000)
  expect(await emit('paid', key, 1, { dedupe_id: id })).not.toMatchObject({ id: emitted.id })
})

test('of many emissions with one dedupe_id at once one counts, also where the first is rolled back', async () => {
  const { key, waiting } = await scene()
  const { name } = await kernel.route({ definition: { start_on: [{ event: 'paid', key }] } })
  const one = await waiting()
  const options = { dedupe_id: `at once ${key}` }
  const [first, watcher] = [await kernel.connect(), await kernel.connect()]
  await first.query('begin')
  await first.query(`select millrace.emit_event('paid', '"undone"', $1)`, [{ key, ...options }])
  const others = Promise.all(Array.from({ length: 5 }, () => emit('paid', key, 1, options)))
  await until('they wait for the first', async () => {
    const waits = `select count(*)::int from pg_stat_activity
                   where wait_event_type = 'Lock' and query like '%emit_event%' and datname = current_database()`
    const { rows } = await watcher.query<{ count: number }>(waits)
    return (rows[0]?.count ?? 0) > 1
  })
  await first.query('rollback')
  const [told, ...rest] = await others
  expect(told).toMatchObject({ matched: 1, started: [expect.any(String)] })
  expect(rest).toEqual(rest.map(() => told))
  expect(await kernel.journal(one.run)).toEqual([took('e', told as Emitted, 'paid', key, '1')])
  const runs = await kernel.query('select run from millrace.get_runs($1)', [{ workflow_id: name }])
  expect(runs).toHaveLength(1)
})

test.each([
  ['quotes', `'; drop table millrace.events; --"\\`],
  ['line feeds', 'a\npaid\nb\r\t'],
  ['patterns', '%_*$1{}[]()'],
  ['a message of the engine', '$event:0'],
  ['all of Unicode', '\u202e𝔎é\ue000\uffff\u0001'],
  ['the longest, in four bytes each', '𝔎'.repeat(256)],
  ['a name of JavaScript', '__proto__'],
  ['spaces only', '   '],
])('a key of %s is a key like any other', async (_, key) => {
  const { waiting } = await scene()
  const { run } = await waiting(null, key)
  const other = await waiting(null, `${key.slice(0, -2)}x`)
  const emitted = await emit('paid', key, 1, { dedupe_id: key })
  expect(emitted).toMatchObject({ matched: 1 })
  expect(await emit('paid', key, 1, { dedupe_id: key })).toEqual(emitted)
  expect(await kernel.live(run)).toMatchObject({ state: 'q' })
  expect(await kernel.live(other.run)).toMatchObject({ state: 'w' })
  const kept = await kernel.query('select key, dedupe_id from millrace.get_events($1)', [
    { event_name: 'paid', key },
  ])
  expect(kept).toEqual([{ key, dedupe_id: key }])
  const taken = `select millrace.taken_event(data) ->> 'key' from millrace.checkpoints where run_id = $1`
  expect(await kernel.value(taken, [run])).toBe(key)
})

test('sent again after a lost reply it is the same event; a number of another event is not taken', async () => {
  const { key, waiting } = await scene()
  await waiting()
  const number = await kernel.call<string>('take_ids')
  const first = await emit('paid', key, 1, { event_id: String(number) })
  expect(first).toMatchObject({ id: String(number), matched: 1 })
  expect(await emit('paid', key, 1, { event_id: String(number) })).toEqual(first)
  const other = await emit('paid', key, 2, { event_id: String(number) })
  expect(other.id).not.toBe(first.id)
})

test('is emitted when the transaction of its caller commits, and not at all else', async () => {
  const { key, waiting } = await scene()
  const { run } = await waiting()
  const client = await kernel.connect()
  const text = `select millrace.emit_event('paid', '1', $1)`
  await client.query('begin')
  await client.query(text, [{ key }])
  await client.query('rollback')
  expect(await kernel.live(run)).toMatchObject({ state: 'w' })
  expect(
    await kernel.value('select count(*)::int from millrace.events where key = $1', [key]),
  ).toBe(0)
  await client.query('begin')
  await client.query(text, [{ key }])
  expect(await kernel.live(run)).toMatchObject({ state: 'w' })
  await client.query('commit')
  expect(await kernel.live(run)).toMatchObject({ state: 'q' })
})

test('a full buffer does not stop an event', async () => {
  const { key, route } = await scene()
  const run = await kernel.start(route)
  await kernel.query('update millrace.live set buffered = 10000 where run_id = $1', [run])
  const { worker, task } = await kernel.lease(route)
  await worker.wait(task, event('e', 'paid', key))
  expect(await emit('paid', key, 1)).toMatchObject({ matched: 1 })
  expect(await kernel.journal(run)).toHaveLength(1)
  expect(await kernel.value('select buffered from millrace.live where run_id = $1', [run])).toBe(
    10000,
  )
})

test('a run that emits does it with the write that records it, and never twice', async () => {
  const { key, route, waiting } = await scene()
  const hears = await waiting()
  const run = await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  const id = String(await kernel.call('take_ids'))
  const emits = [{ id, name: 'paid', key, data: '7', dedupeId: null, keepMs: DAY }]
  const change = { op: 'k' as const, rows: [row('r', 'tell')], emits }
  expect(await worker.advance(task, change)).toEqual({ kind: 'done' })
  expect(await worker.advance(task, change)).toEqual({ kind: 'done' })
  expect(await kernel.journal(hears.run)).toEqual([took('e', { id } as Emitted, 'paid', key, '7')])
  const stale = { ...task, fence: '1' }
  const other = [{ ...emits[0], id: String(Number(id) + 1) }] as typeof emits
  expect(await worker.advance(stale, { ...change, emits: other })).toEqual({ kind: 'stale' })
  expect(
    await kernel.value('select count(*)::int from millrace.events where key = $1', [key]),
  ).toBe(1)
  // what it emits itself it can wait for, also in the same write
  const own = [{ ...emits[0], id: String(Number(id) + 2), key: `${key}-own` }] as typeof emits
  const next = { ...task, journal: [row('r', 'tell')] }
  const verdict = await worker.advance(next, {
    ...{ op: 'w', rows: [row('r', 'again')], emits: own },
    waits: [event('e', 'paid', `${key}-own`)],
  })
  expect(verdict).toMatchObject({ kind: 'news' })
  expect((await kernel.journal(run)).map((text) => text.slice(0, 7))).toEqual([
    'r tell',
    'r again',
    'g e {"$',
  ])
})

test('a run that has its history from another does not get again what that took', async () => {
  const { key, route } = await scene()
  const first = await emit('paid', key, 'first')
  const second = await emit('paid', key, 'second')
  const failed = await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  await worker.wait(task, event('e', 'paid', key))
  await worker.fail({ ...task, journal: [row('g', 'e')] })
  const { id } = await kernel.call<{ id: string }>('retry_workflow', uuid(failed))
  const again = await kernel.lease(route)
  expect(uuid(again.task.run)).toBe(id)
  await again.worker.wait(again.task, event('f', 'paid', key))
  expect(await kernel.journal(again.task.run)).toEqual([
    took('e', first, 'paid', key, '"first"'),
    took('f', second, 'paid', key, '"second"'),
  ])
  await again.worker.complete({ ...again.task, journal: [row('g', 'e'), row('g', 'f')] })
  const left = 'select count(*)::int from millrace.signals where run_id = $1'
  expect(await kernel.value(left, [again.task.run])).toBe(0)
})

test('people see which event a run waits for, and what it brought', async () => {
  const { key, waiting } = await scene()
  const { run } = await waiting()
  expect(await kernel.run(run)).toMatchObject({
    status: 'waiting',
    waits: [{ step_id: 'e', event: 'paid', key, until: null }],
  })
  const emitted = await emit('paid', key, { amount: 1 })
  const timeline = await kernel.query(
    'select step_id, kind, output from millrace.get_timeline($1)',
    [uuid(run)],
  )
  expect(timeline).toEqual([{ step_id: 'e', kind: 'wait', output: { amount: 1 } }])
  const kept = await kernel.query('select * from millrace.get_events($1)', [
    JSON.stringify({ event_name: 'paid', key }),
  ])
  expect(kept).toMatchObject([
    { id: emitted.id, name: 'paid', key, data: { amount: 1 }, matched: 1, spreading: true },
  ])
})

test.each([
  [null, 'is not a name for an event'],
  ['', 'is not a name for an event'],
  ['a/b', 'is not a name for an event'],
  ['x'.repeat(129), 'is not a name for an event'],
])('the name %j is refused', async (name, text) => {
  await refusal(kernel.call('emit_event', name, '1', { key: 'k' }), 'MR001', text)
})

test('bad keys, ids, times and options are refused, and too much data', async () => {
  await refusal(emit('paid', null), 'MR001', 'The key of event "paid" is missing')
  await refusal(emit('paid', ''), 'MR001', 'is empty')
  await refusal(emit('paid', 'x'.repeat(257)), 'MR001', '257 characters long')
  await refusal(emit('paid', 'k', 1, { dedupe_id: '' }), 'MR001', 'dedupe_id')
  await refusal(emit('paid', 'k', 1, { keep_for: 0 }), 'MR001', 'is not a duration')
  await refusal(emit('paid', 'k', 1, { keepFor: 5 }), 'MR001', '"keepFor" is not known')
  await refusal(emit('paid', 'k', 'x'.repeat(1024 * 1024)), 'MR002', 'over the limit of 1 MiB')
  await refusal(emit('paid', 'k', 1, { tenant: 'nobody' }), 'MR042', 'nobody')
  expect(await emit('paid', 'x'.repeat(256), 'x'.repeat(1024 * 1024 - 2))).toMatchObject({
    matched: 0,
  })
})

test.each(['$event:7', '$event:'])('nobody can send %s himself', async (dedupe) => {
  const { run } = await (await scene()).waiting()
  await refusal(
    kernel.call('trigger_event', uuid(run), 'go', 1, { dedupe_id: dedupe }),
    'MR001',
    'is not an id for a signal',
  )
})
