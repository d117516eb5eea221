import type pg from 'pg'
import { expect, test } from 'vitest'
import { openKernel, type Route, uuid } from '../support/kernel.ts'
import { openTrack } from '../support/race.ts'

const kernel = await openKernel()
const track = await openTrack(kernel)
const first = BigInt(await kernel.call<string>('take_ids'))
let taken = 0n
const drawId = () => String(first + taken++)
const MINUTE = 60_000

type Start = {
  id?: string
  input?: unknown
  max?: number
  period?: number
  key?: object
  meta?: object
  delay?: number
}
const START =
  'select run_id::text, verdict, existing::text from millrace.start_runs(1, $1, $2, $3, $4, $5)'

function values(route: Route, starts: (Start & { id: string })[]): unknown[] {
  return [
    starts.map(({ id }) => id),
    starts.map(() => route.route),
    starts.map(({ delay }) => delay ?? null),
    starts.map(({ input }) => JSON.stringify(input ?? null)),
    starts.map(({ max, period = MINUTE, key = {}, meta }) =>
      JSON.stringify({
        ...meta,
        rules: { debounce: { period_ms: period, ...(max && { max_ms: max }), key } },
        workflow: route.name,
      }),
    ),
  ]
}

async function start(route: Route, one: Start) {
  const id = one.id ?? drawId()
  const rows = await kernel.query<{
    run_id: string | null
    verdict: string
    existing: string | null
  }>(START, values(route, [{ ...one, id }]))
  const { verdict, existing } = rows[0] as (typeof rows)[0]
  return { id, verdict, existing }
}

/** In how many milliseconds a run begins, rounded to seconds. */
async function beginsIn(run: string): Promise<number> {
  const ms = await kernel.value<number>(
    'select extract(epoch from wake_at - millrace.clock())::float8 * 1000 from millrace.live where run_id = $1',
    [run],
  )
  return Math.round(ms / 1000) * 1000
}

test('the last start of a quiet period has its input in the one run, which begins after that', async () => {
  const route = await kernel.route()
  const one = await start(route, { input: 1 })
  expect(one.verdict).toBe('m')
  expect(await kernel.run(one.id)).toMatchObject({ status: 'pending', input: 1 })
  await kernel.advanceClock(40_000)
  const two = await start(route, { input: 2 })
  expect(two).toMatchObject({ verdict: 'e', existing: one.id })
  await kernel.advanceClock(40_000)
  const three = await start(route, { input: 3 })
  expect(three).toMatchObject({ verdict: 'e', existing: one.id })
  expect(await start(route, { input: 9, key: { other: 1 } })).toMatchObject({ verdict: 'm' })
  const worker = await kernel.worker()
  await kernel.advanceClock(59_000)
  expect((await worker.claim(route)).map(({ run }) => run)).toEqual([])
  await kernel.advanceClock(1000)
  const claimed = await worker.claim(route)
  expect(claimed.find(({ run }) => run === one.id)?.input).toBe('3')
  const next = await start(route, { input: 4 })
  expect(next.verdict).toBe('m')
})

test('it is put off never beyond max_ms after the first', async () => {
  const route = await kernel.route()
  const one = await start(route, { max: 2 * MINUTE })
  await kernel.advanceClock(45_000)
  await start(route, { max: 2 * MINUTE })
  expect(await beginsIn(one.id)).toBe(60_000)
  await kernel.advanceClock(45_000)
  await start(route, { max: 2 * MINUTE, input: 'last' })
  expect(await beginsIn(one.id)).toBe(30_000)
  await kernel.advanceClock(30_000)
  expect((await start(route, { max: 2 * MINUTE })).verdict).toBe('m')
  expect((await kernel.lease(route)).task).toMatchObject({ run: one.id, input: '"last"' })
})

test('a start that is sent again puts nothing off, and is that run also when it has begun', async () => {
  const route = await kernel.route()
  const one = { id: drawId(), input: 1 }
  const two = { id: drawId(), input: 2 }
  await start(route, one)
  await kernel.advanceClock(30_000)
  await start(route, two)
  await start(route, { input: 3 })
  await kernel.advanceClock(30_000)
  expect(await start(route, two)).toMatchObject({ verdict: 'e', existing: one.id })
  expect(await start(route, one)).toMatchObject({ verdict: 'm' })
  expect(await beginsIn(one.id)).toBe(30_000)
  expect(await kernel.run(one.id)).toMatchObject({ input: 3 })
  await kernel.advanceClock(30_000)
  const { worker, task } = await kernel.lease(route)
  await worker.complete(task)
  expect(await start(route, two)).toMatchObject({ verdict: 'e', existing: one.id })
  expect(await start(route, one)).toMatchObject({ verdict: 'm' })
  expect(
    await kernel.query('select from millrace.live where route_id = $1', [route.route]),
  ).toEqual([])
})

test('of several in one call the last has its input in the run of the first', async () => {
  const route = await kernel.route()
  const ids = [drawId(), drawId(), drawId()]
  const rows = await kernel.query(
    START,
    values(
      route,
      ids.map((id, i) => ({ id, input: i, key: { k: i === 1 ? 1 : 0 } })),
    ),
  )
  expect(rows).toMatchObject([{ run_id: ids[2], verdict: 'e', existing: ids[0] }, { verdict: 'm' }])
  expect(await kernel.run(ids[0] as string)).toMatchObject({ input: 2 })
  expect(await kernel.run(ids[1] as string)).toMatchObject({ input: 1 })
})

test('one that is paused before it begins takes the input too, and begins when both are over', async () => {
  const route = await kernel.route()
  const one = await start(route, { input: 1 })
  await kernel.call('pause_workflow', uuid(one.id), {})
  await kernel.advanceClock(30_000)
  expect(await start(route, { input: 2 })).toMatchObject({ verdict: 'e', existing: one.id })
  expect(await kernel.live(one.id)).toMatchObject({ state: 'p', wake_at: null })
  await kernel.call('resume_workflow', uuid(one.id), {})
  expect(await beginsIn(one.id)).toBe(MINUTE)
})

test('one that an operator sent on, or that is over its time, is left: a new one is made', async () => {
  const route = await kernel.route()
  const one = await start(route, { input: 1 })
  await kernel.call('fast_forward_workflow', uuid(one.id), {}, {})
  expect((await start(route, { input: 2 })).verdict).toBe('m')
  await kernel.advanceClock(MINUTE)
  expect((await start(route, { input: 3 })).verdict).toBe('m')
})

test('an idempotency key belongs to the start that made the run, whatever input that has now', async () => {
  const route = await kernel.route()
  const one = await start(route, { input: 1, meta: { key: 'a' } })
  await start(route, { input: 2, meta: { key: 'b' } })
  expect(await start(route, { input: 1, meta: { key: 'a' } })).toMatchObject({
    verdict: 'e',
    existing: one.id,
  })
  expect(await kernel.run(one.id)).toMatchObject({ input: 2 })
  const keys = 'select key from millrace.run_keys where workflow = $1'
  expect(await kernel.query(keys, [route.name])).toEqual([{ key: 'a' }])
})

test('the keys of limits go with the input', async () => {
  const route = await kernel.route({
    definition: { limits: { concurrency: [{ limit: 1, key: ['customer'] }] } },
  })
  const lane = (run: string) =>
    kernel.value<string>('select lane::text from millrace.live where run_id = $1', [run])
  const one = await start(route, { input: { customer: 1 }, meta: { keys: { customer: 1 } } })
  const before = await lane(one.id)
  await start(route, { input: { customer: 2 }, meta: { keys: { customer: 2 } } })
  const plain = await kernel.start(route, { meta: { keys: { customer: 2 } } })
  expect(await lane(one.id)).not.toBe(before)
  expect(await lane(one.id)).toBe(await lane(plain))
  const meta = await kernel.value<string>('select meta from millrace.runs where id = $1', [one.id])
  expect(JSON.parse(meta)).toMatchObject({ keys: { customer: 2 }, rules: { debounce: {} } })
})

test('beside a begin: the start waits for it, and makes a new run', async () => {
  const route = await kernel.route()
  const one = await start(route, { input: 1 })
  const worker = await kernel.worker()
  await kernel.advanceClock(MINUTE)
  const id = drawId()
  const { second } = await track.inTurn(
    (client) =>
      client.query('select * from millrace.claim_tasks(1, $1, 0, $2, $3, 9)', [
        worker.id,
        [route.route],
        ['0'],
      ]),
    (client) => client.query(START, values(route, [{ id, input: 2 }])),
  )
  expect(second.rows).toMatchObject([{ verdict: 'm' }])
  expect(await kernel.live(one.id)).toMatchObject({ state: 'l' })
  expect(await kernel.run(one.id)).toMatchObject({ input: 1 })
  expect(await kernel.run(id)).toMatchObject({ status: 'pending', input: 2 })
})

test('beside a start that puts it off nobody begins it', async () => {
  const route = await kernel.route()
  await start(route, { input: 1 })
  const worker = await kernel.worker()
  await kernel.advanceClock(50_000)
  const { second } = await track.inTurn(
    (client) => client.query(START, values(route, [{ id: drawId(), input: 2 }])),
    async (client) => {
      await client.query('update millrace.test_clock set offset_ms = offset_ms + 15000')
      return client.query('select * from millrace.claim_tasks(1, $1, 0, $2, $3, 9)', [
        worker.id,
        [route.route],
        ['0'],
      ])
    },
  )
  expect(
    (second.rows as { run_id: string | null }[]).filter(({ run_id }) => run_id !== null),
  ).toEqual([])
  expect(await worker.claim(route)).toEqual([])
})

test('one that is cancelled is left: the next start makes another, and what is sent again is still the old', async () => {
  const route = await kernel.route()
  const one = await start(route, { input: 'first' })
  const merged = await start(route, { input: 'merged' })
  await kernel.call('cancel_workflow', uuid(one.id), {})
  const next = await start(route, { input: 'next' })
  expect(next.verdict).toBe('m')
  expect(await start(route, { id: merged.id, input: 'merged' })).toMatchObject({
    verdict: 'e',
    existing: one.id,
  })
  const inputs = await kernel.query(
    'select input from millrace.runs where id = any ($1) order by id',
    [[one.id, next.id]],
  )
  expect(inputs).toEqual([{ input: '"merged"' }, { input: '"next"' }])
})

test.each(['cancel first', 'start first'])(
  'a start beside a cancel waits for it: %s',
  async (order) => {
    const route = await kernel.route()
    const one = await start(route, { input: 'first' })
    const cancel = (client: pg.Client) =>
      client.query('select millrace.cancel_workflow($1)', [uuid(one.id)])
    const id = drawId()
    const again = (client: pg.Client) =>
      client.query(START, values(route, [{ id, input: 'second' }]))
    const isFirst = order === 'cancel first'
    const { waited, first, second } = await track.inTurn(
      isFirst ? cancel : again,
      isFirst ? again : cancel,
    )
    expect(waited).toBe(true)
    expect((isFirst ? second : first).rows).toMatchObject([
      ...(isFirst ? [] : [{ verdict: 'e', existing: one.id }]),
      { verdict: 'm' },
    ])
    expect(await kernel.run(one.id)).toMatchObject({ status: 'cancelled' })
    const live = await kernel.query('select run_id::text from millrace.live where route_id = $1', [
      route.route,
    ])
    expect(live).toEqual(isFirst ? [{ run_id: id }] : [])
  },
)

test('many starts at once are one run with the input of one of them', async () => {
  const route = await kernel.route()
  const said = await Promise.all(Array.from({ length: 20 }, (_, input) => start(route, { input })))
  const made = said.filter(({ verdict }) => verdict === 'm')
  expect(made).toHaveLength(1)
  const runs = await kernel.query('select id::text from millrace.runs where route_id = $1', [
    route.route,
  ])
  expect(runs).toEqual([{ id: made[0]?.id }])
})

test('what debounced starts left behind is swept up after a day', async () => {
  const route = await kernel.route()
  await start(route, {})
  await start(route, {})
  await kernel.advanceClock(25 * 60 * MINUTE)
  await start(route, {})
  for (let i = 0; i < 3; i++) await start(route, {})
  const left = await kernel.value<number>(
    "select count(*)::int from millrace.merged_starts where at < millrace.clock() - interval '1 day'",
  )
  expect(left).toBe(0)
})

test("a run's own time-out is not put off with its begin", async () => {
  const { route, name } = await kernel.route()
  const debounce = { period_ms: 60_000, key: {} }
  const meta = { rules: { debounce }, timeout_ms: 70_000, start_within_ms: 3_600_000 }
  const run = await kernel.start({ route, name, tenant: 1 }, { meta })
  const timeout = () =>
    kernel.value<Date>('select timeout_at from millrace.live where run_id = $1', [run])
  const before = await timeout()
  await kernel.advanceClock(30_000)
  await kernel.start({ route, name, tenant: 1 }, { meta })
  expect(await timeout()).toEqual(before)
})
