import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { WorkflowEngine } from '../../src/worker/workflow-engine.ts'
import { workflow } from '../../src/workflow/workflow.ts'
import { asAdmin } from '../support/database.ts'
import { collect, startEngine } from '../support/engine.ts'
import { openPool } from '../support/pool.ts'
import { startProxy } from '../support/proxy.ts'
import { until } from '../support/until.ts'

const LONG = { timeout: 15_000 }

test('two workers share the work', async () => {
  const by: string[] = []
  const make = (name: string) =>
    workflow('shared', ({ step }) =>
      step.run('s', async () => {
        by.push(name)
        await pause(20)
      }),
    )
  await using t = await startEngine([make('one')], { concurrency: 4 })
  await t.another([make('two')], { concurrency: 4 })
  const inputs = Array.from({ length: 60 }, () => ({ input: null }))
  const runs = await t.engine.startWorkflows(make('one'), inputs)
  await Promise.all(runs.map((run) => run.result(LONG)))
  expect(by.length).toBe(60)
  expect(by.filter((name) => name === 'one').length).toBeGreaterThan(5)
  expect(by.filter((name) => name === 'two').length).toBeGreaterThan(5)
})

test('higher priority goes first, and in one priority the older', async () => {
  const order: unknown[] = []
  const w = workflow('prioritised', ({ input }) => {
    order.push(input)
  })
  await using t = await startEngine([])
  await t.engine.registerWorkflow(w)
  await t.engine.unregisterAllWorkflows()
  for (const [input, priority] of [
    ['low', -5],
    ['a', 0],
    ['high', 10],
    ['b', 0],
    ['higher', 11],
  ] as const)
    await t.engine.startWorkflow(w, input, { priority })
  await t.another([w], { concurrency: 1 })
  await until('all are done', () => order.length === 5)
  expect(order).toEqual(['higher', 'high', 'a', 'b', 'low'])
})

test('a worker takes from its own queues only', async () => {
  const by: string[] = []
  const make = (name: string) =>
    workflow('queued', ({ input }) => {
      by.push(`${name} ${input}`)
    })
  await using t = await startEngine([make('mail')], { queues: ['mail'], pollInterval: 50 })
  const first = await t.engine.startWorkflow(make('x'), 'default')
  const second = await t.engine.startWorkflow(make('x'), 'mail', { queue: 'mail' })
  await second.result(LONG)
  expect((await first.refresh()).status).toBe('pending')
  await t.another([make('all')])
  await first.result(LONG)
  expect(by).toEqual(['mail mail', 'all default'])
})

test('2,000 runs complete, and no more handlers run at once than allowed', {
  timeout: 60_000,
}, async () => {
  let running = 0
  let most = 0
  const w = workflow('many', async ({ step, input }) => {
    const n = await step.run('s', async () => {
      most = Math.max(most, ++running)
      await pause(1)
      running--
      return (input as number) * 2
    })
    if (n % 100 === 0) await step.waitFor('w', { eventName: 'go' })
    return n
  })
  await using t = await startEngine([w], { concurrency: 20 })
  const runs = []
  for (const from of [0, 1000]) {
    const inputs = Array.from({ length: 1000 }, (_, i) => ({ input: from + i }))
    runs.push(...(await t.engine.startWorkflows(w, inputs)))
  }
  await Promise.all(runs.filter((_, i) => i % 50 === 0).map((run) => run.signal('go')))
  const results = await Promise.all(runs.map((run) => run.result({ timeout: 40_000 })))
  expect(results).toEqual(runs.map((_, i) => i * 2))
  expect(most).toBeLessThanOrEqual(20)
  expect(most).toBeGreaterThan(5)
})

test('a cancel aborts the handler within a second, and no attempt follows', async () => {
  let attempts = 0
  let abortedAt = 0
  const w = workflow('cancelled', ({ step }) =>
    step.run(
      's',
      async ({ signal }) => {
        attempts++
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        abortedAt = performance.now()
        throw new Error('aborted')
      },
      { retry: { maxAttempts: 9, baseDelay: 1 } },
    ),
  )
  await using t = await startEngine([w])
  const run = await t.engine.startWorkflow(w, undefined)
  await until('it runs', () => attempts === 1)
  await run.cancel('enough')
  const cancelledAt = performance.now()
  await until('it is aborted', () => abortedAt > 0)
  expect(abortedAt - cancelledAt).toBeLessThan(1000)
  await until('it is let go', () => t.engine.held === 0)
  expect(attempts).toBe(1)
  expect((await run.refresh()).status).toBe('cancelled')
})

test('a workflow that is registered meanwhile is worked on, whichever answer comes first', async () => {
  const [a, b] = [workflow('a', () => 'a'), workflow('b', () => 'b')]
  await using t = await startEngine([a, b])
  await t.engine.unregisterAllWorkflows()
  const runs = [await t.engine.startWorkflow(a, undefined)]
  await (await t.engine.startWorkflow(b, undefined)).cancel()
  const pool = openPool({ connectionString: t.db.url, max: 6 })
  const query = pool.query.bind(pool) as (...args: unknown[]) => Promise<unknown>
  let asked = 0
  let held = Number.POSITIVE_INFINITY
  pool.query = (async (...args: unknown[]) => {
    const late = JSON.stringify(args[0]).includes('get_routes') && ++asked === held
    const answer = await query(...args)
    if (late) await pause(1000)
    return answer
  }) as typeof pool.query
  const engine = await t.another([], {}, { connectionString: undefined, pool })
  await until('it knows the routes that there are', () => asked === 2)
  held = 3
  const first = engine.registerWorkflow(a)
  await until('it asks for the routes of one', () => asked === 3)
  await Promise.all([first, engine.registerWorkflow(b)])
  runs.push(await t.engine.startWorkflow(b, undefined))
  expect(await Promise.all(runs.map((run) => run.result({ timeout: 30_000 })))).toEqual(['a', 'b'])
  await engine.stop()
  await pool.end()
})

test('runs that somebody holds in an open transaction do not hold up the others', async () => {
  let release: () => void = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  const held = workflow('held', ({ step }) => step.run('s', () => released.then(() => 'held')))
  const other = workflow('other', ({ step }) => step.run('s', () => 'other'))
  await using t = await startEngine([held, other])
  const runs = await Promise.all(
    Array.from({ length: 60 }, () => t.engine.startWorkflow(held, undefined)),
  )
  for (const run of runs) await run.waitForStatus('running')
  const tx = await t.db.connect()
  await tx.query('begin')
  for (const { id } of runs) await t.engine.triggerEvent({ runId: id, eventName: 'x', tx })
  release()
  const others = await Promise.all([1, 2, 3].map(() => t.engine.startWorkflow(other, undefined)))
  for (const run of others) expect(await run.result({ timeout: 30_000 })).toBe('other')
  expect((await runs[0]?.refresh())?.status).toBe('running')
  await tx.query('rollback')
  for (const run of runs) expect(await run.result({ timeout: 30_000 })).toBe('held')
})

test('a history that grows too large pauses its run, and harms no other', async () => {
  const large = workflow('large', ({ step }) =>
    step.map('m', Array.from({ length: 70 }), () => 'x'.repeat(1024 * 1024 - 100)),
  )
  const other = workflow('other', ({ step }) => step.run('s', () => 'other'))
  await using t = await startEngine([large, other])
  const run = await t.engine.startWorkflow(large, undefined)
  const paused = await run.waitForStatus('paused', { timeout: '50 s' })
  expect(paused).toMatchObject({ reason: 'limit', error: expect.stringContaining('64 MiB') })
  const next = await t.engine.startWorkflow(other, undefined)
  expect(await next.result({ timeout: 30_000 })).toBe('other')
}, 60_000)

test('a start that fails leaves nothing behind, and may be tried again', async () => {
  await using t = await startEngine([])
  await t.db.query('alter function millrace.get_routes rename to get_routes_')
  const w = workflow('w', () => 'done')
  const options = { connectionString: t.db.url, workflows: [w], logger: collect([]) }
  const engine = new WorkflowEngine({ ...options, migrate: 'off' })
  await expect(engine.start()).rejects.toMatchObject({ code: 'MR091' })
  expect(await t.engine.getWorkers()).toHaveLength(1)
  await t.db.query('alter function millrace.get_routes_ rename to get_routes')
  await engine.start()
  expect(await (await engine.startWorkflow(w)).result({ timeout: 30_000 })).toBe('done')
  await engine.stop()
})

test('a sleeper wakes on time on a worker that has nothing else to do', async () => {
  const w = workflow('naps', async ({ step }) => {
    for (let i = 0; i < 10; i++) await step.sleep(`nap ${i}`, 50)
  })
  await using t = await startEngine([w])
  const began = performance.now()
  const run = await t.engine.startWorkflow(w)
  await run.result(LONG)
  // woken by its poll alone it would take eight seconds
  expect(performance.now() - began).toBeLessThan(5000)
})

test('a wait that is left alone once the step beside it has ended is over on time too', async () => {
  const w = workflow('beside', async ({ step }) => {
    for (let i = 0; i < 5; i++)
      await Promise.all([step.run(`work ${i}`, () => pause(50)), step.sleep(`nap ${i}`, 150)])
  })
  await using t = await startEngine([w], { pollInterval: '20 s' })
  const began = performance.now()
  const run = await t.engine.startWorkflow(w)
  await run.result(LONG)
  // woken by its poll alone it would take a hundred seconds
  expect(performance.now() - began).toBeLessThan(10_000)
})

test('an idle worker asks fewer than two things a second, and uses no CPU to speak of', async () => {
  await using t = await startEngine([])
  const pool = openPool({ connectionString: t.db.url, max: 4 })
  let asked = 0
  const query = pool.query.bind(pool) as (...args: unknown[]) => unknown
  pool.query = ((...args: unknown[]) => {
    asked++
    return query(...args)
  }) as never
  const w = workflow('idle', () => 1)
  await t.engine.stop()
  const engine = await t.another([w], {}, { connectionString: undefined, pool })
  const run = await engine.startWorkflow(w, undefined)
  await run.result(LONG)
  // what it does right after it had work does not count
  const settled = performance.now() + 500
  await until('it is idle', () => performance.now() > settled)
  asked = 0
  const cpu = process.cpuUsage()
  const began = performance.now()
  await until('a while has passed', () => performance.now() - began > 3000, { every: 200 })
  const seconds = (performance.now() - began) / 1000
  expect(asked / seconds).toBeLessThan(2)
  const { user, system } = process.cpuUsage(cpu)
  expect((user + system) / 1e6 / seconds).toBeLessThan(0.25)
  await engine.stop()
  await pool.end()
})

test('without its listener a worker finds work by its poll, and gets the listener back', async () => {
  const w = workflow('unheard', () => 'done')
  await using t = await startEngine([w])
  const listeners = () =>
    t.db.query<{ pid: number }>(
      "select pid from pg_stat_activity where datname = current_database() and application_name = 'millrace listener'",
    )
  await until('it listens', async () => (await listeners()).length === 1)
  const [before] = await listeners()
  await t.db.query('select pg_terminate_backend($1)', [before?.pid])
  const began = performance.now()
  const run = await t.engine.startWorkflow(w, undefined)
  expect(await run.result(LONG)).toBe('done')
  expect(performance.now() - began).toBeLessThan(3000)
  await until('it listens again', async () => {
    const now = await listeners()
    return now.length > 0 && now.every(({ pid }) => pid !== before?.pid)
  })
})

test('it works in a database whose transactions are serializable by default', {
  timeout: 40_000,
}, async () => {
  const w = workflow('serializable', async ({ step, input }) => {
    const n = await step.run('s', () => input as number)
    const m = await step.transaction('t', async (tx) => (await tx.query('select 1 as m')).rows[0].m)
    const [signal] = await Promise.all([
      step.waitFor('w', { eventName: 'go' }),
      step.run('beside', () => 1),
    ])
    return n + m + (signal as number)
  })
  await using t = await startEngine([])
  await asAdmin(`alter database ${t.db.name} set default_transaction_isolation to 'serializable'`)
  const engine = await t.another([w], { concurrency: 10 })
  const runs = await Promise.all(Array.from({ length: 40 }, (_, i) => engine.startWorkflow(w, i)))
  await Promise.all(runs.map((run) => run.signal('go', 1)))
  const results = await Promise.all(runs.map((run) => run.result({ timeout: 30_000 })))
  expect(results).toEqual(runs.map((_, i) => i + 2))
})

test('start and stop may be called again, and a stop in the middle of a start is in order', async () => {
  const w = workflow('again', () => 1)
  await using t = await startEngine([])
  const engine = await t.another([w])
  await engine.start()
  expect((await engine.getWorkers()).length).toBe(2)
  await Promise.all([engine.stop(), engine.stop()])
  await engine.stop()
  await expect(engine.startWorkflow(w, undefined)).rejects.toMatchObject({ code: 'MR090' })
})

test('an engine that could not start can be started later', { timeout: 40_000 }, async () => {
  const w = workflow('later', () => 'done')
  await using t = await startEngine([])
  const proxy = await startProxy(t.db.url)
  const options = { connectionString: proxy.url, workflows: [w], logger: collect([]) }
  const engine = new WorkflowEngine(options)
  proxy.refuse()
  await expect(engine.start()).rejects.toMatchObject({ code: 'MR090' })
  proxy.mend()
  await engine.start()
  const run = await engine.startWorkflow(w, undefined)
  expect(await run.result(LONG)).toBe('done')
  await engine.stop()
  await proxy.close()
})
