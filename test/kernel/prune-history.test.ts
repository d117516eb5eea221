import { expect, test } from 'vitest'
import { createKernel, type Kernel, type Route, uuid } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const DAY = 86_400_000

async function ended(kernel: Kernel, route: Route, op: 'c' | 'f' = 'c', meta?: object) {
  const run = await kernel.start(route, meta ? { meta: { ...meta } } : {})
  const { worker, task } = await kernel.lease(route)
  const rows = [{ kind: 'r' as const, name: 'a', data: '1' }]
  await worker.keep(task, rows)
  await worker.advance({ ...task, journal: rows }, { op, output: '{}' })
  return run
}
const kept = async (kernel: Kernel) =>
  (await kernel.query<{ id: string }>('select id::text from millrace.runs order by id')).map(
    ({ id }) => id,
  )

/** Until nothing is left to look through for now. */
async function prune(kernel: Kernel): Promise<number | null> {
  for (;;) {
    const ms = await kernel.call<number | null>('prune_history')
    if (ms === null || ms > 1000) return ms
  }
}

test('runs go when the retention of how they ended is over, with all that is kept of them', async () => {
  await using kernel = await createKernel()
  const retention_ms = { completed: DAY, failed: 3 * DAY }
  const route = await kernel.route({ definition: { retention_ms } })
  const other = await kernel.route()
  const names = { key: 'k', id: 'a1b2c3d4-0000-4000-9000-00000000000b', resource: 'r', tags: ['t'] }
  const done = await ended(kernel, route, 'c', names)
  const failed = await ended(kernel, route, 'f')
  const cancelled = await kernel.start(route)
  await kernel.call('cancel_workflow', uuid(cancelled))
  const alive = await kernel.start(route, { delay: 1000 * DAY })
  const foreign = await ended(kernel, other)
  expect(await prune(kernel)).toBe(3_600_000)
  expect(await kept(kernel)).toHaveLength(5)
  await kernel.advanceClock(DAY + 1)
  await prune(kernel)
  expect(await kept(kernel)).toEqual([failed, cancelled, alive, foreign])
  for (const table of ['run_labels', 'run_keys', 'run_aliases'])
    expect(await kernel.query(`select from millrace.${table}`)).toEqual([])
  for (const table of ['checkpoints', 'outcomes'])
    expect(await kernel.query(`select from millrace.${table} where run_id = $1`, [done])).toEqual(
      [],
    )
  await kernel.call('discard_workflow', uuid(failed))
  await kernel.advanceClock(2 * DAY)
  await prune(kernel)
  expect(await kept(kernel)).toEqual([cancelled, alive, foreign])
  expect(await kernel.query('select from millrace.discards')).toEqual([])
})

test('of a chain of runs the first stays while it goes on, the others go in their time', async () => {
  await using kernel = await createKernel()
  const route = await kernel.route({ definition: { retention_ms: { completed: DAY } } })
  const first = await kernel.start(route, { meta: { key: 'chain' } })
  const chain = [first]
  const worker = await kernel.worker()
  for (let i = 0; i < 2; i++) {
    const task = await worker.claimOne(route)
    const id = String(BigInt(first) + 500n + BigInt(i))
    const successor = { id, route: route.route, input: null, meta: null }
    await worker.advance(task, { op: 'c', output: null, parent: null, successor })
    chain.push(id)
  }
  await kernel.advanceClock(DAY + 1)
  await prune(kernel)
  expect(await kept(kernel)).toEqual([first, chain[2]])
  expect(await kernel.call('last_of_chain', first)).toBe(chain[2])
  await refusal(kernel.call('prune_run', 1, first), 'MR011', 'first of a chain')
  await worker.complete(await worker.claimOne(route), 1)
  await kernel.advanceClock(DAY / 2)
  await prune(kernel)
  expect(await kept(kernel)).toEqual([first, chain[2]])
  await kernel.advanceClock(DAY)
  await prune(kernel)
  expect(await kept(kernel)).toEqual([])
  expect(await kernel.query('select from millrace.continuations')).toEqual([])
})

test('a chain is kept for as long as how it ended says, its last as long as its first', async () => {
  await using kernel = await createKernel()
  const keep = { completed: DAY, failed: 5 * DAY }
  const route = await kernel.route({ definition: { retention_ms: keep } })
  const [first, last] = await failedChain(kernel, route)
  await kernel.advanceClock(DAY + 1)
  await prune(kernel)
  expect(await kept(kernel)).toEqual([first, last])
  const failed = { workflow_id: route.name, statuses: ['failed'] }
  await kernel.call('prune', failed, { older_than: 1000 })
  await kernel.call('work_bulk')
  expect(await kept(kernel)).toEqual([first, last])
  await refusal(kernel.call('prune_run', 1, last), 'MR011', 'last of a chain')
  await kernel.advanceClock(5 * DAY)
  await prune(kernel)
  expect(await kept(kernel)).toEqual([])
  expect(await kernel.query('select from millrace.continuations')).toEqual([])
})

test('a chain that ended lately is not taken out because its first ended long ago', async () => {
  await using kernel = await createKernel()
  const route = await kernel.route()
  const [first, last] = await failedChain(kernel, route, 10 * DAY)
  await kernel.call('prune', { workflow_id: route.name }, { older_than: 5 * DAY })
  await kernel.call('work_bulk')
  expect(await kept(kernel)).toEqual([first, last])
  await kernel.advanceClock(6 * DAY)
  await kernel.call('prune', { workflow_id: route.name }, { older_than: 5 * DAY })
  await kernel.call('work_bulk')
  expect(await kept(kernel)).toEqual([])
})

/** A run, and the one as which it continued, which failed so much later. */
async function failedChain(kernel: Kernel, route: Route, later = 0): Promise<[string, string]> {
  const first = await kernel.start(route)
  const id = String(BigInt(first) + 500n)
  const one = await kernel.lease(route)
  const successor = { id, route: route.route, input: null, meta: null }
  await one.worker.advance(one.task, { op: 'c', output: null, successor })
  await kernel.advanceClock(later)
  const two = await kernel.lease(route)
  await two.worker.fail(two.task)
  return [first, id]
}

test('a long history is looked through in parts, and one run in between stays', async () => {
  await using kernel = await createKernel()
  const route = await kernel.route({ definition: { retention_ms: { completed: DAY } } })
  const first = BigInt(await kernel.call<string>('take_ids'))
  await kernel.query(
    `insert into millrace.runs (id, created_at, tenant_id, route_id)
     select $1 + i, millrace.clock(), 1, $2 from generate_series(1, 1000) i`,
    [String(first), route.route],
  )
  await kernel.query(
    `insert into millrace.outcomes (run_id, at, tenant_id, status)
     select $1 + i, millrace.clock(), 1, case i when 700 then 'f' else 'c' end::"char" from generate_series(1, 1000) i`,
    [String(first)],
  )
  await kernel.advanceClock(DAY + 1)
  expect(await kernel.call('prune_history')).toBe(20)
  expect(await kept(kernel)).toHaveLength(500)
  await prune(kernel)
  expect(await kept(kernel)).toEqual([String(first + 700n)])
})

test('a workflow that has no retention any more is left alone, and new queues of one are watched', async () => {
  await using kernel = await createKernel()
  const definition = { retention_ms: { completed: DAY } }
  const route = await kernel.route({ name: 'w', definition })
  await kernel.query("select * from millrace.resolve_route(1, 'w', '1', 'other')")
  expect(await kernel.query('select from millrace.retention')).toHaveLength(2)
  await ended(kernel, route)
  await kernel.call('register_workflow', 1, 'w', '1', {})
  await kernel.advanceClock(DAY + 1)
  expect(await prune(kernel)).toBeNull()
  expect(await kept(kernel)).toHaveLength(1)
})

test('two workers do not look through the same part', async () => {
  await using kernel = await createKernel()
  await kernel.route({ definition: { retention_ms: { completed: DAY } } })
  const one = await kernel.connect()
  await one.query('begin')
  await one.query('select millrace.prune_history()')
  expect(await kernel.call('prune_history')).toBe(100)
  await one.query('rollback')
})

test('what stays for ever is not looked through again, unless the retention changes', async () => {
  await using kernel = await createKernel()
  const route = await kernel.route({ name: 'w', definition: { retention_ms: { failed: DAY } } })
  const done = await ended(kernel, route)
  const failed = await ended(kernel, route, 'f')
  await prune(kernel)
  const after = () =>
    kernel.value<string>('select after_run::text from millrace.retention where route_id = $1', [
      route.route,
    ])
  expect(BigInt(await after())).toBe(BigInt(failed) - 1n)
  await kernel.advanceClock(DAY + 1)
  await prune(kernel)
  expect(await kept(kernel)).toEqual([done])
  await kernel.call('register_workflow', 1, 'w', '1', { retention_ms: { completed: DAY } })
  await prune(kernel)
  expect(await kept(kernel)).toEqual([])
})

test('a run whose history is being copied stays', async () => {
  await using kernel = await createKernel()
  const route = await kernel.route({ definition: { retention_ms: { completed: DAY } } })
  const run = await ended(kernel, route)
  await kernel.advanceClock(DAY + 1)
  const one = await kernel.connect()
  await one.query('begin')
  await one.query('select millrace.fork_workflow($1, $2)', [uuid(run), { from_step: 'a' }])
  await prune(kernel)
  await one.query('commit')
  expect(await kept(kernel)).toHaveLength(2)
  await kernel.call('delete_runs', 1, [run])
  const gone = kernel.call('fork_workflow', uuid(run), { from_step: 'a' })
  await refusal(gone, 'MR041', uuid(run))
})

test('on demand: those of a filter that ended so long ago', async () => {
  await using kernel = await createKernel()
  const route = await kernel.route()
  const old = await ended(kernel, route)
  await kernel.advanceClock(10 * DAY)
  const young = await ended(kernel, route)
  const alive = await kernel.start(route)
  const filter = { workflow_id: route.name }
  const prune = (options: object) => kernel.call<object>('prune', filter, options)
  expect(await prune({ older_than: '5 days', dry_run: true })).toMatchObject({
    matched: 1,
    sample: [uuid(old)],
  })
  await refusal(prune({}), 'MR001', 'older_than')
  await refusal(prune({ older_than: 'soon' }), 'MR001', 'soon')
  expect(await prune({ older_than: 5 * DAY, by: 'ada' })).toMatchObject({ verb: 'prune' })
  await kernel.call('work_bulk')
  expect(await kept(kernel)).toEqual([young, alive])
  await refusal(kernel.call('prune_run', 1, alive), 'MR011', 'pending')
})

test('the storage of each workflow, largest first', async () => {
  await using kernel = await createKernel()
  const [small, large] = [await kernel.route(), await kernel.route()]
  await ended(kernel, small)
  for (let i = 0; i < 3; i++) await ended(kernel, large)
  await kernel.start(large)
  const list = () => kernel.query('select * from millrace.get_storage()')
  expect(await list()).toMatchObject([
    { workflow_id: large.name, runs: '4', live: '1', journal_rows: '3', estimated: false },
    { workflow_id: small.name, runs: '1', live: '0', journal_rows: '1' },
  ])
  expect(Number((await list())[0]?.bytes)).toBeGreaterThan(100)
  await kernel.query('analyze')
  expect(await list()).toHaveLength(2)
})
