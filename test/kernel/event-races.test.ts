// An emission and a wait that begin in the same moment: neither may see the other, and none is lost.
import type pg from 'pg'
import { afterEach, describe, expect, test } from 'vitest'
import type { LeasedTask } from '../../src/kernel/tasks.ts'
import { checkInvariants } from '../support/invariants.ts'
import { event, openKernel, row, uuid } from '../support/kernel.ts'
import { openTrack } from '../support/race.ts'
import { until } from '../support/until.ts'

const kernel = await openKernel()
const track = await openTrack(kernel)

let keys = 0
async function leased() {
  const key = `k${++keys}`
  const route = await kernel.route()
  const run = await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  const park = (client: pg.Client) =>
    worker.advance(task, { op: 'w', waits: [event('e', 'paid', key)] }, client)
  return { key, route, run, worker, task, park }
}

const emit =
  (key: string, options: object = {}) =>
  (client: pg.Client) =>
    client.query<{ emitted: object }>(`select millrace.emit_event('paid', '1', $1) as emitted`, [
      { key, ...options },
    ])
const work = () => kernel.call('work_events')

afterEach(async () => {
  await kernel.advanceClock(1000)
  await work()
  await checkInvariants(kernel)
})

describe('an emission against the wait for it', () => {
  test('the emission is open while the wait begins and is committed', async () => {
    const { key, run, park } = await leased()
    const { waited } = await track.inTurn(emit(key), park)
    expect(waited).toBe(false)
    expect(await kernel.live(run)).toMatchObject({ state: 'w' })
    await work()
    expect(await kernel.live(run)).toMatchObject({ state: 'q' })
    expect(await kernel.journal(run)).toHaveLength(1)
  })

  test('the wait is open while the emission is made and committed', async () => {
    const { key, run, park } = await leased()
    const { waited, second } = await track.inTurn(park, emit(key))
    expect(waited).toBe(false)
    expect(second.rows).toMatchObject([{ emitted: { matched: 0 } }])
    expect(await kernel.live(run)).toMatchObject({ state: 'w' })
    await work()
    expect(await kernel.live(run)).toMatchObject({ state: 'q' })
  })

  test('the wait is open until workers have spread the event: it is looked after a second later', async () => {
    const { key, run, park } = await leased()
    const client = await kernel.connect()
    await client.query('begin')
    await park(client)
    await kernel.call('emit_event', 'paid', '1', { key })
    await work()
    await client.query('commit')
    await work()
    expect(await kernel.live(run)).toMatchObject({ state: 'w' })
    await kernel.advanceClock(1000)
    await work()
    expect(await kernel.live(run)).toMatchObject({ state: 'q' })
  })

  test('both are open at once', async () => {
    const { key, run, park } = await leased()
    const [one, two] = [await kernel.connect(), await kernel.connect()]
    await one.query('begin')
    await two.query('begin')
    await park(one)
    await emit(key)(two)
    await one.query('commit')
    await two.query('commit')
    expect(await kernel.live(run)).toMatchObject({ state: 'w' })
    await work()
    expect(await kernel.live(run)).toMatchObject({ state: 'q' })
  })

  test('many at once: every run has each event once, in their order', async () => {
    const key = `k${++keys}`
    const route = await kernel.route()
    const runs = await Promise.all(Array.from({ length: 12 }, () => kernel.start(route)))
    const worker = await kernel.worker()
    const tasks = await worker.claim(route)
    /** Waits for what the run has not heard of; at once again where that is news. */
    const park = async (task: LeasedTask): Promise<void> => {
      const left = ['a', 'b'].filter((step) => task.journal.every(({ name }) => name !== step))
      if (left.length === 0) return
      const waits = left.map((step) => event(step, 'paid', key))
      const verdict = await worker.wait(task, ...waits)
      if (verdict.kind === 'news')
        await park({ ...task, journal: [...task.journal, ...verdict.rows] })
    }
    await Promise.all([
      ...tasks.map(park),
      ...[1, 2].map((n) => kernel.call('emit_event', 'paid', n, { key })),
    ])
    for (let i = 0; i < 4; i++) {
      await work()
      await kernel.advanceClock(1000)
      for (const task of await worker.claim(route)) await park(task)
    }
    const order = await kernel.query<{ ids: string[] }>(
      'select array_agg(id::text order by nth) as ids from millrace.events where key = $1',
      [key],
    )
    for (const run of runs) {
      const journal = await kernel.journal(run)
      const took = journal.map((text) => /"id" : "(\d+)"/.exec(text)?.[1])
      expect([...took].sort()).toEqual([...(order[0]?.ids ?? [])].sort())
    }
  })
})

describe('two emissions', () => {
  test('with one dedupe_id: the second waits, and answers the same', async () => {
    const { key, run, park } = await leased()
    await park(await kernel.connect())
    const same = emit(key, { dedupe_id: key })
    const { first, second, waited } = await track.inTurn(same, same)
    expect(waited).toBe(true)
    expect(second.rows).toEqual(first.rows)
    expect(await kernel.journal(run)).toHaveLength(1)
    expect(
      await kernel.value('select count(*)::int from millrace.events where key = $1', [key]),
    ).toBe(1)
  })

  test('with one dedupe_id, of which the first is rolled back: the second is the event', async () => {
    const { key, run, park } = await leased()
    await park(await kernel.connect())
    const [one, two] = [await kernel.connect(), await kernel.connect()]
    await one.query('begin')
    await emit(key, { dedupe_id: key })(one)
    const second = emit(key, { dedupe_id: key })(two)
    await one.query('rollback')
    expect((await second).rows).toMatchObject([{ emitted: { matched: 1 } }])
    await work()
    expect(await kernel.journal(run)).toHaveLength(1)
  })

  test('for one run: the second does not wait for the transaction of the first', async () => {
    const { key, run, route, park } = await leased()
    await park(await kernel.connect())
    const { waited, second } = await track.inTurn(emit(key), emit(key))
    expect(waited).toBe(false)
    expect(second.rows).toMatchObject([{ emitted: { matched: 1 } }])
    await work()
    const { worker, task } = await kernel.lease(route)
    const verdict = await worker.wait(task, event('f', 'paid', key))
    expect(verdict).toMatchObject({ kind: 'news' })
    expect(await kernel.journal(run)).toHaveLength(2)
  })

  test('an open one holds up no run but those it was given to, and no emission for them', async () => {
    const { key, park } = await leased()
    const other = await leased()
    await park(await kernel.connect())
    const client = await kernel.connect()
    await client.query('begin')
    await emit(key)(client)
    expect(await other.worker.wait(other.task, event('e', 'paid', key))).toEqual({ kind: 'done' })
    await kernel.call('emit_event', 'paid', '1', { key: other.key })
    await kernel.call('cancel_workflow', uuid(other.run))
    await client.query('rollback')
  })
})

test('a run that ends while an event comes leaves nothing behind', async () => {
  const { key, run, worker, task } = await leased()
  await worker.keep(task, [row('r', 'a')], [event('e', 'paid', key)])
  const next = { ...task, journal: [row('r', 'a')] }
  const end = (client: pg.Client) => worker.advance(next, { op: 'c', output: '1' }, client)
  const { waited } = await track.inTurn(emit(key), end)
  expect(waited).toBe(true)
  const left = await kernel.query(
    `select 1 from millrace.signals where run_id = $1 union all
     select 1 from millrace.event_waits where run_id = $1`,
    [run],
  )
  expect(left).toEqual([])
})

test('a dead worker’s run still waits, and its next owner hears of it', async () => {
  const { key, route, run, worker, task } = await leased()
  await worker.keep(task, [row('r', 'a')], [event('e', 'paid', key)])
  await kernel.query(`update millrace.workers set expires_at = '2000-01-01' where id = $1`, [
    worker.id,
  ])
  await kernel.call('recover')
  await kernel.call('emit_event', 'paid', '1', { key })
  const { worker: heir, task: same } = await kernel.lease(route)
  expect(await heir.wait(same, event('e', 'paid', key))).toMatchObject({ kind: 'news' })
  expect((await kernel.journal(run)).at(-1)).toMatch(/^g e /)
})

test('a storm: emissions in open transactions, some rolled back, while runs wait again and again', async () => {
  const [name, waits, count] = [`storm${++keys}`, 4, 24]
  const route = await kernel.route()
  const runs = await Promise.all(Array.from({ length: count }, () => kernel.start(route)))
  let stop = false
  const owner = async () => {
    const worker = await kernel.worker()
    /** Waits, over and over, until it sleeps or has had enough. */
    const go = async (task: LeasedTask): Promise<void> => {
      const done = task.journal.length
      if (done === waits) return void (await worker.complete(task))
      const key = String((Number(task.run) + done) % 2)
      const verdict = await worker.wait(task, event(`e${done}`, name, key))
      if (verdict.kind === 'news')
        await go({ ...task, journal: [...task.journal, ...verdict.rows] })
    }
    while (!stop) for (const task of await worker.claim(route, { want: 3 })) await go(task)
  }
  const emitter = async (n: number) => {
    const client = await kernel.connect()
    for (let i = 0; i < 12; i++) {
      await client.query('begin')
      await client.query('select millrace.emit_event($1, $2, $3)', [
        name,
        n,
        { key: String(i % 2) },
      ])
      if (i % 3 === 0) await kernel.call('work_events')
      await client.query(i % 4 === 3 ? 'rollback' : 'commit')
    }
    await client.end()
  }
  const owners = [owner(), owner(), owner()]
  await Promise.all([emitter(1), emitter(2), emitter(3)])
  const ended = async () => {
    await kernel.advanceClock(1000)
    await work()
    const left = 'select count(*)::int from millrace.live where route_id = $1'
    return (await kernel.value<number>(left, [route.route])) === 0
  }
  await until('all have ended', ended, { timeout: 15_000 })
  stop = true
  await Promise.all(owners)
  const committed = await kernel.query<{ id: string }>(
    'select id::text as id from millrace.events where name = $1',
    [name],
  )
  for (const run of runs) {
    const took = (await kernel.journal(run)).map((text) => /"id" : "(\d+)"/.exec(text)?.[1])
    expect(new Set(took).size).toBe(waits)
    expect(committed.map(({ id }) => id)).toEqual(expect.arrayContaining(took))
  }
})
