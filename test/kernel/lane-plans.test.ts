import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createKernel, type Kernel, type Route, type TestWorker } from '../support/kernel.ts'
import { explainAll, type Read } from '../support/plans.ts'

/** Runs that wait, and the keys that they have. */
const RUNS = Number(process.env.PLANS_ROWS ?? 20_000)
const KEYS = RUNS / 10
/** Routes with limits that a worker has. */
const ROUTES = 100
/** Runs that a claim asks for. */
const WANT = 50

let kernel: Kernel
let worker: TestWorker
let explain: Awaited<ReturnType<typeof explainAll>>

const claim = 'select * from millrace.claim_tasks(1, $1, 0, $2, $3, $4, true, true, $5)'
const values = (routes: readonly Route[], since: Date | null = new Date()) => [
  worker.id,
  routes.map(({ route }) => route),
  routes.map(() => '0'),
  WANT,
  since,
]

type Cost = { pages: number; mostRows: number; whole: Read[] }

/** What a call reads of the tables that grow with what waits. */
async function costOf(text: string, parameters: unknown[]): Promise<Cost> {
  const all = await explain.reads(text, parameters)
  const reads = all.filter(({ table }) => ['live', 'lanes', 'meters', 'runs'].includes(table))
  return {
    pages: all.reduce((sum, { pages }) => sum + pages, 0),
    mostRows: Math.max(0, ...reads.map(({ rows }) => rows)),
    whole: reads.filter(({ how }) => how.startsWith('Seq Scan')),
  }
}

async function expectNarrow(cost: Promise<Cost>, rows: number, pages: number): Promise<void> {
  const { whole, ...found } = await cost
  expect(whole).toEqual([])
  expect(found.mostRows).toBeLessThanOrEqual(rows)
  expect(found.pages).toBeLessThanOrEqual(pages)
}

/** So many runs that wait, of so many keys, those of a key one after the other. */
async function fill(route: Route, keys: number, runs = RUNS): Promise<void> {
  const some = Math.min(1000, runs)
  for (let from = 0; from < runs; from += some)
    await kernel.query(
      `select count(*) from (
         select array_agg(millrace.take_ids() + 0) as ids, array_agg($1::int) as routes,
                array_agg(jsonb_build_object('workflow', $2::text, 'keys', jsonb_build_object('customer', i / $4))::text) as metas
         from generate_series($3::int, $3::int + $5 - 1) i) x,
       lateral millrace.start_runs(1, x.ids, x.routes, null, array_fill(null::text, array[$5::int]), x.metas)`,
      [route.route, route.name, from, Math.floor(runs / keys), some],
    )
}

const limited = (limits: object) => kernel.route({ definition: { limits } })
/** Claims until the lanes that wait are known. */
async function meet(route: Route, rounds = Math.ceil(RUNS / 5000) + 2): Promise<void> {
  for (let i = 0; i < rounds; i++) await kernel.query(claim, values([route]))
}

describe.each(['with statistics', 'with those of an empty database'])('%s', (mode) => {
  beforeAll(async () => {
    kernel = await createKernel()
    worker = await kernel.worker()
    explain = await explainAll(kernel)
    await kernel.query(
      `update millrace.workers set expires_at = clock_timestamp() + interval '1 h'`,
    )
  }, 60_000)
  afterAll(() => kernel?.drop())
  const settle = async () => {
    if (mode === 'with statistics') await kernel.query('analyze')
  }

  test('a claim costs by what it takes, however many keys and runs wait', {
    timeout: 60_000,
  }, async () => {
    const route = await limited({ fairness: { key: ['customer'] } })
    await fill(route, KEYS)
    await meet(route)
    await settle()
    await expectNarrow(costOf(claim, values([route])), 1000, 4000)
  })

  test('and where each key has a limit, by what is at work', { timeout: 60_000 }, async () => {
    const route = await limited({ concurrency: [{ limit: 1, key: ['customer'] }, { limit: 400 }] })
    await fill(route, KEYS)
    await meet(route)
    await settle()
    await expectNarrow(costOf(claim, values([route])), 1000, 4000)
    await kernel.query(claim, values([route]))
    while ((await kernel.query(claim, values([route]))).length > 1);
    // all places are taken: who looks finds that at once, and writes nothing
    await expectNarrow(costOf(claim, values([route])), 1000, 1000)
    const client = await kernel.connect()
    await client.query('begin')
    await client.query(claim.replace('true, true', 'true, false'), values([route]))
    const { rows } = await client.query('select pg_current_xact_id_if_assigned() as id')
    await client.query('rollback')
    expect(rows).toEqual([{ id: null }])
  })

  test('of one key with all runs, by what it takes', { timeout: 60_000 }, async () => {
    const route = await limited({ concurrency: [{ limit: 1000, key: ['customer'] }] })
    await fill(route, 1)
    await meet(route)
    await settle()
    await expectNarrow(costOf(claim, values([route])), 1000, 4000)
  })

  test('of hundreds of routes, by a look into each', { timeout: 60_000 }, async () => {
    const routes: Route[] = []
    for (let i = 0; i < ROUTES; i++) routes.push(await limited({ concurrency: [{ limit: 1 }] }))
    for (const route of routes) await fill(route, 1, 100)
    await settle()
    for (let i = 0; i < 3 + ROUTES / WANT; i++) await kernel.query(claim, values(routes))
    await expectNarrow(costOf(claim, values(routes)), 1000, 60 * ROUTES)
    await expectNarrow(costOf(claim, values(routes, null)), 1000, 60 * ROUTES)
  })

  test('without their rules, as others', { timeout: 60_000 }, async () => {
    const route = await limited({ concurrency: [{ limit: 1, key: ['customer'] }] })
    await fill(route, KEYS)
    await kernel.route({ name: route.name })
    await settle()
    await kernel.query(claim, values([route]))
    await expectNarrow(costOf(claim, values([route])), 1000, 4000)
  })
})
