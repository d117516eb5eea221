import { expect, test } from 'vitest'
import { message, openKernel, row, timer, uuid } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
const cancel = (id: unknown, options: object = {}) => kernel.call('cancel_workflow', id, options)
async function started() {
  const route = await kernel.route()
  const run = await kernel.start(route)
  return { route, run, id: uuid(run) }
}

test('a queued run ends, and says who and why', async () => {
  const { route, run, id } = await started()
  const answer = await cancel(id, { by: 'ada', reason: 'no need' })
  expect(answer).toMatchObject({ status: 'cancelled', output: null, failure: null })
  expect(await kernel.journal(run)).toEqual(['x {"reason" : "no need", "by" : "ada"}'])
  expect(await (await kernel.worker()).claim(route)).toEqual([])
})

test('cancelling a cancelled run changes nothing', async () => {
  const { run, id } = await started()
  const first = await cancel(id)
  expect(await cancel(id)).toEqual(first)
  expect(await kernel.journal(run)).toHaveLength(1)
})

test('after the acknowledgement the owner writes nothing more', async () => {
  const { route, run, id } = await started()
  const { worker, task } = await kernel.lease(route)
  await worker.keep(task, [row('r', 'a')])
  await cancel(id)
  expect(await worker.keep(task, [row('r', 'b')])).toEqual({ kind: 'stale' })
  expect(await worker.complete(task)).toEqual({ kind: 'stale' })
  expect((await kernel.journal(run)).map((text) => text[0])).toEqual(['r', 'x'])
})

test('a waiting, a paused, a suspected and a delayed run end as well', async () => {
  const [waiting, paused, suspected] = [await started(), await started(), await started()]
  const { worker, task } = await kernel.lease(waiting.route)
  await worker.wait(task, message('m', 'go'), timer('t', 1))
  await kernel.call('pause_workflow', paused.id)
  await kernel.query(`update millrace.live set state = 's' where run_id = $1`, [suspected.run])
  const delayed = { id: uuid(await kernel.start(waiting.route, { delay: 1000 })) }
  for (const { id } of [waiting, paused, suspected, delayed]) {
    expect(await cancel(id)).toMatchObject({ status: 'cancelled' })
  }
  await kernel.advanceClock(1000)
  expect(await kernel.call('tick')).toBe(0)
})

test('what was buffered goes', async () => {
  const { run, id } = await started()
  await kernel.call('trigger_event', id, 'go', 1)
  await cancel(id)
  expect(await kernel.query('select * from millrace.signals where run_id = $1', [run])).toEqual([])
})

test('a run that completed or failed is refused', async () => {
  for (const end of ['complete', 'fail'] as const) {
    const { route, id } = await started()
    const { worker, task } = await kernel.lease(route)
    await worker[end](task)
    await refusal(cancel(id), 'MR011', /is (completed|failed): it cannot be cancelled any more/)
  }
})

test('a run of nobody, of another tenant or of another resource is not there', async () => {
  const { run, id } = await started()
  await kernel.makeTenant('second')
  await refusal(cancel(uuid('7')), 'MR041', uuid('7'))
  await refusal(cancel(id, { tenant: 'second' }), 'MR041', id)
  await refusal(cancel(id, { resource_id: 'r' }), 'MR041', 'of resource "r"')
  expect(await kernel.live(run)).toMatchObject({ state: 'q' })
})
