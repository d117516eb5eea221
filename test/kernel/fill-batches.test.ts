import { expect, test } from 'vitest'
import { openKernel, type Route, uuid } from '../support/kernel.ts'
import { openTrack } from '../support/race.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
const track = await openTrack(kernel)
const first = BigInt(await kernel.call<string>('take_ids'))
let taken = 0n
const drawId = () => String(first + taken++)
const MINUTE = 60_000

type Start = { id?: string; input?: unknown; size?: number; meta?: object; text?: string }
type Said = { id: string; verdict: string; existing: string | null }
const START =
  'select run_id::text, verdict, existing::text from millrace.start_runs(1, $1, $2, null, $3, $4)'

function values(route: Route, starts: (Start & { id: string })[]): unknown[] {
  return [
    starts.map(({ id }) => id),
    starts.map(() => route.route),
    starts.map(({ input, text }) => text ?? JSON.stringify([input ?? null])),
    starts.map(({ size = 3, meta }) =>
      JSON.stringify({
        ...meta,
        rules: { batch: { size, timeout_ms: MINUTE, key: {} } },
        workflow: route.name,
      }),
    ),
  ]
}

async function startAll(route: Route, starts: Start[]): Promise<Said[]> {
  const all = starts.map((one) => ({ ...one, id: one.id ?? drawId() }))
  const rows = await kernel.query<{ run_id: string; verdict: string; existing: string }>(
    START,
    values(route, all),
  )
  return all.map(({ id }) => {
    const odd = rows.find(({ run_id }) => run_id === id)
    return { id, verdict: odd?.verdict ?? 'm', existing: odd?.existing ?? null }
  })
}
const start = async (route: Route, one: Start) => (await startAll(route, [one]))[0] as Said
const inputOf = async (run: string) => (await kernel.run(run)).input

test('starts come into one run, which begins when it is full', async () => {
  const route = await kernel.route()
  const one = await start(route, { input: { a: 1 } })
  expect(await kernel.run(one.id)).toMatchObject({ status: 'pending', input: [{ a: 1 }] })
  expect(await start(route, { input: null })).toMatchObject({ verdict: 'e', existing: one.id })
  const worker = await kernel.worker()
  expect(await worker.claim(route)).toEqual([])
  expect(await start(route, { input: 'ä"]' })).toMatchObject({ verdict: 'e', existing: one.id })
  const [task] = await worker.claim(route)
  expect([task?.run, JSON.parse(task?.input as string)]).toEqual([one.id, [{ a: 1 }, null, 'ä"]']])
  expect((await start(route, { input: 4 })).verdict).toBe('m')
})

test('or when the time of the first is over', async () => {
  const route = await kernel.route()
  const one = await start(route, { input: 1 })
  await kernel.advanceClock(59_000)
  expect((await start(route, { input: 2 })).existing).toBe(one.id)
  await kernel.advanceClock(1000)
  const next = await start(route, { input: 3 })
  expect(next.verdict).toBe('m')
  const { task } = await kernel.lease(route)
  expect([task.run, task.input]).toEqual([one.id, '[1,2]'])
  expect((await start(route, { input: 4 })).existing).toBe(next.id)
})

test('many in one call fill batch after batch, in their order', async () => {
  const route = await kernel.route()
  const inputs = Array.from({ length: 8 }, (_, input) => ({ input }))
  const said = await startAll(route, inputs)
  const runs = said.filter(({ verdict }) => verdict === 'm').map(({ id }) => id)
  expect(said.map(({ id, existing }) => runs.indexOf(existing ?? id))).toEqual([
    0, 0, 0, 1, 1, 1, 2, 2,
  ])
  expect(await Promise.all(runs.map(inputOf))).toEqual([
    [0, 1, 2],
    [3, 4, 5],
    [6, 7],
  ])
  const claimed = await (await kernel.worker()).claim(route)
  expect(claimed.map(({ run }) => run)).toEqual(runs.slice(0, 2))
  expect((await start(route, { input: 8 })).existing).toBe(runs[2])
})

test('a start that is sent again is there once, also when its batch has begun or ended', async () => {
  const route = await kernel.route()
  const one = { id: drawId(), input: 1 }
  const two = { id: drawId(), input: 2 }
  await start(route, one)
  await start(route, two)
  for (let i = 0; i < 2; i++) {
    expect(await start(route, two)).toMatchObject({ verdict: 'e', existing: one.id })
    expect(await start(route, one)).toMatchObject({ verdict: 'm' })
    expect(await inputOf(one.id)).toEqual([1, 2])
    await kernel.advanceClock(MINUTE)
  }
  const { worker, task } = await kernel.lease(route)
  await worker.complete(task)
  expect(await start(route, two)).toMatchObject({ verdict: 'e', existing: one.id })
  expect(
    await kernel.query('select from millrace.live where route_id = $1', [route.route]),
  ).toEqual([])
})

test('a batch is never larger than an input may be', async () => {
  const route = await kernel.route()
  const large = 'x'.repeat(600_000)
  const one = await start(route, { input: large })
  const two = await start(route, { input: large })
  expect(two.verdict).toBe('m')
  expect((await start(route, { input: 1 })).existing).toBe(two.id)
  expect(((await inputOf(one.id)) as unknown[]).length).toBe(1)
})

test('one that is paused is filled, and begins when it is resumed; one that was cancelled is not', async () => {
  const route = await kernel.route()
  const one = await start(route, { input: 1 })
  await kernel.call('pause_workflow', uuid(one.id), {})
  await start(route, { input: 2 })
  await start(route, { input: 3 })
  const worker = await kernel.worker()
  expect(await worker.claim(route)).toEqual([])
  await kernel.call('resume_workflow', uuid(one.id), {})
  expect((await worker.claim(route)).map(({ input }) => input)).toEqual(['[1,2,3]'])
  const next = await start(route, { input: 4 })
  await kernel.call('cancel_workflow', uuid(next.id), {})
  expect((await start(route, { input: 5 })).verdict).toBe('m')
})

test('many at once lose nothing and count nothing twice', async () => {
  const route = await kernel.route()
  await Promise.all(Array.from({ length: 40 }, (_, input) => start(route, { input })))
  const rows = await kernel.query<{ input: string }>(
    'select input from millrace.runs where route_id = $1',
    [route.route],
  )
  const batches = rows.map(({ input }) => JSON.parse(input) as number[])
  expect(batches.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i))
  expect(Math.max(...batches.map(({ length }) => length))).toBe(3)
  expect(batches).toHaveLength(14)
})

test('beside a begin: the start waits for it, and makes a new run', async () => {
  const route = await kernel.route()
  const one = await start(route, { input: 1 })
  const worker = await kernel.worker()
  await kernel.advanceClock(MINUTE)
  const id = drawId()
  await track.inTurn(
    (client) =>
      client.query('select * from millrace.claim_tasks(1, $1, 0, $2, $3, 9)', [
        worker.id,
        [route.route],
        ['0'],
      ]),
    (client) => client.query(START, values(route, [{ id, input: 2 }])),
  )
  expect(await inputOf(one.id)).toEqual([1])
  expect(await inputOf(id)).toEqual([2])
})

test('a retry has the whole batch', async () => {
  const route = await kernel.route()
  const one = await start(route, { input: 1 })
  await start(route, { input: 2 })
  await kernel.advanceClock(MINUTE)
  const { worker, task } = await kernel.lease(route)
  await worker.fail(task)
  const again = await kernel.call<object>('retry_workflow', uuid(one.id), {})
  expect(again).toMatchObject({ input: [1, 2], starts_at: null })
})

test('SQL puts an input in, and refuses what a start cannot have there', async () => {
  const rules = { batch: { size: 2, timeout_ms: MINUTE, key: [] } }
  const { name } = await kernel.route({ definition: { rules } })
  const sql = (input: string | null, options: object = {}) =>
    kernel.call<string>('start_workflow', name, input, options)
  const id = await sql('{"a": 1}')
  expect(await sql(null)).toBe(id)
  expect(await kernel.call('get_run', id)).toMatchObject({ input: [{ a: 1 }, null] })
  await refusal(sql('1', { delay: '1 minute' }), 'MR001', 'cannot have a delay')
  await refusal(sql('1', { idempotency_key: 'k' }), 'MR001', 'has no key or id')
})

test.each(['1', '[1, 2]', '[]', ' [1]', '{}', 'null'])(
  'an input that is %s is refused',
  async (text) => {
    const route = await kernel.route()
    await refusal(start(route, { text }), 'MR001', 'no array of one')
  },
)

test.each<[object, string]>([
  [{ batch: { size: 1, timeout_ms: 5, key: [] } }, 'batch must have a size'],
  [{ batch: { size: 1001, timeout_ms: 5, key: [] } }, 'batch must have a size'],
  [{ batch: { timeout_ms: 5, key: [] } }, 'batch must have a size'],
  [{ batch: { size: '5', timeout_ms: 5, key: [] } }, 'batch must have a size'],
  [{ batch: { size: 5, key: [] } }, 'batch must have a timeout_ms'],
  [
    { batch: { size: 5, timeout_ms: 5, key: [] }, throttle: { period_ms: 5, key: [] } },
    'batch excludes',
  ],
])('a definition with the rules %j is refused', async (rules, why) => {
  await refusal(kernel.route({ definition: { rules } }), 'MR001', why)
})
