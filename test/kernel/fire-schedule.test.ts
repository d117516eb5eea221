import type pg from 'pg'
import { describe, expect, test } from 'vitest'
import { dueSchedules, type Firing, fireSchedules } from '../../src/kernel/schedules.ts'
import { planFiring } from '../../src/worker/schedule-work.ts'
import { checkInvariants } from '../support/invariants.ts'
import { createKernel, type Kernel } from '../support/kernel.ts'
import { openTrack } from '../support/race.ts'
import { scheduleTools } from '../support/schedules.ts'
import { until } from '../support/until.ts'

const HOUR = 3_600_000
const onlyOne = { rules: { singleton: { on: 'join', key: [] } } }

/** A schedule that runs every hour, in a database of its own. */
async function hourly(options: object = {}) {
  const kernel = await createKernel()
  const tools = scheduleTools(kernel)
  const { name, route } = await kernel.route()
  await tools.put('s', name, { every: HOUR, ...options })
  await tools.look()
  return { kernel, name, route, ...tools, [Symbol.asyncDispose]: () => kernel.drop() }
}

/** What a worker has worked out for all that is due. */
async function plans({ database }: Kernel): Promise<Firing[]> {
  return (await dueSchedules(database, 100)).map(planFiring)
}

test('each time has its run, which knows it, and none comes early', async () => {
  await using s = await hourly()
  const [due] = await s.kernel.query<{ due_ms: string; chores: number }>(
    `select due_ms, chores from millrace.get_chores(1, millrace.clock())`,
  )
  expect(Number(due?.due_ms)).toBeGreaterThan(HOUR - 60_000)
  expect((due?.chores ?? 0) & 128).toBe(0)
  await s.look()
  expect(await s.runs('s')).toEqual([])
  const at = await s.reach('s')
  const [now] = await s.kernel.query<{ chores: number }>(
    `select chores from millrace.get_chores(1, millrace.clock())`,
  )
  expect((now?.chores ?? 0) & 128).toBe(128)
  await s.look()
  const [first] = await s.runs('s')
  expect(first?.at).toEqual(at)
  expect(await s.show('s')).toMatchObject({ last_at: at, skipped: '0' })
  expect(((await s.show('s')).next_at as Date).getTime()).toBe(at.getTime() + HOUR)
  await s.look()
  expect(await s.runs('s')).toHaveLength(1)
  const list = await s.kernel.query<{ run: { id: string } }>(
    `select run from millrace.get_runs('{"schedule_id": "s"}')`,
  )
  expect(list.map(({ run }) => run)).toMatchObject([{ schedule_id: 's' }])
  expect(await s.kernel.query(`select run from millrace.get_runs('{"schedule_id": "t"}')`)).toEqual(
    [],
  )
})

test('two workers that have worked out the same: one fires, the other changes nothing', async () => {
  await using s = await hourly({ overlap: 'allow' })
  await s.reach('s')
  const [mine, other] = [await plans(s.kernel), await plans(s.kernel)]
  expect(other).toEqual(mine)
  expect(await fireSchedules(s.kernel.database, mine)).toEqual(['done'])
  expect(await fireSchedules(s.kernel.database, other)).toEqual(['lost'])
  expect(await s.runs('s')).toHaveLength(1)
})

test('at the same moment: who comes second waits for nobody, and starts nothing', async () => {
  await using s = await hourly({ overlap: 'allow' })
  const track = await openTrack(s.kernel)
  const fire = (firings: Firing[]) => (client: pg.Client) =>
    client.query('select verdict from millrace.fire_schedules($1)', [JSON.stringify(firings)])
  for (let i = 0; i < 3; i++) {
    await s.reach('s')
    const [mine, other] = [await plans(s.kernel), await plans(s.kernel)]
    const { waited, second } = await track.inTurn(fire(mine), fire(other))
    expect(waited).toBe(false)
    expect(second).toMatchObject({ rows: [{ verdict: 'held' }] })
    expect(await s.runs('s')).toHaveLength(i + 1)
  }
})

test('ten that look at once, again and again: each time has one run', async () => {
  await using s = await hourly({ every: 1000, overlap: 'allow', catch_up: 'all' })
  for (let i = 0; i < 10; i++) {
    await s.kernel.advanceClock(1500)
    await Promise.all(Array.from({ length: 10 }, () => s.look()))
  }
  await s.look()
  const times = (await s.runs('s')).map(({ at }) => at.getTime())
  expect(times.length).toBeGreaterThanOrEqual(14)
  const first = times[0] as number
  expect([...times].sort((a, b) => a - b)).toEqual(times.map((_, i) => first + i * 1000))
})

test('a worker that died before its commit leaves the time to the next; after it, nothing to do', async () => {
  await using s = await hourly()
  await s.reach('s')
  const client = await s.kernel.connect()
  await client.query('begin')
  const text = JSON.stringify(await plans(s.kernel))
  await client.query('select * from millrace.fire_schedules($1)', [text])
  await client.end()
  expect(await s.runs('s')).toEqual([])
  await s.look()
  expect(await s.runs('s')).toHaveLength(1)
  // its reply was lost, and it says it again
  expect(await fireSchedules(s.kernel.database, JSON.parse(text))).toEqual(['lost'])
  expect(await s.runs('s')).toHaveLength(1)
})

test('the same time never has two runs, were it fired twice', async () => {
  await using s = await hourly({ overlap: 'allow' })
  await s.reach('s')
  const [plan] = await plans(s.kernel)
  await fireSchedules(s.kernel.database, [plan as Firing])
  const revision = (plan as Firing).revision + 1
  expect(await fireSchedules(s.kernel.database, [{ ...(plan as Firing), revision }])).toEqual([
    'done',
  ])
  expect(await s.runs('s')).toHaveLength(1)
})

test('what is changed or paused while a worker works it out is not fired as it was', async () => {
  await using s = await hourly()
  await s.reach('s')
  const before = await plans(s.kernel)
  await s.kernel.call('pause_schedule', 's', { by: 'ada' })
  expect(await fireSchedules(s.kernel.database, before)).toEqual(['lost'])
  await s.look()
  expect(await s.runs('s')).toEqual([])
  await s.kernel.call('delete_schedule', 's', {})
  expect(await fireSchedules(s.kernel.database, before)).toEqual(['lost'])
})

describe('while a worker fires it', () => {
  const fire = (firings: Firing[]) => (client: pg.Client) =>
    client.query('select verdict from millrace.fire_schedules($1)', [JSON.stringify(firings)])
  const calls = {
    pause: `select millrace.pause_schedule('s')`,
    delete: `select millrace.delete_schedule('s')`,
    put: `select millrace.put_schedule('s', $1, '{"every": "2 hours"}')`,
    'start by hand': `select millrace.run_schedule('s')`,
  }
  const change = (call: keyof typeof calls, name: string) => (client: pg.Client) =>
    client.query(calls[call], call === 'put' ? [name] : [])

  test.each(['pause', 'delete', 'put', 'start by hand'] as const)(
    '%s waits for that; first, it is fired as it is then, or not at all',
    async (call) => {
      await using s = await hourly()
      const track = await openTrack(s.kernel)
      await s.reach('s')
      const late = await track.inTurn(fire(await plans(s.kernel)), change(call, s.name))
      expect(late).toMatchObject({ waited: true, first: { rows: [{ verdict: 'done' }] } })
      expect(late.second.code).toBeUndefined()
      const byHand = call === 'start by hand' ? 1 : 0
      expect(await s.runs('s')).toHaveLength(1 + byHand)

      await s.kernel.call('delete_schedule', 's', {}).catch(() => {})
      await s.put('s', s.name, { every: HOUR, overlap: 'allow' })
      await s.look()
      await s.reach('s')
      const early = await track.inTurn(change(call, s.name), fire(await plans(s.kernel)))
      expect(early).toMatchObject({ waited: false, second: { rows: [{ verdict: 'held' }] } })
      await s.look()
      // what is left of it is fired by what it is now; the time that had come, only where its rule is the same
      expect(await s.runs('s')).toHaveLength(1 + byHand + (byHand === 1 ? 2 : 0))
    },
  )

  test('changed again and again: no time has two runs, and none is of no rule', async () => {
    await using s = await hourly({ every: 1000, overlap: 'allow', catch_up: 'all' })
    const [one, two] = [await s.kernel.connect(), await s.kernel.connect()]
    const changes = [
      'pause_schedule',
      'resume_schedule',
      'delete_schedule',
      'put_schedule',
      'run_schedule',
    ]
    const put = (client: pg.Client, i: number) =>
      client.query(`select millrace.put_schedule('s', $1, $2)`, [
        s.name,
        { every: 1000 + (i % 2) * 500, overlap: 'allow', catch_up: 'all', paused: false },
      ])
    for (let i = 0; i < 25; i++) {
      await s.kernel.advanceClock(1200)
      const call = changes[i % changes.length] as string
      await Promise.all([
        ...[1, 2, 3].map(() => s.look()),
        call === 'put_schedule' ? put(one, i) : one.query(`select millrace.${call}('s')`),
        i % 5 === 3 ? put(two, i) : null,
      ])
    }
    const twice = `select count(*)::int from (
      select r.meta::json ->> 'tick' from millrace.runs r where r.meta::json ->> 'tick' is not null
      group by 1 having count(*) > 1) x`
    expect(await s.kernel.value(twice)).toBe(0)
    expect((await s.runs('s')).length).toBeGreaterThan(4)
    await checkInvariants(s.kernel)
  })
})

test('many that wait for one key hold up no other schedule for long', async () => {
  await using s = await hourly()
  const single = await s.kernel.route({ definition: onlyOne })
  for (let i = 0; i < 120; i++) await s.put(`single ${i}`, single.name, { every: HOUR })
  await s.put('after', s.name, { every: HOUR })
  while ((await s.look()) === 0);
  const client = await s.kernel.connect()
  await client.query('begin')
  await client.query('select millrace.start_workflow($1)', [single.name])
  await s.reach('after')
  await until('the other has fired', async () => {
    const began = performance.now()
    await s.look()
    expect(performance.now() - began).toBeLessThan(5000)
    return (await s.runs('after')).length > 0
  })
  await client.query('rollback')
})

describe('overlap', () => {
  test('skip: nothing while the last run is live, paused too', async () => {
    await using s = await hourly({ overlap: 'skip' })
    await s.reach('s')
    await s.look()
    await s.reach('s')
    await s.look()
    const [first] = await s.runs('s')
    await s.kernel.query('select millrace.pause_workflow(millrace.run_uuid($1))', [first?.run])
    await s.reach('s')
    await s.look()
    expect(await s.runs('s')).toHaveLength(1)
    expect(await s.show('s')).toMatchObject({ skipped: '2', waiting: 0 })
    await s.end(first?.run as string)
    await s.look()
    expect(await s.runs('s')).toHaveLength(1)
    await s.reach('s')
    await s.look()
    expect(await s.runs('s')).toHaveLength(2)
  })

  test('allow: beside each other', async () => {
    await using s = await hourly({ overlap: 'allow' })
    for (let i = 0; i < 3; i++) {
      await s.reach('s')
      await s.look()
    }
    expect(await s.runs('s')).toHaveLength(3)
    expect(await s.show('s')).toMatchObject({ skipped: '0' })
  })

  test('queue: one after the other, each for its own time, as soon as the one before has ended', async () => {
    await using s = await hourly({ overlap: 'queue' })
    const times: Date[] = []
    for (let i = 0; i < 3; i++) {
      times.push(await s.reach('s'))
      await s.look()
    }
    expect(await s.runs('s')).toHaveLength(1)
    expect(await s.show('s')).toMatchObject({ waiting: 2 })
    const due = () =>
      s.kernel.value<boolean>('select bool_or(wake_at <= millrace.clock()) from millrace.schedules')
    expect(await due()).toBe(false)
    for (let i = 1; i < 3; i++) {
      await s.end((await s.runs('s')).at(-1)?.run as string)
      expect(await due()).toBe(true)
      await s.look()
      expect(await s.runs('s')).toHaveLength(i + 1)
    }
    expect((await s.runs('s')).map(({ at }) => at)).toEqual(times)
    expect(await s.show('s')).toMatchObject({ waiting: 0, skipped: '0' })
    await checkInvariants(s.kernel)
  })

  test('queue: a run that is just ending is waited for; if its word is lost it is looked at again', async () => {
    await using s = await hourly({ overlap: 'queue' })
    await s.reach('s')
    await s.look()
    const [first] = await s.runs('s')
    await s.reach('s')
    const client = await s.kernel.connect()
    await client.query('begin')
    await client.query(`select millrace.cancel_runs(1, $1, '{}')`, [[first?.run]])
    await s.look() // it is held: the time waits, and is looked at again soon
    expect(await s.show('s')).toMatchObject({ waiting: 1 })
    await client.query('commit')
    await s.kernel.advanceClock(150)
    await s.look()
    expect(await s.runs('s')).toHaveLength(2)
    // and where nobody said that it has ended
    await s.reach('s')
    await s.look()
    await s.kernel.query('update millrace.schedules set waits_for = null')
    await s.end((await s.runs('s')).at(-1)?.run as string)
    await s.kernel.advanceClock(1100)
    await s.look()
    expect(await s.runs('s')).toHaveLength(3)
  })

  test('queue: of more than 1,000 that wait the oldest go, which is noted', async () => {
    await using s = await hourly({ overlap: 'queue', every: 1000, catch_up: 'all' })
    await s.reach('s')
    await s.look()
    await s.kernel.advanceClock(700_000)
    await s.look()
    await s.kernel.advanceClock(700_000)
    await s.look()
    expect(await s.show('s')).toMatchObject({
      waiting: 1000,
      note: { code: 'MR020', message: expect.stringMatching(/More than 1,000/) },
    })
    expect(await s.runs('s')).toHaveLength(1)
  })

  test('replace: the last run is cancelled, and says why', async () => {
    await using s = await hourly({ overlap: 'replace' })
    await s.reach('s')
    await s.look()
    await s.reach('s')
    await s.look()
    const [first, second] = await s.runs('s')
    expect(await s.kernel.run(first?.run as string)).toMatchObject({ status: 'cancelled' })
    expect((await s.kernel.journal(first?.run as string)).at(-1)).toMatch(
      /^x .*replaced.*schedule s/,
    )
    expect(await s.kernel.run(second?.run as string)).toMatchObject({ status: 'pending' })
  })

  test("replace: while somebody's transaction has the last run it is left for the next time", async () => {
    await using s = await hourly({ overlap: 'replace' })
    await s.reach('s')
    await s.look()
    const [first] = await s.runs('s')
    await s.reach('s')
    const client = await s.kernel.connect()
    await client.query('begin')
    await client.query('select from millrace.live where run_id = $1 for update', [first?.run])
    expect(await s.look()).toBe(100)
    expect(await s.runs('s')).toHaveLength(1)
    await client.query('rollback')
    await s.look()
    expect(await s.runs('s')).toHaveLength(2)
  })

  test.each(['skip', 'replace'])(
    '%s: of several times that come at once the newest',
    async (overlap) => {
      await using s = await hourly({ overlap, catch_up: 'all' })
      await s.reach('s', 3 * HOUR)
      await s.look()
      const runs = await s.runs('s')
      expect(runs).toHaveLength(1)
      expect(runs[0]?.at).toEqual((await s.show('s')).last_at)
      expect(await s.show('s')).toMatchObject({ skipped: '3' })
    },
  )
})

describe('after a time without any worker', () => {
  test.each([
    ['one', 1],
    ['none', 0],
    ['all', 6],
  ])('%s: %i of six', async (catch_up, expected) => {
    await using s = await hourly({ overlap: 'allow', catch_up })
    const first = await s.reach('s', 5.5 * HOUR)
    await s.look()
    const runs = await s.runs('s')
    expect(runs).toHaveLength(expected)
    const newest = first.getTime() + 5 * HOUR
    if (expected > 0) expect(runs.at(-1)?.at.getTime()).toBe(newest)
    expect(((await s.show('s')).next_at as Date).getTime()).toBe(newest + HOUR)
  })

  test('all: at most 1,000, the newest, and what became of the others is noted', async () => {
    await using s = await hourly({ overlap: 'allow', catch_up: 'all' })
    await s.kernel.advanceClock(2000.5 * HOUR)
    await s.look()
    expect(await s.runs('s')).toHaveLength(1000)
    expect(await s.show('s')).toMatchObject({
      note: { code: 'MR020', message: expect.stringMatching(/only the newest 1000 were run/) },
    })
    const labels = `select count(*)::int from millrace.run_labels where kind = 's' and value = 's'`
    expect(await s.kernel.value(labels)).toBe(1000)
  })

  test('a hundred schedules that were due for a year are started, some at a time', async () => {
    await using s = await hourly({ overlap: 'allow' })
    for (let i = 0; i < 130; i++)
      await s.put(`s${i}`, s.name, { every: HOUR, overlap: 'allow', catch_up: 'all' })
    await s.kernel.advanceClock(20.5 * HOUR)
    // those that one call has no time for come with the next
    for (let rest: number | null = 0; rest !== null; ) rest = await s.look()
    const text = `select count(*)::int from millrace.runs where meta is not null`
    expect(await s.kernel.value(text)).toBe(130 * 20 + 1)
  })
})

test('a start that is refused is noted, and the schedule goes on', async () => {
  await using s = await hourly({ version: '1' })
  await s.kernel.query(`update millrace.workflows set version = '2'`)
  await s.reach('s')
  await s.look()
  expect(await s.show('s')).toMatchObject({
    problem: { code: 'MR040', message: expect.stringMatching(/in version "1" is not registered/) },
    skipped: '1',
  })
  await s.kernel.query(`update millrace.workflows set version = '1'`)
  await s.reach('s')
  await s.look()
  expect(await s.runs('s')).toHaveLength(1)
  expect(await s.show('s')).toMatchObject({ problem: null })
})

test('a workflow with limits by its input: the runs have their keys, an input without them is noted', async () => {
  await using s = await hourly()
  const limits = { concurrency: [{ limit: 1, key: ['customer'] }] }
  const { name } = await s.kernel.route({ definition: { limits } })
  await s.put('good', name, { every: HOUR, input: { customer: 'a' } })
  await s.put('bad', name, { every: HOUR, input: { client: 'a' } })
  await s.reach('bad')
  await s.look()
  const [run] = await s.runs('good')
  const meta = `select meta::json -> 'keys' from millrace.runs where id = $1`
  expect(await s.kernel.value(meta, [run?.run])).toEqual({ customer: 'a' })
  expect(await s.runs('bad')).toEqual([])
  expect(await s.show('bad')).toMatchObject({
    problem: { code: 'MR001', message: expect.stringContaining('customer') },
    next_at: expect.any(Date),
  })
})

test("somebody's open transaction holds up only the schedule that it touched", async () => {
  await using s = await hourly()
  await s.put('t', s.name, { every: HOUR })
  await s.reach('t')
  await s.reach('s')
  const client = await s.kernel.connect()
  await client.query('begin')
  await client.query(`select millrace.pause_schedule('s')`)
  await s.look()
  expect(await s.runs('t')).toHaveLength(1)
  expect(await s.runs('s')).toEqual([])
  await client.query('rollback')
  await s.look()
  expect(await s.runs('s')).toHaveLength(1)
})

test('a retry knows the schedule too, and what is pruned leaves nothing behind', async () => {
  await using s = await hourly()
  const at = await s.reach('s')
  await s.look()
  const [first] = await s.runs('s')
  const { worker, task } = await s.kernel.lease({ route: s.route, name: s.name, tenant: 1 })
  await worker.fail(task)
  const [retry] = await s.kernel.query<{ run: { id: string } }>(
    'select millrace.retry_workflow(millrace.run_uuid($1)) as run',
    [first?.run],
  )
  expect(retry?.run).toMatchObject({ schedule_id: 's', scheduled_for: at.toISOString() })
  const list = `select run from millrace.get_runs('{"schedule_id": "s"}')`
  expect(await s.kernel.query(list)).toHaveLength(2)
  const ids = (await s.runs('s')).map(({ run }) => run)
  await s.end(ids[1] as string)
  await s.kernel.query('select millrace.delete_runs(1, $1)', [ids])
  for (const table of ['run_keys', 'run_labels'])
    expect(await s.kernel.query(`select * from millrace.${table}`)).toEqual([])
})

test('a key that somebody holds in an open transaction holds up the one schedule, and no worker', async () => {
  await using s = await hourly()
  const single = await s.kernel.route({ definition: onlyOne })
  await s.put('single', single.name, { every: HOUR })
  await s.put('after', s.name, { every: HOUR })
  await s.look()
  const client = await s.kernel.connect()
  await client.query('begin')
  await client.query('select millrace.start_workflow($1)', [single.name])
  await s.reach('after')
  expect(await s.look()).toBe(100) // not an error, and soon again
  expect([await s.runs('s'), await s.runs('after')]).toMatchObject([[{}], [{}]])
  expect(await s.runs('single')).toEqual([])
  await client.query('rollback')
  await until('it is fired', async () => {
    await s.look()
    return (await s.runs('single')).length === 1
  })
})

test('a time that made no run by the rules of its workflow leaves no name behind', async () => {
  await using s = await hourly()
  const single = await s.kernel.route({ definition: onlyOne })
  await s.kernel.call('start_workflow', single.name, null, {})
  await s.put('single', single.name, { every: HOUR, overlap: 'allow' })
  await s.look()
  await s.reach('single')
  await s.look()
  expect(await s.show('single')).toMatchObject({ last_at: expect.any(Date), last_run_id: null })
  const names = `select from millrace.run_keys k where k.workflow = '$schedule'
                 and not exists (select from millrace.runs r where r.id = k.run_id)`
  expect(await s.kernel.query(names)).toEqual([])
})

test('its runs have the attributes that come from their input', async () => {
  await using s = await hourly()
  const attributes = { customer: { type: 'text', path: 'customer' } }
  const { name } = await s.kernel.route({ definition: { attributes } })
  await s.put('ada', name, { every: HOUR, input: { customer: 'ada' } })
  await s.look()
  await s.reach('ada')
  await s.look()
  const filter = { workflow_id: name, attributes: { customer: 'ada' } }
  expect(await s.kernel.query('select run from millrace.get_runs($1)', [filter])).toMatchObject([
    { run: { schedule_id: 'ada', attributes: { customer: 'ada' } } },
  ])
})
