import { expect, test } from 'vitest'
import { openKernel, row, timer, uuid } from '../support/kernel.ts'

const kernel = await openKernel()
const MINUTE = 60_000
const within = (meta: object = {}) => ({ meta: { start_within_ms: MINUTE, ...meta } })

test('a run that has not begun in time fails, and is not handed out any more', async () => {
  const route = await kernel.route()
  const run = await kernel.start(route, within())
  await kernel.advanceClock(59_000)
  expect(await kernel.call('expire_runs')).toBe(0)
  await kernel.advanceClock(1000)
  expect(await kernel.call('expire_runs')).toBe(1)
  expect(await kernel.run(run)).toMatchObject({
    status: 'failed',
    failure: {
      code: 'MR054',
      name: 'TimeoutError',
      message: expect.stringContaining('did not begin'),
    },
  })
  expect(await (await kernel.worker()).claim(route)).toEqual([])
})

test('one that has begun goes on, whatever it does then', async () => {
  const route = await kernel.route()
  const runs = [
    await kernel.start(route, within()),
    await kernel.start(route, within()),
    await kernel.start(route, within()),
  ]
  const worker = await kernel.worker()
  const [busy, asleep, back] = await worker.claim(route)
  if (!busy || !asleep || !back) throw new Error('three were started')
  await worker.keep(busy, [row('r', 'a')])
  await worker.wait(asleep, timer('t', 10 * MINUTE))
  await worker.advance(back, { op: 'y' })
  await kernel.advanceClock(MINUTE)
  expect(await kernel.call('expire_runs')).toBe(0)
  expect(await kernel.call('expire_runs')).toBe(0)
  const due = 'select 1 from millrace.live where run_id = any ($1) and timeout_at is not null'
  expect(await kernel.query(due, [runs])).toEqual([])
  expect(await worker.complete(busy)).toEqual({ kind: 'done' })
})

test('then its own time-out holds, counted from its start', async () => {
  const route = await kernel.route()
  const run = await kernel.start(route, within({ timeout_ms: 5 * MINUTE }))
  await kernel.lease(route)
  const timeout = Date.parse((await kernel.run(run)).timeout_at as string)
  const begun = Date.parse((await kernel.run(run)).created_at as string)
  expect(timeout - begun).toBe(5 * MINUTE)
  await kernel.advanceClock(MINUTE)
  expect(await kernel.call('expire_runs')).toBe(0)
  expect(Date.parse((await kernel.run(run)).timeout_at as string)).toBe(timeout)
  await kernel.advanceClock(4 * MINUTE)
  expect(await kernel.call('expire_runs')).toBe(1)
  expect(await kernel.run(run)).toMatchObject({
    status: 'failed',
    failure: { message: expect.stringContaining('longer than its timeout') },
  })
})

test('its own time-out has its steps undone', async () => {
  const route = await kernel.route()
  const run = await kernel.start(route, within({ timeout_ms: 5 * MINUTE }))
  const { worker, task } = await kernel.lease(route)
  await worker.keep(task, [row('a', ''), row('r', 'reserve')])
  await worker.advance(task, { op: 'w', length: 2, waits: [timer('t', 60 * MINUTE)] })
  await kernel.advanceClock(MINUTE)
  expect(await kernel.call('expire_runs')).toBe(0)
  await kernel.advanceClock(4 * MINUTE)
  expect(await kernel.call('expire_runs')).toBe(1)
  expect(await kernel.run(run)).toMatchObject({
    status: 'running',
    phase: 'undoing',
    timeout_at: null,
  })
  const data = (await worker.claimOne(route)).journal.at(-1)?.data as string
  expect(JSON.parse(data)).toMatchObject({
    status: 'f',
    failure: { message: expect.stringContaining('longer than its timeout') },
  })
  await kernel.advanceClock(60 * MINUTE)
  expect(await kernel.call('expire_runs')).toBe(0)
})

test('it counts from when the run may begin', async () => {
  const route = await kernel.route()
  const run = await kernel.start(route, { ...within(), delay: 10 * MINUTE })
  await kernel.advanceClock(10 * MINUTE)
  expect(await kernel.call('expire_runs')).toBe(0)
  await kernel.advanceClock(MINUTE)
  expect(await kernel.call('expire_runs')).toBe(1)
  expect(await kernel.run(run)).toMatchObject({ status: 'failed' })
})

test('one that is paused before it begins, or whose worker died, is judged by whether a worker had it', async () => {
  const route = await kernel.route()
  const paused = await kernel.start(route, within())
  await kernel.call('pause_workflow', uuid(paused), {})
  const died = await kernel.start(route, within())
  const { worker } = await kernel.lease(route)
  await kernel.query("update millrace.workers set expires_at = '-infinity' where id = $1", [
    worker.id,
  ])
  await kernel.call('recover')
  await kernel.advanceClock(MINUTE)
  expect(await kernel.call('expire_runs')).toBe(1)
  expect(await kernel.run(paused)).toMatchObject({ status: 'failed' })
  expect(await kernel.live(died)).toMatchObject({ state: 'q' })
})

test('SQL has it as an option, and a retry begins when it may', async () => {
  const route = await kernel.route()
  const id = await kernel.call<string>('start_workflow', route.name, '1', {
    start_within: '1 minute',
  })
  expect(await kernel.call('get_run', id)).toMatchObject({ timeout_at: null })
  await kernel.advanceClock(MINUTE)
  await kernel.call('expire_runs')
  const again = await kernel.call<{ id: string }>('retry_workflow', id, {})
  await kernel.advanceClock(10 * MINUTE)
  expect(await kernel.call('expire_runs')).toBe(0)
  expect(uuid((await kernel.lease(route)).task.run)).toBe(again.id)
})

test('a debounce puts it off as well', async () => {
  const route = await kernel.route()
  const meta = { ...within().meta, rules: { debounce: { period_ms: MINUTE, key: {} } } }
  const run = await kernel.start(route, { meta })
  await kernel.advanceClock(50_000)
  await kernel.start(route, { meta })
  await kernel.advanceClock(100_000)
  expect(await kernel.call('expire_runs')).toBe(0)
  await kernel.advanceClock(20_000)
  expect(await kernel.call('expire_runs')).toBe(1)
  expect(await kernel.run(run)).toMatchObject({ status: 'failed' })
})
