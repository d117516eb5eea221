import { expect, test } from 'vitest'
import { message, openKernel, row, timer, uuid } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
const timeline = (run: string, options: object = {}) =>
  kernel.query('select * from millrace.get_timeline($1, $2)', [uuid(run), options])

test('tells every attempt, wait, child and pause, in order', async () => {
  const route = await kernel.route()
  const run = await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  const child = await kernel.start(await kernel.route(), { meta: { parent: run } })
  const rows = [
    row('e', 'a', { message: 'first' }),
    row('e', 'a', { message: 'second' }),
    row('r', 'a', { ok: 1 }),
    row('f', 'b', { message: 'for good' }),
    row('c', 'kid', { run: child, id: uuid(child) }),
  ]
  const waits = [
    timer('nap', 1000),
    message('late', 'x', 1000),
    message('msg', 'y'),
    message('kid', `$child:${child}`),
  ]
  await worker.advance(task, { op: 'w', rows, waits })
  await kernel.call('trigger_event', uuid(run), 'y', JSON.stringify('hi'))
  await kernel.call('cancel_runs', 1, [child], {})
  await kernel.advanceClock(1000)
  await worker.claim(route)
  await kernel.query(`update millrace.workers set expires_at = '2000-01-01' where id = $1`, [
    worker.id,
  ])
  await kernel.call('recover')
  await kernel.call('pause_workflow', uuid(run), { by: 'ada' })
  await kernel.call('resume_workflow', uuid(run), { by: 'bob' })
  const { worker: next, task: again } = await kernel.lease(route)
  const open = [timer('nap', null), message('late', 'x'), message('kid', `$child:${child}`)]
  const verdict = await next.wait(again, ...open)
  expect(verdict).toMatchObject({ kind: 'news' })
  await kernel.call('cancel_workflow', uuid(run), { by: 'eve' })
  const found = await timeline(run)
  expect(found.map(({ seq }) => seq)).toEqual(found.map((_, i) => i))
  const short = found.map((r) => [r.step_id, r.kind, r.status, r.attempt, r.by].join(' ').trimEnd())
  expect(short).toEqual([
    'a step failed 1',
    'a step failed 2',
    'a step completed 3',
    'b step failed 1',
    'kid child running 1',
    'msg wait completed 1',
    ' control failed 1',
    ' control paused 1 ada',
    ' control running 1 bob',
    'nap timer completed 1',
    'late wait completed 1',
    'kid child cancelled 1',
    ' control cancelled 1 eve',
  ])
  expect(found[0]).toMatchObject({ failure: { message: 'first' }, output: null, timed_out: false })
  expect(found[2]).toMatchObject({ output: { ok: 1 }, failure: null })
  expect(found[5]).toMatchObject({ output: 'hi' })
  expect(found[6]).toMatchObject({ failure: { code: 'MR055', name: 'LeaseLostError' } })
  expect(found[10]).toMatchObject({ timed_out: true })
  expect(found[11]).toMatchObject({ child_id: uuid(child), output: null, failure: null })
})

test('has the rows that came with the end, and pages by number', async () => {
  const route = await kernel.route()
  const run = await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  await worker.keep(task, [row('r', 'a', 1), row('r', 'b', 2)])
  await worker.advance(task, { op: 'c', output: '3', tail: [row('e', 'c', {}), row('r', 'c', 3)] })
  const steps = async (options: object) =>
    (await timeline(run, options)).map((r) => [r.seq, r.step_id, r.attempt])
  const all = [
    [0, 'a', 1],
    [1, 'b', 1],
    [2, 'c', 1],
    [3, 'c', 2],
  ]
  expect(await steps({})).toEqual(all)
  expect(await steps({ limit: 2 })).toEqual(all.slice(0, 2))
  expect(await steps({ after: 1 })).toEqual(all.slice(2))
  expect(await steps({ after: 3 })).toEqual([])
})

test('a run of nobody, of another tenant or resource is not there', async () => {
  await kernel.makeTenant('second')
  const run = await kernel.start(await kernel.route())
  expect(await timeline(run)).toEqual([])
  await refusal(timeline('5'), 'MR041', uuid('5'))
  await refusal(timeline(run, { tenant: 'second' }), 'MR041', uuid(run))
  await refusal(timeline(run, { resource_id: 'r' }), 'MR041', 'of resource "r"')
})

test('a skipped step says why, and what its handler threw', async () => {
  const route = await kernel.route()
  const run = await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  const failure = { name: 'Error', message: 'no' }
  const rows = [
    row('k', 'a', { reason: 'condition_unmet' }),
    row('e', 'b', failure),
    row('k', 'b', { reason: 'handler_failed', failure }),
    row('k', 'c', { reason: 'dependency_skipped', failure: null }),
    row('r', 'd', 0),
  ]
  await worker.advance(task, { op: 'c', output: '0', tail: rows })
  const found = await timeline(run)
  const short = found.map((r) => [r.step_id, r.kind, r.status, r.attempt, r.skip_reason].join(' '))
  expect(short.map((line) => line.trimEnd())).toEqual([
    'a step skipped 1 condition_unmet',
    'b step failed 1',
    'b step skipped 2 handler_failed',
    'c step skipped 1 dependency_skipped',
    'd step completed 1',
  ])
  expect(found[2]).toMatchObject({ failure, output: null, reason: null })
  expect(found[3]).toMatchObject({ failure: null, output: null })
  expect(found[4]).toMatchObject({ failure: null, output: 0, skip_reason: null })
})
