import { expect, test } from 'vitest'
import { message, openKernel, row, timer } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
const resume = (id: unknown, options: object = {}) => kernel.call('resume_workflow', id, options)
async function paused(
  ...waits: Parameters<Awaited<ReturnType<typeof kernel.lease>>['worker']['wait']>[1][]
) {
  const route = await kernel.route()
  const run = await kernel.start(route)
  const id = (await kernel.run(run)).id as string
  if (waits.length > 0) {
    const { worker, task } = await kernel.lease(route)
    await worker.wait(task, ...waits)
  }
  await kernel.call('pause_workflow', id)
  return { route, run, id, worker: await kernel.worker() }
}

test('a paused run is queued again, and says who resumed it', async () => {
  const { route, run, id, worker } = await paused()
  expect(await resume(id, { by: 'ada' })).toMatchObject({ reason: null })
  expect((await kernel.journal(run)).at(-1)).toBe('u {"by" : "ada"}')
  expect(await worker.claim(route)).toMatchObject([{ run }])
})

test('a wait goes on with the time that it had, and ends no earlier', async () => {
  const { route, run, id, worker } = await paused(timer('t', 60_000))
  await kernel.advanceClock(20_000)
  await resume(id)
  const task = await worker.claimOne(route)
  expect(task.waits.get('t')).toBeLessThanOrEqual(40_000)
  expect(task.waits.get('t')).toBeGreaterThan(30_000)
  expect(await worker.wait(task, timer('t', null))).toEqual({ kind: 'done' })
  await kernel.advanceClock(39_000)
  expect(await kernel.call('tick')).toBe(0)
  await kernel.advanceClock(1000)
  expect(await kernel.call('tick')).toBe(1)
  expect((await kernel.journal(run)).at(-1)).toBe('t t')
})

test('what ended meanwhile ends now: time, and messages', async () => {
  const { route, id, worker } = await paused(timer('t', 60_000), message('m', 'go'))
  await kernel.call('trigger_event', id, 'go', 1)
  await kernel.advanceClock(60_000)
  await resume(id)
  const task = await worker.claimOne(route)
  expect(await worker.wait(task, timer('t', null), message('m', 'go'))).toEqual({
    kind: 'news',
    rows: [row('t', 't'), row('g', 'm', 1)],
  })
})

test('a run whose start is delayed does not start early because it was paused', async () => {
  const route = await kernel.route()
  const run = await kernel.start(route, { delay: 60_000 })
  const { id } = await kernel.run(run)
  await kernel.call('pause_workflow', id)
  await kernel.advanceClock(30_000)
  expect(await resume(id)).toMatchObject({ status: 'pending' })
  const worker = await kernel.worker()
  expect(await worker.claim(route)).toEqual([])
  await kernel.advanceClock(29_000)
  expect(await worker.claim(route)).toEqual([])
  await kernel.advanceClock(1000)
  expect(await worker.claim(route)).toMatchObject([{ run }])
})

test('and starts at once if its time came while it was paused', async () => {
  const route = await kernel.route()
  const run = await kernel.start(route, { delay: 60_000 })
  const { id } = await kernel.run(run)
  await kernel.call('pause_workflow', id)
  await kernel.advanceClock(60_000)
  await resume(id)
  expect(await (await kernel.worker()).claim(route)).toMatchObject([{ run }])
})

test('a step.pause ends by it', async () => {
  const route = await kernel.route()
  const run = await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  const rows = [row('p', '', { reason: 'step', by: null })]
  await worker.advance(task, { op: 'p', output: 's', rows, waits: [message('hold', '$resume')] })
  expect(await kernel.run(run)).toMatchObject({
    status: 'paused',
    reason: 'step',
    current_step_id: 'hold',
  })
  await resume((await kernel.run(run)).id)
  const again = await worker.claimOne(route)
  expect(again.journal.map(({ kind, name }) => kind + name)).toEqual(['p', 'u', 'ghold'])
  expect(again.waits.size).toBe(0)
})

test('a run that runs, waits, is queued or has ended is refused', async () => {
  const route = await kernel.route()
  const run = await kernel.start(route)
  const id = (await kernel.run(run)).id as string
  await refusal(resume(id), 'MR011', `Run ${id} is pending: only a paused run can be resumed`)
  const { worker, task } = await kernel.lease(route)
  await refusal(resume(id), 'MR011', 'is running')
  await worker.wait(task, timer('t', 1))
  await refusal(resume(id), 'MR011', 'is waiting')
  await kernel.call('cancel_workflow', id)
  await refusal(resume(id), 'MR011', 'is cancelled')
  await kernel.makeTenant('second')
  await refusal(resume(id, { tenant: 'second' }), 'MR041', id)
})
