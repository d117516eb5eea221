import { expect, test } from 'vitest'
import { openKernel } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
const send = (tenant: number, runs: string[], names: string[], ids = names) =>
  kernel.query('select * from millrace.send_signals($1, $2, $3, $4, $5) order by nth', [
    tenant,
    runs,
    ids,
    names,
    names.map((name) => JSON.stringify(name)),
  ])

test('says for each whether the run was alive to take it, in the order of the call', async () => {
  const second = await kernel.makeTenant('second')
  const route = await kernel.route()
  const [a, b] = [await kernel.start(route), await kernel.start(route)]
  const theirs = await kernel.start(await kernel.route({ tenant: second }))
  await kernel.call('cancel_runs', 1, [b], {})
  expect(await send(1, [b, a, a, theirs, '7'], ['v', 'w', 'x', 'y', 'z'])).toEqual([
    { nth: 1, accepted: false },
    { nth: 2, accepted: true },
    { nth: 3, accepted: true },
    { nth: 4, accepted: false },
    { nth: 5, accepted: false },
  ])
  expect(
    await kernel.query(
      'select run_id, nth - min(nth) over () as nth, name from millrace.signals order by nth',
    ),
  ).toEqual([
    { run_id: a, nth: '0', name: 'w' },
    { run_id: a, nth: '1', name: 'x' },
  ])
})

test('sending again under the same ids changes nothing', async () => {
  const run = await kernel.start(await kernel.route())
  for (let i = 0; i < 2; i++) await send(1, [run, run], ['a', 'a'], ['id 1', 'id 2'])
  expect(
    await kernel.query('select id from millrace.signals where run_id = $1 order by nth', [run]),
  ).toEqual([{ id: 'id 1' }, { id: 'id 2' }])
})

test('nothing is sent by an empty call, and 1,001 are refused', async () => {
  expect(await send(1, [], [])).toEqual([])
  const many = Array.from({ length: 1001 }, (_, i) => String(i))
  await refusal(
    send(1, many, many),
    'MR020',
    '1001 signals in one call are over the limit of 1,000',
  )
})
