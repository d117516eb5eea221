import { describe, expect, test } from 'vitest'
import type { BulkJson } from '../../src/kernel/bulk.ts'
import { createKernel, type Kernel, openKernel, row, uuid } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
const bulk = (verb: string, filter: object | null, options: object | null = {}, on = kernel) =>
  on.call<BulkJson>(`bulk_${verb}`, filter, options)
const get = (id: string | null, on: Kernel = kernel) => on.call<BulkJson>('get_bulk_operation', id)

/** Batches, and the time between them, until there is none left to do. @returns how many, at most 50 */
async function work(on: Kernel = kernel): Promise<number> {
  for (let batches = 0; batches < 50; batches++) {
    const ms = await on.call<number | null>('work_bulk')
    if (ms === null) return batches
    await on.advanceClock(ms)
  }
  return 50
}

describe('the number of an operation', () => {
  test('of another tenant, or of another operation, is refused, and nothing begins', async () => {
    const second = await kernel.makeTenant('second')
    await kernel.start(await kernel.route({ tenant: second, name: 'theirs' }))
    const mine = await kernel.route()
    const run = await kernel.start(mine)
    const operation_id = await kernel.call<string>('take_ids')
    await bulk('pause', { workflow_id: 'theirs' }, { operation_id, tenant: 'second' })
    const ours = { workflow_id: mine.name }
    await refusal(bulk('cancel', ours, { operation_id }), 'MR010', operation_id)
    const own = await kernel.call<string>('take_ids')
    await bulk('pause', ours, { operation_id: own })
    await refusal(bulk('cancel', ours, { operation_id: own }), 'MR010', own)
    await refusal(bulk('pause', { run_ids: [uuid(run)] }, { operation_id: own }), 'MR010', own)
    await work()
    expect(await kernel.run(run)).toMatchObject({ status: 'paused' })
  })

  test('is one that was drawn: another may be drawn by somebody later', async () => {
    const route = await kernel.route()
    await kernel.start(route)
    for (const operation_id of ['abc', '-5', '99999999999999999', `${2n ** 64n}`])
      await refusal(
        bulk('pause', { workflow_id: route.name }, { operation_id }),
        'MR001',
        'not a number that was drawn',
      )
  })
})

describe('a batch that fails as a whole', () => {
  /** A constraint that stands for whatever may go wrong with a run. */
  const breakCancel = (on: Kernel, run: string) =>
    on.query(
      `alter table millrace.outcomes add constraint broken check (run_id <> ${run} or status <> 'x')`,
    )

  test('is halved down to the run at which it fails: that is counted, and the others go on', async () => {
    await using own = await createKernel()
    const route = await own.route()
    const runs: string[] = []
    for (let i = 0; i < 30; i++) runs.push(await own.start(route))
    await breakCancel(own, runs[17] as string)
    const begun = await bulk('cancel', { workflow_id: route.name }, { per_second: 100 }, own)
    expect(await work(own)).toBeLessThan(50)
    expect(await get(begun.id, own)).toMatchObject({
      status: 'completed',
      done: 29,
      failed: 1,
      failures: [{ run_id: uuid(runs[17] as string), code: 'MR099' }],
    })
    expect(await own.run(runs[17] as string)).toMatchObject({ status: 'pending' })
  })

  test('because it takes longer than the role may is halved too', async () => {
    await using own = await createKernel()
    const route = await own.route()
    for (let i = 0; i < 4; i++) await own.start(route)
    // the second cancel of a call is one too many, as if its time were over
    await own.query(`create function in_time() returns boolean language plpgsql as $$
      begin
        if current_setting('test.ends', true) = '1' then raise query_canceled; end if;
        perform set_config('test.ends', '1', true);
        return true;
      end $$`)
    await own.query('alter table millrace.outcomes add constraint in_time check (in_time())')
    const begun = await bulk('cancel', { workflow_id: route.name }, {}, own)
    await work(own)
    expect(await get(begun.id, own)).toMatchObject({ status: 'completed', done: 4, failed: 0 })
  })
})

test('a filter that nobody can look at any more ends the operation, which says why', async () => {
  const amount = (type: string) => ({ attributes: { amount: { path: 'amount', type } } })
  const route = await kernel.route({ definition: amount('number') })
  const run = await kernel.start(route, {
    input: { amount: 5 },
    meta: { attributes: { amount: 5 } },
  })
  const begun = await bulk('pause', { workflow_id: route.name, attributes: { amount: { gte: 1 } } })
  await kernel.advanceClock(1)
  await kernel.call('register_workflow', 1, route.name, '2', amount('text'))
  await work()
  expect(await get(begun.id)).toMatchObject({
    status: 'cancelled',
    done: 0,
    failures: [{ run_id: null, code: 'MR001', message: expect.stringContaining('amount') }],
  })
  expect(await kernel.run(run)).toMatchObject({ status: 'pending' })
})

test('failures that the engine paused are found by their cause as well', async () => {
  const route = await kernel.route()
  const failure = { fingerprint: 'misfit', message: 'm', code: 'MR032' }
  const paused = await kernel.start(route)
  const one = await kernel.lease(route)
  await one.worker.advance(one.task, {
    op: 'p',
    output: 'h',
    rows: [row('p', '', { reason: 'history_mismatch', by: null, failure })],
  })
  const failed = await kernel.start(route)
  const two = await kernel.lease(route)
  await two.worker.fail(two.task, { ...failure, stepId: null })
  const list = await kernel.query<{ run: { id: string } }>(
    'select run from millrace.get_runs($1)',
    [{ fingerprint: 'misfit' }],
  )
  expect(list.map(({ run }) => run.id)).toEqual([failed, paused].map(uuid))
  const begun = await bulk('discard', { fingerprint: 'misfit' }, { by: 'ada' })
  expect(begun.matched).toBe(2)
  await work()
  expect(await get(begun.id)).toMatchObject({ done: 2, failed: 0 })
  expect(
    await kernel.query('select from millrace.get_failures($1)', [{ workflow_id: route.name }]),
  ).toEqual([])
})

test('a fork of many may give the step its output, false and null too', async () => {
  const route = await kernel.route()
  const runs = [await kernel.start(route), await kernel.start(route)]
  const worker = await kernel.worker()
  for (const task of await worker.claim(route)) {
    await worker.keep(task, [row('r', 'a', 1), row('r', 'b', 2)])
    await worker.advance(
      { ...task, journal: [row('r', 'a', 1), row('r', 'b', 2)] },
      { op: 'c', output: '1' },
    )
  }
  for (const output of [false, null, 0, '']) {
    const begun = await bulk('fork', { run_ids: runs.map(uuid) }, { from_step: 'b', output })
    await work()
    expect(await get(begun.id)).toMatchObject({ done: 2, failed: 0 })
    for (const task of await worker.claim(route)) {
      expect(task.journal).toEqual([row('r', 'a', 1), row('r', 'b', output)])
      await worker.complete(task)
    }
  }
  const ours = { workflow_id: route.name }
  await bulk('fork', ours, { from_step: 'b', input: { n: 2 }, dry_run: true })
  const many = bulk('fork', { run_ids: runs.map(uuid) }, { from_step: 'b', input: 1 })
  await refusal(many, 'MR001', 'one workflow')
  await refusal(
    bulk('fork', ours, { from_step: 'b', output: 'x'.repeat(1_100_000) }),
    'MR002',
    'output',
  )
})

describe('refuses before anything begins', () => {
  test('what would fail for each run', async () => {
    const route = await kernel.route()
    await kernel.start(route)
    const ours = { workflow_id: route.name }
    for (const dry_run of [true, false]) {
      await refusal(bulk('migrate', ours, { to_version: '9', dry_run }), 'MR040', '"9"')
      await refusal(bulk('fork', ours, { from_step: 'a', version: '9', dry_run }), 'MR040', '"9"')
    }
  })

  test('no filter, and a status that there is not', async () => {
    await refusal(bulk('cancel', null), 'MR004', 'empty')
    await refusal(bulk('cancel', { statuses: ['done'] }), 'MR001', '"done" is no status')
    const route = await kernel.route()
    await kernel.start(route)
    expect(await bulk('cancel', { workflow_id: route.name }, null)).toMatchObject({ matched: 1 })
    await work()
  })

  test('more than 100,000 runs, with what to do; 100,000 are not too many', async () => {
    await using own = await createKernel()
    const route = await own.route()
    const first = await own.start(route)
    await own.query("update millrace.runs set created_at = '2000-01-01' where id = $1", [first])
    await own.query(
      `insert into millrace.runs (id, created_at, tenant_id, route_id)
       select $2::bigint + i, now(), 1, $1 from generate_series(1, 100000) i`,
      [route.route, first],
    )
    await own.query(
      `insert into millrace.outcomes (run_id, at, tenant_id, status)
       select id, now() - interval '1 day', 1, 'c' from millrace.runs where id > $1`,
      [first],
    )
    const all = { workflow_id: route.name }
    const parts: [string, object][] = [
      ['cancel', {}],
      ['signal', { event_name: 'go', dry_run: true }],
    ]
    for (const [verb, options] of parts) {
      const error = bulk(verb, all, options, own)
      await error.catch(({ hint }) => expect(hint).toMatch(/^Narrow it, by created_after/))
      const details = await refusal(error, 'MR004', /^The filter matches more than 100,000 runs\.$/)
      expect(details).toEqual({ filter: all })
    }
    expect(await own.query('select from millrace.bulk_operations')).toEqual([])
    expect(await own.call('work_bulk')).toBeNull()
    expect(await own.run(first)).toMatchObject({ status: 'pending' })
    expect(await own.query('select from millrace.signals')).toEqual([])
    const fewer = { ...all, created_after: '2001-01-01' }
    expect(await bulk('cancel', fewer, { dry_run: true }, own)).toMatchObject({ matched: 100_000 })
  }, 60_000)
})
