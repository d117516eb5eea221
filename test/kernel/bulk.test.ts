import { beforeEach, describe, expect, test } from 'vitest'
import type { BulkJson } from '../../src/kernel/bulk.ts'
import {
  createKernel,
  type Kernel,
  message,
  openKernel,
  type Route,
  uuid,
} from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
let route: Route
beforeEach(async () => {
  route = await kernel.route()
})

const bulk = (verb: string, filter: object, options: object = {}, on: Kernel = kernel) =>
  on.call<BulkJson>(`bulk_${verb}`, filter, options)
const ours = () => ({ workflow_id: route.name })
const get = (id: string | null, on: Kernel = kernel) => on.call<BulkJson>('get_bulk_operation', id)

/** Batches until there is none left to do. */
async function work(on: Kernel = kernel): Promise<number> {
  for (let batches = 0; ; batches++) {
    const ms = await on.call<number | null>('work_bulk')
    if (ms === null || ms > 0) return batches
  }
}

async function start(n: number): Promise<string[]> {
  const runs = []
  for (let i = 0; i < n; i++) runs.push(await kernel.start(route))
  return runs
}

async function fail(n: number): Promise<string[]> {
  const runs = await start(n)
  const worker = await kernel.worker()
  for (const task of await worker.claim(route, { want: n }))
    await worker.fail(task, { message: 'no', fingerprint: 'x', stepId: null })
  return runs
}

test('a dry run counts and samples, and changes nothing', async () => {
  const runs = await start(12)
  const found = await bulk('cancel', ours(), { dry_run: true, by: 'ada' })
  expect(found).toMatchObject({ id: null, matched: 12, done: 0, status: 'completed', by: 'ada' })
  expect(found.sample).toEqual(runs.slice(0, 10).map(uuid))
  expect(await kernel.run(runs[0] as string)).toMatchObject({ status: 'pending' })
  expect(await kernel.call('work_bulk')).toBeNull()
  expect(await bulk('cancel', { workflow_id: 'none' }, { dry_run: true })).toMatchObject({
    matched: 0,
  })
})

test('does it to all that match, and leaves a record of who did', async () => {
  const runs = await start(130)
  const [other] = await start(1)
    .then(() => kernel.route())
    .then(async (r) => [await kernel.start(r)])
  const begun = await bulk('cancel', ours(), { by: 'ada', reason: 'spring' })
  expect(begun).toMatchObject({ verb: 'cancel', status: 'running', matched: 131, done: 0 })
  await work()
  expect(await get(begun.id)).toMatchObject({
    status: 'completed',
    done: 131,
    failed: 0,
    by: 'ada',
  })
  const [entry] = await kernel.query('select * from millrace.get_timeline($1)', [
    uuid(runs[99] as string),
  ])
  expect(entry).toMatchObject({ status: 'cancelled', by: 'ada', reason: 'spring' })
  expect(await kernel.run(other as string)).toMatchObject({ status: 'pending' })
})

test('a run that was started after it is none of its', async () => {
  await start(2)
  // ids are drawn ahead: one that was drawn before the operation may be used after it
  const begun = await bulk('pause', ours())
  await kernel.advanceClock(1)
  const late = await kernel.start(route)
  await work()
  expect(await get(begun.id)).toMatchObject({ done: 2 })
  expect(await kernel.run(late)).toMatchObject({ status: 'pending' })
})

test('one that is refused is counted with its error, and the others go on', async () => {
  const [first] = await start(3)
  const { worker, task } = await kernel.lease(route)
  await worker.complete(task)
  expect(task.run).toBe(first)
  const begun = await bulk('cancel', ours())
  await work()
  expect(await get(begun.id)).toMatchObject({
    matched: 3,
    done: 2,
    failed: 1,
    failures: [{ run_id: uuid(first as string), code: 'MR011' }],
  })
})

test('retries, each failed run once', async () => {
  await fail(3)
  const filter = { ...ours(), statuses: ['failed'] }
  for (let turn = 0; turn < 2; turn++) {
    const begun = await bulk('retry', filter)
    await work()
    expect(await get(begun.id)).toMatchObject({ matched: 3, done: 3 })
  }
  expect(await kernel.query('select run from millrace.get_runs($1)', [ours()])).toHaveLength(6)
})

test('sends each a message, pauses, resumes, discards, moves', async () => {
  const runs = await start(2)
  const { worker, task } = await kernel.lease(route)
  await worker.wait(task, message('m', 'go'))
  await bulk('signal', ours(), { event_name: 'go', data: { n: 1 } })
  await work()
  expect(await kernel.journal(task.run)).toEqual(['g m {"n": 1}'])
  await bulk('pause', ours())
  await work()
  await bulk('resume', { ...ours(), statuses: ['paused'] })
  await work()
  expect(await kernel.journal(runs[1] as string)).toHaveLength(2)
  await kernel.call('register_workflow', 1, route.name, '2', {})
  const moved = await bulk('migrate', { ...ours(), version: '1' }, { to_version: '2' })
  await work()
  expect(await get(moved.id)).toMatchObject({ matched: 2, done: 2 })
  const other = await kernel.route()
  route = other
  await fail(2)
  await bulk('discard', { ...ours(), fingerprint: 'x' }, { by: 'ada' })
  await work()
  expect(await kernel.query('select * from millrace.get_failures($1)', [ours()])).toEqual([])
})

test('no faster than it was asked', async () => {
  await start(30)
  const begun = await bulk('pause', ours(), { per_second: 50 })
  const gaps: number[] = []
  const at = (time: string, from = '') =>
    kernel.value<number>(`select (extract(epoch from ${time}) * 1000)::float8 ${from}`)
  for (;;) {
    const before = await at('millrace.clock()')
    const ms = await kernel.call<number | null>('work_bulk')
    if (ms === null) break
    expect(ms).toBeLessThanOrEqual(200)
    const next = await at('next_at', `from millrace.bulk_operations where next_at is not null`)
    gaps.push(next - before)
    await kernel.advanceClock(ms)
  }
  expect(gaps).toHaveLength(3)
  // from the beginning of one batch to that of the next, however long it takes
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(199)
  expect(await get(begun.id)).toMatchObject({ done: 30, status: 'completed' })
})

test('stopped, it does no more', async () => {
  await start(30)
  const begun = await bulk('pause', ours(), { per_second: 50 })
  await kernel.call('work_bulk')
  const stopped = await kernel.call('stop_bulk_operation', begun.id)
  expect(stopped).toMatchObject({ status: 'cancelled', done: 10 })
  await kernel.advanceClock(10_000)
  expect(await kernel.call('work_bulk')).toBeNull()
  expect(await kernel.call('stop_bulk_operation', begun.id)).toEqual(stopped)
})

test('what an open transaction holds does not stop it: at the second try it counts as failed', async () => {
  const runs = await start(5)
  const holder = await kernel.connect()
  await holder.query('begin')
  await holder.query('select from millrace.live where run_id = $1 for update', [runs[2]])
  const begun = await bulk('pause', ours())
  await work()
  expect(await get(begun.id)).toMatchObject({ done: 2, failed: 0, status: 'running' })
  await kernel.advanceClock(1000)
  await work()
  expect(await get(begun.id)).toMatchObject({
    done: 4,
    failed: 1,
    failures: [{ run_id: uuid(runs[2] as string), code: 'MR090' }],
  })
  await holder.query('rollback')
})

test('sent again under its id it is the same operation', async () => {
  await start(2)
  const operation_id = await kernel.call<string>('take_ids')
  const first = await bulk('pause', ours(), { operation_id })
  await work()
  expect(await bulk('pause', ours(), { operation_id })).toMatchObject({ id: first.id, done: 2 })
})

test('runs that go while it is under way do not stop it, nor those of others', async () => {
  const runs = await fail(3)
  const run_ids = runs.map(uuid)
  const begun = await bulk('discard', { run_ids }, { per_second: 5 })
  await kernel.call('work_bulk')
  await kernel.call('delete_runs', 1, [runs[1], runs[2]])
  await kernel.advanceClock(1000)
  await work()
  await kernel.advanceClock(1000)
  await work()
  expect(await get(begun.id)).toMatchObject({ status: 'completed', done: 1, failed: 0 })
})

test('two workers do not do the same batch', async () => {
  await start(150)
  const begun = await bulk('pause', ours())
  const one = await kernel.connect()
  await one.query('begin')
  await one.query('select millrace.work_bulk()')
  expect(await kernel.call<number>('work_bulk')).toBeGreaterThan(0)
  await one.query('commit')
  await work()
  expect(await get(begun.id)).toMatchObject({ done: 150, failed: 0 })
})

test('a batch whose worker dies is done again, as a whole', async () => {
  const runs = await start(3)
  const begun = await bulk('signal', ours(), { event_name: 'go' })
  const one = await kernel.connect()
  await one.query('begin')
  await one.query('select millrace.work_bulk()')
  await one.query('rollback')
  await work()
  expect(await get(begun.id)).toMatchObject({ done: 3 })
  const signals = await kernel.query('select id from millrace.signals where run_id = any ($1)', [
    runs,
  ])
  expect(signals).toHaveLength(3)
})

describe('refuses', () => {
  test('a filter that is empty, unknown, or matches none', async () => {
    await refusal(bulk('cancel', {}), 'MR004', 'empty')
    await refusal(bulk('cancel', { workflow_id: null, tags: [] }), 'MR004', 'empty')
    await refusal(bulk('cancel', { ...ours(), tenant: 'other' }), 'MR001', 'tenant')
    await refusal(bulk('cancel', { workflow: 'x' }), 'MR001', 'workflow')
    await refusal(bulk('cancel', { workflow_id: 'none' }), 'MR004', 'matches no run')
    await refusal(bulk('cancel', { run_ids: ['x'] }), 'MR001', 'UUIDs')
  })

  test('what the verb needs and does not have', async () => {
    await start(1)
    await refusal(bulk('fork', ours()), 'MR001', 'from_step')
    await refusal(bulk('migrate', ours()), 'MR001', 'to_version')
    await refusal(bulk('signal', ours()), 'MR001', 'event_name')
    await refusal(bulk('cancel', ours(), { per_second: 0 }), 'MR001', 'per_second')
    await refusal(bulk('cancel', ours(), { from_step: 'a' }), 'MR001', 'from_step')
  })

  test('an operation that is not there, or another tenant started', async () => {
    await refusal(get('77'), 'MR041', '77')
    await refusal(get('x'), 'MR041', 'x')
    await start(1)
    const begun = await bulk('pause', ours())
    await kernel.makeTenant('second')
    const other = kernel.call('get_bulk_operation', begun.id, { tenant: 'second' })
    await refusal(other, 'MR041', begun.id as string)
    await kernel.call('stop_bulk_operation', begun.id)
  })
})

test('a tenant does it to its own runs only', async () => {
  await using own = await createKernel()
  const second = await own.makeTenant('second')
  const theirs = await own.route({ tenant: second, name: 'same' })
  const mine = await own.route({ name: 'same' })
  const [a, b] = [await own.start(theirs), await own.start(mine)]
  await bulk('cancel', { workflow_id: 'same' }, {}, own)
  await work(own)
  expect(await own.live(a)).toMatchObject({ state: 'q' })
  expect(await own.live(b)).toBeNull()
})
