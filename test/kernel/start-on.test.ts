import { describe, expect, test } from 'vitest'
import { advanceTasks, type LeasedTask } from '../../src/kernel/tasks.ts'
import type { JournalRow } from '../../src/model/journal.ts'
import { checkInvariants } from '../support/invariants.ts'
import { type Change, event, message, openKernel, row, toAdvance } from '../support/kernel.ts'
import { openTrack } from '../support/race.ts'
import { refusal } from '../support/refusal.ts'
import { until } from '../support/until.ts'

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

describe('a run emits what starts the one that replaces it', () => {
  const definition = {
    start_on: [{ event: 'turn' }],
    rules: { singleton: { on: 'replace', key: [] } },
  }
  type Scene = Awaited<ReturnType<typeof scene>>
  async function scene(rows: JournalRow[] = []) {
    const { name, route } = await kernel.route({
      definition: { ...definition, start_on: [{ event: `turn ${++turns}` }] },
    })
    await kernel.call('start_workflow', name, null, {})
    const { worker, task } = await kernel.lease({ name, route, tenant: 1 })
    if (rows.length > 0) await worker.keep(task, rows)
    return { name, route, run: task.run, worker, task, at: rows.length }
  }
  async function turning() {
    const number = String(await kernel.call('take_ids'))
    const own = { key: 'k', data: '7', dedupeId: null, keepMs: 60_000 }
    return [{ id: number, name: `turn ${turns}`, ...own }]
  }
  const emitting = async ({ worker, task, at }: Scene, change: Change) =>
    worker.advance(task, {
      ...{ rows: [row('r', 'tell')], ...change, emits: await turning() },
      length: at + 1 + (change.length ?? 0),
    })
  let turns = 0

  test.each<[string, Change]>([
    ['and goes on', { op: 'k' }],
    ['and goes on beside a wait', { op: 'k', waits: [message('m', 'go')] }],
    ['and waits', { op: 'w', waits: [message('m', 'go')] }],
    ['and waits for that very event', { op: 'w', waits: [] }],
    ['and gives way', { op: 'y' }],
    ['and pauses', { op: 'p', output: 'r' }],
  ])('%s: it is cancelled, once, and the other is there', async (_, change) => {
    const own = await scene()
    const waits = change.waits?.length === 0 ? [event('e', `turn ${turns}`, 'k')] : change.waits
    const said = await emitting(own, { ...change, ...(waits && { waits }) })
    expect(said).toEqual({ kind: 'stale' })
    expect(await kernel.run(own.run)).toMatchObject({ status: 'cancelled' })
    expect((await kernel.journal(own.run)).map((text) => text[0]).join('')).toBe('rx')
    expect(await started(own.name)).toMatchObject([{ run: { input: 7 } }, { run: {} }])
    expect(await own.worker.keep(own.task, [row('r', 'late')])).toEqual({ kind: 'stale' })
    const left = 'select from millrace.event_waits where run_id = $1'
    expect(await kernel.query(left, [own.run])).toEqual([])
    await checkInvariants(kernel)
  })

  test('and ends: it has ended, and the other is there', async () => {
    const own = await scene()
    await emitting(own, { op: 'c', output: '1' })
    expect(await kernel.run(own.run)).toMatchObject({ status: 'completed' })
    expect(await started(own.name)).toHaveLength(2)
    await checkInvariants(kernel)
  })

  test.each<[string, Change]>([
    ['goes on', { op: 'k' }],
    ['waits', { op: 'w', waits: [message('m', 'go')] }],
    ['gives way', { op: 'y' }],
    ['pauses', { op: 'p', output: 'r' }],
  ])('and has something to undo, and %s: it is undone, then cancelled', async (_, change) => {
    const own = await scene([row('a', ''), row('r', 'reserve')])
    const { worker, task } = own
    const said = await emitting(own, change)
    await checkInvariants(kernel)
    expect(await kernel.run(own.run)).toMatchObject({ status: 'running', phase: 'undoing' })
    expect(said).toMatchObject({ kind: 'undo', length: 3 })
    const begin = { kind: 'b' as const, name: '', data: (said as { data: string }).data }
    await worker.advance(task, { op: 'k', length: 4, rows: [begin] })
    await worker.advance(task, { op: 'k', length: 5, rows: [row('n', 'reserve')] })
    await worker.advance(task, { op: 'x', length: 6, rows: [row('x', '', {})] })
    expect(await kernel.run(own.run)).toMatchObject({ status: 'cancelled' })
    await checkInvariants(kernel)
  })

  test('beside another of the same call that it replaces', async () => {
    const other = await scene()
    const { name, route } = await kernel.route()
    const emitter = await kernel.start({ name, route, tenant: 1 })
    const [task] = await other.worker.claim({ name, route, tenant: 1 })
    const verdicts = await advanceTasks(kernel.database, 1, [
      toAdvance(other.task, { op: 'w', rows: [row('r', 'one')], waits: [message('m', 'go')] }),
      toAdvance(task as LeasedTask, { op: 'c', rows: [], output: '1', emits: await turning() }),
    ])
    expect(verdicts).toMatchObject([{ kind: 'stale' }, { kind: 'done' }])
    expect(await kernel.run(emitter)).toMatchObject({ status: 'completed' })
    expect(await kernel.run(other.run)).toMatchObject({ status: 'cancelled' })
    expect(await started(other.name)).toHaveLength(2)
    await checkInvariants(kernel)
  })

  test('while a start holds its key and wants the run: neither fails for that', async () => {
    const own = await scene()
    const client = await kernel.connect()
    const key = 'select from millrace.start_keys where workflow = $1 for update'
    await client.query('begin')
    await client.query(key, [own.name])
    const emitted = emitting(own, { op: 'k' })
    await until('the emission waits for the key', () =>
      kernel.value<number>(
        `select count(*)::int from pg_stat_activity where wait_event_type = 'Lock' and query like '%advance_tasks%'
           and datname = current_database()`,
      ),
    )
    await client.query('select millrace.start_workflow($1)', [own.name]).catch(() => {})
    await client.query('rollback')
    await emitted
    await checkInvariants(kernel)
  })
})
