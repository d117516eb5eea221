import { expect, test } from 'vitest'
import { event, openKernel } from '../support/kernel.ts'
import { openTrack } from '../support/race.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
const track = await openTrack(kernel)

type Emitted = { id: string; matched: number; started: string[] }
const emit = (name: string, key: string, data: unknown, options: object = {}) =>
  kernel.call<Emitted>('emit_event', name, JSON.stringify(data), { key, ...options })
const started = (workflow: string) =>
  kernel.query<{ run: { input: unknown; version: string } }>(
    'select run from millrace.get_runs($1)',
    [{ workflow_id: workflow }],
  )

test('an event starts a run of each workflow that starts on it, with its data', async () => {
  const all = { start_on: [{ event: 'placed' }] }
  const one = await kernel.route({ definition: { ...all, timeout_ms: 5000 } })
  const eu = await kernel.route({
    definition: { start_on: [{ event: 'placed', key: 'eu' }, { event: 'x' }] },
  })
  const other = await kernel.route({ definition: { start_on: [{ event: 'x' }] } })
  const emitted = await emit('placed', 'us', { n: 1 })
  expect(emitted).toMatchObject({ matched: 0, started: [expect.any(String)] })
  expect(await started(one.name)).toMatchObject([
    { run: { id: emitted.started[0], input: { n: 1 }, timeout_at: expect.any(String) } },
  ])
  expect((await emit('placed', 'eu', { n: 2 })).started).toHaveLength(2)
  expect(await started(one.name)).toHaveLength(2)
  expect(await started(eu.name)).toMatchObject([{ run: { input: { n: 2 } } }])
  expect(await started(other.name)).toEqual([])
})

test('with its emission, and never twice', async () => {
  const { name } = await kernel.route({ definition: { start_on: [{ event: 'once' }] } })
  const first = await emit('once', 'k', 1, { dedupe_id: 'd' })
  expect(await emit('once', 'k', 1, { dedupe_id: 'd' })).toEqual(first)
  const id = String(await kernel.call('take_ids'))
  const second = await emit('once', 'k', 1, { event_id: id })
  expect(await emit('once', 'k', 1, { event_id: id })).toEqual(second)
  expect(await started(name)).toHaveLength(2)
  const client = await kernel.connect()
  await client.query('begin')
  await client.query(`select millrace.emit_event('once', '1', '{"key": "k"}')`)
  await client.query('rollback')
  expect(await started(name)).toHaveLength(2)
  const again = (c: typeof client) =>
    c.query(`select millrace.emit_event('once', '1', '{"key": "k", "dedupe_id": "race"}')`)
  await track.inTurn(again, again)
  expect(await started(name)).toHaveLength(3)
})

test('in the version that a start takes, and not at all if that one does not start on it any more', async () => {
  const name = 'versions'
  const register = (version: string, definition: object) =>
    kernel.call('register_workflow', 1, name, version, definition)
  await register('1', { start_on: [{ event: 'v' }] })
  await register('2', { start_on: [{ event: 'v', key: 'k' }] })
  expect((await emit('v', 'k', 1)).started).toHaveLength(1)
  expect(await started(name)).toMatchObject([{ run: { version: '2' } }])
  expect((await emit('v', 'other', 1)).started).toEqual([])
  await register('3', {})
  expect((await emit('v', 'k', 1)).started).toEqual([])
  await register('3', { start_on: [{ event: 'v' }] })
  expect((await emit('v', 'k', 1)).started).toHaveLength(1)
})

test('of this tenant only', async () => {
  const tenant = await kernel.makeTenant('starts')
  await kernel.route({ tenant, definition: { start_on: [{ event: 'theirs' }] } })
  expect((await emit('theirs', 'k', 1)).started).toEqual([])
  expect((await emit('theirs', 'k', 1, { tenant: 'starts' })).started).toHaveLength(1)
})

test.each([
  [{ event: 'x' }],
  ['x'],
  [[{ event: '' }]],
  [[{ event: 'a/b' }]],
  [[{ key: 'k' }]],
  [[{ event: 'x', key: '' }]],
])('%j is no list of events', async (start_on) => {
  await refusal(
    kernel.call('register_workflow', 1, 'bad', '1', { start_on }),
    'MR001',
    'start_on is not a list of events',
  )
})

test('a start takes its keys before the emission takes runs: beside a start that replaces one of them nobody fails', async () => {
  const { name, route } = await kernel.route({
    definition: {
      start_on: [{ event: 'turn' }],
      rules: { singleton: { on: 'replace', key: [] } },
    },
  })
  await kernel.call('start_workflow', name, null, {})
  const { worker, task } = await kernel.lease({ name, route, tenant: 1 })
  await worker.wait(task, event('wait', 'turn', 'k'))
  const key = 'select from millrace.start_keys where workflow = $1 for update'
  const [one, two] = await track.together(
    key,
    [name],
    (client) => client.query('select millrace.start_workflow($1)', [name]),
    (client) => client.query(`select millrace.emit_event('turn', '1', '{"key": "k"}')`),
  )
  expect([one.code, two.code]).toEqual([undefined, undefined])
})
