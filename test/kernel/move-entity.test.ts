import { expect, test } from 'vitest'
import { executeTransitions } from '../../src/kernel/entities.ts'
import { openKernel } from '../support/kernel.ts'

const kernel = await openKernel()
await kernel.stopClock()
await kernel.route({ name: 'act' })

/** new (20 s) -> open (10 s) -> done (final) -> open; what acts starts a run at each step, and at its start. */
async function define(machine: string, acts: boolean): Promise<void> {
  const actions = acts ? [{ start: 'act' }] : []
  await kernel.call('define_machine', {
    workflow: { name: machine },
    states: [
      { name: 'new', initial: true, on_enter: actions },
      { name: 'open' },
      { name: 'done', final: true },
    ],
    transitions: [
      { from: 'new', to: 'done', name: 'late', after: '20 s' },
      { from: 'new', to: 'open', name: 'take', actions },
      { from: 'open', to: 'done', name: 'finish', actions },
      { from: 'open', to: 'done', name: 'expire', after: '10 s' },
      { from: 'done', to: 'open', name: 'reopen', actions },
    ],
  })
}
await define('quiet', false)
await define('busy', true)

let last = 0
const start = async (machine: string, entity = `e${++last}`) =>
  (
    await kernel.call<{ instance_id: string }>('start_entity', machine, entity, {
      metadata: { a: 1, b: 1 },
    })
  ).instance_id
const single = (id: string, name: string, options: object) =>
  kernel.call('transition', id, { name, ...options })
function item(id: string, name: string, options: Record<string, unknown> | null) {
  return { instance_id: id, name, to_state: null, by: null, idempotency_key: null, options }
}
async function inBatch(id: string, name: string, options: Record<string, unknown>): Promise<void> {
  const other = await start('quiet')
  const done = await executeTransitions(kernel.database, 1, [
    item(other, 'take', null),
    item(id, name, options),
  ])
  expect(done).toMatchObject([{ to: 'open' }, { name }])
}
/** Where it stands: times in ms from now. */
const row = async (id: string) =>
  (
    await kernel.query(
      `select e.state, e.seq, e.metadata, e.timer, (extract(epoch from e.due_at - c.now) * 1000)::int as due,
         (extract(epoch from e.completed_at - c.now) * 1000)::int as completed, h.spent_ms::int as spent, h.changes
       from millrace.entities e join millrace.entity_history h on h.instance_id = e.id and h.seq = e.seq,
         (select millrace.clock() as now) c where e.id = $1`,
      [id],
    )
  )[0]

test.each([
  ['alone', 'quiet', single],
  ['in a batch', 'quiet', inBatch],
  ['alone, where it acts', 'busy', single],
  ['in a batch, where it acts', 'busy', inBatch],
])('a move does the same %s', async (_, machine, move) => {
  const id = await start(machine, `same ${++last}`)
  expect(await row(id)).toMatchObject({ state: 'new', seq: 1, due: 20_000, completed: null })
  const entity = await kernel.value<string>(
    'select entity_id from millrace.entities where id = $1',
    [id],
  )
  const tried = `update millrace.entities set timer = '{"tries": 3}' where id = $1`
  await kernel.query(tried, [id])
  await kernel.advanceClock(5000)
  await move(id, 'take', { set: { b: 2 } })
  expect(await row(id)).toEqual({
    ...{ state: 'open', seq: 2, due: 10_000, completed: null, timer: null, spent: 5000 },
    ...{ metadata: { a: 1, b: 2 }, changes: { b: 2 } },
  })
  await kernel.query(tried, [id])
  await kernel.advanceClock(1000)
  await move(id, 'finish', {})
  expect(await row(id)).toEqual({
    ...{ state: 'done', seq: 3, due: null, completed: 0, timer: null, spent: 1000 },
    ...{ metadata: { a: 1, b: 2 }, changes: null },
  })
  await move(id, 'reopen', {})
  expect(await row(id)).toMatchObject({ state: 'open', seq: 4, due: 10_000, completed: null })
  // a clock that was set back does not set the trail back
  await kernel.advanceClock(-3000)
  await move(id, 'finish', {})
  expect(await row(id)).toMatchObject({ state: 'done', completed: 3000, spent: 0 })
  await kernel.advanceClock(3000)
  expect(await kernel.call('verify_history', id)).toMatchObject({ ok: true, rows: 5 })
  expect(await start(machine, entity)).not.toBe(id)
})
