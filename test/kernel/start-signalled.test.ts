import { expect, test } from 'vitest'
import { startRuns } from '../../src/kernel/runs.ts'
import { message, openKernel, type Route, row, uuid } from '../support/kernel.ts'
import { openTrack } from '../support/race.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
const track = await openTrack(kernel)

let keys = 0
async function scene() {
  const route = await kernel.route()
  return { route, key: `k${++keys}` }
}
const start = (route: Route, key: string, data: unknown, options: object = {}) =>
  kernel.call<string>('start_workflow', route.name, '{"n": 1}', {
    ...{ idempotency_key: key, signal: { event_name: 'add', data } },
    ...options,
  })
const buffered = (run: string) =>
  kernel.query(
    'select data from millrace.signals where run_id = millrace.run_number($1) order by nth',
    [run],
  )

test('starts the run if the key has none, and sends it the message either way', async () => {
  const { route, key } = await scene()
  const id = await start(route, key, 'a')
  expect(await start(route, key, 'b')).toBe(id)
  expect(await buffered(id)).toEqual([{ data: '"a"' }, { data: '"b"' }])
  const { worker, task } = await kernel.lease(route)
  await worker.wait(task, message('m', 'add'), message('n', 'add'))
  expect(await start(route, key, 'c')).toBe(id)
  const journal = [row('g', 'm'), row('g', 'n')]
  await worker.wait({ ...task, journal }, message('o', 'add'))
  expect((await kernel.journal(task.run)).at(-1)).toBe('g o "c"')
  const without = await start(route, `${key}-none`, 'x', { idempotency_key: null })
  expect(await buffered(without)).toEqual([{ data: '"x"' }])
})

test('the same dedupe_id sends nothing again', async () => {
  const { route, key } = await scene()
  const signal = { event_name: 'add', data: 1, dedupe_id: 'd' }
  const id = await start(route, key, null, { signal })
  await start(route, key, null, { signal })
  expect(await buffered(id)).toEqual([{ data: '1' }])
})

test('a run that has ended is said to have, and nothing is done', async () => {
  const { route, key } = await scene()
  const id = await start(route, key, 'a')
  const { worker, task } = await kernel.lease(route)
  await worker.complete(task)
  await refusal(
    start(route, key, 'b'),
    'MR011',
    `Run ${id} is completed: signal "add" cannot be delivered`,
  )
  const other = await scene()
  const text = 'select * from millrace.start_signalled($1, $2, $3, null, $4, $5, $6)'
  const first = BigInt(await kernel.call<string>('take_ids'))
  const ids = [String(first), String(first + 1n)]
  const metas = [null, JSON.stringify({ workflow: route.name, key })]
  const signals = ids.map((one) => ({ start: one, id: `s${one}`, name: 'add', data: '1' }))
  const both = kernel.query(text, [
    ...[1, ids, [other.route.route, route.route], ['1', '{"n":1}'], metas],
    JSON.stringify(signals),
  ])
  await refusal(both, 'MR011', id)
  expect(await kernel.live(ids[0] as string)).toBe(null)
})

test('another input under the same key is refused as ever, and no message is sent', async () => {
  const { route, key } = await scene()
  const id = await start(route, key, 'a')
  await refusal(
    kernel.call('start_workflow', route.name, '{"n": 2}', {
      ...{ idempotency_key: key, signal: { event_name: 'add', data: 'b' } },
    }),
    'MR010',
    key,
  )
  expect(await buffered(id)).toHaveLength(1)
})

test('sent again it changes nothing, also when the run has ended meanwhile', async () => {
  const { route, key } = await scene()
  const id = String(await kernel.call('take_ids'))
  const meta = JSON.stringify({ workflow: route.name, key })
  const one = {
    ...{ id, route: route.route, delayMs: null, input: '1', meta },
    signal: { id: `$${id}`, name: 'add', data: '1' },
  }
  const plain = { ...one, id: String(BigInt(id) + 1n), meta: null, signal: undefined }
  const send = () => startRuns(kernel.database, 1, [one, plain as never])
  expect(await send()).toMatchObject([{ kind: 'made' }, { kind: 'made' }])
  expect(await send()).toMatchObject([{ kind: 'made' }, { kind: 'made' }])
  expect(await buffered(uuid(id))).toEqual([{ data: '1' }])
  await kernel.call('cancel_workflow', uuid(id))
  expect(await send()).toMatchObject([{ kind: 'made' }, { kind: 'made' }])
  expect(await buffered(uuid(id))).toEqual([])
})

test('two at once with one key: one run, both messages', async () => {
  const { route, key } = await scene()
  const call =
    (data: string) => (client: { query: (text: string, values: unknown[]) => unknown }) =>
      Promise.resolve(
        client.query('select millrace.start_workflow($1, $2, $3)', [
          ...[route.name, '1'],
          { idempotency_key: key, signal: { event_name: 'add', data } },
        ]),
      )
  const { waited } = await track.inTurn(call('a'), call('b'))
  expect(waited).toBe(true)
  const runs = await kernel.query<{ run: { id: string } }>(
    'select run from millrace.get_runs($1)',
    [{ workflow_id: route.name }],
  )
  expect(runs).toHaveLength(1)
  expect(await buffered(runs[0]?.run.id as string)).toEqual([{ data: '"a"' }, { data: '"b"' }])
})

test.each([
  [{ data: 1 }, 'is not a name for a signal'],
  [{ event_name: 'a/b' }, 'is not a name for a signal'],
  [{ event_name: 'a', name: 'b' }, 'option "name" is not known'],
  [{ event_name: 'a', dedupe_id: '$event:1' }, 'is not an id for a signal'],
  ['a', 'they must be an object'],
])('the signal %j is refused', async (signal, text) => {
  const { route, key } = await scene()
  await refusal(start(route, key, 1, { signal }), 'MR001', text)
})
