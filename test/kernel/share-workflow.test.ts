import { expect, test } from 'vitest'
import { createKernel, type Kernel } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'
import { until } from '../support/until.ts'

/** The installation's number. */
const ALL = 0
const limits = (limit: number) => ({ concurrency: [{ limit }] })

async function open() {
  const kernel = await createKernel()
  const [ada, bob] = [await kernel.makeTenant('ada'), await kernel.makeTenant('bob')]
  return Object.assign(kernel, {
    ada,
    bob,
    share: (version: string, definition: object, name = 'w') =>
      kernel.call('register_workflow', ALL, name, version, definition),
    resolve: async (tenant: number, version: string | null = null, name = 'w') =>
      (
        await kernel.query<{ route_id: number; version: string; definition: object }>(
          'select route_id, version, definition from millrace.resolve_route($1, $2, $3)',
          [tenant, name, version],
        )
      )[0],
    rows: (tenant: number) =>
      kernel.query<{ version: string; shared: boolean; definition: object }>(
        `select version, shared_id is not null as shared, definition from millrace.workflows
         where tenant_id = $1 order by version`,
        [tenant],
      ),
  })
}
const rulesOf = (kernel: Kernel, tenant: number) =>
  kernel.value('select rules from millrace.limits where tenant_id = $1 and name = $2', [
    tenant,
    'w',
  ])

test('a webhook or a schedule may be for what the installation has, before the tenant has started it', async () => {
  await using kernel = await open()
  await kernel.share('1', {})
  const hook = { tenant: 'ada', workflow_id: 'w', scheme: 'none' }
  expect(await kernel.call('put_webhook', 'h', hook)).toMatchObject({ workflow_id: 'w' })
  await refusal(kernel.call('put_webhook', 'h', { ...hook, version: '2' }), 'MR040', '"2"')
  expect(
    await kernel.call('put_schedule', 's', 'w', { tenant: 'ada', every: '1 hour' }),
  ).toBeTruthy()
  expect(await kernel.rows(kernel.ada)).toEqual([])
})

test('a tenant that starts what the installation has gets a copy, with limits, attributes and retention', async () => {
  await using kernel = await open()
  const definition = {
    ...{ queue: 'mail', retries: 7, limits: limits(3), attributes: { city: { type: 'text' } } },
    ...{ retention_ms: { completed: 1000 }, start_on: [{ event: 'paid' }] },
  }
  await kernel.share('1', definition)
  expect(await kernel.rows(kernel.ada)).toEqual([])
  const route = await kernel.resolve(kernel.ada)
  expect(route).toMatchObject({ version: '1', definition })
  expect(await kernel.rows(kernel.ada)).toEqual([{ version: '1', shared: true, definition }])
  expect(await rulesOf(kernel, kernel.ada)).toEqual(limits(3))
  const of = (table: string) =>
    kernel.query(`select tenant_id from millrace.${table} where tenant_id = $1`, [kernel.ada])
  for (const table of ['attributes', 'retention', 'limited_routes', 'routes'])
    expect(await of(table), table).toHaveLength(1)
  expect(await kernel.resolve(kernel.ada)).toEqual(route)
  expect(await kernel.rows(kernel.bob)).toEqual([])
  await refusal(kernel.resolve(kernel.ada, '2') as Promise<never>, 'MR040', '"2"')
  await refusal(kernel.resolve(kernel.ada, null, 'other') as Promise<never>, 'MR040', '"other"')
})

test('a changed definition reaches the copies, and its limits the routes that they have', async () => {
  await using kernel = await open()
  await kernel.share('1', { retries: 1, limits: limits(3) })
  const route = await kernel.resolve(kernel.ada)
  await kernel.share('1', { retries: 2, limits: limits(5) })
  expect(await kernel.rows(kernel.ada)).toEqual([
    { version: '1', shared: true, definition: { retries: 2, limits: limits(5) } },
  ])
  expect(await rulesOf(kernel, kernel.ada)).toEqual(limits(5))
  const caps = 'select caps from millrace.limited_routes where route_id = $1'
  expect(await kernel.value(caps, [route?.route_id])).toEqual([5])
  // limits are the workflow's, whatever the version
  await kernel.share('2', { limits: limits(8) })
  expect(await rulesOf(kernel, kernel.ada)).toEqual(limits(8))
  expect(await kernel.rows(kernel.bob)).toEqual([])
})

test('starts take the version of the installation that was registered last, and that a living worker has', async () => {
  await using kernel = await open()
  for (const version of ['1', '2', '3']) await kernel.share(version, {})
  const version = async () => (await kernel.resolve(kernel.ada))?.version
  expect(await version()).toBe('3')
  await kernel.call('register_worker', ALL, 60_000, { workflows: [['w', '2']] })
  expect(await version()).toBe('2')
  await kernel.share('1', {})
  expect(await version()).toBe('2')
  // a worker of the tenant's own counts, of another tenant's does not
  await kernel.call('register_worker', kernel.bob, 60_000, { workflows: [['w', '3']] })
  expect(await version()).toBe('2')
  await kernel.call('register_worker', kernel.ada, 60_000, { workflows: [['w', '1']] })
  expect(await version()).toBe('1')
  expect((await kernel.resolve(kernel.ada, '3'))?.version).toBe('3')
})

test('what a tenant registered itself is its own, and what it registers anew becomes so', async () => {
  await using kernel = await open()
  await kernel.call('register_workflow', kernel.ada, 'w', '1', { retries: 5 })
  await kernel.share('1', { retries: 1 })
  await kernel.share('2', { retries: 2 })
  expect(await kernel.resolve(kernel.ada)).toMatchObject({
    version: '1',
    definition: { retries: 5 },
  })
  expect(await kernel.resolve(kernel.bob)).toMatchObject({ version: '2' })
  // a worker of its own with the same code says the same: it stays shared
  await kernel.call('register_workflow', kernel.bob, 'w', '2', { retries: 2 })
  expect(await kernel.rows(kernel.bob)).toMatchObject([{ shared: true }])
  await kernel.call('register_workflow', kernel.bob, 'w', '2', { retries: 9 })
  expect(await kernel.rows(kernel.bob)).toMatchObject([{ shared: false }])
  await kernel.share('2', { retries: 3 })
  expect(await kernel.resolve(kernel.bob)).toMatchObject({ definition: { retries: 9 } })
})

test('an engine adopts what its own tenant had; not a document with another content', async () => {
  await using kernel = await open()
  await kernel.call('register_workflow', 1, 'w', '1', { retries: 5 })
  await kernel.share('1', { retries: 1 })
  await kernel.query('select from millrace.adopt_workflow(1, $1, $2)', ['w', '1'])
  expect(await kernel.rows(1)).toEqual([{ version: '1', shared: true, definition: { retries: 1 } }])
  const put = (tenant: number, document: string, hash: string) =>
    kernel.call('register_workflow', tenant, 'g', '1', { kind: 'graph' }, document, hash)
  await put(1, '{"a":1}', 'a'.repeat(64))
  await put(ALL, '{"a":2}', 'b'.repeat(64))
  await kernel.query('select from millrace.adopt_workflow(1, $1, $2)', ['g', '1'])
  expect(await kernel.rows(1)).toMatchObject([{ shared: true }, { shared: false }])
})

test('the document of a copy is the installation’s: read, and not replaced by another', async () => {
  await using kernel = await open()
  const document = {
    name: 'g',
    steps: [{ id: 'a', type: 'transform', config: { expression: '1' } }],
  }
  const define = (tenant: string, content: object, options: object = {}) =>
    kernel.query('select version, created from millrace.define_workflow($1, $2)', [
      JSON.stringify(content),
      { tenant, version: '1', ...options },
    ])
  await define('default', document)
  const text = 'select document, hash from millrace.workflow_documents'
  const stored = (await kernel.query<{ document: string; hash: string }>(text))[0]
  await kernel.call(
    ...(['register_workflow', ALL, 'g', '1', { kind: 'graph' }] as const),
    ...[stored?.document, stored?.hash],
  )
  await kernel.resolve(kernel.ada, null, 'g')
  const read = `select document from millrace.get_definition('{"tenant": "ada", "workflow_id": "g"}')`
  expect(await kernel.value(read)).toEqual(document)
  expect(await define('ada', document)).toEqual([{ version: '1', created: false }])
  const steps = [{ ...document.steps[0], id: 'b' }]
  await refusal(define('ada', { ...document, steps }), 'MR015', 'another content')
  // with options of its own it is the tenant's own from then on, document and all
  await define('ada', document, { priority: 4 })
  expect(await kernel.rows(kernel.ada)).toMatchObject([{ shared: false }])
  expect(await kernel.value(read)).toEqual(document)
  // who never used it may have another under its name
  expect(await define('bob', { ...document, steps })).toEqual([{ version: '1', created: true }])
})

test('an event of a tenant starts the installation’s workflows there, but not where it has its own', async () => {
  await using kernel = await open()
  await kernel.share('1', { start_on: [{ event: 'paid' }] })
  await kernel.call('register_workflow', kernel.bob, 'w', '7', {})
  const count = async (tenant: number) =>
    kernel.value<number>('select count(*)::int from millrace.runs where tenant_id = $1', [tenant])
  for (const slug of ['ada', 'bob'])
    await kernel.query(`select millrace.emit_event('paid', '{"sum": 1}', $1)`, [
      { tenant: slug, key: 'k' },
    ])
  expect(await count(kernel.ada)).toBe(1)
  expect(await count(kernel.bob)).toBe(0)
  expect(await count(1)).toBe(0)
})

test('two first starts at once make one copy; one in a transaction that stays open holds up nobody else', async () => {
  await using kernel = await open()
  await kernel.share('1', { limits: limits(2) })
  const start = (tenant: string) =>
    `select millrace.start_workflow('w', '1', '{"tenant": "${tenant}"}')`
  const client = await kernel.connect()
  await client.query('begin')
  await client.query(start('ada'))
  // another tenant's first start, and another route
  await kernel.query(start('bob'))
  await kernel.call('register_workflow', 1, 'other', '1', { queue: 'new' })
  const second = kernel.query(start('ada'))
  await until('it waits for the first', async () =>
    kernel.value<number>(
      `select count(*)::int from pg_stat_activity where wait_event_type = 'Lock' and query like '%start_workflow%'
       and datname = current_database()`,
    ),
  )
  await client.query('commit')
  await second
  expect(await kernel.rows(kernel.ada)).toHaveLength(1)
  expect(await rulesOf(kernel, kernel.ada)).toEqual(limits(2))
  expect(
    await kernel.value<number>(
      'select count(*)::int from millrace.limited_routes where tenant_id = $1',
      [kernel.ada],
    ),
  ).toBe(1)
})

test('a first copy and a machine of the tenant, of one name at one moment: the second is refused, or gives way', async () => {
  await using kernel = await open()
  for (const name of ['copy-first', 'machine-first']) await kernel.share('1', {}, name)
  const machine = (name: string): [string, unknown[]] => [
    'select millrace.define_machine($1, $2)',
    [
      { workflow: { name, version: '2' }, states: [{ name: 'a', initial: true }] },
      { tenant: 'ada' },
    ],
  ]
  const start = (name: string): [string, unknown[]] => [
    `select millrace.start_workflow($1, '1', '{"tenant": "ada"}')`,
    [name],
  ]
  const race = async (one: [string, unknown[]], two: [string, unknown[]]) => {
    const [first, second] = [await kernel.connect(), await kernel.connect()]
    await first.query('begin')
    await first.query(...one)
    const late = second.query(...two).catch((error) => error)
    await kernel.waitUntilBlocked(second)
    await first.query('commit')
    return late
  }
  const late = await race(start('copy-first'), machine('copy-first'))
  expect(late).toMatchObject({ code: 'MR015' })
  const refused = await race(machine('machine-first'), start('machine-first'))
  expect(refused).toMatchObject({ code: 'MR001', message: expect.stringContaining('is a machine') })
  const named = kernel.query(`select millrace.start_workflow($1, '1', $2)`, [
    'machine-first',
    { tenant: 'ada', version: '1' },
  ])
  await expect(named).rejects.toMatchObject({ code: 'MR001' })
  expect(await kernel.rows(kernel.ada)).toMatchObject([
    { version: '1', shared: true },
    { version: '2', shared: false },
  ])
})

test('a copy that was made while the definition changed is brought up to date by the next start', async () => {
  await using kernel = await open()
  await kernel.share('1', { retries: 1 })
  const client = await kernel.connect()
  await client.query('begin')
  await client.query('select * from millrace.resolve_route($1, $2)', [kernel.ada, 'w'])
  await kernel.share('1', { retries: 2, attributes: { city: { type: 'text' } } })
  await client.query('commit')
  expect(await kernel.rows(kernel.ada)).toMatchObject([{ definition: { retries: 1 } }])
  expect(await kernel.resolve(kernel.ada)).toMatchObject({ definition: { retries: 2 } })
  const names = 'select name from millrace.attributes where tenant_id = $1'
  expect(await kernel.query(names, [kernel.ada])).toEqual([{ name: 'city' }])
})

test('a tenant that is being deleted keeps nobody from registering what it has a copy of', async () => {
  await using kernel = await open()
  await kernel.share('1', { limits: limits(3) })
  await kernel.resolve(kernel.ada)
  await kernel.resolve(kernel.bob)
  const remover = await kernel.connect()
  await remover.query('begin')
  await remover.query(`select millrace.delete_tenant('ada', '{"cancel": true}')`)
  const late = await kernel.connect()
  const registered = late.query(
    `select millrace.register_workflow(0, 'w', '1', '{"limits": {"concurrency": [{"limit": 4}]}}')`,
  )
  await kernel.waitUntilBlocked(late)
  await remover.query('commit')
  await registered
  await kernel.share('1', { limits: limits(5) })
  expect(await rulesOf(kernel, kernel.ada)).toEqual(limits(3)) // it goes with the tenant
  expect(await rulesOf(kernel, kernel.bob)).toEqual(limits(5))
  expect(await kernel.rows(kernel.bob)).toMatchObject([{ definition: { limits: limits(5) } }])
})

test('a tenant may stop, and delete, what the installation has, for itself', async () => {
  await using kernel = await open()
  await kernel.share('1', {})
  const options = { tenant: 'ada', by: 'ada' }
  const start = (tenant: string) =>
    kernel.query(`select millrace.start_workflow('w', '1', $1)`, [{ tenant }])
  await kernel.query(`select millrace.deactivate_workflow('w', $1)`, [options])
  await refusal(start('ada'), 'MR016', '"w"')
  await start('bob')
  await kernel.query(`select millrace.activate_workflow('w', '{"tenant": "ada"}')`)
  await start('ada')
  await kernel.query(`select millrace.delete_workflow('w', $1)`, [{ ...options, leave_runs: true }])
  await refusal(start('ada'), 'MR040', '"w"')
  const list = await kernel.query(`select * from millrace.get_workflows('{"tenant": "ada"}')`)
  expect(list).toMatchObject([{ id: 'w', state: 'deleted', live: 1 }])
  await start('bob')
})

test('lists of a tenant show what the installation has, with the tenant’s runs and the workers of all', async () => {
  await using kernel = await open()
  await kernel.share('1', {})
  await kernel.share('2', {})
  await kernel.resolve(kernel.ada, '1')
  await kernel.query(
    `select millrace.start_workflow('w', '1', '{"tenant": "ada", "version": "1"}')`,
  )
  await kernel.call('register_worker', ALL, 60_000, {
    ...{ host: 'secret-host', pid: 77, workflows: [['w', '1']] },
  })
  const list = (name: string, tenant: string) =>
    kernel.query(`select * from millrace.${name}($1)`, [{ tenant }])
  const kind = 'function'
  expect(await list('get_workflows', 'ada')).toEqual([
    { id: 'w', version: '2', kind, live: 0, workers: 0, state: 'active' },
    { id: 'w', version: '1', kind, live: 1, workers: 1, state: 'active' },
  ])
  expect(await list('get_workflows', 'bob')).toMatchObject([
    { version: '1', live: 0, workers: 1 },
    { version: '2', live: 0 },
  ])
  expect(await list('get_versions', 'ada')).toMatchObject([{ version: '1', workers: 1, live: 1 }])
  expect(await list('get_queues', 'ada')).toMatchObject([{ queue: 'default', workers: 1 }])
  const [worker] = await list('get_workers', 'bob')
  expect(worker?.info).toEqual({
    host: '(all tenants)',
    pid: 0,
    shared: true,
    workflows: [['w', '1']],
  })
})

test('what a worker for all tenants is busy with is shown to the tenant whose run it is', async () => {
  await using kernel = await open()
  await kernel.share('1', {})
  const start = (tenant: string) =>
    kernel.value<string>(`select millrace.start_workflow('w', '1', $1)`, [{ tenant }])
  const runs = [await start('ada'), await start('bob')]
  const worker = await kernel.call('register_worker', ALL, 60_000, {})
  const running = runs.map((run) => ({ run, step: 's', since: '2026-01-01T00:00:00Z' }))
  await kernel.query('update millrace.workers set running = $1 where id = $2', [
    JSON.stringify(running),
    worker,
  ])
  for (const [i, tenant] of ['ada', 'bob'].entries())
    expect(
      await kernel.value('select running from millrace.get_workers($1)', [{ tenant }]),
    ).toEqual([running[i]])
  expect(await kernel.value('select running from millrace.get_workers()')).toEqual([])
  await refusal(
    kernel.query('select millrace.drain_workers($1)', [
      { tenant: 'ada', worker_ids: [String(worker)] },
    ]),
    'MR041',
    String(worker),
  )
})
