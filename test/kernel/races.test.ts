import type pg from 'pg'
import { describe, expect, test } from 'vitest'
import { startRuns } from '../../src/kernel/runs.ts'
import type { LeasedTask } from '../../src/kernel/tasks.ts'
import { checkInvariants } from '../support/invariants.ts'
import {
  message,
  openKernel,
  type Route,
  row,
  type TestWorker,
  timer,
  uuid,
} from '../support/kernel.ts'
import { openTrack } from '../support/race.ts'
import { until } from '../support/until.ts'

const kernel = await openKernel()
const track = await openTrack(kernel)

type Scene = { route: Route; run: string; worker: TestWorker; task: LeasedTask }
async function leased(): Promise<Scene> {
  const route = await kernel.route()
  const run = await kernel.start(route)
  return { route, run, ...(await kernel.lease(route)) }
}

const signal = (run: string) => (client: pg.Client) =>
  client.query(`select millrace.trigger_event($1, 'go', '1')`, [uuid(run)])
const operate = (name: string, run: string) => (client: pg.Client) =>
  client.query(`select millrace.${name}($1)`, [uuid(run)])
const claim = (worker: TestWorker, route: Route) => (client: pg.Client) =>
  client.query('select * from millrace.claim_tasks($1, $2, $3, $4, $5, 10)', [
    worker.tenant,
    worker.id,
    worker.epoch,
    [route.route],
    ['0'],
  ])
const call = (text: string) => (client: pg.Client) => client.query(text)
const expire = (worker: TestWorker) =>
  kernel.query(
    `update millrace.workers set expires_at = '2000-01-01', recover_at = null where id = $1`,
    [worker.id],
  )

describe('a signal against the wait for it', () => {
  test('the signal first: the wait finds it', async () => {
    const { run, worker, task } = await leased()
    const park = (client: pg.Client) =>
      worker.advance(task, { op: 'w', waits: [message('m', 'go')] }, client)
    const { waited } = await track.inTurn(signal(run), park)
    expect(waited).toBe(true)
    expect(await kernel.live(run)).toMatchObject({ state: 'l' })
    expect(await kernel.journal(run)).toEqual(['g m 1'])
  })

  test('the wait first: the signal ends it', async () => {
    const { run, worker, task } = await leased()
    const park = (client: pg.Client) =>
      worker.advance(task, { op: 'w', waits: [message('m', 'go')] }, client)
    const { waited } = await track.inTurn(park, signal(run))
    expect(waited).toBe(true)
    expect(await kernel.live(run)).toMatchObject({ state: 'q' })
    expect(await kernel.journal(run)).toEqual(['g m 1'])
  })

  test('many at once: none is lost, none is taken twice', async () => {
    const { run, worker, task } = await leased()
    const waits = Array.from({ length: 6 }, (_, i) => message(`m${i}`, 'go'))
    await Promise.all([
      worker.wait(task, ...waits),
      ...waits.map(() => kernel.call('trigger_event', uuid(run), 'go')),
    ])
    const journal = await kernel.journal(run)
    const taken = await kernel.value(
      'select count(*)::int from millrace.signals where run_id = $1 and taken is not null',
      [run],
    )
    expect(journal.length).toBe(taken)
    await checkInvariants(kernel)
  })
})

describe('a cancel against a completion', () => {
  const complete =
    ({ worker, task }: Scene) =>
    (client: pg.Client) =>
      worker.advance(task, { op: 'c', output: '1' }, client)

  test('the completion first: the cancel is refused', async () => {
    const scene = await leased()
    const { second } = await track.inTurn(complete(scene), operate('cancel_workflow', scene.run))
    expect(second.code).toBe('MR011')
    expect(await kernel.run(scene.run)).toMatchObject({ status: 'completed' })
  })

  test('the cancel first: the owner is stale', async () => {
    const scene = await leased()
    await track.inTurn(operate('cancel_workflow', scene.run), complete(scene))
    expect(await kernel.run(scene.run)).toMatchObject({ status: 'cancelled', output: null })
  })

  test('the time-out against both: one of them ends the run', async () => {
    for (const first of ['cancel', 'complete', 'expire'] as const) {
      for (const second of ['cancel', 'complete', 'expire'] as const) {
        const route = await kernel.route()
        const run = await kernel.start(route, { meta: { timeout_ms: 1000 } })
        const scene = { route, run, ...(await kernel.lease(route)) }
        await kernel.advanceClock(1000)
        const ends = {
          cancel: operate('cancel_workflow', run),
          complete: complete(scene),
          expire: call('select millrace.expire_runs()'),
        }
        await track.inTurn(ends[first], ends[second])
        const status = { cancel: 'cancelled', complete: 'completed', expire: 'failed' }[first]
        expect(await kernel.run(run), `${first} before ${second}`).toMatchObject({ status })
      }
    }
  })
})

describe('a claim against recover', () => {
  test('the claim first: its worker is alive until that is over, whatever its lease says', async () => {
    const route = await kernel.route()
    const run = await kernel.start(route)
    const worker = await kernel.worker()
    const { second } = await track.inTurn(claim(worker, route), async (client) => {
      await expire(worker)
      return client.query('select millrace.recover() as n')
    })
    expect(second.rows).toEqual([{ n: 0 }])
    expect(await kernel.live(run)).toMatchObject({ state: 'l', worker_id: worker.id })
    expect(await kernel.call('recover')).toBe(1)
  })

  test('recover first: the claim is refused', async () => {
    const route = await kernel.route()
    const run = await kernel.start(route)
    const worker = await kernel.worker()
    await expire(worker)
    const { second } = await track.inTurn(call('select millrace.recover()'), claim(worker, route))
    expect(second.code).toBe('MR055')
    expect(await kernel.live(run)).toMatchObject({ state: 'q' })
  })

  test('an owner that writes while it is declared dead is passed by; what it wrote is kept, then it is stale', async () => {
    const { run, worker, task } = await leased()
    await expire(worker)
    const keep = (client: pg.Client) =>
      worker.advance(task, { op: 'k', rows: [row('r', 'a')] }, client)
    const { waited } = await track.inTurn(keep, call('select millrace.recover()'))
    expect(waited).toBe(false)
    expect(await kernel.live(run)).toMatchObject({ state: 'l', worker_id: worker.id })
    await expire(worker)
    await kernel.call('recover')
    expect((await kernel.journal(run)).map((text) => text[0])).toEqual(['r', 'd'])
    expect(await worker.keep(task, [row('r', 'b')])).toEqual({ kind: 'stale' })
  })

  test('two recovers at once hand a run back once', async () => {
    const { run, worker } = await leased()
    await expire(worker)
    const recover = call('select millrace.recover() as n')
    const { first, second } = await track.inTurn(recover, recover)
    expect([first.rows, second.rows]).toEqual([[{ n: 1 }], [{ n: 0 }]])
    expect(await kernel.journal(run)).toHaveLength(1)
  })
})

describe('a pause against its owner', () => {
  test('the pause first: the owner pauses at this very write', async () => {
    const { run, worker, task } = await leased()
    const keep = (client: pg.Client) =>
      worker.advance(task, { op: 'k', rows: [row('r', 'a')] }, client)
    await track.inTurn(operate('pause_workflow', run), keep)
    expect(await kernel.live(run)).toMatchObject({ state: 'p' })
    expect((await kernel.journal(run)).map((text) => text[0])).toEqual(['r', 'p'])
  })

  test('the park first: the waiting run is paused', async () => {
    const { run, worker, task } = await leased()
    const park = (client: pg.Client) =>
      worker.advance(task, { op: 'w', rows: [row('r', 'a')], waits: [timer('t', 60_000)] }, client)
    await track.inTurn(park, operate('pause_workflow', run))
    expect(await kernel.live(run)).toMatchObject({ state: 'p', wait_keys: ['t'], seq: 2 })
  })
})

describe('a tick against a signal', () => {
  async function due() {
    const scene = await leased()
    await scene.worker.wait(scene.task, message('m', 'go', 1000))
    await kernel.advanceClock(1000)
    return scene
  }

  test('the tick first: time ended the wait, and the message stays', async () => {
    const { run } = await due()
    await track.inTurn(call('select millrace.tick()'), signal(run))
    expect(await kernel.journal(run)).toEqual(['o m'])
    const left = await kernel.query('select taken from millrace.signals where run_id = $1', [run])
    expect(left).toEqual([{ taken: null }])
  })

  test('the signal first: the message ended the wait, and time has nothing to say', async () => {
    const { run } = await due()
    await track.inTurn(signal(run), call('select millrace.tick()'))
    await kernel.call('tick')
    expect(await kernel.journal(run)).toEqual(['g m 1'])
  })
})

describe('a child that ends against its parent', () => {
  async function family() {
    const parent = await leased()
    const route = await kernel.route()
    const run = await kernel.start(route, { meta: { parent: parent.run } })
    const child = { route, run, ...(await kernel.lease(route)) }
    const wait = message('kid', `$child:${run}`)
    const park = (client: pg.Client) =>
      parent.worker.advance(parent.task, { op: 'w', waits: [wait] }, client)
    const end = (client: pg.Client) =>
      child.worker.advance(child.task, { op: 'c', output: '1' }, client)
    return { parent, child, park, end }
  }

  test('the child first: the parent finds its end', async () => {
    const { parent, park, end } = await family()
    const { waited } = await track.inTurn(end, park)
    expect(waited).toBe(true)
    expect(await kernel.live(parent.run)).toMatchObject({ state: 'l' })
    expect(await kernel.journal(parent.run)).toHaveLength(1)
  })

  test('the parent first: the child wakes it', async () => {
    const { parent, park, end } = await family()
    const { waited } = await track.inTurn(park, end)
    expect(waited).toBe(true)
    expect(await kernel.live(parent.run)).toMatchObject({ state: 'q', seq: 1 })
  })

  test('parent and child cancelled at once, in either order', async () => {
    for (const swap of [false, true]) {
      const { parent, child } = await family()
      const ends = [
        operate('cancel_workflow', parent.run),
        operate('cancel_workflow', child.run),
      ] as const
      await track.inTurn(ends[swap ? 1 : 0], ends[swap ? 0 : 1])
      expect(await kernel.run(parent.run)).toMatchObject({ status: 'cancelled' })
      expect(await kernel.run(child.run)).toMatchObject({ status: 'cancelled' })
    }
  })

  test('the child ends while its parent completes, in either order', async () => {
    for (const swap of [false, true]) {
      const { parent, child, end } = await family()
      const complete = (client: pg.Client) =>
        parent.worker.advance(parent.task, { op: 'c' }, client)
      await (swap ? track.inTurn(end, complete) : track.inTurn(complete, end))
      expect(await kernel.run(parent.run)).toMatchObject({ status: 'completed' })
      expect(await kernel.run(child.run)).toMatchObject({ status: 'completed' })
    }
  })
})

test('two retries of one run at once are one run', async () => {
  const { run, worker, task } = await leased()
  await worker.fail(task)
  const { first, second, waited } = await track.inTurn(
    operate('retry_workflow', run),
    operate('retry_workflow', run),
  )
  expect(waited).toBe(true)
  expect(second.rows).toEqual(first.rows)
})

test('two fast-forwards at once end one wait each', async () => {
  const { run, worker, task } = await leased()
  await worker.wait(task, timer('a', 60_000), timer('b', 60_000))
  await track.inTurn(operate('fast_forward_workflow', run), operate('fast_forward_workflow', run))
  expect(await kernel.journal(run)).toEqual(['t a'])
})

test('a start that is sent again while its first sending is at work is one run', async () => {
  const route = await kernel.route()
  const id = await kernel.call<string>('take_ids')
  const start = { id, route: route.route, delayMs: null, input: '1', meta: null }
  const client = await kernel.connect()
  await client.query('begin')
  const tx = { query: (text: string, values?: unknown[]) => client.query(text, values) }
  await startRuns(kernel.database, 1, [start], tx)
  const again = startRuns(kernel.database, 1, [start])
  await until('the second sending waits for the first', async () => {
    const { processID } = client as unknown as { processID: number }
    const text = 'select from pg_stat_activity where $1 = any (pg_blocking_pids(pid))'
    return (await kernel.query(text, [processID])).length > 0
  })
  await client.query('commit')
  expect(await again).toMatchObject([{ kind: 'made' }])
  expect(await kernel.live(id)).toMatchObject({ state: 'q' })
  await checkInvariants(kernel)
})

test.each([
  ['a signal', 'select accepted from millrace.send_signals(1, $1, $2, $2, $2)', [true, false]],
  ['a cancel', 'select * from millrace.cancel_runs(1, $1, null) as run', null],
])(
  '%s of several runs leaves alone what was started while it waited',
  async (_, text, accepted) => {
    const route = await kernel.route()
    const run = await kernel.start(route)
    const late = await kernel.call<string>('take_ids')
    const [holder, starter, client] = [
      await kernel.connect(),
      await kernel.connect(),
      await kernel.connect(),
    ]
    await holder.query('begin')
    await holder.query('select from millrace.live where run_id = $1 for update', [run])
    await starter.query('begin')
    const values = [[late], [route.route], ['1']]
    await starter.query('select * from millrace.start_runs(1, $1, $2, null, $3)', values)
    const both = [[run, late], ...(accepted ? [['1', '2']] : [])]
    const call = client.query({ text, values: both, rowMode: 'array' })
    await kernel.waitUntilBlocked(client)
    await starter.query('commit')
    await holder.query('commit')
    const { rows } = await call
    expect(rows.flat()).toEqual(accepted ?? [run])
    expect(await kernel.live(late)).toMatchObject({ state: 'q' })
    expect(await kernel.query('select 1 from millrace.signals where run_id = $1', [late])).toEqual(
      [],
    )
    await checkInvariants(kernel)
  },
)
