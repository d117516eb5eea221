import { describe, expect, test } from 'vitest'
import type { LeasedTask } from '../../src/kernel/tasks.ts'
import {
  type Lease,
  message,
  openKernel,
  type Route,
  row,
  type TestWorker,
  uuid,
} from '../support/kernel.ts'
import { openTrack } from '../support/race.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
const track = await openTrack(kernel)
let drawn = BigInt(await kernel.call<string>('take_ids'))
const draw = () => String(drawn++)

/** Ends a leased run as another, whose number this gives. */
async function goOn(
  worker: TestWorker,
  task: LeasedTask,
  route: Route,
  more: { id?: string; input?: unknown; meta?: object; length?: number } = {},
) {
  const { id = draw(), input = 'next', meta, length } = more
  const successor = {
    id,
    route: route.route,
    input: JSON.stringify(input),
    meta: meta ? JSON.stringify(meta) : null,
  }
  const tail = [row('z', '', { run: id, id: uuid(id) })]
  const verdict = await worker.advance(task, {
    op: 'c',
    output: null,
    tail,
    successor,
    parent: null,
    length,
  })
  return { id, verdict }
}

async function leased(options: Parameters<typeof kernel.start>[1] = {}, definition: object = {}) {
  const route = await kernel.route({ definition })
  const run = await kernel.start(route, options)
  return { route, run, ...(await kernel.lease(route)) }
}

test('the run is completed, and another goes on; the same call again makes no second', async () => {
  const { route, run, worker, task } = await leased({ input: 'first' })
  const { id, verdict } = await goOn(worker, task, route)
  expect(verdict).toEqual({ kind: 'done' })
  expect((await goOn(worker, task, route, { id })).verdict).toEqual({ kind: 'stale' })
  expect((await goOn(worker, task, route)).verdict).toEqual({ kind: 'stale' })
  expect(await kernel.run(run)).toMatchObject({
    ...{ status: 'completed', output: null, continued_as: uuid(id), continued_from: null },
  })
  expect(await kernel.run(id)).toMatchObject({
    ...{ status: 'pending', input: 'next', continued_from: uuid(run), continued_as: null },
  })
  expect(await kernel.journal(run)).toEqual([`z  {"run":"${id}","id":"${uuid(id)}"}`])
  const runs = await kernel.query('select id from millrace.runs where route_id = $1', [route.route])
  expect(runs).toHaveLength(2)
  const timeline = await kernel.query(
    'select kind, status, reason from millrace.get_timeline($1)',
    [uuid(run)],
  )
  expect(timeline).toEqual([
    { kind: 'control', status: 'completed', reason: `continued as run ${uuid(id)}` },
  ])
})

test('who asks for the outcome of any of a chain is sent to its last', async () => {
  const first = await leased()
  const { route, worker } = first
  const ids = [first.run]
  for (let task = first.task; ids.length < 4; task = await worker.claimOne(route)) {
    ids.push((await goOn(worker, task, route)).id)
  }
  const outcomes = await kernel.query(
    'select run_id::text as run, status, output, continued_as::text as "as" from millrace.get_outcomes(1, $1)',
    [ids],
  )
  expect(outcomes).toHaveLength(3)
  for (const outcome of outcomes)
    expect(outcome).toMatchObject({ status: 'c', output: null, as: ids[3] })
  for (const [i, id] of ids.entries()) {
    expect(await kernel.call('last_of_chain', id)).toBe(ids[3])
    expect(await kernel.call('first_of_chain', id)).toBe(ids[0])
    expect(await kernel.call('next_of_chain', id)).toBe(ids[i + 1] ?? null)
  }
})

test('a parent hears of the end of the last, once; so do others of its end', async () => {
  const parent = await leased()
  const child = await kernel.route()
  const [id] = [draw()]
  const meta = JSON.stringify({ workflow: child.name, parent: parent.run, parent_close: 'cancel' })
  await parent.worker.advance(parent.task, {
    ...{ op: 'w', rows: [row('c', 'child', { run: id, id: uuid(id) })] },
    ...{
      children: [{ id, route: child.route, input: null, meta }],
      waits: [message('child', `$child:${id}`)],
    },
  })
  const { worker, task } = await kernel.lease(child)
  const next = await goOn(worker, task, child, {
    meta: { workflow: child.name, parent: parent.run },
  })
  expect((await kernel.live(parent.run))?.state).toBe('w')
  expect(
    await kernel.query('select run_id::text from millrace.children where parent_id = $1', [
      parent.run,
    ]),
  ).toEqual([{ run_id: next.id }])
  const children = await kernel.query<{ run: { id: string } }>(
    'select * from millrace.get_runs($1)',
    [{ parent_id: uuid(parent.run) }],
  )
  expect(children.map(({ run }) => run.id)).toEqual([uuid(next.id), uuid(id)])
  await worker.complete(await worker.claimOne(child), 'the sum')
  expect((await kernel.live(parent.run))?.state).toBe('q')
  expect(await kernel.journal(parent.run)).toEqual([
    expect.stringMatching(/^c child/),
    'g child {"status":"c","output":"the sum"}',
  ])
  expect(
    await kernel.query('select from millrace.children where parent_id = $1', [parent.run]),
  ).toEqual([])
})

test('a parent that ends takes the run with it that goes on for its child', async () => {
  const parent = await leased()
  const child = await kernel.route()
  const id = draw()
  const meta = JSON.stringify({ workflow: child.name, parent: parent.run, parent_close: 'cancel' })
  const children = [{ id, route: child.route, input: null, meta }]
  await parent.worker.advance(parent.task, {
    op: 'k',
    rows: [row('c', 'child', { run: id, detached: true })],
    children,
  })
  const { worker, task } = await kernel.lease(child)
  const next = await goOn(worker, task, child, {
    meta: { workflow: child.name, parent: parent.run },
  })
  await parent.worker.advance(parent.task, { op: 'c', output: '1', length: 1 })
  await kernel.call('close_children')
  expect(await kernel.run(next.id)).toMatchObject({ status: 'cancelled' })
})

test('messages that no wait has taken go on; one that was taken does not count again', async () => {
  const { route, run, worker, task } = await leased()
  const send = (id: string, data: number, to = run) =>
    kernel.call<{ id: string }>('trigger_event', uuid(to), 'go', data, { dedupe_id: id })
  await send('one', 1)
  await send('two', 2)
  const news = await worker.keep(task, [], [message('wait', 'go')])
  expect(news).toMatchObject({ kind: 'news', rows: [{ kind: 'g', name: 'wait', data: '1' }] })
  const next = await goOn(worker, task, route, { length: 1 })
  // sent again after lost replies, by the name that the sender knows
  expect((await send('one', 1)).id).toBe(uuid(next.id))
  await send('two', 2)
  await send('three', 3)
  const signals = await kernel.query(
    'select id, taken from millrace.signals where run_id = $1 order by nth',
    [next.id],
  )
  expect(signals).toEqual([
    { id: 'one', taken: -1 },
    { id: 'two', taken: null },
    { id: 'three', taken: null },
  ])
  const second = await worker.claimOne(route)
  expect(await worker.wait(second, message('wait', 'go'))).toMatchObject({ rows: [{ data: '2' }] })
  expect(await worker.keep(second, [], [message('again', 'go')])).toMatchObject({ kind: 'news' })
  const last = await goOn(worker, second, route, { length: 2 })
  expect(
    await kernel.query('select id, taken from millrace.signals where run_id = $1 order by nth', [
      last.id,
    ]),
  ).toEqual([
    { id: 'two', taken: -1 },
    { id: 'three', taken: -1 },
  ])
  await worker.complete(await worker.claimOne(route))
  expect(
    await kernel.query('select from millrace.signals where run_id = any ($1)', [
      [run, next.id, last.id],
    ]),
  ).toEqual([])
  await refusal(send('four', 4), 'MR011', 'completed')
})

test('what people do to a run of the chain they do to its last', async () => {
  const { route, run, worker, task } = await leased()
  const { id } = await goOn(worker, task, route)
  const status = async () => (await kernel.run(id)).status
  expect(await kernel.call('pause_workflow', uuid(run))).toMatchObject({
    id: uuid(id),
    status: 'paused',
  })
  expect(await kernel.call('resume_workflow', uuid(run))).toMatchObject({ id: uuid(id) })
  await worker.wait(await worker.claimOne(route), message('wait', 'go'))
  expect(await kernel.call('fast_forward_workflow', uuid(run), 7)).toMatchObject({ id: uuid(id) })
  expect(await kernel.call('cancel_workflow', uuid(run))).toMatchObject({
    id: uuid(id),
    status: 'cancelled',
  })
  expect(await status()).toBe('cancelled')
  expect(await kernel.run(run)).toMatchObject({ status: 'completed' })
})

test('it is moved, terminated, retried and discarded as its last, too', async () => {
  const moved = await leased()
  const { id } = await goOn(moved.worker, moved.task, moved.route)
  await kernel.call('register_workflow', 1, moved.route.name, '2', {})
  const to = { to_version: '2' }
  expect(await kernel.call('migrate_workflow', uuid(moved.run), to)).toMatchObject({
    ...{ id: uuid(id), version: '2' },
  })
  expect(await kernel.call('terminate_workflow', uuid(moved.run))).toMatchObject({
    ...{ id: uuid(id), status: 'cancelled' },
  })
  const failed = await leased()
  const last = await goOn(failed.worker, failed.task, failed.route)
  await failed.worker.fail(await failed.worker.claimOne(failed.route))
  expect(await kernel.call('discard_workflow', uuid(failed.run))).toMatchObject({
    ...{ id: uuid(last.id), status: 'failed' },
  })
  expect(await kernel.call('retry_workflow', uuid(failed.run))).toMatchObject({
    retried_from: uuid(last.id),
  })
  const { worker, task, route, run } = await leased()
  await goOn(worker, task, route)
  for (const verb of ['terminate', 'discard', 'migrate']) {
    const options = verb === 'migrate' ? { to_version: '1' } : {}
    const only = { run_ids: [uuid(run)] }
    const begun = await kernel.call<{ id: string }>(`bulk_${verb}`, only, options)
    await kernel.call('work_bulk')
    const ended = await kernel.call('get_bulk_operation', begun.id)
    expect(ended, verb).toMatchObject({ done: 0, failures: [{ code: 'MR011' }] })
  }
})

test('a bulk operation on an old run of a chain leaves its last alone', async () => {
  const { route, run, worker, task } = await leased()
  const { id } = await goOn(worker, task, route)
  const options = { by: 'ada' }
  const begun = await kernel.call<{ id: string }>('bulk_cancel', { run_ids: [uuid(run)] }, options)
  await kernel.call('work_bulk')
  const ended = await kernel.call('get_bulk_operation', begun.id)
  expect(ended).toMatchObject({ done: 0, failed: 1, failures: [{ code: 'MR011' }] })
  expect(await kernel.run(id)).toMatchObject({ status: 'pending' })
})

test('the time-out is that of the chain, and a pause that was asked for is not lost', async () => {
  const { route, run, worker, task } = await leased({ meta: { timeout_ms: 3_600_000 } })
  const { timeout_at } = await kernel.run(run)
  await kernel.call('pause_workflow', uuid(run), { by: 'ada', reason: 'look' })
  const { id } = await goOn(worker, task, route, {
    meta: { workflow: route.name, timeout_ms: 7_200_000 },
  })
  expect(await kernel.run(id)).toMatchObject({ status: 'paused', reason: 'person', timeout_at })
  expect(await kernel.journal(id)).toEqual(['p {"reason" : "look", "by" : "ada"}'])
})

test('attributes are filled from the new input, and else as they are', async () => {
  const attributes = { stage: { path: 'stage', type: 'text' }, amount: { type: 'number' } }
  const start = { meta: { attributes: { stage: 'new', amount: 1, note: 'mine', gone: 1 } } }
  const { route, worker, task } = await leased(start, { attributes })
  const values = { amount: 2, gone: null }
  await worker.advance(task, {
    op: 'k',
    rows: [row('l', '$attributes', values)],
    values: [JSON.stringify(values)],
  })
  const meta = { workflow: route.name, attributes: { stage: 'next' } }
  const { id } = await goOn(worker, task, route, { length: 1, meta })
  expect(await kernel.run(id)).toMatchObject({
    attributes: { stage: 'next', amount: 2, note: 'mine' },
  })
  const second = await worker.claimOne(route)
  const last = await goOn(worker, second, route)
  const run = await kernel.run(last.id)
  expect(run.attributes).toEqual({ amount: 2, note: 'mine' })
  const found = await kernel.query<{ run: { id: string } }>('select * from millrace.get_runs($1)', [
    { workflow_id: route.name, attributes: { amount: 2 } },
  ])
  expect(found.map((one) => one.run.id).sort()).toEqual([last.id, id, task.run].map(uuid).sort())
})

test('what the next version declares otherwise does not stop it', async () => {
  const { route, worker, task } = await leased({ meta: { attributes: { size: 'large' } } })
  const definition = { attributes: { size: { type: 'number' } } }
  await kernel.route({ name: route.name, definition })
  const { id } = await goOn(worker, task, route)
  expect(await kernel.run(id)).toMatchObject({ attributes: { size: 'large' } })
})

test('a retry of the parent waits for the end of the chain, not of its first run', async () => {
  const parent = await leased()
  const child = await kernel.route()
  const id = draw()
  const meta = JSON.stringify({ workflow: child.name, parent: parent.run })
  const rows = [row('c', 'child', { run: id, id: uuid(id) })]
  await parent.worker.advance(parent.task, {
    op: 'k',
    rows,
    children: [{ id, route: child.route, input: null, meta }],
  })
  const { worker, task } = await kernel.lease(child)
  const next = await goOn(worker, task, child, {
    meta: { workflow: child.name, parent: parent.run },
  })
  await parent.worker.advance(parent.task, {
    op: 'f',
    length: 1,
    output: '{"message":"no","stepId":null}',
  })
  await refusal(kernel.call('retry_workflow', uuid(parent.run)), 'MR011', 'still alive')
  await worker.complete(await worker.claimOne(child), 5)
  const retried = await kernel.call<{ id: string }>('retry_workflow', uuid(parent.run))
  expect(retried).toMatchObject({ status: 'running' })
  const signals = await kernel.query<{ name: string; data: string }>(
    `select name, data from millrace.signals where run_id = millrace.run_number($1)`,
    [retried.id],
  )
  expect(signals).toEqual([{ name: `$child:${id}`, data: '{"status":"c","output":5}' }])
  expect(next.id).not.toBe(id)
})

test('an id that another run has is refused, and the run goes on', async () => {
  const { route, worker, task } = await leased()
  const other = await kernel.start(await kernel.route())
  await expect(goOn(worker, task, route, { id: other })).rejects.toMatchObject({ code: 'MR010' })
  expect((await kernel.live(task.run))?.state).toBe('l')
  await worker.complete(task)
})

describe('while the run is about to go on, and nobody knows yet,', () => {
  test('a message waits, and reaches the run that goes on', async () => {
    const { route, run, worker, task } = await leased()
    const id = draw()
    const successor = { id, route: route.route, input: null, meta: null }
    const { first, second, waited } = await track.inTurn(
      (client) => worker.advance(task, { op: 'c', output: null, parent: null, successor }, client),
      (client) =>
        client.query(`select millrace.trigger_event($1, 'go', '1') ->> 'id' as id`, [uuid(run)]),
    )
    expect([first.code, waited]).toEqual([undefined, true])
    expect(second.rows).toEqual([{ id: uuid(id) }])
    expect(await kernel.query('select name from millrace.signals where run_id = $1', [id])).toEqual(
      [{ name: 'go' }],
    )
  })

  test.each(['cancel_workflow', 'pause_workflow'])(
    '%s waits, and is about that run',
    async (name) => {
      const { route, run, worker, task } = await leased()
      const id = draw()
      const successor = { id, route: route.route, input: null, meta: null }
      const { second, waited } = await track.inTurn(
        (client) =>
          worker.advance(task, { op: 'c', output: null, parent: null, successor }, client),
        (client) => client.query(`select millrace.${name}($1) ->> 'status' as status`, [uuid(run)]),
      )
      expect(waited).toBe(true)
      expect(second.rows).toEqual([{ status: name === 'cancel_workflow' ? 'cancelled' : 'paused' }])
      expect((await kernel.live(id))?.state).toBe(name === 'cancel_workflow' ? undefined : 'p')
    },
  )

  test('the end of its parent waits for it, and closes the run that goes on', async () => {
    const parent = await leased()
    const child = await kernel.route()
    const [id, next] = [draw(), draw()]
    const meta = JSON.stringify({
      workflow: child.name,
      parent: parent.run,
      parent_close: 'cancel',
    })
    const children = [{ id, route: child.route, input: null, meta }]
    const rows = [row('c', 'child', { run: id, detached: true })]
    await parent.worker.advance(parent.task, { op: 'k', rows, children })
    const { worker, task } = await kernel.lease(child)
    const successor = { id: next, route: child.route, input: null, meta }
    const { waited } = await track.inTurn(
      (client) => worker.advance(task, { op: 'c', output: null, parent: null, successor }, client),
      (client) => parent.worker.advance(parent.task, { op: 'c', output: '1', length: 1 }, client),
    )
    expect(waited).toBe(true)
    await kernel.call('close_children')
    expect(await kernel.run(next)).toMatchObject({ status: 'cancelled' })
  })

  test('the end of its parent may come first', async () => {
    const parent = await leased()
    const child = await kernel.route()
    const [id, next] = [draw(), draw()]
    const meta = JSON.stringify({
      workflow: child.name,
      parent: parent.run,
      parent_close: 'cancel',
    })
    const children = [{ id, route: child.route, input: null, meta }]
    const rows = [row('c', 'child', { run: id, detached: true })]
    await parent.worker.advance(parent.task, { op: 'k', rows, children })
    const { worker, task } = await kernel.lease(child)
    const successor = { id: next, route: child.route, input: null, meta }
    await track.inTurn(
      (client) => parent.worker.advance(parent.task, { op: 'c', output: '1', length: 1 }, client),
      (client) => worker.advance(task, { op: 'c', output: null, parent: null, successor }, client),
    )
    await kernel.call('close_children')
    await kernel.call('close_children')
    expect(await kernel.run(next)).toMatchObject({ status: 'cancelled' })
  })
})

test('runs of a chain are taken out of the history one by one', async () => {
  const lease: Lease & { route: Route; run: string } = await leased()
  const { route, run, worker, task } = lease
  const { id } = await goOn(worker, task, route)
  await kernel.call('delete_runs', 1, [run])
  expect(await kernel.run(id)).toMatchObject({ status: 'pending' })
  await worker.complete(await worker.claimOne(route))
  await kernel.call('delete_runs', 1, [id])
  expect(
    await kernel.query('select from millrace.continuations where first_run = $1', [run]),
  ).toEqual([])
})
