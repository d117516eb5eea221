import { describe, expect, test } from 'vitest'
import { advanceTasks } from '../../src/kernel/tasks.ts'
import { message, openKernel, row, timer, toAdvance, uuid } from '../support/kernel.ts'

const kernel = await openKernel()
const lease = async (options: { meta?: Record<string, unknown> } = {}) => {
  const route = await kernel.route()
  await kernel.start(route, options)
  return { route, ...(await kernel.lease(route)) }
}

test('results that are kept are in the journal, and the run stays with its owner', async () => {
  const { worker, task } = await lease()
  expect(await worker.keep(task, [row('r', 'a', 1), row('e', 'b', { message: 'no' })])).toEqual({
    kind: 'done',
  })
  expect(await kernel.journal(task.run)).toEqual(['r a 1', 'e b {"message":"no"}'])
  expect(await kernel.live(task.run)).toMatchObject({ state: 'l', fence: task.fence })
  expect(await kernel.run(task.run)).toMatchObject({ status: 'running', retry_count: 1 })
})

test('a completion is an outcome with the last results in it', async () => {
  const { worker, task } = await lease()
  await worker.keep(task, [row('r', 'a', 1)])
  const tail = [row('r', 'b', { x: 'y' }), row('r', 'c')]
  await worker.advance(task, { op: 'c', output: '{"done": true}', tail })
  expect(await kernel.live(task.run)).toBeNull()
  expect(await kernel.run(task.run)).toMatchObject({
    status: 'completed',
    output: { done: true },
    failure: null,
  })
  expect(await kernel.journal(task.run)).toEqual(['r a 1', 'r b {"x":"y"}', 'r c'])
  expect(
    await kernel.query('select 1 from millrace.checkpoints where run_id = $1', [task.run]),
  ).toHaveLength(1)
})

test('a last result that is the output as well is stored once', async () => {
  const { worker, task } = await lease()
  const tail = [row('e', 'b', {}), row('r', 'b', { x: 'y' }), row('r', 'c'), row('r', 'd', 'z')]
  await worker.advance(task, { op: 'c', output: '{"x":"y"}', tail })
  expect(await kernel.run(task.run)).toMatchObject({ output: { x: 'y' } })
  const journal = ['e b {}', 'r b {"x":"y"}', 'r c', 'r d "z"']
  expect(await kernel.journal(task.run)).toEqual(journal)
  const stored = 'select tail from millrace.outcomes where run_id = $1'
  expect(await kernel.value(stored, [task.run])).toBe(
    '[["e","b",{}],["r=","b"],["r","c"],["r","d","z"]]',
  )
})

test('a failure is an outcome too', async () => {
  const { worker, task } = await lease()
  await worker.fail(task, { message: 'boom' })
  expect(await kernel.run(task.run)).toMatchObject({
    status: 'failed',
    output: null,
    failure: { message: 'boom' },
  })
})

test('an output of nothing is null, and there is no tail', async () => {
  const { worker, task } = await lease()
  await worker.advance(task, { op: 'c' })
  expect(await kernel.run(task.run)).toMatchObject({ status: 'completed', output: null })
  expect(await kernel.journal(task.run)).toEqual([])
})

test('a yield goes back to the tail of the queue, with all that was recorded', async () => {
  const { route, worker, task } = await lease()
  const later = await kernel.start(route)
  await worker.advance(task, { op: 'y', rows: [row('r', 'a', 1)] })
  const next = await worker.claim(route)
  expect(next.map(({ run }) => run)).toEqual([later, task.run])
  expect(next[1]?.journal).toEqual([row('r', 'a', 1)])
})

test('a pause by the engine has its reason, and its failure is shown', async () => {
  const { worker, task } = await lease()
  const failure = { code: 'MR032', message: 'other code' }
  const rows = [row('p', '', { reason: 'history_mismatch', by: null, failure })]
  await worker.advance(task, { op: 'p', rows, output: 'h' })
  expect(await kernel.run(task.run)).toMatchObject({
    status: 'paused',
    reason: 'history_mismatch',
    failure,
  })
  expect(await kernel.live(task.run)).toMatchObject({
    state: 'p',
    reason: 'h',
    wake_at: null,
    fence: null,
  })
})

test('a stale owner writes nothing, of none of its kinds', async () => {
  const { route, worker, task } = await lease()
  await worker.advance(task, { op: 'y' })
  const { worker: next, task: taken } = await kernel.lease(route)
  const changes = [
    { op: 'k', rows: [row('r', 'late', 1)] },
    { op: 'c', output: '1' },
    { op: 'c', output: '1', tail: [row('r', 'late')] },
    { op: 'f', output: '{}' },
    { op: 'w', waits: [timer('late', 1000)] },
    { op: 'y' },
    { op: 'p', output: 'h' },
  ] as const
  for (const change of changes) {
    expect(await worker.advance(task, change), change.op).toEqual({ kind: 'stale' })
  }
  expect(await kernel.journal(task.run)).toEqual([])
  expect(await kernel.live(task.run)).toMatchObject({
    state: 'l',
    fence: taken.fence,
    wait_keys: null,
  })
  await next.complete(taken, 'mine')
  expect(await worker.complete(task)).toEqual({ kind: 'stale' })
  expect(await kernel.run(task.run)).toMatchObject({ output: 'mine' })
})

test('of many runs, only those that are stale are refused', async () => {
  const route = await kernel.route()
  for (let i = 0; i < 4; i++) await kernel.start(route)
  const worker = await kernel.worker()
  const tasks = await worker.claim(route)
  await kernel.call('cancel_runs', 1, [tasks[1]?.run], {})
  const change = { op: 'k', rows: [row('r', 'a')] } as const
  const kept = await advanceTasks(
    kernel.database,
    1,
    tasks.map((task) => toAdvance(task, change)),
  )
  expect(kept.map(({ kind }) => kind)).toEqual(['done', 'stale', 'done', 'done'])
  const ended = await advanceTasks(
    kernel.database,
    1,
    tasks.map((task) => toAdvance(task, { op: 'c' })).reverse(),
  )
  expect(ended.map(({ kind }) => kind)).toEqual(['done', 'done', 'stale', 'done'])
  expect(await kernel.run(tasks[1]?.run as string)).toMatchObject({ status: 'cancelled' })
  expect(await kernel.run(tasks[2]?.run as string)).toMatchObject({ status: 'completed' })
})

test('one call may keep, end, park, yield and pause', async () => {
  const route = await kernel.route()
  for (let i = 0; i < 6; i++) await kernel.start(route)
  const worker = await kernel.worker()
  const tasks = await worker.claim(route)
  const changes = [
    { op: 'k', rows: [row('r', 'a')] },
    { op: 'c', output: '1' },
    { op: 'f', output: '{}' },
    { op: 'w', rows: [row('r', 'b')], waits: [timer('t', 60_000)] },
    { op: 'y', rows: [row('r', 'c')] },
    { op: 'p', output: 'l', rows: [row('p', '', {})] },
  ] as const
  const items = tasks.map((task, i) => toAdvance(task, changes[i] ?? { op: 'k' }))
  const verdicts = await advanceTasks(kernel.database, 1, items)
  expect(new Set(verdicts.map(({ kind }) => kind))).toEqual(new Set(['done']))
  const states = []
  for (const { run } of tasks)
    states.push((await kernel.live(run))?.state ?? (await kernel.run(run)).status)
  expect(states).toEqual(['l', 'completed', 'failed', 'w', 'q', 'p'])
})

test('saying nothing is allowed', async () => {
  expect(await advanceTasks(kernel.database, 1, [])).toEqual([])
})

test('a call that is repeated after a lost reply changes nothing', async () => {
  const { route, worker, task } = await lease()
  const rows = [row('r', 'a', 1), row('r', 'b', 2)]
  await worker.keep(task, rows)
  expect(await worker.keep(task, rows)).toEqual({ kind: 'done' })
  expect(await kernel.journal(task.run)).toEqual(['r a 1', 'r b 2'])
  const parked = { op: 'w', length: 2, waits: [timer('t', 60_000)] } as const
  expect(await worker.advance(task, parked)).toEqual({ kind: 'done' })
  expect(await worker.advance(task, parked)).toEqual({ kind: 'stale' })
  await kernel.advanceClock(60_000)
  const again = await worker.claimOne(route)
  const end = { op: 'c', output: '1', tail: [row('r', 'z')] } as const
  expect(await worker.advance(again, end)).toEqual({ kind: 'done' })
  expect(await worker.advance(again, end)).toEqual({ kind: 'stale' })
  expect(await kernel.journal(task.run)).toEqual(['r a 1', 'r b 2', 't t', 'r z'])
})

test('a sending that comes after the next one ends no wait and pauses nobody', async () => {
  const { worker, task } = await lease()
  const say = async (stamp: number, change: Parameters<typeof toAdvance>[1]) => {
    const items = [toAdvance(task, change)]
    return (await advanceTasks(kernel.database, 1, items, { stamp }))[0]
  }
  const waits = [timer('t', 60_000)]
  expect(await say(2, { op: 'k', waits })).toEqual({ kind: 'done' })
  expect(await say(3, { op: 'k', rows: [row('r', 'a')] })).toEqual({ kind: 'done' })
  await kernel.advanceClock(60_000)
  expect(await say(1, { op: 'k', waits })).toEqual({ kind: 'stale' })
  expect(await kernel.journal(task.run)).toEqual(['r a'])
  const b = { op: 'k', length: 2, rows: [row('r', 'b')] } as const
  expect(await say(5, b)).toEqual({ kind: 'done' })
  await kernel.call('pause_workflow', uuid(task.run), {})
  expect(await say(4, { op: 'k', length: 1, rows: [row('r', 'a')] })).toEqual({ kind: 'done' })
  expect(await kernel.live(task.run)).toMatchObject({ state: 'l' })
  const c = { op: 'k', length: 3, rows: [row('r', 'c')] } as const
  expect(await worker.advance(task, c)).toEqual({ kind: 'paused' })
  expect(await kernel.journal(task.run)).toEqual([
    'r a',
    'r b',
    'r c',
    expect.stringMatching(/^p /),
  ])
})

describe('a wait', () => {
  /** When the wait of a minute ends that is sent so, in milliseconds from now. */
  async function minuteFrom(sentAt: (now: number) => number, waitsFrom?: number): Promise<number> {
    const { worker, task } = await lease()
    const now = (await kernel.value<Date>('select millrace.clock()')).getTime()
    const item = { ...toAdvance(task, { op: 'w', waits: [timer('nap', 60_000)] }) }
    await advanceTasks(
      kernel.database,
      worker.tenant,
      [waitsFrom === undefined ? item : { ...item, waitsFrom }],
      { clock: { latest: () => new Date(sentAt(now)) } },
    )
    const { wake_at: wakeAt } = (await kernel.live(task.run)) as { wake_at: Date }
    return wakeAt.getTime() - now
  }

  test('counts from when it was sent, as the owner knows the clock', async () => {
    expect(await minuteFrom((now) => now - 100)).toBe(59_900)
  })

  test('counts from when it comes, if the owner cannot know the clock', async () => {
    expect(await minuteFrom((now) => now - 600)).toBeGreaterThanOrEqual(60_000)
    const ahead = await minuteFrom((now) => now + 30_000)
    expect(ahead).toBeGreaterThanOrEqual(60_000)
    expect(ahead).toBeLessThan(90_000)
  })

  test('is shorter by what it waited here to be sent, but never over before it began', async () => {
    const sent = await minuteFrom((now) => now - 100, performance.now() - 20_000)
    expect(sent).toBeGreaterThan(39_000)
    expect(sent).toBeLessThanOrEqual(39_900)
    const late = await lease()
    const item = toAdvance(late.task, { op: 'w', waits: [timer('nap', 10)] })
    const [verdict] = await advanceTasks(kernel.database, late.worker.tenant, [
      { ...item, waitsFrom: performance.now() - 1000 },
    ])
    expect(verdict).toMatchObject({ kind: 'news', rows: [{ kind: 't', name: 'nap' }] })
  })
})

test('a journal row is never another than before', async () => {
  const { worker, task } = await lease()
  await worker.keep(task, [row('r', 'a', 1)])
  await expect(worker.keep(task, [row('r', 'a', 2)])).rejects.toMatchObject({ code: 'MR099' })
  expect(await kernel.journal(task.run)).toEqual(['r a 1'])
})

test('another tenant is stale, with the right fence as well', async () => {
  const second = await kernel.makeTenant('second')
  const { worker, task } = await lease()
  for (const op of ['k', 'c', 'w'] as const) {
    const item = toAdvance(task, {
      op,
      waits: [timer('t', 1)],
      rows: op === 'c' ? [] : [row('r', 'x')],
    })
    expect(await advanceTasks(kernel.database, second, [item])).toEqual([{ kind: 'stale' }])
  }
  expect(await kernel.journal(task.run)).toEqual([])
  expect(await worker.complete(task)).toEqual({ kind: 'done' })
})

test('in the transaction of a user, the result and the rows of the user are both there, or neither is', async () => {
  await kernel.query('create table payments (id int)')
  const { worker, task } = await lease()
  const client = await kernel.connect()
  const attempt = async (end: 'commit' | 'rollback') => {
    await client.query('begin')
    await client.query('insert into payments values (1)')
    await worker.advance(task, { op: 'k', rows: [row('r', 'pay', 1)] }, client)
    await client.query(end)
  }
  await attempt('rollback')
  expect(await kernel.journal(task.run)).toEqual([])
  expect(await kernel.query('select * from payments')).toEqual([])
  await attempt('commit')
  expect(await kernel.journal(task.run)).toEqual(['r pay 1'])
  expect(await kernel.query('select * from payments')).toHaveLength(1)
})

test('a child is started by the write that records it, and its end is a message to its parent', async () => {
  const { route, worker, task } = await lease()
  const child = await kernel.route()
  const [id] = [String(BigInt(await kernel.call<string>('take_ids')))]
  const children = [
    { id, route: child.route, input: '{"n": 1}', meta: JSON.stringify({ parent: task.run }) },
  ]
  const rows = [row('c', 'child', { run: id, id: uuid(id) })]
  await worker.advance(task, { op: 'w', rows, children, waits: [message('child', `$child:${id}`)] })
  const held = await kernel.lease(child)
  expect(held.task.run).toBe(id)
  expect(await kernel.run(id)).toMatchObject({ parent_id: uuid(task.run), input: { n: 1 } })
  await held.worker.complete(held.task, { sum: 3 })
  const again = await worker.claimOne(route)
  expect(again.journal[1]).toMatchObject({ kind: 'g', name: 'child' })
  expect(JSON.parse(again.journal[1]?.data as string)).toEqual({ status: 'c', output: { sum: 3 } })
})

test('a stale parent starts no child', async () => {
  const { worker, task } = await lease()
  const child = await kernel.route()
  const id = await kernel.call<string>('take_ids')
  await kernel.call('cancel_runs', 1, [task.run], {})
  const children = [
    { id, route: child.route, input: null, meta: JSON.stringify({ parent: task.run }) },
  ]
  expect(await worker.advance(task, { op: 'k', children })).toEqual({ kind: 'stale' })
  expect(await kernel.live(id)).toBeNull()
  expect(await kernel.query('select 1 from millrace.runs where id = $1', [id])).toEqual([])
})

test('starting a child again after a lost reply starts no second one', async () => {
  const { worker, task } = await lease()
  const child = await kernel.route()
  const id = await kernel.call<string>('take_ids')
  const children = [
    { id, route: child.route, input: '1', meta: JSON.stringify({ parent: task.run }) },
  ]
  const change = { op: 'k', rows: [row('c', 'child', { run: id })], children } as const
  await worker.advance(task, change)
  expect(await worker.advance(task, change)).toEqual({ kind: 'done' })
  const tasks = await (await kernel.worker()).claim(child)
  expect(tasks).toHaveLength(1)
})

test('the id that a parent chose for its child must not be taken', async () => {
  const { worker, task } = await lease()
  const child = await kernel.route()
  const mine = '44444444-4444-4444-8444-444444444444'
  const taken = await kernel.call<string>('start_workflow', child.name, '1', { run_id: mine })
  expect(taken).toBe(mine)
  const meta = JSON.stringify({ parent: task.run, id: mine, workflow: child.name })
  const children = [
    { id: await kernel.call<string>('take_ids'), route: child.route, input: '2', meta },
  ]
  const call = worker.advance(task, { op: 'k', rows: [row('c', 'child', {})], children })
  await expect(call).rejects.toMatchObject({ code: 'MR010', name: 'IdempotencyConflictError' })
  expect(await kernel.journal(task.run)).toEqual([])
})
