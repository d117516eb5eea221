import { expect, test } from 'vitest'
import { message, openKernel, row, timer, uuid } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
const forward = (id: unknown, data?: unknown, options: object = {}) =>
  kernel.call(
    'fast_forward_workflow',
    id,
    data === undefined ? '{}' : JSON.stringify(data),
    options,
  )
async function waiting(...waits: ReturnType<typeof timer>[]) {
  const route = await kernel.route()
  const run = await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  await worker.wait(task, ...waits)
  return { route, run, id: uuid(run), worker }
}

test('a wait for a message ends with the data', async () => {
  const { route, id, worker } = await waiting(message('m', 'go', 60_000))
  expect(await forward(id, { ok: true })).toMatchObject({ id })
  expect((await worker.claimOne(route)).journal).toEqual(
    [row('g', 'm', { ok: true })].map((r) => ({ ...r, data: '{"ok": true}' })),
  )
})

test('a delay is over', async () => {
  const { route, id, worker } = await waiting(timer('t', 60_000))
  await forward(id)
  const task = await worker.claimOne(route)
  expect(task.journal).toEqual([row('t', 't')])
  expect(task.waits.size).toBe(0)
})

test('a backoff is over, without a row', async () => {
  const { route, id, worker } = await waiting(timer('~step', 60_000))
  await forward(id)
  const task = await worker.claimOne(route)
  expect(task.journal).toEqual([])
  expect(task.waits.size).toBe(0)
})

test('a poll ends with the data as its result, and its deadline with it', async () => {
  const { route, id, worker } = await waiting(timer('?poll', 1000), timer('poll', 60_000))
  await forward(id, 7)
  const task = await worker.claimOne(route)
  expect(task.journal).toEqual([row('g', 'poll', 7)])
  expect(task.waits.size).toBe(0)
})

test('a poll whose deadline is its first wait ends the same way', async () => {
  const { route, id, worker } = await waiting(timer('poll', 60_000), timer('?poll', 1000))
  await forward(id, 7)
  expect((await worker.claimOne(route)).journal).toEqual([row('g', 'poll', 7)])
})

test('a delayed start is now', async () => {
  const route = await kernel.route()
  const run = await kernel.start(route, { delay: 60_000 })
  await forward(uuid(run))
  expect(await (await kernel.worker()).claim(route)).toMatchObject([{ run, journal: [] }])
})

test('a step.pause is resumed', async () => {
  const route = await kernel.route()
  const run = await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  await worker.advance(task, { op: 'p', output: 's', waits: [message('hold', '$resume')] })
  await forward(uuid(run))
  const again = await worker.claimOne(route)
  expect(again.journal.map(({ kind, name }) => kind + name)).toEqual(['u', 'ghold'])
})

test('the first of several waits ends; the others stay with their times', async () => {
  const { route, run, id, worker } = await waiting(message('m', 'go'), timer('t', 60_000))
  const before = (await kernel.live(run))?.wait_until?.[1]
  await forward(id, 1)
  expect((await kernel.live(run))?.wait_until).toEqual([before])
  expect([...(await worker.claimOne(route)).waits.keys()]).toEqual(['t'])
})

test('a run that does not wait is left as it is', async () => {
  const route = await kernel.route()
  const queued = uuid(await kernel.start(route))
  expect(await forward(queued)).toMatchObject({ status: 'pending' })
  const { worker, task } = await kernel.lease(route)
  expect(await forward(queued)).toMatchObject({ status: 'running' })
  await kernel.call('pause_workflow', queued)
  await worker.keep(task, [])
  expect(await forward(queued)).toMatchObject({ status: 'paused', reason: 'person' })
  await kernel.call('cancel_workflow', queued)
  expect(await forward(queued)).toMatchObject({ status: 'cancelled' })
})

test('too much data, another tenant and an unknown run are refused', async () => {
  const { id } = await waiting(message('m', 'go'))
  await refusal(forward(id, 'x'.repeat(1024 * 1024)), 'MR002', 'over the limit of 1 MiB')
  await kernel.makeTenant('second')
  await refusal(forward(id, 1, { tenant: 'second' }), 'MR041', id)
  await refusal(forward(uuid('5')), 'MR041', uuid('5'))
})
