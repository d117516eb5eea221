import { expect, test } from 'vitest'
import { message, openKernel, row, timer, uuid } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()

test('shows a run through its life', async () => {
  const route = await kernel.route({ definition: { retries: 4 } })
  const run = await kernel.start(route, {
    input: { a: 1 },
    meta: { resource: 'r', tags: ['t'], attributes: { k: 'v' } },
  })
  const { worker } = { worker: await kernel.worker() }
  expect(await kernel.run(run)).toMatchObject({
    id: uuid(run),
    workflow_id: route.name,
    status: 'pending',
    reason: null,
    input: { a: 1 },
    output: null,
    failure: null,
    resource_id: 'r',
    tags: ['t'],
    attributes: { k: 'v' },
    current_step_id: null,
    retry_count: 0,
    max_retries: 4,
    parent_id: null,
    retried_from: null,
    timeout_at: null,
    completed_at: null,
    paused_at: null,
    resumed_at: null,
  })
  const task = await worker.claimOne(route)
  expect(await kernel.run(run)).toMatchObject({ status: 'running' })
  await worker.advance(task, {
    op: 'w',
    rows: [row('e', 'a', { m: 1 })],
    waits: [timer('~a', 1000)],
  })
  expect(await kernel.run(run)).toMatchObject({
    status: 'waiting',
    current_step_id: 'a',
    retry_count: 1,
  })
  await kernel.advanceClock(1000)
  const again = await worker.claimOne(route)
  await worker.wait(again, message('approval', 'approved'))
  expect(await kernel.run(run)).toMatchObject({ status: 'waiting', current_step_id: 'approval' })
  await kernel.call('pause_workflow', uuid(run))
  const paused = await kernel.run(run)
  expect(paused).toMatchObject({ status: 'paused', reason: 'person', resumed_at: null })
  expect(paused.paused_at).not.toBeNull()
  await kernel.call('resume_workflow', uuid(run))
  const resumed = await kernel.run(run)
  expect(resumed).toMatchObject({ status: 'running', reason: null, paused_at: null })
  expect(resumed.resumed_at).not.toBeNull()
  await worker.complete(await worker.claimOne(route), [1])
  const done = await kernel.run(run)
  expect(done).toMatchObject({ status: 'completed', output: [1] })
  expect(done.updated_at).toBe(done.completed_at)
})

test('a run of nobody, of another tenant or resource is not there', async () => {
  await kernel.makeTenant('second')
  const run = await kernel.start(await kernel.route())
  const get = (options: object) => kernel.call('get_run', uuid(run), options)
  await refusal(get({ tenant: 'second' }), 'MR041', uuid(run))
  await refusal(get({ resource_id: 'r' }), 'MR041', 'of resource "r"')
  await refusal(get({ tenant: 'third' }), 'MR042', '"third"')
})
