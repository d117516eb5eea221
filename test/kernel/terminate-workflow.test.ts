import { expect, test } from 'vitest'
import { openKernel, row, uuid } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
const terminate = (id: string, options: object = {}) =>
  kernel.call('terminate_workflow', id, options)

/** A run whose step has an undo. */
async function armed() {
  const route = await kernel.route()
  const run = await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  await worker.keep(task, [row('a', ''), row('r', 'reserve')])
  return { route, run, id: uuid(run), worker, task }
}

test('ends a run at once, and its steps are not undone', async () => {
  const { run, id, worker, task } = await armed()
  const answer = await terminate(id, { by: 'ada', reason: 'by hand' })
  expect(answer).toMatchObject({ status: 'cancelled', phase: null })
  expect(await kernel.live(run)).toBeNull()
  expect((await kernel.journal(run)).at(-1)).toBe('x {"reason" : "by hand", "by" : "ada"}')
  expect(await worker.keep(task, [row('r', 'late')])).toEqual({ kind: 'stale' })
  expect(await terminate(id), 'again').toEqual(answer)
})

test('ends one whose undos are under way, or have failed', async () => {
  const [leased, parked] = [await armed(), await armed()]
  await kernel.call('cancel_workflow', leased.id)
  await parked.worker.advance(parked.task, {
    op: 'p',
    output: 'u',
    length: 3,
    rows: [row('p', '', { reason: 'undo_failed', failure: { message: 'no' } })],
  })
  for (const { run, id } of [leased, parked]) {
    expect(await terminate(id)).toMatchObject({ status: 'cancelled', failure: null })
    expect(await kernel.live(run)).toBeNull()
  }
  expect(await leased.worker.keep(leased.task, [])).toEqual({ kind: 'stale' })
})

test('a run without undos ends as by a cancel', async () => {
  const run = await kernel.start(await kernel.route())
  expect(await terminate(uuid(run))).toMatchObject({ status: 'cancelled' })
})

test('a run that completed or failed is refused; one of nobody, of another tenant or resource is not there', async () => {
  for (const end of ['complete', 'fail'] as const) {
    const route = await kernel.route()
    const id = uuid(await kernel.start(route))
    const { worker, task } = await kernel.lease(route)
    await worker[end](task)
    await refusal(terminate(id), 'MR011', /is (completed|failed): it cannot be terminated any more/)
  }
  const { run, id } = await armed()
  await kernel.makeTenant('second')
  await refusal(terminate(uuid('7')), 'MR041', uuid('7'))
  await refusal(terminate(id, { tenant: 'second' }), 'MR041', id)
  await refusal(terminate(id, { resource_id: 'r' }), 'MR041', 'of resource "r"')
  await refusal(terminate(id, { reasn: 'no' }), 'MR001', 'reasn')
  expect(await kernel.live(run)).toMatchObject({ state: 'l', undo: 'a' })
})

test('many at once', async () => {
  const [one, other] = [await armed(), await armed()]
  const ids = [one.id, other.id]
  const operation = await kernel.call<{ id: string }>(
    'bulk_terminate',
    { run_ids: ids },
    { by: 'ada' },
  )
  expect(operation).toMatchObject({ verb: 'terminate', matched: 2 })
  await kernel.call('work_bulk')
  for (const { run } of [one, other]) {
    expect(await kernel.run(run)).toMatchObject({ status: 'cancelled' })
  }
})
