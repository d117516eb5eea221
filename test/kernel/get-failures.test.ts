import { expect, test } from 'vitest'
import { createKernel, type Kernel, type Route, uuid } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

type Group = { fingerprint: string; message: string; count: string; sample: string }
const list = (kernel: Kernel, options: object = {}) =>
  kernel.query<Group>('select * from millrace.get_failures($1)', [options])

async function failed(kernel: Kernel, route: Route, fingerprint: string, message = 'no') {
  const run = await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  await worker.fail(task, { fingerprint, code: 'MR052', message, stepId: null })
  return run
}

test('by fingerprint, the group that failed last first, with its newest message', async () => {
  await using kernel = await createKernel()
  const route = await kernel.route()
  await failed(kernel, route, 'bank', 'order 1')
  await failed(kernel, route, 'mail', 'no mail')
  const newest = await failed(kernel, route, 'bank', 'order 2')
  const groups = await list(kernel)
  expect(groups).toMatchObject([
    { fingerprint: 'bank', message: 'order 2', count: '2', sample: uuid(newest), code: 'MR052' },
    { fingerprint: 'mail', count: '1' },
  ])
  expect(await list(kernel, { limit: 1 })).toHaveLength(1)
  expect(await list(kernel, { limit: 1, after: uuid(newest) })).toMatchObject([
    { fingerprint: 'mail' },
  ])
  expect(await list(kernel, { fingerprint: 'mail' })).toMatchObject([{ fingerprint: 'mail' }])
  expect(await list(kernel, { workflow_id: 'other' })).toEqual([])
})

test('without those that somebody retried or discarded', async () => {
  await using kernel = await createKernel()
  const route = await kernel.route()
  const [a, b] = [await failed(kernel, route, 'x'), await failed(kernel, route, 'x')]
  await kernel.call('retry_workflow', uuid(a))
  expect(await list(kernel)).toMatchObject([{ count: '1', sample: uuid(b) }])
  await kernel.call('discard_workflow', uuid(b), { by: 'ada', reason: 'known' })
  await kernel.call('discard_workflow', uuid(b), { by: 'eve' })
  expect(await list(kernel)).toEqual([])
  expect(await list(kernel, { workflow_id: route.name })).toEqual([])
  expect(await kernel.query('select actor, reason from millrace.discards')).toEqual([
    { actor: 'ada', reason: 'known' },
  ])
  expect(await kernel.run(b)).toMatchObject({ status: 'failed' })
})

test('with those that the engine paused, whose discard cancels them', async () => {
  await using kernel = await createKernel()
  const route = await kernel.route()
  const run = await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  const data = JSON.stringify({
    reason: 'limit',
    by: null,
    failure: { fingerprint: 'full', code: 'MR022', message: 'too long' },
  })
  const rows = [{ kind: 'p' as const, name: '', data }]
  await worker.advance(task, { op: 'p', output: 'l', rows })
  expect(await list(kernel)).toMatchObject([{ fingerprint: 'full', code: 'MR022', count: '1' }])
  await kernel.call('discard_workflow', uuid(run))
  expect(await list(kernel)).toEqual([])
  expect(await kernel.run(run)).toMatchObject({ status: 'cancelled' })
})

test('a run that is well is not discarded, nor another tenant its failures seen', async () => {
  await using kernel = await createKernel()
  const route = await kernel.route()
  const run = await kernel.start(route)
  await refusal(kernel.call('discard_workflow', uuid(run)), 'MR011', 'pending')
  await failed(kernel, route, 'x')
  await kernel.makeTenant('second')
  expect(await list(kernel, { tenant: 'second' })).toEqual([])
  await refusal(list(kernel, { workflow: 'x' }), 'MR001', 'workflow')
})
