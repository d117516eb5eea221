import { expect, test } from 'vitest'
import { openKernel, type Route, row, uuid } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
const definition = {
  attributes: { stage: { path: 'stage', type: 'text' }, amount: { type: 'number' } },
}
const found = async (route: Route, attributes: object) =>
  (
    await kernel.query<{ run: { id: string } | null }>('select * from millrace.get_runs($1)', [
      { workflow_id: route.name, attributes },
    ])
  ).map(({ run }) => run?.id)
const shown = async (run: string) => (await kernel.run(run)).attributes
const set = (values: object, nth = 1) => ({
  rows: [row('l', nth === 1 ? '$attributes' : `$attributes#${nth}`, values)],
  values: [JSON.stringify(values)],
})

test('what is set is found at once, in the journal or in the tail, and the last value wins', async () => {
  const route = await kernel.route({ definition })
  const run = await kernel.start(route, { meta: { attributes: { stage: 'new', note: 'mine' } } })
  const { worker, task } = await kernel.lease(route)
  await worker.advance(task, { op: 'k', ...set({ stage: 'packed', amount: 3 }) })
  expect(await found(route, { stage: 'new' })).toEqual([])
  expect(await found(route, { stage: 'packed', amount: 3 })).toEqual([uuid(run)])
  expect(await shown(run)).toEqual({ stage: 'packed', amount: 3, note: 'mine' })
  const { rows, values } = set({ amount: 4, note: null }, 2)
  const more = set({ stage: 'sent' }, 3)
  const tail = [...rows, ...more.rows]
  await worker.advance(task, {
    op: 'c',
    output: '1',
    tail,
    values: [...values, ...more.values],
    length: 1,
  })
  expect(await shown(run)).toEqual({ stage: 'sent', amount: 4 })
  expect(await found(route, { stage: 'sent', amount: { gt: 3 } })).toEqual([uuid(run)])
})

test('null takes it away', async () => {
  const route = await kernel.route({ definition })
  const run = await kernel.start(route, { meta: { attributes: { stage: 'new', amount: 1 } } })
  const { worker, task } = await kernel.lease(route)
  const values = { stage: null, amount: 2 }
  const both = { rows: [row('l', '$attributes', { amount: 7 }), row('l', '$attributes#2', values)] }
  await worker.advance(task, { op: 'k', ...both, values: ['{"amount":7}', JSON.stringify(values)] })
  expect(await shown(run)).toEqual({ amount: 2 })
  expect(await found(route, { stage: 'new' })).toEqual([])
  expect(await found(route, { amount: 2 })).toEqual([uuid(run)])
})

test('a stale owner sets nothing', async () => {
  const route = await kernel.route({ definition })
  const run = await kernel.start(route, { meta: { attributes: { stage: 'new' } } })
  const { worker, task } = await kernel.lease(route)
  const stale = { ...task, fence: String(BigInt(task.fence) - 1n) }
  expect(await worker.advance(stale, { op: 'k', ...set({ stage: 'stolen' }) })).toEqual({
    kind: 'stale',
  })
  expect(await found(route, { stage: 'new' })).toEqual([uuid(run)])
})

test('a value of another type is refused where somebody can mend it, else shown, and not found', async () => {
  const route = await kernel.route({ definition })
  const start = (input: object, options: object = {}) =>
    kernel.call('start_workflow', route.name, input, options)
  await refusal(start({ stage: 7 }), 'MR001', 'it is declared as text')
  const attributes = { amount: 'much' }
  await refusal(start({}, { attributes }), 'MR001', 'Attribute "amount" of workflow')
  // it was set by another version, say
  const run = await kernel.start(route, { meta: { attributes: { amount: 7 } } })
  const { worker, task } = await kernel.lease(route)
  await worker.advance(task, {
    op: 'k',
    rows: [row('r', 'one', 1), ...set(attributes).rows],
    values: ['{"amount":"much"}'],
  })
  expect(await shown(run)).toEqual(attributes)
  expect(await found(route, { amount: 7 })).toEqual([])
  await worker.advance(task, { op: 'f', length: 2, output: '{"message":"no","stepId":null}' })
  expect(await kernel.call('retry_workflow', uuid(run))).toMatchObject({ attributes })
  const fork = (input: object) =>
    kernel.call('fork_workflow', uuid(run), { from_step: 'one', input })
  await refusal(fork({ stage: 7 }), 'MR001', 'it is declared as text')
  expect(await fork({ stage: 'new' })).toMatchObject({ attributes: { stage: 'new', amount: 7 } })
})

test('SQL fills attributes from the input; what the options say wins', async () => {
  const route = await kernel.route({ definition })
  const start = (input: unknown, options: object = {}) =>
    kernel.value<string>('select millrace.start_workflow($1, $2, $3)', [
      route.name,
      JSON.stringify(input),
      options,
    ])
  const one = await start({ stage: 'new' })
  const two = await start({ stage: 'new' }, { attributes: { stage: 'old', amount: 1, more: true } })
  await start({})
  await start(null)
  expect(await found(route, { stage: 'new' })).toEqual([one])
  expect(await found(route, { stage: 'old' })).toEqual([two])
  const run = await kernel.value<{ attributes: object }>('select millrace.get_run($1)', [two])
  expect(run.attributes).toEqual({ stage: 'old', amount: 1, more: true })
})

test('the same start again changes nothing of what was set since', async () => {
  const route = await kernel.route({ definition })
  const meta = { attributes: { stage: 'new' } }
  const run = await kernel.start(route, { meta })
  const { worker, task } = await kernel.lease(route)
  await worker.advance(task, { op: 'k', ...set({ stage: null }) })
  await kernel.start(route, { id: run, meta })
  expect(await found(route, { stage: 'new' })).toEqual([])
  await worker.advance(task, { op: 'c', length: 1, output: '1' })
  await kernel.start(route, { id: run, meta })
  expect(await found(route, { stage: 'new' })).toEqual([])
})

test('a retry has them as they were, a fork as they were there, another input fills them anew', async () => {
  const route = await kernel.route({ definition })
  const run = await kernel.start(route, {
    input: { stage: 'new' },
    meta: { attributes: { stage: 'new', amount: 1 } },
  })
  const { worker, task } = await kernel.lease(route)
  await worker.advance(task, {
    op: 'k',
    rows: [row('r', 'one', 1), ...set({ amount: 2 }).rows],
    values: ['{"amount":2}'],
  })
  await worker.advance(task, { op: 'f', length: 2, output: '{"message":"no","stepId":"two"}' })
  const retried = await kernel.call<{ id: string; attributes: object }>('retry_workflow', uuid(run))
  expect(retried.attributes).toEqual({ stage: 'new', amount: 2 })
  const options = { from_step: 'one', input: { stage: 'other' } }
  const forked = await kernel.call<{ id: string; attributes: object }>(
    'fork_workflow',
    uuid(run),
    options,
  )
  expect(forked.attributes).toEqual({ stage: 'other', amount: 1 })
  expect(await found(route, { amount: 2 })).toEqual([retried.id, uuid(run)])
  expect(await found(route, { stage: 'other', amount: 1 })).toEqual([forked.id])
})

test('a run that is taken out of the history leaves nothing', async () => {
  const route = await kernel.route({ definition })
  const run = await kernel.start(route, { meta: { attributes: { stage: 'new' } } })
  await kernel.call('cancel_workflow', uuid(run))
  expect(await found(route, { stage: 'new' })).toEqual([uuid(run)])
  await kernel.call('delete_runs', 1, [run])
  expect(
    await kernel.query('select * from millrace.run_attributes where run_id = $1', [run]),
  ).toEqual([])
  expect(await found(route, { stage: 'new' })).toEqual([])
})
