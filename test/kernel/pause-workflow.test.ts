import { expect, test } from 'vitest'
import { message, openKernel, timer } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
const pause = (id: unknown, options: object = {}) => kernel.call('pause_workflow', id, options)
async function started(options = {}) {
  const route = await kernel.route()
  const run = await kernel.start(route, options)
  return { route, run, id: (await kernel.run(run)).id as string }
}

test('a queued run is paused at once, says who and why, and is not claimed', async () => {
  const { route, run, id } = await started()
  expect(await pause(id, { by: 'ada', reason: 'look' })).toMatchObject({
    status: 'paused',
    reason: 'person',
  })
  expect(await kernel.journal(run)).toEqual(['p {"reason" : "look", "by" : "ada"}'])
  expect(await (await kernel.worker()).claim(route)).toEqual([])
})

test('a run that nobody has begun is pending again when it is resumed', async () => {
  const { run, id } = await started()
  await pause(id)
  await kernel.call('resume_workflow', id, {})
  expect(await kernel.run(run)).toMatchObject({ status: 'pending' })
})

test('pausing again changes nothing', async () => {
  const { run, id } = await started()
  const first = await pause(id)
  expect(await pause(id)).toEqual(first)
  expect(await kernel.journal(run)).toHaveLength(1)
})

test('a waiting run is paused with its waits', async () => {
  const { route, run, id } = await started()
  const { worker, task } = await kernel.lease(route)
  await worker.wait(task, message('m', 'go'), timer('t', 60_000))
  await pause(id)
  expect(await kernel.live(run)).toMatchObject({ state: 'p', wait_keys: ['m', 't'], wake_at: null })
  await kernel.call('trigger_event', id, 'go', 1)
  expect(await kernel.live(run)).toMatchObject({ state: 'p' })
})

test('a suspect is paused like any other', async () => {
  const { run, id } = await started()
  await kernel.query(`update millrace.live set state = 's', crashes = 3 where run_id = $1`, [run])
  expect(await pause(id)).toMatchObject({ status: 'paused' })
})

test('a run that a worker holds goes on until its next write', async () => {
  const { route, id } = await started()
  const { worker, task } = await kernel.lease(route)
  expect(await pause(id)).toMatchObject({ status: 'running' })
  expect(await worker.keep(task, [])).toEqual({ kind: 'paused' })
  expect(await kernel.call('get_run', id)).toMatchObject({ status: 'paused' })
})

test('a run that has ended is refused, and so is one that is not there', async () => {
  const { route, id } = await started()
  const { worker, task } = await kernel.lease(route)
  await worker.complete(task)
  const details = await refusal(pause(id), 'MR011', `Run ${id} is completed`)
  expect(details).toEqual({ run_id: id, status: 'completed' })
  await refusal(pause('00000000-0000-4000-8000-000000000000'), 'MR041', '00000000')
  await kernel.makeTenant('second')
  await refusal(pause(id, { tenant: 'second' }), 'MR041', id)
  await refusal(pause(id, { resource_id: 'r' }), 'MR041', 'of resource "r"')
})
