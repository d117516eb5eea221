import { expect, test } from 'vitest'
import { heldTasks } from '../../src/kernel/tasks.ts'
import { message, openKernel, row, timer } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()

test('gives what the worker owns, as the claim gave it', async () => {
  const route = await kernel.route()
  await kernel.start(route, { input: 7, meta: { timeout_ms: 90_000 } })
  const { worker, task } = await kernel.lease(route)
  await worker.wait(task, timer('t', 1000), message('m', 'x', 70_000))
  await kernel.advanceClock(1000)
  const again = await worker.claimOne(route)
  await worker.keep(again, [row('r', 'kept', [1])])
  const [held, ...none] = await worker.held()
  expect(none).toEqual([])
  expect(held).toMatchObject({ run: task.run, fence: again.fence, input: '7', crashes: 0 })
  expect(held?.journal).toEqual([row('t', 't'), row('r', 'kept', [1])])
  expect([...(held?.waits.keys() ?? [])]).toEqual(['m'])
})

test('gives it in parts, in the order of the runs', async () => {
  const route = await kernel.route()
  for (let i = 0; i < 5; i++) await kernel.start(route)
  const worker = await kernel.worker()
  const runs = (await worker.claim(route)).map(({ run }) => run)
  const part = (after: string, most: number) =>
    heldTasks(kernel.database, 1, { worker: worker.id, epoch: 1, after, most })
  expect((await part('0', 2)).map(({ run }) => run)).toEqual(runs.slice(0, 2))
  expect((await part(runs[1] as string, 2)).map(({ run }) => run)).toEqual(runs.slice(2, 4))
  expect((await part(runs[3] as string, 2)).map(({ run }) => run)).toEqual(runs.slice(4))
})

test('waits for a claim that is still on its way, and has its runs', async () => {
  const route = await kernel.route()
  const run = await kernel.start(route)
  const worker = await kernel.worker()
  const [claiming, asking] = [await kernel.connect(), await kernel.connect()]
  await claiming.query('begin')
  await claiming.query('select * from millrace.claim_tasks(1, $1, 0, $2, $3, 1)', [
    worker.id,
    [route.route],
    ['0'],
  ])
  const held = asking.query('select * from millrace.held_tasks(1, $1, 1)', [worker.id])
  await kernel.waitUntilBlocked(asking)
  await claiming.query('commit')
  expect((await held).rows).toMatchObject([{ run_id: run }])
})

test('refuses a claim that comes later with the old epoch, also one that waits for it', async () => {
  const route = await kernel.route()
  const run = await kernel.start(route)
  const worker = await kernel.worker()
  const [claiming, asking] = [await kernel.connect(), await kernel.connect()]
  await asking.query('begin')
  const { rows } = await asking.query('select * from millrace.held_tasks(1, $1, 1)', [worker.id])
  expect(rows).toEqual([])
  const text = 'select * from millrace.claim_tasks(1, $1, 0, $2, $3, 1)'
  const claim = claiming.query(text, [worker.id, [route.route], ['0']])
  claim.catch(() => {})
  await kernel.waitUntilBlocked(claiming)
  await asking.query('commit')
  await refusal(claim, 'MR055', 'its epoch is not 0')
  expect(await kernel.live(run)).toMatchObject({ state: 'q' })
})

test('asking again raises nothing twice, and the epoch never falls', async () => {
  const worker = await kernel.worker()
  const epoch = () => kernel.value('select epoch from millrace.workers where id = $1', [worker.id])
  await kernel.call('held_tasks', 1, worker.id, 5)
  await kernel.call('held_tasks', 1, worker.id, 4)
  expect(await epoch()).toBe(5)
})

test('a worker that is gone, or another tenant, is refused', async () => {
  const second = await kernel.makeTenant('second')
  const worker = await kernel.worker()
  await refusal(kernel.call('held_tasks', second, worker.id, 1), 'MR055', worker.id)
  await refusal(kernel.call('held_tasks', 1, '999', 1), 'MR055', 'Worker 999 is not registered')
})
