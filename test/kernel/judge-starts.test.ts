import { describe, expect, test } from 'vitest'
import type { LeasedTask } from '../../src/kernel/tasks.ts'
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
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
const track = await openTrack(kernel)
const first = BigInt(await kernel.call<string>('take_ids'))
let taken = 0n
const drawId = () => String(first + taken++)

type Rules = Record<string, object>
type Start = { id?: string; input?: unknown; rules?: Rules; meta?: object; delay?: number }
/** What became of a start: m made, or the verdict and the run that stands for it. */
type Said = { id: string; verdict: string; existing: string | null }

const singleton = (on: string, key: object = {}): Rules => ({ singleton: { on, key } })
const throttle = (period_ms: number, key: object = {}): Rules => ({ throttle: { period_ms, key } })
const START =
  'select run_id::text, verdict, existing::text from millrace.start_runs($1, $2, $3, $4, $5, $6)'

function values(route: Route, starts: (Start & { id: string })[]): unknown[] {
  return [
    route.tenant,
    starts.map(({ id }) => id),
    starts.map(() => route.route),
    starts.map(({ delay }) => delay ?? null),
    starts.map(({ input }) => JSON.stringify(input ?? null)),
    starts.map(({ rules, meta }) =>
      JSON.stringify({ ...meta, ...(rules && { rules }), workflow: route.name }),
    ),
  ]
}

async function startAll(
  route: Route,
  starts: Start[],
  on: Pick<typeof kernel, 'query'> = kernel,
): Promise<Said[]> {
  const all = starts.map((one) => ({ ...one, id: one.id ?? drawId() }))
  const rows = await on.query<{ run_id: string; verdict: string; existing: string }>(
    START,
    values(route, all),
  )
  return all.map(({ id }) => {
    const odd = rows.find(({ run_id }) => run_id === id)
    return { id, verdict: odd?.verdict ?? 'm', existing: odd?.existing ?? null }
  })
}

const start = async (route: Route, one: Start): Promise<Said> =>
  (await startAll(route, [one]))[0] as Said
const keysOf = (route: Route) =>
  kernel.query<{ rule: string; run_id: string }>(
    'select rule, run_id::text from millrace.start_keys where workflow = $1 order by 1, 2',
    [route.name],
  )

describe('singleton', () => {
  test('reject: a start is refused while a run with its key is alive, and leaves nothing', async () => {
    const route = await kernel.route()
    const rules = singleton('reject', { customer: 7 })
    const one = await start(route, { rules })
    expect(one.verdict).toBe('m')
    const other = await start(route, { rules, meta: { key: 'mine' } })
    expect(other).toMatchObject({ verdict: 'r', existing: one.id })
    expect(await kernel.query('select from millrace.runs where id = $1', [other.id])).toEqual([])
    expect(await kernel.query("select from millrace.run_keys where key = 'mine'")).toEqual([])
    expect(await keysOf(route)).toEqual([{ rule: 'singleton', run_id: one.id }])
    const { worker, task } = await kernel.lease(route)
    await worker.complete(task)
    const next = await start(route, { rules })
    expect(next.verdict).toBe('m')
    expect(await keysOf(route)).toEqual([{ rule: 'singleton', run_id: next.id }])
  })

  test.for([
    ['waits', (w: TestWorker, t: LeasedTask) => w.wait(t, message('m', 'go'))],
    ['sleeps', (w: TestWorker, t: LeasedTask) => w.wait(t, timer('t', 60_000))],
    ['is paused', (w: TestWorker, t: LeasedTask) => w.advance(t, { op: 'p', output: 's' })],
    ['is at work', (w: TestWorker, t: LeasedTask) => w.keep(t, [row('r', 'a')])],
  ] as const)('a run that %s is alive', async ([, leave]) => {
    const route = await kernel.route()
    const one = await start(route, { rules: singleton('join') })
    const { worker, task } = await kernel.lease(route)
    await leave(worker, task)
    expect(await start(route, { rules: singleton('join') })).toMatchObject({
      verdict: 'e',
      existing: one.id,
    })
  })

  test('a run whose worker has died is alive', async () => {
    const route = await kernel.route()
    const one = await start(route, { rules: singleton('reject') })
    const { worker } = await kernel.lease(route)
    await kernel.query("update millrace.workers set expires_at = '-infinity' where id = $1", [
      worker.id,
    ])
    await kernel.call('recover')
    expect(await start(route, { rules: singleton('reject') })).toMatchObject({ existing: one.id })
  })

  test('join: gives the run that is alive, whatever the input, and a new one after its end', async () => {
    const route = await kernel.route()
    const rules = singleton('join', { a: 'x' })
    const one = await start(route, { rules, input: 1 })
    expect(await start(route, { rules, input: 2 })).toMatchObject({
      verdict: 'e',
      existing: one.id,
    })
    await kernel.call('cancel_workflow', uuid(one.id), {})
    expect((await start(route, { rules, input: 3 })).verdict).toBe('m')
  })

  test('replace: cancels the run that is alive, says by which, and starts', async () => {
    const route = await kernel.route()
    const rules = singleton('replace')
    const one = await start(route, { rules })
    const { worker, task } = await kernel.lease(route)
    const two = await start(route, { rules })
    expect(two.verdict).toBe('m')
    expect(await kernel.run(one.id)).toMatchObject({ status: 'cancelled' })
    const [line] = await kernel.journal(one.id)
    expect(JSON.parse((line as string).slice(2))).toEqual({
      reason: `replaced by run ${uuid(two.id)}`,
      by: null,
    })
    expect(await worker.keep(task, [row('r', 'late')])).toEqual({ kind: 'stale' })
    expect((await kernel.lease(route)).task.run).toBe(two.id)
    expect(await keysOf(route)).toEqual([{ rule: 'singleton', run_id: two.id }])
  })

  test('a run that is being undone has no key any more: it is replaced while its undos run', async () => {
    const route = await kernel.route()
    const rules = singleton('replace')
    const one = await start(route, { rules })
    const { worker, task } = await kernel.lease(route)
    await worker.keep(task, [row('a', ''), row('r', 'reserve')])
    await worker.advance(task, { op: 'w', length: 2, waits: [message('m', 'go')] })
    const two = await start(route, { rules })
    expect(two.verdict).toBe('m')
    expect(await kernel.run(one.id)).toMatchObject({ status: 'running', phase: 'undoing' })
    const [undoing, replacing] = await worker.claim(route)
    expect([undoing?.run, replacing?.run].sort()).toEqual([one.id, two.id].sort())
    expect(await keysOf(route)).toEqual([{ rule: 'singleton', run_id: two.id }])
  })

  test('replace: one that is being undone is not cancelled anew, and its end takes no key from the next', async () => {
    const route = await kernel.route()
    const rules = singleton('replace')
    const one = await start(route, { rules })
    const { worker, task } = await kernel.lease(route)
    await worker.keep(task, [row('a', ''), row('r', 'reserve')])
    const two = await start(route, { rules }) // its owner has not heard of it yet
    const three = await start(route, { rules })
    expect([two.verdict, three.verdict]).toEqual(['m', 'm'])
    expect(await kernel.run(two.id)).toMatchObject({ status: 'cancelled' })
    const heard = await worker.advance(task, { op: 'w', length: 2, waits: [message('m', 'go')] })
    expect(heard).toMatchObject({ kind: 'undo' })
    const data = (heard as { data: string }).data
    expect(data).toContain(`replaced by run ${uuid(two.id)}`)
    await worker.advance(task, { op: 'k', length: 3, rows: [{ kind: 'b', name: '', data }] })
    const four = await start(route, { rules })
    await worker.advance(task, { op: 'k', length: 4, rows: [row('n', 'reserve')] })
    await worker.advance(task, { op: 'x', length: 5, rows: [row('x', '', {})] })
    expect(await kernel.run(one.id)).toMatchObject({ status: 'cancelled' })
    expect(await keysOf(route)).toEqual([{ rule: 'singleton', run_id: four.id }])
    expect(await start(route, { rules: singleton('reject') })).toMatchObject({ existing: four.id })
  })

  test.each(['reject', 'join'])('%s: neither has one that was cancelled or failed', async (on) => {
    const route = await kernel.route()
    const rules = singleton(on)
    const one = await start(route, { rules })
    const { worker, task } = await kernel.lease(route)
    await worker.keep(task, [row('a', ''), row('r', 'reserve')])
    await kernel.call('cancel_workflow', uuid(one.id), {})
    const two = await start(route, { rules })
    expect(two.verdict).toBe('m')
    const next = await worker.claimOne(route)
    await worker.keep(next, [row('a', ''), row('b', '', { status: 'f', failure: null })])
    expect((await start(route, { rules })).verdict).toBe('m')
    expect(await kernel.live(two.id)).toMatchObject({ state: 'l', undo: 'b' })
  })

  test('replace tells the parent of the run that it cancels', async () => {
    const [parents, route] = [await kernel.route(), await kernel.route()]
    const parent = await kernel.start(parents)
    const { worker, task } = await kernel.lease(parents)
    const child = await start(route, { rules: singleton('replace'), meta: { parent } })
    await worker.wait(task, message('c', `$child:${child.id}`))
    await start(route, { rules: singleton('replace') })
    const again = await worker.claimOne(parents)
    expect(JSON.parse(again.journal[0]?.data as string)).toEqual({ status: 'x' })
  })

  test('a key is what is at the paths: of its tenant, its workflow, in all versions', async () => {
    const route = await kernel.route()
    const theirs = await kernel.route({
      tenant: await kernel.makeTenant('singles'),
      name: route.name,
    })
    const newer = {
      ...route,
      route: await kernel.value<number>(`select millrace.register_workflow(1, $1, '2', '{}')`, [
        route.name,
      ]),
    }
    const with1 = singleton('reject', { a: 1 })
    const one = await start(route, { rules: with1 })
    expect((await start(theirs, { rules: with1 })).verdict).toBe('m')
    expect((await start(await kernel.route(), { rules: with1 })).verdict).toBe('m')
    expect(await start(newer, { rules: with1 })).toMatchObject({ verdict: 'r', existing: one.id })
    for (const key of [
      { a: '1' },
      { a: 2 },
      { a: null },
      { a: true },
      { b: 1 },
      { a: 1, b: 1 },
      {},
    ])
      expect([key, (await start(route, { rules: singleton('reject', key) })).verdict]).toEqual([
        key,
        'm',
      ])
    const text = `select millrace.start_key('{"a": 1.0, "b": "x"}') = millrace.start_key('{"b": "x", "a": 1}')`
    expect(await kernel.value(text)).toBe(true)
  })

  test('a start that is sent again is its run, whatever has become of that', async () => {
    const route = await kernel.route()
    const one = { id: drawId(), rules: singleton('replace'), input: 1 }
    await start(route, one)
    expect((await start(route, one)).verdict).toBe('m')
    expect(await kernel.live(one.id)).toMatchObject({ state: 'q' })
    const two = await start(route, { rules: singleton('replace') })
    expect((await start(route, one)).verdict).toBe('m')
    expect(await kernel.live(one.id)).toBeNull()
    expect(await kernel.live(two.id)).toMatchObject({ state: 'q' })
    expect(await keysOf(route)).toEqual([{ rule: 'singleton', run_id: two.id }])
  })

  test('of several in one call each meets those before it', async () => {
    const meet = async (on: string) => {
      const route = await kernel.route()
      const rules = singleton(on)
      return startAll(route, [{ rules }, { rules: singleton(on, { b: 1 }) }, { rules }])
    }
    const [a, b, c] = await meet('reject')
    expect([a?.verdict, b?.verdict, c]).toMatchObject(['m', 'm', { verdict: 'r', existing: a?.id }])
    const [d, , e] = await meet('join')
    expect([d?.verdict, e]).toMatchObject(['m', { verdict: 'e', existing: d?.id }])
    const [f, g, h] = await meet('replace')
    expect([f?.verdict, g?.verdict, h?.verdict]).toEqual(['m', 'm', 'm'])
    expect(await kernel.run(f?.id as string)).toMatchObject({ status: 'cancelled' })
    expect(await kernel.run(h?.id as string)).toMatchObject({ status: 'pending' })
  })

  test('an id that is another run takes no key', async () => {
    const [route, other] = [await kernel.route(), await kernel.route()]
    const alive = await kernel.start(other)
    expect(await start(route, { id: alive, rules: singleton('reject') })).toMatchObject({
      verdict: 'i',
      existing: alive,
    })
    expect(await keysOf(route)).toEqual([])
    expect((await start(route, { rules: singleton('reject') })).verdict).toBe('m')
  })
})

describe('throttle', () => {
  test('drops what comes in the period after a start, and gives that run, ended or not', async () => {
    const route = await kernel.route()
    const rules = throttle(60_000, { a: 1 })
    const one = await start(route, { rules })
    await kernel.call('cancel_workflow', uuid(one.id), {})
    expect(await start(route, { rules, meta: { key: 'k' } })).toMatchObject({
      verdict: 'e',
      existing: one.id,
    })
    expect((await start(route, { rules: throttle(60_000, { a: 2 }) })).verdict).toBe('m')
    await kernel.advanceClock(59_000)
    expect(await start(route, { rules })).toMatchObject({ verdict: 'e', existing: one.id })
    expect((await start(route, { rules: throttle(1000, { a: 1 }) })).verdict).toBe('m')
    await kernel.advanceClock(60_000)
    const next = await start(route, { rules, meta: { key: 'k' } })
    expect(next.verdict).toBe('m')
    expect(await start(route, { rules })).toMatchObject({ verdict: 'e', existing: next.id })
  })

  test('a start that is sent again is not dropped because of itself', async () => {
    const route = await kernel.route()
    const one = { id: drawId(), rules: throttle(60_000) }
    expect((await start(route, one)).verdict).toBe('m')
    expect((await start(route, one)).verdict).toBe('m')
    await kernel.advanceClock(60_000)
    const next = await start(route, { rules: throttle(60_000) })
    expect((await start(route, one)).verdict).toBe('m')
    expect(await keysOf(route)).toEqual([{ rule: 'throttle', run_id: next.id }])
  })

  test('a period begins when its run was started, however long its start waited', async () => {
    const route = await kernel.route()
    const rules = throttle(60_000)
    const { id } = await start(route, { rules })
    await kernel.query(
      "update millrace.start_keys set at = at - interval '59 seconds' where run_id = $1",
      [id],
    )
    await kernel.advanceClock(59_000)
    expect(await start(route, { rules })).toMatchObject({ verdict: 'e', existing: id })
    await kernel.advanceClock(1_000)
    expect((await start(route, { rules })).verdict).toBe('m')
  })

  test('a clock that was put back by far holds up no start for as long', async () => {
    const route = await kernel.route()
    const rules = throttle(60_000)
    const { id } = await start(route, { rules })
    const told = (before: string) =>
      kernel.query(
        'update millrace.runs set created_at = millrace.clock() + $2::interval where id = $1',
        [id, before],
      )
    await told('30 seconds') // put back by a moment the period still holds
    expect((await start(route, { rules })).verdict).toBe('e')
    await told('50 years')
    expect((await start(route, { rules })).verdict).toBe('m')
    expect((await start(route, { rules })).verdict).toBe('e')
  })

  test('a start that a singleton refuses begins no period', async () => {
    const route = await kernel.route()
    const both = (a: number) => ({ ...throttle(60_000, { a }), ...singleton('reject') })
    const one = await start(route, { rules: both(1) })
    expect((await start(route, { rules: both(2) })).verdict).toBe('r')
    await kernel.call('cancel_workflow', uuid(one.id), {})
    expect((await start(route, { rules: both(2) })).verdict).toBe('m')
  })
})

describe('races', () => {
  const call = (route: Route, rules: Rules) => {
    const id = drawId()
    return {
      id,
      call: (client: { query(text: string, values: unknown[]): Promise<unknown> }) =>
        client.query(START, values(route, [{ id, rules }])),
    }
  }

  test.each(['reject', 'join', 'replace'])(
    '%s: the second waits for the first, and meets its run',
    async (on) => {
      const route = await kernel.route()
      const [one, two] = [call(route, singleton(on)), call(route, singleton(on))]
      const { second, waited } = await track.inTurn(one.call, two.call)
      expect(waited).toBe(true)
      const rows = second.rows as { verdict: string; existing: string }[]
      if (on === 'replace') {
        expect(await kernel.run(one.id)).toMatchObject({ status: 'cancelled' })
        expect(await kernel.live(two.id)).toMatchObject({ state: 'q' })
      } else
        expect(rows[0]).toMatchObject({ verdict: on === 'reject' ? 'r' : 'e', existing: one.id })
    },
  )

  test('if the first rolls back, the second is made', async () => {
    const route = await kernel.route()
    const [one, two] = [call(route, singleton('reject')), call(route, singleton('reject'))]
    const [a, b] = [await kernel.connect(), await kernel.connect()]
    await a.query('begin')
    await one.call(a)
    const later = two.call(b)
    await kernel.waitUntilBlocked(b)
    await a.query('rollback')
    await later
    expect(await kernel.live(one.id)).toBeNull()
    expect(await kernel.live(two.id)).toMatchObject({ state: 'q' })
  })

  test('the end of a run and a start with its key: the start sees it alive, or ended', async () => {
    const route = await kernel.route()
    for (const on of ['reject', 'join', 'replace']) {
      await start(route, { rules: singleton(on) })
      const { task } = await kernel.lease(route)
      const two = call(route, singleton(on))
      const { second } = await track.inTurn(
        (client) => client.query('select millrace.cancel_workflow($1)', [uuid(task.run)]),
        two.call,
      )
      expect(second.code).toBeUndefined()
      await kernel.query(
        `select millrace.cancel_runs(1, array(select run_id from millrace.live where route_id = $1), '{}')`,
        [route.route],
      )
    }
  })

  test.each(['reject', 'join', 'replace'])(
    '%s: many at once with the same keys in any order: one is alive for each, none deadlocks',
    async (on) => {
      const route = await kernel.route()
      const round = async (n: number) => {
        const keys = [1, 2, 3, 4].sort(() => Math.random() - 0.5)
        const starts = keys.map((a) => ({ rules: singleton(on, { a }), input: n }))
        return startAll(route, starts)
      }
      for (let i = 0; i < 10; i++) {
        await Promise.all(Array.from({ length: 8 }, (_, n) => round(n)))
        const rows = await kernel.query<{ n: number }>(
          `select count(*)::int as n from millrace.live l join millrace.runs r on r.id = l.run_id
         where l.route_id = $1 group by r.meta::jsonb #> '{rules,singleton,key}'`,
          [route.route],
        )
        expect(rows).toEqual([{ n: 1 }, { n: 1 }, { n: 1 }, { n: 1 }])
      }
    },
  )

  test('many at once in a period: one run', async () => {
    const route = await kernel.route()
    const said = await Promise.all(
      Array.from({ length: 20 }, () => start(route, { rules: throttle(60_000) })),
    )
    const made = said.filter(({ verdict }) => verdict === 'm')
    expect(made).toHaveLength(1)
    expect(new Set(said.map(({ id, existing }) => existing ?? id))).toEqual(new Set([made[0]?.id]))
  })
})

describe("starts that are not a client's own", () => {
  const definition = { rules: { singleton: { on: 'replace', key: ['a.b'] } } }
  const sqlStart = (name: string, input: object) =>
    kernel.call<string>('start_workflow', name, JSON.stringify(input), {})

  test('SQL follows the definition', async () => {
    const single = (on: string) =>
      kernel.route({ definition: { rules: { singleton: { on, key: ['a.b'] } } } })
    const reject = await single('reject')
    const one = await sqlStart(reject.name, { a: { b: 1 } })
    const details = await refusal(
      sqlStart(reject.name, { a: { b: 1 } }),
      'MR014',
      `Run ${one} of "${reject.name}" is pending`,
    )
    expect(details).toEqual({ existing: one, workflow_id: reject.name })
    await refusal(sqlStart(reject.name, { a: 1 }), 'MR001', 'there is nothing at "a.b"')
    const join = await single('join')
    const two = await sqlStart(join.name, { a: { b: 'x' } })
    expect(await sqlStart(join.name, { a: { b: 'x' } })).toBe(two)
    const throttled = await kernel.route({
      definition: { rules: { throttle: { period_ms: 60_000, key: [] } } },
    })
    const three = await sqlStart(throttled.name, {})
    expect(await sqlStart(throttled.name, { c: 1 })).toBe(three)
  })

  async function failedRun(route: Route): Promise<string> {
    const id = await sqlStart(route.name, { a: { b: 1 } })
    const { worker, task } = await kernel.lease(route)
    await worker.advance(task, { op: 'k', rows: [row('r', 's', 1)] })
    await worker.fail({ ...task, journal: [row('r', 's', 1)] as never })
    return id
  }

  test('a retry and a fork are refused while a run with their key is alive, and have it after that', async () => {
    const route = await kernel.route({ definition })
    const failed = await failedRun(route)
    const alive = await sqlStart(route.name, { a: { b: 1 } })
    await refusal(kernel.call('retry_workflow', failed, {}), 'MR014', alive)
    await refusal(kernel.call('fork_workflow', failed, { from_step: 's' }), 'MR014', alive)
    const forked = await kernel.call<{ id: string }>('fork_workflow', failed, {
      from_step: 's',
      input: { a: { b: 2 } },
    })
    await kernel.call('cancel_workflow', alive, {})
    const again = await kernel.call<{ id: string }>('retry_workflow', failed, {})
    expect(await kernel.call('retry_workflow', failed, {})).toMatchObject({ id: again.id })
    await sqlStart(route.name, { a: { b: 1 } })
    expect(await kernel.call('get_run', again.id)).toMatchObject({ status: 'cancelled' })
    await sqlStart(route.name, { a: { b: 2 } })
    expect(await kernel.call('get_run', forked.id)).toMatchObject({ status: 'cancelled' })
  })

  test('of many that are retried at once one has the key, and the others are told why not', async () => {
    const route = await kernel.route({ definition })
    for (let i = 0; i < 3; i++) await failedRun(route)
    const begun = await kernel.call<{ id: string }>('bulk_retry', { workflow_id: route.name }, {})
    await kernel.call('work_bulk')
    const said = await kernel.call<{ done: number; failed: number; failures: { code: string }[] }>(
      'get_bulk_operation',
      begun.id,
    )
    expect([said.done, said.failed]).toEqual([1, 2])
    expect(said.failures.map(({ code }) => code)).toEqual(['MR014', 'MR014'])
  })

  test('a retry is not dropped, nor held back', async () => {
    for (const rules of [
      { throttle: { period_ms: 60_000, key: [] } },
      { debounce: { period_ms: 60_000, key: [] } },
    ]) {
      const route = await kernel.route({ definition: { rules } })
      const id = await sqlStart(route.name, {})
      await kernel.advanceClock(60_000)
      const { worker, task } = await kernel.lease(route)
      await worker.fail(task)
      await sqlStart(route.name, {})
      const again = await kernel.call<{ id: string; status: string; starts_at: unknown }>(
        'retry_workflow',
        id,
        {},
      )
      expect(again).toMatchObject({ status: 'pending', starts_at: null, retried_from: id })
    }
  })

  test('a child whose key a live run has is made, and fails at once: its parent hears of it', async () => {
    const [parents, route] = [await kernel.route(), await kernel.route()]
    const rules = singleton('fail', { a: 1 })
    const alive = await start(route, { rules: singleton('join', { a: 1 }) })
    const parent = await kernel.start(parents)
    const { worker, task } = await kernel.lease(parents)
    const child = drawId()
    const children = [
      {
        id: child,
        route: route.route,
        delayMs: null,
        input: '1',
        meta: JSON.stringify({ rules, parent, parent_close: 'wait', workflow: route.name }),
      },
    ]
    const rows = [row('c', 'kid', { run: child, id: uuid(child) })]
    const waits = [message('kid', `$child:${child}`)]
    const verdict = await worker.advance(task, { op: 'w', rows, children, waits })
    expect(verdict).toMatchObject({ kind: 'news', rows: [{ kind: 'g', name: 'kid' }] })
    expect(await kernel.run(child)).toMatchObject({
      status: 'failed',
      failure: { code: 'MR014', message: expect.stringContaining(uuid(alive.id)) },
    })
    expect(await worker.advance(task, { op: 'w', rows, children, waits })).toMatchObject({
      kind: 'news',
    })
    expect(await keysOf(route)).toEqual([{ rule: 'singleton', run_id: alive.id }])
  })

  test('a run that is deleted gives its keys back', async () => {
    const route = await kernel.route()
    const one = await start(route, { rules: { ...singleton('reject'), ...throttle(60_000) } })
    await kernel.call('cancel_workflow', uuid(one.id), {})
    await kernel.query('select millrace.delete_runs(1, array[$1::bigint])', [one.id])
    expect(await keysOf(route)).toEqual([])
  })

  test.each<[object, string]>([
    [[], 'rules must be an object'],
    [{ single: {} }, 'rules must be singleton, throttle, debounce or batch'],
    [{ singleton: { key: {} } }, 'singleton must have on'],
    [{ singleton: { on: 'maybe', key: {} } }, 'singleton must have on'],
    [{ singleton: { on: 'join' } }, 'singleton must have a key'],
    [{ singleton: { on: 'join', key: { a: [1] } } }, 'singleton must have a key'],
    [{ singleton: { on: 'join', key: ['a'] } }, 'singleton must have a key'],
    [{ throttle: { key: {} } }, 'throttle must have a period_ms'],
    [{ throttle: { period_ms: 0, key: {} } }, 'throttle must have a period_ms'],
    [{ throttle: { period_ms: '5', key: {} } }, 'throttle must have a period_ms'],
    [{ debounce: { period_ms: 5, max_ms: 4, key: {} } }, 'debounce must have a max_ms'],
    [
      { debounce: { period_ms: 5, key: {} }, throttle: { period_ms: 5, key: {} } },
      'exclude each other',
    ],
    [
      { debounce: { period_ms: 5, key: {} }, ...singleton('join', { a: 1 }) },
      'singleton beside debounce',
    ],
    [{ singleton: { on: 'join', key: { a: 'x'.repeat(5000) } } }, 'at most 4,096 bytes'],
  ])('the rules %j are refused', async (rules, why) => {
    const route = await kernel.route()
    await refusal(start(route, { rules: rules as Rules }), 'MR001', why)
  })

  test.each<[object, string]>([
    [{ singleton: { on: 'fail', key: [] } }, 'singleton must have on'],
    [{ singleton: { on: 'join', key: {} } }, 'singleton must have a key'],
    [{ throttle: { period_ms: 5, key: ['a', 'b', 'c', 'd', 'e'] } }, 'throttle must have a key'],
    [
      { debounce: { period_ms: 5, key: ['a'] }, singleton: { on: 'join', key: ['b'] } },
      'singleton beside debounce',
    ],
  ])('a definition with the rules %j is refused', async (rules, why) => {
    await refusal(kernel.route({ definition: { rules } }), 'MR001', why)
  })
})
