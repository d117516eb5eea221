import { expect, test } from 'vitest'
import { advanceTasks, type Claimed, type LeasedTask } from '../../src/kernel/tasks.ts'
import {
  ALL_TENANTS,
  claimTenants,
  describeRoutes,
  readyRoutes,
} from '../../src/kernel/tenant-work.ts'
import { createKernel, type Kernel, type Route, timer, toAdvance } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

/** A worker for all tenants, which asks for what it is told to ask for. */
async function open(options: { testClock?: boolean } = {}) {
  const kernel = await createKernel(options)
  const worker = await kernel.worker(ALL_TENANTS)
  const claim = (
    routes: readonly Route[],
    more: Partial<Parameters<typeof claimTenants>[1]> = {},
  ): Promise<Claimed> =>
    claimTenants(kernel.database, {
      ...{ worker: worker.id, epoch: 0, want: 100, share: 100, suspect: true, idle: false },
      ...{ routes, after: routes.map(() => '0'), ready: routes.length },
      ...more,
    })
  return Object.assign(kernel, { everybody: worker, claim })
}
const tenantsOf = async (kernel: Kernel, tasks: readonly LeasedTask[]) => {
  const rows = await kernel.query<{ id: string; tenant_id: number }>(
    'select id::text, tenant_id from millrace.runs',
  )
  const of = new Map(rows.map(({ id, tenant_id }) => [id, tenant_id]))
  return tasks.map(({ run }) => of.get(run))
}

test('leases runs of several tenants, none of them more than its share while others have some', async () => {
  await using kernel = await open()
  const tenants: number[] = []
  for (const slug of ['a', 'b', 'c']) tenants.push(await kernel.makeTenant(slug))
  const greedy = await kernel.route()
  for (let i = 0; i < 50; i++) await kernel.start(greedy)
  const routes: Route[] = []
  for (const tenant of tenants) routes.push(await kernel.route({ tenant, name: 'w' }))
  for (const route of routes) for (let i = 0; i < 2; i++) await kernel.start(route)
  expect((await readyRoutes(kernel.database)).sort((a, b) => a - b)).toEqual(
    [greedy, ...routes].map(({ route }) => route),
  )
  const { tasks } = await kernel.claim([greedy, ...routes], { want: 8, share: 2 })
  expect(await tenantsOf(kernel, tasks)).toEqual([1, 1, ...tenants.flatMap((one) => [one, one])])
  // who has several routes has one share for all of them
  const more = await kernel.route()
  await kernel.start(more)
  const next = await kernel.claim([greedy, more], { want: 8, share: 3 })
  expect(await tenantsOf(kernel, next.tasks)).toEqual([1, 1, 1])
  expect((await kernel.claim([], { want: 8 })).tasks).toEqual([])
})

test('only a worker for all tenants may: one of a tenant is refused, and the other way round', async () => {
  await using kernel = await open()
  const route = await kernel.route()
  await kernel.start(route)
  const single = await kernel.worker()
  await expect(kernel.claim([route], { worker: single.id })).rejects.toMatchObject({
    code: 'MR055',
  })
  const text = 'select * from millrace.claim_tasks(1, $1, 0, $2, $3, 10)'
  await refusal(kernel.query(text, [kernel.everybody.id, [route.route], [0]]), 'MR055', 'register')
})

test('a paused, suspended, deleted or unknown tenant is passed over, asleep and queued', async () => {
  await using kernel = await open()
  const tenant = await kernel.makeTenant('closed')
  const route = await kernel.route({ tenant })
  const run = await kernel.start(route)
  for (const column of ['paused_at', 'suspended_at', 'deleting_at']) {
    await kernel.query(`update millrace.tenants set ${column} = now() where id = $1`, [tenant])
    expect((await kernel.claim([route])).tasks).toEqual([])
    await kernel.query(`update millrace.tenants set ${column} = null where id = $1`, [tenant])
  }
  expect((await kernel.claim([{ ...route, tenant: 99 }])).tasks).toEqual([])
  const { tasks } = await kernel.claim([route])
  expect(tasks.map((task) => task.run)).toEqual([run])
  const wait = toAdvance(tasks[0] as LeasedTask, { op: 'w', waits: [timer('t', 1000)] })
  await advanceTasks(kernel.database, tenant, [wait])
  await kernel.query('update millrace.tenants set suspended_at = now() where id = $1', [tenant])
  await kernel.advanceClock(2000)
  expect((await kernel.claim([route], { ready: 0 })).tasks).toEqual([])
  expect((await kernel.claim([route])).tasks).toEqual([])
  await kernel.query('update millrace.tenants set suspended_at = null where id = $1', [tenant])
  expect((await kernel.claim([route])).tasks).toHaveLength(1)
})

test('runs that sleep are leased when their time comes, and before, whoever’s they are', async () => {
  await using kernel = await open()
  const tenants = await Promise.all(['a', 'b'].map((slug) => kernel.makeTenant(slug)))
  const routes = await Promise.all(tenants.map((tenant) => kernel.route({ tenant })))
  for (const route of routes) await kernel.start(route)
  const { tasks } = await kernel.claim(routes)
  const sleep = async (task: LeasedTask, tenant: number, ms: number) =>
    advanceTasks(kernel.database, tenant, [toAdvance(task, { op: 'w', waits: [timer('t', ms)] })])
  for (const [i, tenant] of tenants.entries()) await sleep(tasks[i] as LeasedTask, tenant, 5000)
  expect(await readyRoutes(kernel.database)).toEqual([])
  expect((await kernel.claim(routes, { ready: 0 })).tasks).toEqual([])
  await kernel.advanceClock(4900)
  const early = await kernel.claim(routes, { ready: 0, ahead: 1 })
  expect(early.tasks.map(({ dueAt }) => dueAt !== null)).toEqual([true])
  await kernel.advanceClock(200)
  const due = await kernel.claim(routes, { ready: 0 })
  expect(due.tasks).toHaveLength(1)
})

test('limits hold for each tenant by itself, and a full one keeps nobody else', async () => {
  await using kernel = await open()
  const second = await kernel.makeTenant('second')
  const definition = { limits: { concurrency: [{ limit: 1 }] } }
  const [mine, theirs] = [
    await kernel.route({ name: 'w', definition }),
    await kernel.route({ tenant: second, name: 'w', definition }),
  ]
  const plain = await kernel.route({ tenant: second })
  for (const route of [mine, theirs]) for (let i = 0; i < 3; i++) await kernel.start(route)
  const first = await kernel.claim([mine, theirs, plain])
  expect(await tenantsOf(kernel, first.tasks)).toEqual([1, second])
  await kernel.start(plain)
  const next = await kernel.claim([mine, theirs, plain])
  expect(next.tasks.map(({ route }) => route)).toEqual([plain.route])
  const lanes = await kernel.query('select tenant_id from millrace.lanes order by 1')
  expect(lanes.map(({ tenant_id }) => tenant_id)).toEqual([1, second])
})

test('a suspect comes alone, of whatever tenant', async () => {
  await using kernel = await open()
  const second = await kernel.makeTenant('second')
  const route = await kernel.route({ tenant: second })
  const run = await kernel.start(route)
  await kernel.query("update millrace.live set state = 's', crashes = 3 where run_id = $1", [run])
  expect(await readyRoutes(kernel.database)).toEqual([route.route])
  expect((await kernel.claim([route], { suspect: false })).tasks).toEqual([])
  const { tasks } = await kernel.claim([route])
  expect(tasks.map((task) => [task.run, task.crashes])).toEqual([[run, 3]])
})

test('with 100,000 queued runs of one tenant, others get theirs with the next claims', async () => {
  await using kernel = await open()
  const greedy = await kernel.route()
  await kernel.query(
    `with made as (insert into millrace.runs (id, created_at, tenant_id, route_id, input)
       select 10000000 + i, now(), 1, $1, '1' from generate_series(1, 100000) i returning id)
     insert into millrace.live (run_id, turn, tenant_id, route_id, state) select id, id, 1, $1, 'q' from made`,
    [greedy.route],
  )
  const others = await Promise.all(
    Array.from({ length: 9 }, async (_, i) =>
      kernel.route({ tenant: await kernel.makeTenant(`t${i}`), name: 'w' }),
    ),
  )
  for (const route of others) for (let i = 0; i < 4; i++) await kernel.start(route)
  const given = new Map<number | undefined, number>()
  // ten tenants with runs, twenty places at a time: two for each
  for (let turn = 0; turn < 2; turn++) {
    const { tasks } = await kernel.claim([greedy, ...others], { want: 20, share: 2 })
    for (const tenant of await tenantsOf(kernel, tasks))
      given.set(tenant, (given.get(tenant) ?? 0) + 1)
  }
  expect([...given.values()].sort()).toEqual([4, 4, 4, 4, 4, 4, 4, 4, 4, 4])
})

test('tells what is to be known of a route: whose it is, and what makes it', async () => {
  await using kernel = await open()
  const second = await kernel.makeTenant('second')
  const text = { name: 'g', steps: [{ id: 'a', type: 'transform', config: { expression: '1' } }] }
  await kernel.query('select * from millrace.define_workflow($1, $2)', [
    JSON.stringify(text),
    { tenant: 'second', version: '1' },
  ])
  await kernel.route({ tenant: second, name: 'g.node' })
  const code = await kernel.route({ tenant: second, name: 'code' })
  await kernel.route({ tenant: ALL_TENANTS, name: 'shared' })
  const copy = await kernel.query<{ route_id: number }>(
    'select route_id from millrace.resolve_route($1, $2)',
    [second, 'shared'],
  )
  const ids = (
    await kernel.query<{ id: number }>('select id from millrace.routes order by id')
  ).map(({ id }) => id)
  const all = await describeRoutes(kernel.database, ids)
  const byName = Object.fromEntries(
    all.map(({ name, ...of }) => [name, { ...of, own: of.sharedId === null }]),
  )
  expect(byName.g).toMatchObject({ tenant: second, tenantSlug: 'second', kind: 'graph', own: true })
  expect(byName['g.node']).toMatchObject({ documentName: 'g', documentId: byName.g?.documentId })
  expect(byName.code).toMatchObject({ route: code.route, kind: 'function', documentId: null })
  expect(byName.shared).toMatchObject({ route: copy[0]?.route_id, own: false })
  // those of the installation itself have no runs, and no tenant
  expect(all).toHaveLength(4)
  await kernel.query('update millrace.tenants set deleting_at = now() where id = $1', [second])
  expect(await describeRoutes(kernel.database, ids)).toEqual([])
})
