// What a worker for all tenants pays with 1,000 tenants of three routes each. It prints its figures (they are in
// docs/decisions.md): `npx vitest run test/kernel/tenant-scale.test.ts`. What it checks is what is read, not the time.
import { expect, test } from 'vitest'
import { claimTasks } from '../../src/kernel/tasks.ts'
import {
  ALL_TENANTS,
  claimTenants,
  describeRoutes,
  readyRoutes,
  type TenantRoute,
} from '../../src/kernel/tenant-work.ts'
import { MAX_ROUTES_A_CLAIM, TenantOrder } from '../../src/worker/tenant-order.ts'
import { createKernel, type Kernel } from '../support/kernel.ts'
import { explainAll } from '../support/plans.ts'

const TENANTS = 1000
const ROUTES = 3
const SLEEPERS = 20_000
const QUEUED = 100_000

/** The fastest of some tries, in ms: others may be at work on the machine. */
async function time(work: () => Promise<unknown>, tries = 25): Promise<string> {
  for (let i = 0; i < 6; i++) await work() // plans are made anew for the first five calls
  const all: number[] = []
  for (let i = 0; i < tries; i++) {
    const began = performance.now()
    await work()
    all.push(performance.now() - began)
  }
  return `${Math.min(...all).toFixed(2)} ms`
}

async function fill(kernel: Kernel): Promise<void> {
  await kernel.query(
    "insert into millrace.tenants (slug) select 't' || i from generate_series(1, $1) i",
    [TENANTS],
  )
  for (let i = 1; i <= ROUTES; i++) await kernel.route({ tenant: ALL_TENANTS, name: `w${i}` })
  await kernel.query(
    `select r.route_id from millrace.tenants t, generate_series(1, $1) i, lateral millrace.resolve_route(t.id, 'w' || i) r`,
    [ROUTES],
  )
  await kernel.query(
    `insert into millrace.live (run_id, turn, tenant_id, route_id, state, wake_at, wait_keys, wait_names, wait_until)
     select 1000000 + i, i, r.tenant_id, r.id, 'w', now() + interval '1 day', '{t}', '{NULL}', array[now() + interval '1 day']
     from generate_series(1, $1) i join millrace.routes r on r.id = 4 + i % 3000`,
    [SLEEPERS],
  )
  await kernel.query('vacuum analyze millrace.live, millrace.routes, millrace.workflows')
}
const queue = async (kernel: Kernel, from: number, n: number, routes: string) => {
  await kernel.query(
    `with made as (insert into millrace.runs (id, created_at, tenant_id, route_id, input)
       select $1 + row_number() over (order by g, r.id), now(), r.tenant_id, r.id, '1'
       from generate_series(1, $2) g, (select * from millrace.routes where ${routes}) r returning id, tenant_id, route_id)
     insert into millrace.live (run_id, turn, tenant_id, route_id, state) select id, id, tenant_id, route_id, 'q' from made`,
    [from, n],
  )
  await kernel.query('vacuum analyze millrace.live')
}

test('finding who has work, and a claim, cost what there is to do, not how many tenants and runs there are', {
  timeout: 120_000,
}, async () => {
  await using kernel = await createKernel()
  await fill(kernel)
  const db = kernel.database
  const worker = await kernel.worker(ALL_TENANTS)
  const claim = (routes: readonly TenantRoute[], want: number, share: number) =>
    claimTenants(db, {
      ...{ worker: worker.id, epoch: 0, want, share, suspect: true, idle: false, routes },
      ...{ after: routes.map(() => '0'), ready: routes.length, ahead: 100 },
    })
  const figures: Record<string, string> = {}
  figures['idle: the walk'] = await time(() => readyRoutes(db))
  figures['idle: the claim'] = await time(() => claim([], 100, 100))
  const single = await kernel.worker(2)
  const first = { worker: single.id, epoch: 0, suspect: true, idle: false, ahead: 100 }
  const numbers = await kernel.query<{ id: number }>(
    'select id from millrace.routes where tenant_id = 2 order by id',
  )
  const mine = numbers.map(({ id }) => id)
  figures['idle, for comparison: a claim of one tenant with 3 routes'] = await time(() =>
    claimTasks(db, 2, { ...first, routes: mine, after: ['0', '0', '0'], want: 100 }),
  )
  // one tenant with very many, another with one
  const greedy = mine[0] as number
  await queue(kernel, 2_000_000, QUEUED, `id = ${greedy}`)
  await queue(kernel, 3_000_000, 1, `id = ${greedy + 300}`)
  expect(await readyRoutes(db)).toEqual([greedy, greedy + 300])
  figures['100,000 runs of one tenant: the walk'] = await time(() => readyRoutes(db))
  const explain = await explainAll(kernel)
  const walk = await explain.reads('select * from millrace.ready_routes()')
  const read = walk.filter(({ table }) => table === 'live')
  expect(read.filter(({ how }) => how.startsWith('Seq Scan'))).toEqual([])
  expect(read.reduce((sum, { rows }) => sum + rows, 0)).toBeLessThan(20)
  // every route of every tenant
  await queue(kernel, 4_000_000, 20, 'tenant_id > 0')
  const ready = await readyRoutes(db)
  expect(ready).toHaveLength((TENANTS + 1) * ROUTES)
  figures[`${ready.length} routes have work: the walk`] = await time(() => readyRoutes(db))
  figures[`${ready.length} routes are described`] = await time(() => describeRoutes(db, ready), 5)
  const order = new TenantOrder()
  order.set(await describeRoutes(db, ready))
  figures[
    `${ready.length} routes have work: a claim of 100 runs, of ${MAX_ROUTES_A_CLAIM} routes at most`
  ] = await time(async () => {
    const offer = order.next(100)
    const share = Math.ceil(100 / offer.tenants.length)
    const { tasks } = await claim(offer.routes, 100, share)
    expect(tasks).toHaveLength(100)
    const given = new Map(tasks.map(({ route }) => [Math.trunc(route), 1]))
    order.note(offer, given, { full: true, share })
  })
  figures['for comparison: a claim of 100 runs of one tenant with 3 routes'] = await time(
    async () => {
      const asked = { ...first, routes: mine, after: ['0', '0', '0'], want: 100 }
      expect((await claimTasks(db, 2, asked)).tasks).toHaveLength(100)
    },
  )
  console.log(
    Object.entries(figures)
      .map(([what, figure]) => `${what}: ${figure}`)
      .join('\n'),
  )
})
