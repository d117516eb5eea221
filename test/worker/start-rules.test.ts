import { expect, test } from 'vitest'
import { z } from 'zod'
import { ChildFailedError, ConflictError } from '../../src/model/errors.ts'
import { workflow } from '../../src/workflow/workflow.ts'
import { createWorkflowRef } from '../../src/workflow/workflow-ref.ts'
import { startEngine, useEngine } from '../support/engine.ts'
import { openPool } from '../support/pool.ts'
import { until } from '../support/until.ts'
import { startProcesses } from './processes.ts'

const t = useEngine({ queues: ['default'] }, { testClock: true })
const LONG = { timeout: 40_000 }
type Customer = { customer: number; n?: number }
let names = 0

/** A workflow with such rules, whose runs wait until they are told to go on. */
function waiting(rules: object) {
  return workflow(
    `rules ${++names}`,
    async ({ step, input }) => {
      await step.waitFor('told', { eventName: 'go' })
      return input
    },
    rules,
  )
}

test('reject: a start while a run with its key is alive throws, and names that run', async () => {
  const w = waiting({ singleton: { onConflict: 'reject', key: 'customer' } })
  const run = await t.start(w, { customer: 1 })
  expect(run.existing).toBe(false)
  const error = await t.start(w, { customer: 1 }).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(ConflictError)
  expect(error).toMatchObject({ code: 'MR014', runId: run.id, workflowId: w.id })
  expect((error as Error).message).toContain('{"customer":1}')
  const other = await t.start(w, { customer: 2 })
  await run.signal('go')
  await run.result(LONG)
  expect((await t.start(w, { customer: 1 })).existing).toBe(false)
  await other.cancel()
})

test('join: all who start at once have the one run, and its result', async () => {
  const w = waiting({ singleton: { onConflict: 'join', key: 'customer' } })
  const runs = await Promise.all(
    Array.from({ length: 40 }, (_, n) => t.start(w, { customer: n % 2, n })),
  )
  expect(new Set(runs.map(({ id }) => id)).size).toBe(2)
  expect(runs.filter(({ existing }) => !existing)).toHaveLength(2)
  for (const id of new Set(runs.map((run) => run.id)))
    await t.engine.triggerEvent({ runId: id, eventName: 'go' })
  const results = await Promise.all(runs.map((run) => run.result(LONG)))
  for (const [n, result] of results.entries()) expect((result as Customer).customer).toBe(n % 2)
})

test('replace: the run before is cancelled, its handler is told, and the new one runs', async () => {
  const aborted: number[] = []
  const w = workflow(
    'replaced',
    async ({ step, input, signal }) => {
      const { n } = input as Customer
      signal.addEventListener('abort', () => aborted.push(n as number))
      if (n === 1)
        await step.run(
          'long',
          (ctx) => new Promise((_, reject) => ctx.signal.addEventListener('abort', reject)),
        )
      return n
    },
    { singleton: { onConflict: 'replace' } },
  )
  const one = await t.start(w, { customer: 1, n: 1 })
  await one.waitForStatus('running')
  const two = await t.start(w, { customer: 1, n: 2 })
  expect(await two.result(LONG)).toBe(2)
  await expect(one.result(LONG)).rejects.toMatchObject({ code: 'MR053' })
  await until('its handler was told', () => aborted.includes(1))
  const [entry] = (await one.timeline()).filter(({ status }) => status === 'cancelled')
  expect(entry?.reason).toBe(`replaced by run ${two.id}`)
})

test('in bulk all are started, or none', async () => {
  const w = waiting({ singleton: { onConflict: 'reject', key: 'customer' } })
  await t.engine.registerWorkflow(w)
  const start = (...customers: number[]) =>
    t.engine.startWorkflows(
      w,
      customers.map((customer) => ({ input: { customer } })),
    )
  expect(await start(1, 2)).toHaveLength(2)
  await expect(start(3, 2)).rejects.toMatchObject({ code: 'MR014' })
  expect(await start(3)).toHaveLength(1)
  await expect(start(4, 4)).rejects.toMatchObject({ code: 'MR014' })
})

test('a start waits for the open transaction of one with its key', async () => {
  const w = waiting({ singleton: { onConflict: 'join' } })
  await t.engine.registerWorkflow(w)
  const pool = openPool({ connectionString: t.db.url, max: 1 })
  for (const end of ['commit', 'rollback']) {
    const client = await pool.connect()
    await client.query('begin')
    const first = await t.engine.startWorkflow(w, 'first', { tx: client })
    const later = t.engine.startWorkflow(w, 'later')
    await until('it waits', async () => {
      const text =
        "select from pg_stat_activity where wait_event_type = 'Lock' and query like '%start_runs%' and datname = current_database()"
      return (await t.db.query(text)).length > 0
    })
    await client.query(end)
    client.release()
    const run = await later
    expect([run.existing, run.id === first.id]).toEqual(
      end === 'commit' ? [true, true] : [false, false],
    )
    await run.cancel()
  }
  await pool.end()
})

test('throttle: one start in a period, and the last run for the others', async () => {
  const w = workflow('throttled', ({ input }) => input, {
    throttle: { period: '1 minute', key: 'customer' },
  })
  const one = await t.start(w, { customer: 1, n: 1 })
  expect(await one.result(LONG)).toEqual({ customer: 1, n: 1 })
  const dropped = await t.start(w, { customer: 1, n: 2 })
  expect([dropped.id, dropped.existing, dropped.status]).toEqual([one.id, true, 'completed'])
  await t.db.advanceClock(60_000)
  expect(await (await t.start(w, { customer: 1, n: 3 })).result(LONG)).toEqual({
    customer: 1,
    n: 3,
  })
})

test('debounce: the last start of a quiet period, once', async () => {
  const ran: unknown[] = []
  const w = workflow('debounced', ({ input }) => void ran.push(input), {
    debounce: { period: '1 minute', maxWait: '10 minutes', key: 'customer' },
  })
  const one = await t.start(w, { customer: 1, n: 1 })
  expect(one.status).toBe('pending')
  expect(one.startsAt?.getTime()).toBe(one.createdAt.getTime() + 60_000)
  await t.db.advanceClock(50_000)
  const two = await t.start(w, { customer: 1, n: 2 })
  expect([two.id, two.existing, two.input]).toEqual([one.id, true, { customer: 1, n: 2 }])
  await t.db.advanceClock(50_000)
  expect((await one.refresh()).status).toBe('pending')
  await t.db.advanceClock(10_000)
  await one.result(LONG)
  expect(ran).toEqual([{ customer: 1, n: 2 }])
})

test('batch: the handler gets what several starts gave, each checked by the schema', async () => {
  const w = workflow(
    'batched',
    async ({ step, input }) => step.run('sum', () => input.reduce((sum, { n }) => sum + n, 0)),
    { inputSchema: z.object({ n: z.coerce.number() }), batch: { size: 3, timeout: '1 minute' } },
  )
  await t.engine.registerWorkflow(w)
  const runs = await Promise.all([1, 2, 3].map((n) => t.engine.startWorkflow(w, { n: String(n) })))
  expect(new Set(runs.map(({ id }) => id)).size).toBe(1)
  expect(runs.filter(({ existing }) => existing)).toHaveLength(2)
  expect(await runs[0]?.result(LONG)).toBe(6)
  await expect(t.engine.startWorkflow(w, { n: 'x' })).rejects.toMatchObject({ code: 'MR001' })
  const late = await t.engine.startWorkflow(w, { n: 4 })
  expect([late.status, late.startsAt?.getTime()]).toEqual([
    'pending',
    late.createdAt.getTime() + 60_000,
  ])
  await t.db.advanceClock(60_000)
  expect(await late.result(LONG)).toBe(4)
  await expect(t.engine.startWorkflow(w, { n: 5 }, { idempotencyKey: 'a' })).rejects.toThrow(
    'goes into a batch',
  )
  const parent = workflow('parent of a batch', ({ step }) => step.invoke('child', w, { n: 7 }))
  expect(await (await t.start(parent)).result(LONG)).toBe(7)
})

test('startWithin: what no worker took in time fails with a TimeoutError', async () => {
  const w = workflow('late', () => 'done')
  await t.engine.registerWorkflow(w)
  const late = await t.engine.startWorkflow(w, undefined, {
    queue: 'nobody',
    startWithin: '1 minute',
    delay: '1 minute',
  })
  const other = waiting({})
  const begun = await t.start(other, 1, { startWithin: '1 minute' })
  await begun.waitForStatus('waiting')
  await t.db.advanceClock(130_000)
  await late.waitForStatus('failed', { timeoutMs: 20_000 })
  expect((await late.refresh()).failure).toMatchObject({ code: 'MR054', name: 'TimeoutError' })
  await begun.signal('go')
  expect(await begun.result(LONG)).toBe(1)
})

test('a child whose key a live run has fails at once, and its parent can go on', async () => {
  const single = waiting({ singleton: { onConflict: 'join', key: 'customer' } })
  const alive = await t.start(single, { customer: 5 })
  const parent = workflow('parent of one', async ({ step }) => {
    const error = await step
      .invoke('first', single, { customer: 5 })
      .catch((caught: unknown) => caught)
    if (!(error instanceof ChildFailedError)) throw new Error('not a ChildFailedError')
    await step.run('free', () => t.engine.cancelWorkflow({ runId: alive.id }).then(() => {}))
    const { id } = await step.startWorkflow(
      'second',
      single,
      { customer: 5 },
      { parentClose: 'abandon' },
    )
    return [(error.details.failure as { code: string }).code, id]
  })
  const run = await t.start(parent)
  const [code, id] = (await run.result(LONG)) as [string, string]
  expect(code).toBe('MR014')
  expect((await t.engine.getRun({ runId: id })).status).toMatch(/pending|running|waiting/)
})

test('a child waits for an open transaction that holds its key, and nobody waits for the child', async () => {
  const single = waiting({ singleton: { onConflict: 'reject', key: 'customer' } })
  await t.engine.registerWorkflow(single)
  const parent = workflow('waits for a key', ({ step, input }) =>
    step.startWorkflow('child', single, input as Customer, { parentClose: 'abandon' }),
  )
  const pool = openPool({ connectionString: t.db.url, max: 1 })
  const client = await pool.connect()
  await client.query('begin')
  const first = await t.engine.startWorkflow(single, { customer: 7 }, { tx: client })
  const held = await t.start(parent, { customer: 7 })
  const free = await t.start(parent, { customer: 8 })
  const eight = (await free.result(LONG)) as { id: string }
  expect((await held.refresh()).status).toBe('running')
  await client.query('commit')
  const { id } = (await held.result(LONG)) as { id: string }
  expect(await t.engine.getRun({ runId: id })).toMatchObject({
    status: 'failed',
    failure: { code: 'MR014', message: expect.stringContaining(first.id) },
  })
  await t.engine.cancelWorkflow({ runId: first.id })
  await t.engine.cancelWorkflow({ runId: eight.id })
  client.release()
  await pool.end()
})

test('SQL and TypeScript have one key', async () => {
  const w = waiting({ singleton: { onConflict: 'reject', key: ['b', 'a.x'] } })
  const input = { a: { x: 'ä"\\ é' }, b: 1.5 }
  const run = await t.start(w, input)
  await expect(
    t.db.query('select millrace.start_workflow($1, $2)', [w.id, JSON.stringify(input)]),
  ).rejects.toMatchObject({ code: 'MR014', message: expect.stringContaining(run.id) })
  await run.cancel()
  const id = await t.db.value<string>('select millrace.start_workflow($1, $2)', [
    w.id,
    JSON.stringify(input).replace('1.5', '1.50'),
  ])
  await expect(t.start(w, input)).rejects.toMatchObject({ code: 'MR014', runId: id })
})

test('what is not a rule is refused when the workflow is defined', () => {
  const define = (options: object) => () => workflow('wrong', () => {}, options)
  expect(define({ singleton: {} })).toThrow("it must be 'reject', 'replace' or 'join'")
  expect(define({ singleton: { onConflict: 'join', key: () => 'a' } })).toThrow(
    'Functions cannot be keys',
  )
  expect(define({ throttle: { key: 'a' } })).toThrow()
  expect(define({ batch: { size: 1, timeout: 5 } })).toThrow('batch.size is 1')
  expect(define({ batch: { size: 2 } })).toThrow()
  expect(define({ batch: { size: 2, timeout: 5 }, throttle: { period: 5 } })).toThrow(
    'batch excludes',
  )
  expect(define({ batch: { size: 2, timeout: 5 }, fairness: { key: 'a' } })).toThrow(
    'cannot have keys',
  )
  expect(define({ throttle: { period: '1 s', limit: 5 } })).toThrow('no "limit"')
  expect(define({ debounce: { period: '2 s', maxWait: '1 s' } })).toThrow('is less than its period')
  expect(define({ debounce: { period: '2 s' }, throttle: { period: '1 s' } })).toThrow(
    'exclude each other',
  )
  expect(
    define({ debounce: { period: '2 s', key: 'a' }, singleton: { onConflict: 'join', key: 'b' } }),
  ).toThrow('which debounce.key has not')
})

test('a debounced start whose reply was lost is one start', { timeout: 60_000 }, async () => {
  const w = workflow('lost debounce', () => {}, { debounce: { period: '1 hour' } })
  const s = workflow('lost singleton', ({ step }) => step.sleep('s', '1 hour'), {
    singleton: { onConflict: 'replace', key: 'n' },
  })
  await using own = await startEngine([])
  await own.engine.registerWorkflow(w)
  await own.engine.registerWorkflow(s)
  const pool = openPool({ connectionString: own.db.url, max: 4 })
  const query = pool.query.bind(pool) as (...args: unknown[]) => Promise<unknown>
  let lost = 0
  pool.query = (async (...args: unknown[]) => {
    const reply = await query(...args)
    if (!JSON.stringify(args[0]).includes('start_runs') || lost % 2 === 1) {
      lost += JSON.stringify(args[0]).includes('start_runs') ? 1 : 0
      return reply
    }
    lost++
    throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
  }) as never
  const client = await own.another([], { concurrency: 1 }, { connectionString: undefined, pool })
  const ids: string[] = []
  for (let n = 0; n < 5; n++) ids.push((await client.startWorkflow(w, n)).id)
  expect(new Set(ids).size).toBe(1)
  expect((await client.getRun({ runId: ids[0] as string })).input).toBe(4)
  expect(await own.db.value('select count(*)::int from millrace.merged_starts')).toBe(4)
  for (let n = 0; n < 3; n++) await client.startWorkflow(s, { n: 0 })
  const { items } = await client.getRuns({ workflowId: s.id })
  expect(items.map(({ status }) => status === 'cancelled').sort()).toEqual([false, true, true])
  expect(lost).toBeGreaterThan(10)
})

test('what goes into batches is in one, through kill -9 and restarts', {
  timeout: 90_000,
}, async () => {
  await using p = await startProcesses()
  const workers = await Promise.all([p.spawn(), p.spawn()])
  const gather = createWorkflowRef('gather')
  const runs = new Map<string, unknown>()
  const start = async (n: number) => {
    const run = await p.client.startWorkflow(gather, n)
    runs.set(run.id, run)
  }
  for (let round = 0; round < 4; round++) {
    await Promise.all(Array.from({ length: 50 }, (_, i) => start(round * 50 + i)))
    workers[round % 2]?.kill('SIGKILL')
    workers[round % 2] = await p.spawn()
  }
  const live = async () => (await p.db.query('select from millrace.live')).length
  await until('all are through', async () => (await live()) === 0, LONG)
  const ended = await Promise.all([...runs.keys()].map((runId) => p.client.getRun({ runId })))
  expect(ended.map(({ status }) => status)).toEqual(ended.map(() => 'completed'))
  const given = ended.flatMap(({ output }) => output as number[])
  expect(given.sort((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, i) => i))
  expect(Math.max(...ended.map(({ input }) => (input as number[]).length))).toBe(8)
  expect(await p.repeats()).toEqual([])
})

/** Runs of one key that were alive at the same time. */
const TOGETHER = `
  select a.id, b.id from millrace.runs a join millrace.outcomes o on o.run_id = a.id
  join millrace.runs b on b.id <> a.id and b.route_id = a.route_id and (b.created_at, b.id) > (a.created_at, a.id)
   and b.input::json ->> 'customer' = a.input::json ->> 'customer'
  where b.created_at < o.at`

test('a singleton holds through kill -9 and restarts', { timeout: 90_000 }, async () => {
  await using p = await startProcesses()
  const workers = await Promise.all([p.spawn(), p.spawn()])
  const single = createWorkflowRef('single')
  let on = true
  const starts = { made: 0, refused: 0 }
  const press = async (customer: string) => {
    while (on) {
      const made = await p.client
        .startWorkflow(single, { customer, ms: 20 })
        .catch((error: unknown) => error)
      if (made instanceof ConflictError) starts.refused++
      else if (made instanceof Error) throw made
      else starts.made++
    }
  }
  const pressing = Promise.all(['a', 'b', 'a', 'b', 'c'].map(press))
  const ended = () => p.db.value<number>('select count(*)::int from millrace.outcomes')
  for (const nth of [0, 1, 0]) {
    const before = await ended()
    await until('some are through', async () => (await ended()) >= before + 6, LONG)
    workers[nth]?.kill('SIGKILL')
    workers[nth] = await p.spawn()
  }
  const before = await ended()
  await until('it goes on', async () => (await ended()) >= before + 6, LONG)
  on = false
  await pressing
  await until(
    'all are through',
    async () => (await p.db.query('select from millrace.live')).length === 0,
    LONG,
  )
  expect(await p.db.query(TOGETHER)).toEqual([])
  expect(starts.refused).toBeGreaterThan(starts.made)
  expect(await p.db.value("select count(*)::int from millrace.outcomes where status <> 'c'")).toBe(
    0,
  )
  expect(await p.repeats()).toEqual([])
})
