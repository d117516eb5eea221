import { describe, expect, test } from 'vitest'
import type { JournalRow, Verdict } from '../../src/model/journal.ts'
import {
  type Change,
  message,
  openKernel,
  type Route,
  row,
  type TestWorker,
  timer,
  uuid,
} from '../support/kernel.ts'
import { openTrack } from '../support/race.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
const track = await openTrack(kernel)

type Scene = { route: Route; run: string; id: string; worker: TestWorker; task: Task }
type Task = Awaited<ReturnType<TestWorker['claimOne']>>

/** A run whose first step has an undo and is recorded; its journal has two rows. */
async function armed(meta?: Record<string, unknown>): Promise<Scene> {
  const route = await kernel.route()
  const run = await kernel.start(route, meta && { meta })
  const { worker, task } = await kernel.lease(route)
  await worker.keep(task, [row('a', ''), row('r', 'reserve', { hold: 1 })])
  return { route, run, id: uuid(run), worker, task }
}

/** What its owner says after that. */
function say({ worker, task }: Scene, change: Change, length = 2): Promise<Verdict> {
  return worker.advance(task, { ...change, length: length + (change.rows?.length ?? 0) })
}

const cancel = (id: string, options: object = { by: 'ada', reason: 'no need' }) =>
  kernel.call<Record<string, unknown>>('cancel_workflow', id, options)
const kinds = async (run: string) => (await kernel.journal(run)).map((text) => text[0]).join('')
const asked = { status: 'x', failure: null, reason: 'no need', by: 'ada' }

function beginning(verdict: Verdict): JournalRow {
  if (verdict.kind !== 'undo') throw new Error(`the verdict is ${verdict.kind}`)
  return { kind: 'b', name: '', data: verdict.data }
}

async function die(worker: TestWorker): Promise<void> {
  const text = `update millrace.workers set expires_at = '2000-01-01' where id = $1`
  await kernel.query(text, [worker.id])
  await kernel.call('recover')
}

describe('a run that no worker has', () => {
  test('is queued to be undone, waits for nothing any more, and is cancelled in the end', async () => {
    const scene = await armed({ timeout_ms: 60_000 })
    const { route, run, id, worker } = scene
    await say(scene, { op: 'w', waits: [message('m', 'go'), timer('t', 5000)] })
    const answer = await cancel(id)
    expect(answer).toMatchObject({
      status: 'running',
      phase: 'undoing',
      waits: [],
      timeout_at: null,
    })
    expect(await kernel.live(run)).toMatchObject({ state: 'q', undo: 'b', undo_ask: null, seq: 3 })
    const again = await worker.claimOne(route)
    expect(again.journal.map(({ kind }) => kind).join('')).toBe('arb')
    expect(JSON.parse(again.journal[2]?.data as string)).toEqual(asked)
    expect(again.timeoutMs).toBeNull()
    const rows = [row('x', '', { reason: 'no need', by: 'ada' })]
    await worker.keep(again, [row('n', 'reserve')])
    expect(await worker.advance(again, { op: 'x', rows, length: 5 })).toEqual({ kind: 'done' })
    expect(await kernel.run(run)).toMatchObject({ status: 'cancelled', phase: null })
    expect(await kinds(run)).toBe('arbnx')
  })

  test('queued, paused, paused by the engine: the same', async () => {
    const [queued, paused, stuck] = [await armed(), await armed(), await armed()]
    await say(queued, { op: 'y' })
    await say(paused, { op: 'y' })
    await kernel.call('pause_workflow', paused.id)
    await say(stuck, { op: 'p', output: 'h', rows: [row('p', '', { reason: 'history_mismatch' })] })
    for (const { run, id, route, worker } of [queued, paused, stuck]) {
      expect(await cancel(id)).toMatchObject({ status: 'running', phase: 'undoing', reason: null })
      expect(await kernel.live(run)).toMatchObject({ state: 'q', undo: 'b', crashes: 0 })
      expect((await worker.claimOne(route)).journal.at(-1)).toMatchObject({ kind: 'b' })
    }
  })

  test('a suspect stays one', async () => {
    const scene = await armed()
    await say(scene, { op: 'y' })
    const text = `update millrace.live set state = 's', crashes = 3 where run_id = $1`
    await kernel.query(text, [scene.run])
    await cancel(scene.id)
    expect(await kernel.live(scene.run)).toMatchObject({ state: 's', crashes: 3, undo: 'b' })
  })

  test('its questions to people are over', async () => {
    const scene = await armed()
    await say(scene, { op: 'w', waits: [message('m', 'go')] })
    const text = `insert into millrace.approvals values ($1, 'm', 1, 'May I?', null, '{}', '{}', now())`
    await kernel.query(text, [scene.run])
    await cancel(scene.id)
    expect(await kernel.query('select * from millrace.get_approvals()')).toEqual([])
  })
})

describe('a run that is leased', () => {
  test('its owner is told by its next write, of which nothing is taken, whatever it is', async () => {
    const scene = await armed()
    expect(await cancel(scene.id)).toMatchObject({ status: 'running', phase: 'undoing' })
    expect(await kernel.live(scene.run)).toMatchObject({ state: 'l', undo: 'b', seq: 0 })
    const charge = row('r', 'charge', { id: 1 })
    const changes: Change[] = [
      { op: 'k', rows: [charge] },
      { op: 'k' },
      { op: 'w', rows: [charge], waits: [timer('t', 1)] },
      { op: 'y' },
      { op: 'p', output: 's' },
      { op: 'c', output: '1', tail: [charge] },
      { op: 'f', output: '{}' },
      { op: 'c', output: '1', rows: [charge] },
      { op: 'k', rows: [row('b', '', asked)] },
    ]
    for (const change of changes) {
      const verdict = await say(scene, change)
      expect(verdict).toMatchObject({ kind: 'undo', length: 2 })
      expect(JSON.parse(beginning(verdict).data as string)).toEqual(asked)
    }
    expect(await kinds(scene.run)).toBe('ar')
    const rows = [charge, beginning(await say(scene, { op: 'k' }))]
    expect(await say(scene, { op: 'k', rows })).toEqual({ kind: 'done' })
    expect(await say(scene, { op: 'k', rows }), 'sent again').toEqual({ kind: 'done' })
    expect(await kinds(scene.run)).toBe('arrb')
    expect(await kernel.live(scene.run)).toMatchObject({ state: 'l', undo: 'b', undo_ask: null })
    await say(scene, { op: 'f', output: '{"message": "no"}' }, 4)
    expect(await kernel.run(scene.run)).toMatchObject({ status: 'failed', phase: null })
  })

  test('one that was taken before, with a reply that was lost, is told by the length', async () => {
    const scene = await armed()
    const change: Change = { op: 'k', rows: [row('r', 'charge'), row('r', 'ship')] }
    await say(scene, change)
    await cancel(scene.id)
    expect(await say(scene, change)).toMatchObject({ kind: 'undo', length: 4 })
  })

  test('among others of one call: these are taken', async () => {
    const [one, other] = [await armed(), await armed()]
    await cancel(one.id)
    const text = `select run_id::text, verdict from millrace.advance_tasks(1, $1, '{0,0}', $2, '{c,c}', '{2,2}', '{null,null}',
      '{1,2}', '{null,null}', '{null,null}', '{null,null}', '{null,null}', '{}', '{}', '{}', '{}', '{}')`
    const values = [
      [one.run, other.run],
      [one.task.fence, other.task.fence],
    ]
    expect(await kernel.query(text, values)).toEqual([{ run_id: one.run, verdict: 'u' }])
    expect(await kernel.run(other.run)).toMatchObject({ status: 'completed', output: 2 })
    expect(await kernel.live(one.run)).toMatchObject({ state: 'l' })
  })

  test('its worker dies: whoever gets it next undoes it', async () => {
    const scene = await armed()
    await cancel(scene.id)
    await die(scene.worker)
    expect(await kernel.live(scene.run)).toMatchObject({
      state: 'q',
      undo: 'b',
      undo_ask: null,
      seq: 4,
    })
    expect(await kinds(scene.run)).toBe('ardb')
    expect(await say(scene, { op: 'k' })).toEqual({ kind: 'stale' })
  })

  test('its worker stops: the same, without blame', async () => {
    const scene = await armed()
    await cancel(scene.id)
    await kernel.call('stop_worker', scene.worker.id)
    expect(await kinds(scene.run)).toBe('arb')
  })

  test('a pause that was asked for too comes after the begin of the undos', async () => {
    const [kept, dead] = [await armed(), await armed()]
    for (const { id } of [kept, dead]) {
      await cancel(id)
      await kernel.call('pause_workflow', id)
    }
    const b = beginning(await say(kept, { op: 'k' }))
    expect(await say(kept, { op: 'k', rows: [b] })).toEqual({ kind: 'paused' })
    expect(await kinds(kept.run)).toBe('arbp')
    await die(dead.worker)
    expect(await kinds(dead.run)).toBe('ardbp')
    for (const { id, run } of [kept, dead]) {
      expect(await kernel.run(run)).toMatchObject({ status: 'paused', phase: 'undoing' })
      await kernel.call('resume_workflow', id)
      expect(await kernel.live(run)).toMatchObject({ state: 'q', undo: 'b' })
    }
  })

  test('the worker hears which of its runs these are', async () => {
    const scene = await armed()
    await cancel(scene.id)
    const { run, fence } = scene.task
    const heard = await kernel.query<{ n: string }>(
      `select millrace.report_running($1, '[]', $2, $3)::text as n`,
      [scene.worker.id, [run], [fence]],
    )
    expect(heard).toEqual([{ n: `-${run}` }])
  })

  test('its children are to be cancelled now, not when it has ended', async () => {
    const scene = await armed()
    const child = await kernel.start(scene.route)
    const text = 'insert into millrace.children (parent_id, run_id, tenant_id) values ($1, $2, 1)'
    await kernel.query(text, [scene.run, child])
    await cancel(scene.id)
    await kernel.call('close_children')
    expect(await kernel.run(child)).toMatchObject({ status: 'cancelled' })
    expect(await kernel.run(scene.run)).toMatchObject({ phase: 'undoing' })
  })

  test('a child that fails tells its parent when it has ended, not before', async () => {
    const parents = await kernel.route()
    const parent = await kernel.start(parents)
    const owner = await kernel.lease(parents)
    const scene = await armed({ parent })
    await owner.worker.wait(owner.task, message('kid', `$child:${scene.run}`))
    await cancel(scene.id)
    const b = beginning(await say(scene, { op: 'k' }))
    await say(scene, { op: 'k', rows: [b] })
    expect(await kernel.live(parent)).toMatchObject({ state: 'w' })
    await say(scene, { op: 'x', rows: [row('x', '', {})] }, 3)
    expect(await kernel.live(parent)).toMatchObject({ state: 'q' })
    expect((await owner.worker.claimOne(parents)).journal).toMatchObject([
      { kind: 'g', name: 'kid' },
    ])
  })
})

test('a run without undos is cancelled at once, and so is one that has only written of others', async () => {
  const route = await kernel.route()
  const run = await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  await worker.keep(task, [row('r', 'a')])
  expect(await cancel(uuid(run))).toMatchObject({ status: 'cancelled', phase: null })
})

test('cancelling again changes nothing, while it is undone and after', async () => {
  const scene = await armed()
  await say(scene, { op: 'y' })
  const first = await cancel(scene.id)
  expect(await cancel(scene.id, { by: 'grace' })).toEqual(first)
  const again = await scene.worker.claimOne(scene.route)
  expect(await cancel(scene.id)).toMatchObject({ phase: 'undoing' })
  await scene.worker.advance(again, { op: 'x', rows: [row('x', '', {})] })
  expect(await cancel(scene.id)).toMatchObject({ status: 'cancelled' })
  expect(await kinds(scene.run)).toBe('arbx')
})

test('a run whose time is over is undone, and fails then; the time does not count any more', async () => {
  const [leased, waiting] = [await armed({ timeout_ms: 1000 }), await armed({ timeout_ms: 1000 })]
  await say(waiting, { op: 'w', waits: [message('m', 'go')] })
  await kernel.advanceClock(1000)
  expect(await kernel.call('expire_runs')).toBe(2)
  expect(await kernel.call('expire_runs')).toBe(0)
  const again = await waiting.worker.claimOne(waiting.route)
  const data = JSON.parse(again.journal.at(-1)?.data as string)
  expect(data).toMatchObject({ status: 'f', failure: { code: 'MR054', name: 'TimeoutError' } })
  const verdict = await say(leased, { op: 'k' })
  expect(JSON.parse(beginning(verdict).data as string)).toEqual(data)
})

test('a run that fails by itself says so in its journal, and is alive until its undos have ended', async () => {
  const scene = await armed({ timeout_ms: 60_000 })
  const b = row('b', '', { status: 'f', failure: { message: 'no' }, reason: null, by: null })
  await say(scene, { op: 'k', rows: [b] })
  expect(await kernel.live(scene.run)).toMatchObject({ undo: 'b', timeout_at: null })
  expect(await kernel.run(scene.run)).toMatchObject({ status: 'running', phase: 'undoing' })
  expect(await cancel(scene.id)).toMatchObject({ status: 'running', phase: 'undoing' })
  await say(scene, { op: 'f', output: '{"message": "no"}' }, 3)
  expect(await kernel.run(scene.run)).toMatchObject({
    status: 'failed',
    failure: { message: 'no' },
  })
})

test('an undo that waits for its next attempt is running; what it waits for has the name of the step', async () => {
  const scene = await armed()
  await say(scene, { op: 'y' })
  await cancel(scene.id)
  const again = await scene.worker.claimOne(scene.route)
  const rows = [row('i', 'reserve', { message: 'no', stepId: 'reserve' })]
  await scene.worker.advance(again, { op: 'w', rows, waits: [timer('~$undo:reserve', 5000)] })
  expect(await kernel.run(scene.run)).toMatchObject({
    status: 'running',
    phase: 'undoing',
    current_step_id: 'reserve',
    waits: [{ step_id: 'reserve', event: null }],
  })
  await kernel.call('fast_forward_workflow', scene.id)
  expect((await scene.worker.claimOne(scene.route)).waits.size).toBe(0)
})

test('an undo that failed is a pause by the engine: among the failures, resumed, or discarded', async () => {
  const failure = {
    code: 'MR056',
    message: 'The bank is away.',
    stepId: 'charge',
    fingerprint: 'u1',
  }
  const paused = [row('p', '', { reason: 'undo_failed', by: null, failure })]
  const [one, other] = [await armed(), await armed()]
  for (const scene of [one, other]) {
    await say(scene, { op: 'y' })
    await cancel(scene.id)
    const again = await scene.worker.claimOne(scene.route)
    await scene.worker.advance(again, { op: 'p', output: 'u', rows: paused })
    expect(await kernel.run(scene.run)).toMatchObject({
      status: 'paused',
      reason: 'undo_failed',
      phase: 'undoing',
      failure,
    })
  }
  const groups = `select count::int, code from millrace.get_failures() where fingerprint = 'u1'`
  expect(await kernel.query(groups)).toEqual([{ count: 2, code: 'MR056' }])
  await kernel.call('resume_workflow', one.id)
  expect(await kernel.live(one.run)).toMatchObject({ state: 'q', undo: 'b', reason: null })
  expect(await kernel.call('discard_workflow', other.id, { by: 'ada' })).toMatchObject({
    status: 'cancelled',
  })
  expect(await kernel.query(groups)).toEqual([])
})

test('with a limit it waits for a place like any other run, and gives its own to others', async () => {
  const route = await kernel.route({
    definition: { limits: { concurrency: [{ limit: 1, key: ['customer'] }] } },
  })
  const keyed = () => kernel.start(route, { meta: { keys: { customer: 'a' } } })
  const worker = await kernel.worker()
  const [run, other] = [await keyed(), await keyed()]
  const task = await worker.claimOne(route)
  expect(task.run).toBe(run)
  await worker.keep(task, [row('a', ''), row('r', 'reserve')])
  await worker.advance(task, { op: 'w', length: 2, waits: [message('m', 'go')] })
  const busy = await worker.claimOne(route)
  expect(busy.run).toBe(other)
  await cancel(uuid(run))
  expect(await worker.claim(route)).toEqual([])
  await worker.complete(busy)
  const undoing = await worker.claimOne(route)
  expect([undoing.run, undoing.journal.at(-1)?.kind]).toEqual([run, 'b'])
  const next = await keyed()
  expect(await worker.claim(route)).toEqual([])
  await worker.keep(undoing, [row('n', 'reserve')])
  await worker.advance(undoing, { op: 'x', rows: [row('x', '')], length: 5 })
  expect((await worker.claimOne(route)).run).toBe(next)
})

test('with a limit, and its worker dies: it gives back its place, and has a new turn', async () => {
  const route = await kernel.route({ definition: { limits: { concurrency: [{ limit: 1 }] } } })
  const run = await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  await worker.keep(task, [row('a', ''), row('r', 'reserve')])
  await cancel(uuid(run))
  await die(worker)
  const again = await (await kernel.worker()).claimOne(route)
  expect([again.run, again.journal.at(-1)?.kind]).toEqual([run, 'b'])
})

test('another tenant neither cancels nor sees it', async () => {
  const scene = await armed()
  const second = await kernel.makeTenant('undoing')
  expect(
    await kernel.query(`select millrace.cancel_runs($1, $2, '{}')`, [second, [scene.run]]),
  ).toEqual([])
  await refusal(cancel(scene.id, { tenant: 'undoing' }), 'MR041', scene.id)
  expect(await kernel.live(scene.run)).toMatchObject({ undo: 'a', undo_ask: null })
})

describe('a cancel against the end of the run', () => {
  const end = { op: 'c', output: '1', tail: [row('r', 'charge')] } as const
  const cancelling =
    (id: string) => (client: { query: (t: string, v: unknown[]) => Promise<unknown> }) =>
      client.query('select millrace.cancel_workflow($1)', [id])

  test('the cancel first: the end is not taken', async () => {
    const scene = await armed()
    const ended: Verdict[] = []
    const ending = async (client: never) =>
      ended.push(await scene.worker.advance(scene.task, { ...end, length: 2 }, client))
    const { waited } = await track.inTurn(cancelling(scene.id), ending as never)
    expect(waited).toBe(true)
    expect(ended).toMatchObject([{ kind: 'undo', length: 2 }])
    expect(await kernel.run(scene.run)).toMatchObject({ status: 'running', phase: 'undoing' })
  })

  test('the end first: the cancel is refused', async () => {
    const scene = await armed()
    const ending = (client: never) =>
      scene.worker.advance(scene.task, { ...end, length: 2 }, client)
    const { second, waited } = await track.inTurn(ending as never, cancelling(scene.id))
    expect([waited, second.code]).toEqual([true, 'MR011'])
    expect(await kernel.run(scene.run)).toMatchObject({ status: 'completed' })
  })

  test('the first row of a step with an undo is not durable: the run ends at once, and the step never begins', async () => {
    const route = await kernel.route()
    const run = await kernel.start(route)
    const { worker, task } = await kernel.lease(route)
    const said: Verdict[] = []
    const arm = async (client: never) =>
      said.push(await worker.advance(task, { op: 'k', rows: [row('a', '')] }, client))
    await track.inTurn(cancelling(uuid(run)), arm as never)
    expect(said).toEqual([{ kind: 'stale' }])
    expect(await kernel.run(run)).toMatchObject({ status: 'cancelled' })
  })
})
