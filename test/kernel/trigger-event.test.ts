import { expect, test } from 'vitest'
import { message, openKernel, row, timer, uuid } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
const trigger = (id: unknown, name: unknown, data: unknown = null, options: object = {}) =>
  kernel.call('trigger_event', id, name, JSON.stringify(data), options)
async function started() {
  const route = await kernel.route()
  const run = await kernel.start(route)
  return { route, run, id: uuid(run) }
}
const buffered = (run: string) =>
  kernel.query(
    'select nth, name, data, taken from millrace.signals where run_id = $1 order by nth',
    [run],
  )

test('is buffered from the moment the run exists', async () => {
  const { route, run, id } = await started()
  expect(await trigger(id, 'go', { a: 1 })).toMatchObject({ id, status: 'pending' })
  expect(await buffered(run)).toMatchObject([{ name: 'go', data: '{"a": 1}', taken: null }])
  const { worker, task } = await kernel.lease(route)
  expect(await worker.wait(task, message('m', 'go'))).toMatchObject({ kind: 'news' })
})

test('wakes a run that waits for it, and leaves one alone that waits for another', async () => {
  const { route, run, id } = await started()
  const { worker, task } = await kernel.lease(route)
  await worker.wait(task, message('m', 'go'), timer('t', 60_000))
  await trigger(id, 'stop')
  expect(await kernel.live(run)).toMatchObject({ state: 'w' })
  await trigger(id, 'go', 'now')
  expect(await kernel.live(run)).toMatchObject({
    state: 'q',
    wait_keys: ['t'],
    wake_at: null,
    seq: 1,
  })
  expect(await kernel.journal(run)).toEqual(['g m "now"'])
  expect((await worker.claimOne(route)).journal).toEqual([row('g', 'm', 'now')])
})

test('the same dedupe_id is the same message, before and after it was taken', async () => {
  const { route, run, id } = await started()
  for (let i = 0; i < 2; i++) await trigger(id, 'go', i, { dedupe_id: 'd' })
  expect(await buffered(run)).toHaveLength(1)
  const { worker, task } = await kernel.lease(route)
  await worker.wait(task, message('m', 'go'))
  await trigger(id, 'go', 3, { dedupe_id: 'd' })
  expect(await buffered(run)).toMatchObject([{ data: '0', taken: 0 }])
})

test('joins the transaction of its caller', async () => {
  const { route, run, id } = await started()
  const { worker, task } = await kernel.lease(route)
  await worker.wait(task, message('m', 'go'))
  const client = await kernel.connect()
  await client.query('begin')
  await client.query(`select millrace.trigger_event($1, 'go')`, [id])
  await client.query('rollback')
  expect(await kernel.live(run)).toMatchObject({ state: 'w' })
  expect(await buffered(run)).toEqual([])
  await kernel.query('create table approvals (run uuid)')
  await kernel.query(`
    create function approve() returns trigger language plpgsql as $$
    begin perform millrace.trigger_event(new.run, 'go', '{"by": "trigger"}'); return null; end $$`)
  await kernel.query(
    'create trigger approve after insert on approvals for each row execute function approve()',
  )
  await kernel.query('insert into approvals values ($1)', [id])
  expect(await kernel.journal(run)).toEqual(['g m {"by": "trigger"}'])
})

test('a run that has ended is refused', async () => {
  const { id } = await started()
  await kernel.call('cancel_workflow', id)
  await refusal(
    trigger(id, 'go'),
    'MR011',
    `Run ${id} is cancelled: signal "go" cannot be delivered`,
  )
})

test.each([null, '', 'a/b', '$resume', '$child:7', 'x'.repeat(129)])(
  'the name %j is refused',
  async (name) => {
    const { id } = await started()
    await refusal(trigger(id, name), 'MR001', 'is not a name for a signal')
  },
)

test('too much data, an unknown run, another tenant and another resource are refused', async () => {
  const { id } = await started()
  await refusal(trigger(id, 'go', 'x'.repeat(1024 * 1024)), 'MR002', 'over the limit of 1 MiB')
  await refusal(trigger(uuid('3'), 'go'), 'MR041', uuid('3'))
  await kernel.makeTenant('second')
  await refusal(trigger(id, 'go', 1, { tenant: 'second' }), 'MR041', id)
  await refusal(trigger(id, 'go', 1, { resource_id: 'r' }), 'MR041', 'of resource "r"')
})

test.each(['$child:7', '$child:', '', 'x'.repeat(257)])(
  'the dedupe_id %j is refused: it is the engine’s own, or no id',
  async (dedupe) => {
    const { run, id } = await started()
    await refusal(trigger(id, 'go', 1, { dedupe_id: dedupe }), 'MR001', 'is not an id for a signal')
    expect(await buffered(run)).toEqual([])
  },
)

test('ids of 256 characters, and those that clients draw, are accepted', async () => {
  const { run, id } = await started()
  for (const dedupe of ['x'.repeat(256), '$123', 'child:7', '$'])
    await trigger(id, 'go', 1, { dedupe_id: dedupe })
  expect(await buffered(run)).toHaveLength(4)
})
