import { expect, test } from 'vitest'
import { openKernel, row, uuid } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
const progress = async (run: string, options: object = {}) => {
  const text = `select completed_steps as done, total_steps as total, completion_percentage::float8 as percent
                from millrace.check_progress($1, $2)`
  return (await kernel.query(text, [uuid(run), options]))[0]
}

test('the total is what it has done, and what the last completed run did beside', async () => {
  const route = await kernel.route()
  const first = await kernel.start(route)
  expect(await progress(first)).toEqual({ done: 0, total: 1, percent: 0 })
  const { worker, task } = await kernel.lease(route)
  await worker.keep(task, [row('r', 'a'), row('e', 'b'), row('r', 'b')])
  expect(await progress(first)).toEqual({ done: 2, total: 3, percent: 66.67 })
  await worker.advance(task, { op: 'c', tail: [row('r', 'c'), row('r', 'd')] })
  expect(await progress(first)).toEqual({ done: 4, total: 4, percent: 100 })

  const second = await kernel.start(route)
  expect(await progress(second)).toEqual({ done: 0, total: 4, percent: 0 })
  const next = await worker.claimOne(route)
  await worker.keep(next, [row('r', 'a'), row('r', 'new')])
  expect(await progress(second)).toEqual({ done: 2, total: 5, percent: 40 })
})

test('100 only when it is completed', async () => {
  const route = await kernel.route()
  await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  await worker.advance(task, { op: 'c', tail: [row('r', 'a')] })
  const run = await kernel.start(route)
  const next = await worker.claimOne(route)
  await worker.keep(next, [row('r', 'a')])
  expect(await progress(run)).toEqual({ done: 1, total: 1, percent: 99.99 })
  await worker.fail(next)
  expect(await progress(run)).toMatchObject({ percent: 99.99 })
})

test('a completed run without steps is whole', async () => {
  const route = await kernel.route()
  const run = await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  await worker.complete(task)
  expect(await progress(run)).toEqual({ done: 0, total: 0, percent: 100 })
})

test('a run of nobody, of another tenant or resource is not there', async () => {
  await kernel.makeTenant('second')
  const run = await kernel.start(await kernel.route())
  await refusal(progress('5'), 'MR041', uuid('5'))
  await refusal(progress(run, { tenant: 'second' }), 'MR041', uuid(run))
  await refusal(progress(run, { resource_id: 'r' }), 'MR041', 'of resource "r"')
})

test('a skipped step is done, in this run and in the last one', async () => {
  const route = await kernel.route()
  await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  const skipped = row('k', 'b', { reason: 'condition_unmet' })
  await worker.advance(task, { op: 'c', tail: [row('r', 'a'), skipped, row('r', 'c')] })
  const run = await kernel.start(route)
  const next = await worker.claimOne(route)
  await worker.keep(next, [row('r', 'a')])
  expect(await progress(run)).toEqual({ done: 1, total: 3, percent: 33.33 })
  await worker.keep({ ...next, journal: [row('r', 'a')] }, [skipped])
  expect(await progress(run)).toEqual({ done: 2, total: 3, percent: 66.67 })
})
