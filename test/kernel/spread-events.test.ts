import type pg from 'pg'
import { expect, test } from 'vitest'
import { advanceTasks } from '../../src/kernel/tasks.ts'
import { eventMessage } from '../../src/workflow/event-message.ts'
import { createKernel, event, openKernel, toAdvance } from '../support/kernel.ts'
import { explainAll } from '../support/plans.ts'

const kernel = await openKernel()
type Kernel = typeof kernel

let keys = 0
/** So many runs of one route that wait for an event of this key. */
async function waiting(on: Kernel, count: number, key: string): Promise<string[]> {
  const route = await on.route()
  const ids: string[] = []
  while (ids.length < count) {
    const first = BigInt(await on.call<string>('take_ids'))
    const length = Math.min(count - ids.length, 1000)
    const some = Array.from({ length }, (_, i) => String(first + BigInt(i)))
    await on.query('select * from millrace.start_runs(1, $1, $2, null, $3)', [
      ...[some, some.map(() => route.route), some.map(() => '1')],
    ])
    ids.push(...some)
  }
  const worker = await on.worker()
  for (let left = count; left > 0; ) {
    const tasks = await worker.claim(route, { want: 500 })
    const waits = [event('e', 'paid', key)]
    await advanceTasks(
      on.database,
      1,
      tasks.map((task) => toAdvance(task, { op: 'w', waits })),
    )
    left -= tasks.length
  }
  // the looks of new waits are another test's
  await on.advanceClock(1000)
  while ((await on.call<number>('look_events', new Date(Date.now() + 1e9))) > 0);
  return ids
}

/** How many of them got how many events. */
const taken = (runs: string[]) =>
  kernel.query(
    `select x.n, count(*)::int as runs
     from (select count(c.run_id)::int as n from unnest($1::bigint[]) u (id)
           left join millrace.checkpoints c on c.run_id = u.id and c.kind = 'g' group by u.id) x
     group by x.n order by x.n`,
    [runs],
  )
const work = () => kernel.call<number | null>('work_events')

test('a hundred get it at once, the others from workers; each once', async () => {
  const key = `k${++keys}`
  const runs = await waiting(kernel, 700, key)
  const emitted = await kernel.call('emit_event', 'paid', '1', { key })
  expect(emitted).toMatchObject({ matched: 700 })
  expect(await taken(runs)).toEqual([
    { n: 0, runs: 600 },
    { n: 1, runs: 100 },
  ])
  await work()
  expect(await taken(runs)).toEqual([
    { n: 0, runs: 350 },
    { n: 1, runs: 350 },
  ])
  await work()
  await work()
  expect(await taken(runs)).toEqual([{ n: 1, runs: 700 }])
  await work()
  expect(
    await kernel.query('select spread_to from millrace.events where spread_at is not null'),
  ).toEqual([])
  expect(await kernel.query('select 1 from millrace.event_waits')).toEqual([])
})

test('ten thousand that wait: the emission holds up nobody, two workers give it to each once', {
  timeout: 120_000,
}, async () => {
  const key = `k${++keys}`
  const runs = await waiting(kernel, 10_000, key)
  const began = performance.now()
  expect(await kernel.call('emit_event', 'paid', '1', { key })).toMatchObject({ matched: 10_000 })
  const ms = performance.now() - began
  expect(await taken(runs)).toEqual([
    { n: 0, runs: 9900 },
    { n: 1, runs: 100 },
  ])
  expect(ms).toBeLessThan(5000)
  const [one, two] = await Promise.all([kernel.connect(), kernel.connect()])
  const left = `select count(*)::int as n from millrace.events where key = $1 and spread_at is not null`
  const spread = async (client: pg.Client) => {
    while ((await kernel.value<number>(left, [key])) > 0)
      await client.query('select millrace.work_events()')
  }
  await Promise.all([spread(one), spread(two)])
  expect(await taken(runs)).toEqual([{ n: 1, runs: 10_000 }])
  expect(await kernel.query('select from millrace.event_waits where key = $1', [key])).toEqual([])
})

test('what comes while it is being spread comes after it for everybody', async () => {
  const key = `k${++keys}`
  const runs = await waiting(kernel, 250, key)
  const first = await kernel.call<{ id: string }>('emit_event', 'paid', '1', { key })
  await kernel.call('emit_event', 'paid', '2', { key })
  await work()
  await work()
  expect(await taken(runs)).toEqual([{ n: 1, runs: 250 }])
  const others = await kernel.query(
    `select run_id from millrace.checkpoints where run_id = any ($1::bigint[]) and data not like $2`,
    [runs, `%"id" : "${first.id}"%`],
  )
  expect(others).toEqual([])
})

test('a run that somebody holds gets it later; the others do not wait for that', async () => {
  const key = `k${++keys}`
  const runs = await waiting(kernel, 150, key)
  const client = await kernel.connect()
  await client.query('begin')
  const held = [runs[3], runs[120]]
  await client.query('select from millrace.live where run_id = any ($1::bigint[]) for update', [
    held,
  ])
  expect(await kernel.call('emit_event', 'paid', '1', { key })).toMatchObject({ matched: 150 })
  await work()
  expect(await taken(runs)).toEqual([
    { n: 0, runs: 2 },
    { n: 1, runs: 148 },
  ])
  await client.query('rollback')
  await work()
  expect(await taken(held as string[])).toEqual([{ n: 0, runs: 2 }])
  await kernel.advanceClock(1000)
  await work()
  expect(await taken(runs)).toEqual([{ n: 1, runs: 150 }])
})

test('two workers at once give it to each run once', async () => {
  const key = `k${++keys}`
  const runs = await waiting(kernel, 1000, key)
  await kernel.call('emit_event', 'paid', '1', { key })
  for (let i = 0; i < 4; i++) await Promise.all([work(), work(), work()])
  await kernel.advanceClock(1000)
  await work()
  expect(await taken(runs)).toEqual([{ n: 1, runs: 1000 }])
})

test('one that fails does not stand before others', async () => {
  const [bad, good] = [`k${++keys}`, `k${++keys}`]
  const runs = await waiting(kernel, 120, bad)
  const others = await waiting(kernel, 120, good)
  await kernel.query(
    `alter table millrace.signals add constraint no_seven check (data not like '%777%')`,
  )
  await kernel.call('emit_event', 'paid', '1', { key: bad, keep_for: 60_000 })
  await kernel.query(`update millrace.events set data = '777' where key = $1`, [bad])
  await kernel.call('emit_event', 'paid', '1', { key: good })
  await work()
  await work()
  expect(await taken(others)).toEqual([{ n: 1, runs: 120 }])
  expect(await taken(runs)).toEqual([
    { n: 0, runs: 20 },
    { n: 1, runs: 100 },
  ])
  await kernel.query('alter table millrace.signals drop constraint no_seven')
  await kernel.advanceClock(10_000)
  await work()
  expect(await taken(runs)).toEqual([{ n: 1, runs: 120 }])
})

test('nothing to do is said as such, and a claim tells when there is', async () => {
  await using other = await createKernel()
  expect(await other.call('work_events')).toBe(null)
  const chores = async () =>
    other.value<number>('select chores from millrace.get_chores(1, millrace.clock(), $1)', [
      '-infinity',
    ])
  expect((await chores()) & 64).toBe(0)
  await other.call('emit_event', 'paid', '1', { key: 'k' })
  expect((await chores()) & 64).toBe(64)
  expect(await other.call<number>('work_events')).toBeGreaterThan(60_000)
  expect((await chores()) & 64).toBe(0)
})

test('what waits and what is kept for other keys is not read: by an emission, a wait or a worker', async () => {
  await using other = await createKernel()
  const explain = await explainAll(other)
  const cost = async (text: string, values: unknown[] = []) => {
    const reads = await explain.reads(text, values)
    const found = reads.filter(({ how }) => how !== 'ModifyTable')
    const many = found.filter(({ rows, pages }) => rows > 40 || pages > 40)
    // what is written extends tables, and varies with what was free in them
    const pages = found.reduce((sum, read) => sum + read.pages, 0)
    return { many, pages }
  }
  const emit = (key: string) => cost(`select millrace.emit_event('paid', '1', $1)`, [{ key }])
  const wait = async (key: string) => {
    const { worker, task } = await other.lease(await other.route().then(started))
    const json = JSON.stringify({
      waits: [
        {
          run: task.run,
          step: 'e',
          message: eventMessage({ name: 'paid', key }),
          name: 'paid',
          key,
        },
      ],
    })
    const read = await cost('select millrace.advance_events(1, null, $1, millrace.clock())', [json])
    await worker.wait(task, event('e', 'paid', key))
    return read
  }
  const started = async (route: Awaited<ReturnType<typeof other.route>>) => {
    await other.start(route)
    return route
  }
  await waiting(other, 3, 'warm')
  await emit('warm')
  await wait('warm')
  await waiting(other, 3, 'few')
  const alone = await emit('few')
  await waiting(other, 1000, 'many')
  await other.query(
    `insert into millrace.event_waits (run_id, at, tenant_id, step, message, name, key)
     select -g, now(), 1, 'e', 'other' || g, 'other', g::text from generate_series(1, 20000) g`,
  )
  await other.query(
    `insert into millrace.events (id, at, keep_until, tenant_id, nth, matched, name, key, message)
     select -g, now(), now() + interval '1 day', 1, g, 0, 'other', g::text, 'other' || g from generate_series(1, 20000) g`,
  )
  await waiting(other, 3, 'again')
  const among = await emit('again')
  expect(among.many).toEqual([])
  expect(among.pages).toBeLessThan(alone.pages * 1.5 + 50)
  expect((await wait('again')).many).toEqual([])
  await other.advanceClock(1000)
  const look = `select millrace.look_events(millrace.clock()) + millrace.spread_events(millrace.clock())`
  expect((await cost(look)).many).toEqual([])
  await other.query('analyze')
  await waiting(other, 3, 'analysed')
  expect((await emit('analysed')).many).toEqual([])
  expect((await wait('analysed')).many).toEqual([])
  await other.query('delete from millrace.event_waits where run_id < 0')
})
