import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { beforeAll, expect, test } from 'vitest'
import { workflow } from '../../src/workflow/workflow.ts'
import { startEngine, useEngine } from '../support/engine.ts'
import { openPool } from '../support/pool.ts'

const t = useEngine()
const retry = { baseDelay: 1, jitter: false } as const

beforeAll(async () => {
  await t.db.query('create table entries (what text)')
  await t.db.query('create table counters (id int primary key, n int)')
})

const entries = async (what: string) =>
  Number(await t.db.value('select count(*) from entries where what = $1', [what]))
const insert = (tx: pg.PoolClient, what: string) =>
  tx.query('insert into entries values ($1)', [what])

test('the SQL and the result commit together, once', async () => {
  const w = workflow('commit', async ({ step }) => {
    const n = await step.transaction('t', async (tx, { attempt }) => {
      await insert(tx, 'commit')
      return attempt
    })
    await step.delay('nap', 30)
    return n
  })
  const run = await t.start(w)
  expect(await run.result({ timeout: 15_000 })).toBe(1)
  expect(await entries('commit')).toBe(1)
})

test('what a handler throws rolls back, is passed on as it is, and counts as an attempt', async () => {
  const w = workflow('rollback', ({ step }) =>
    step.transaction(
      't',
      async (tx, { attempt }) => {
        await insert(tx, `rollback ${attempt}`)
        if (attempt === 1)
          throw Object.assign(new Error('connection timeout of mine'), { code: 'E' })
        if (attempt === 2) await tx.query('select * from no_such_table')
        return attempt
      },
      { retry },
    ),
  )
  const run = await t.start(w)
  expect(await run.result({ timeout: 15_000 })).toBe(3)
  expect([await entries('rollback 1'), await entries('rollback 2')]).toEqual([0, 0])
  expect(await entries('rollback 3')).toBe(1)
  const failures = (await run.timeline()).flatMap(({ failure }) => failure ?? [])
  expect(failures.map(({ code }) => code)).toEqual(['E', '42P01'])
})

test('a result that cannot be stored rolls back', async () => {
  const w = workflow('unstorable', ({ step }) =>
    step.transaction('t', async (tx) => {
      await insert(tx, 'unstorable')
      return 1n as never
    }),
  )
  const run = await t.start(w)
  await expect(run.result({ timeout: 15_000 })).rejects.toMatchObject({
    failure: { code: 'MR002' },
  })
  expect(await entries('unstorable')).toBe(0)
})

test('an SQL error that the handler swallows fails the attempt all the same', async () => {
  const w = workflow('swallowed', ({ step }) =>
    step.transaction(
      't',
      async (tx) => {
        await insert(tx, 'swallowed')
        await tx.query('select 1/0').catch(() => {})
      },
      { retry: false },
    ),
  )
  const run = await t.start(w)
  await expect(run.result({ timeout: 15_000 })).rejects.toMatchObject({
    failure: { code: '25P02' },
  })
  expect(await entries('swallowed')).toBe(0)
})

test('a conflict with others repeats the whole, and is no failed attempt', async () => {
  await t.db.query('insert into counters values (1, 0)')
  const attempts: number[] = []
  const w = workflow('conflict', ({ step }) =>
    step.transaction(
      't',
      async (tx, { attempt }) => {
        attempts.push(attempt)
        const { rows } = await tx.query('select n from counters where id = 1')
        await pause(20)
        await tx.query('update counters set n = $1 where id = 1', [rows[0].n + 1])
      },
      { isolation: 'serializable', retry: false },
    ),
  )
  await t.engine.registerWorkflow(w)
  const runs = await Promise.all(
    Array.from({ length: 4 }, () => t.engine.startWorkflow(w, undefined)),
  )
  await Promise.all(runs.map((run) => run.result({ timeout: 15_000 })))
  expect(await t.db.value('select n from counters where id = 1')).toBe(4)
  expect(attempts.length).toBeGreaterThan(4)
  expect(new Set(attempts)).toEqual(new Set([1]))
})

test('a transaction that takes too long is rolled back, and its later end changes nothing', async () => {
  let ended = 0
  const w = workflow('late', ({ step }) =>
    step.transaction(
      't',
      async (tx, { attempt }) => {
        await insert(tx, `late ${attempt}`)
        if (attempt === 1) await tx.query('select pg_sleep(0.4)').catch(() => {})
        ended++
        return attempt
      },
      { timeout: '100 ms', retry },
    ),
  )
  const run = await t.start(w)
  expect(await run.result({ timeout: 15_000 })).toBe(2)
  await expect.poll(() => ended).toBe(2)
  expect([await entries('late 1'), await entries('late 2')]).toEqual([0, 1])
})

test('parallel transactions and steps of one run do not disturb each other', async () => {
  const w = workflow('mixed', async ({ step }) =>
    Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        i % 2 === 0
          ? step.transaction(`t${i}`, async (tx) => {
              await insert(tx, 'mixed')
              return i
            })
          : step.run(`s${i}`, () => pause(i, i)),
      ),
    ),
  )
  const run = await t.start(w)
  expect(await run.result({ timeout: 15_000 })).toEqual(Array.from({ length: 12 }, (_, i) => i))
  expect(await entries('mixed')).toBe(6)
  const seqs = (await run.timeline()).map(({ seq }) => Number(seq))
  expect(seqs).toEqual(Array.from({ length: 12 }, (_, i) => i))
})

test('the connection is killed while the handler runs: the attempt fails, and the next one counts', async () => {
  const w = workflow('killed', ({ step }) =>
    step.transaction(
      't',
      async (tx, { attempt }) => {
        await insert(tx, `killed ${attempt}`)
        if (attempt === 1) {
          const { rows } = await tx.query('select pg_backend_pid() as pid')
          await t.db.query('select pg_terminate_backend($1)', [rows[0].pid])
          // nothing is asked of the dead connection for a while: its error must not end the process
          await pause(100)
        }
        return attempt
      },
      { retry },
    ),
  )
  const run = await t.start(w)
  expect(await run.result({ timeout: 15_000 })).toBeGreaterThanOrEqual(1)
  const all = Number(await t.db.value("select count(*) from entries where what like 'killed%'"))
  expect(all).toBe(1)
})

type Cut = (send: () => Promise<unknown>, client: pg.PoolClient) => Promise<unknown>

/** A pool whose next commit of a transaction that wrote entries goes the way that `cut` says. */
function cuttingPool(url: string): { pool: pg.Pool; cutNext(cut: Cut): void } {
  const pool = openPool({ connectionString: url, max: 4 })
  let next: Cut | null = null
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...args: unknown[]) => Promise<unknown>
    let wrote = false
    client.query = ((...args: unknown[]) => {
      const text = typeof args[0] === 'string' ? args[0] : (args[0] as { text?: string }).text
      if (text?.startsWith('begin')) wrote = false
      if (text?.startsWith('insert into entries')) wrote = true
      // under another isolation level the engine's own calls are transactions too
      if (text !== 'commit' || !wrote || next === null) return query(...args)
      const cut = next
      next = null
      return cut(() => query(...args), client)
    }) as never
  })
  return {
    pool,
    cutNext(cut) {
      next = cut
    },
  }
}

const reset = () => Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
const cuts: Record<string, Cut> = {
  'before the commit is sent': async () => Promise.reject(reset()),
  'after the commit came to be': async (send) => {
    await send()
    throw reset()
  },
  'while the commit is on its way': async (send, client) => {
    const sent = send().catch(() => {})
    const { processID } = client as unknown as { processID: number }
    await t.db.query('select pg_terminate_backend($1)', [processID]).catch(() => {})
    await sent
    throw reset()
  },
}

for (const [where, cut] of Object.entries(cuts)) {
  test(`the connection is lost ${where}: the transaction counts once`, async () => {
    await using own = await startEngine([], { pollInterval: 50 })
    await own.db.query('create table entries (what text)')
    const { pool, cutNext } = cuttingPool(own.db.url)
    const w = workflow('cut', async ({ step }) => {
      await step.transaction(
        't',
        async (tx) => {
          await insert(tx, 'cut')
        },
        { retry: false },
      )
      return 'done'
    })
    const engine = await own.another([w], {}, { connectionString: undefined, pool })
    cutNext(cut)
    const run = await engine.startWorkflow(w, undefined)
    expect(await run.result({ timeout: 15_000 })).toBe('done')
    expect(Number(await own.db.value('select count(*) from entries'))).toBe(1)
    await engine.stop()
    await pool.end()
  })
}

test.each(['read committed', 'repeatable read', 'serializable'])(
  'the connection is lost while the commit still runs: the transaction counts once (%s)',
  async (isolation) => {
    await using own = await startEngine([], { pollInterval: 50 })
    await own.db.query(`create table entries (what text);
      create function slow() returns trigger language plpgsql as
        $$ begin perform pg_sleep(0.5); return null; end $$;
      create constraint trigger slow after insert on entries deferrable initially deferred
        for each row execute function slow();
      alter database ${own.db.name} set default_transaction_isolation = '${isolation}'`)
    const { pool, cutNext } = cuttingPool(own.db.url)
    const w = workflow('slow', ({ step }) =>
      step.transaction('t', (tx) => insert(tx, 'slow'), { retry: false }),
    )
    const engine = await own.another([w], {}, { connectionString: undefined, pool })
    cutNext(async (send) => {
      send().catch(() => {})
      await own.db.query('select 1') // by then it is on its way
      throw reset()
    })
    const run = await engine.startWorkflow(w, undefined)
    expect(await run.result({ timeout: 15_000 })).toEqual(
      expect.objectContaining({ command: 'INSERT', rowCount: 1 }),
    )
    expect(Number(await own.db.value('select count(*) from entries'))).toBe(1)
    await engine.stop()
    await pool.end()
  },
)

test.each(['commit', 'commit; begin', 'rollback'])(
  'work that ends its transaction by "%s" fails its step, and is not repeated',
  async (text) => {
    let calls = 0
    const w = workflow(`ends by ${text.replace(';', ' and')}`, ({ step }) =>
      step.transaction('t', async (tx) => {
        calls++
        await tx.query(text)
      }),
    )
    const run = await t.start(w)
    await expect(run.result({ timeout: 15_000 })).rejects.toMatchObject({
      failure: { code: 'MR001', message: expect.stringContaining('ended the transaction') },
    })
    expect(calls).toBe(1)
  },
)

test.each(['run', 'transaction', 'poll', 'map'] as const)(
  'a step inside step.%s is refused, at once',
  async (outer) => {
    const w = workflow(`nested in ${outer}`, async ({ step }) => {
      const inner = () => step.run('inner', () => 1)
      if (outer === 'run') await step.run('outer', inner)
      if (outer === 'transaction') await step.transaction('outer', inner)
      if (outer === 'map') await step.map('outer', [1], inner)
      if (outer === 'poll') await step.poll('outer', () => inner().catch((e: Error) => e.message))
      return (await step.run('inner', () => 'no more inside')) as string
    })
    const ended = (await t.start(w)).result({ timeout: 15_000 })
    if (outer === 'poll') expect(await ended).toBe('no more inside')
    else await expect(ended).rejects.toThrow(/Step "inner" was called inside step "outer/)
  },
)

test('the lease is lost inside: nothing is committed, and another worker does it once', async () => {
  await using own = await startEngine([], { pollInterval: 50 })
  await own.db.query('create table entries (what text)')
  let calls = 0
  const admin = new pg.Client({ connectionString: own.db.adminUrl })
  await admin.connect()
  const w = workflow('stolen', async ({ step }) =>
    step.transaction('t', async (tx) => {
      await insert(tx, 'stolen')
      if (calls++ === 0) {
        await admin.query("update millrace.workers set expires_at = now() - interval '1 s'")
        await admin.query('select millrace.recover()')
      }
      return calls
    }),
  )
  await own.engine.registerWorkflow(w)
  const run = await own.engine.startWorkflow(w, undefined)
  expect(await run.result({ timeout: 15_000 })).toBe(2)
  expect(Number(await own.db.value('select count(*) from entries'))).toBe(1)
  await admin.end()
})

test('one connection is enough, also for many transactions at once', async () => {
  await using own = await startEngine([])
  await own.db.query('create table entries (what text)')
  const pool = openPool({ connectionString: own.db.url, max: 1 })
  const w = workflow('one', async ({ step }) => {
    await step.transaction('a', (tx) => insert(tx, 'one').then(() => {}))
    await step.run('b', () => pause(5))
    await step.transaction('c', (tx) => insert(tx, 'one').then(() => {}))
  })
  const engine = await own.another([w], {}, { connectionString: undefined, pool })
  const runs = await Promise.all(
    Array.from({ length: 10 }, () => engine.startWorkflow(w, undefined)),
  )
  await Promise.all(runs.map((run) => run.result({ timeout: 15_000 })))
  expect(Number(await own.db.value('select count(*) from entries'))).toBe(20)
  await engine.stop()
  await pool.end()
})

test('slow transactions do not take all connections: other runs go on', async () => {
  await using own = await startEngine([])
  const slow = workflow('slow', ({ step }) =>
    step.transaction('t', async (tx) => {
      await tx.query('select pg_sleep(1)')
    }),
  )
  const short = workflow('short', ({ step }) => step.run('s', () => 'done'))
  const engine = await own.another([slow, short])
  const slows = await Promise.all(
    Array.from({ length: 12 }, () => engine.startWorkflow(slow, undefined)),
  )
  await slows[0]?.waitForStatus('running')
  const run = await engine.startWorkflow(short, undefined)
  expect(await run.result({ timeout: 15_000 })).toBe('done')
  expect(await Promise.all(slows.map((one) => one.refresh().then((now) => now.status)))).toContain(
    'running',
  )
  await Promise.all(slows.map((one) => one.result({ timeout: 15_000 })))
})

for (const [what, hang, state] of [
  ['its handler', () => new Promise<void>(() => {}), 'idle in transaction'],
  ['a statement', (tx: pg.PoolClient) => tx.query('select pg_sleep(60)'), 'active'],
] as const) {
  test(`a stop does not wait for ever for a transaction that hangs in ${what}`, async () => {
    await using own = await startEngine([])
    const w = workflow('hanging', ({ step }) => step.transaction('t', hang as () => unknown))
    const engine = await own.another([w], { drainTimeout: '100 ms' })
    await engine.startWorkflow(w, undefined)
    const hanging = () =>
      own.db.value<number>(
        `select count(*)::int from pg_stat_activity
         where datname = current_database() and state = $1 and pid <> pg_backend_pid()`,
        [state],
      )
    await expect.poll(hanging, { timeout: 10_000 }).toBe(1)
    const began = performance.now()
    await engine.stop()
    // the statement would take a minute, the handler never ends
    expect(performance.now() - began).toBeLessThan(20_000)
  })
}
