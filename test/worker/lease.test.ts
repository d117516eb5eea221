import pg from 'pg'
import { expect, test } from 'vitest'
import { workflow } from '../../src/workflow/workflow.ts'
import { startEngine } from '../support/engine.ts'
import { openPool } from '../support/pool.ts'
import { startProxy } from '../support/proxy.ts'
import { until } from '../support/until.ts'

test('a worker that is cut off aborts its steps before its lease ends, and comes back', {
  timeout: 60_000,
}, async () => {
  await using t = await startEngine([])
  const proxy = await startProxy(t.db.url)
  const aborted: { at: number; why: string }[] = []
  let begun = false
  const w = workflow('cut', ({ step }) =>
    step.run('s', async ({ signal }) => {
      if (aborted.length > 0) return 'second owner'
      begun = true
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      aborted.push({ at: performance.now(), why: (signal.reason as Error).name })
      return 'nobody must see this'
    }),
  )
  await t.engine.registerWorkflow(w)
  await t.engine.unregisterWorkflow('cut')
  const engine = await t.another([w], { lease: '3 s' }, { connectionString: proxy.url })
  const run = await t.engine.startWorkflow(w, undefined)
  await until('it runs', () => begun)
  const cutAt = performance.now()
  proxy.cut()
  await until('the step is aborted', () => aborted.length > 0, { timeout: 10_000 })
  expect((aborted[0]?.at ?? 0) - cutAt).toBeLessThan(3000)
  expect(aborted[0]?.why).toBe('LeaseLostError')
  proxy.mend()
  expect(await run.result({ timeout: 40_000 })).toBe('second owner')
  await engine.stop()
  await proxy.close()
})

test('a lease is kept with a pool of parts instead of a connection string', {
  timeout: 30_000,
}, async () => {
  await using t = await startEngine([])
  const { hostname, port, username, password, pathname } = new URL(t.db.url)
  const parts = { host: hostname, port: Number(port), user: username, database: pathname.slice(1) }
  const pools = [
    openPool({ ...parts, password }),
    // functions cannot be sent to the thread that keeps the lease
    openPool({ ...parts, password: () => password, log: () => {} }),
  ]
  for (const [i, pool] of pools.entries()) {
    const w = workflow(`parts ${i}`, () => 'done')
    const options = { heartbeatSeconds: 0.2 }
    const engine = await t.another([w], options, { connectionString: undefined, pool })
    const mine = async () =>
      (
        await t.db.query<{ id: string; at: number }>(
          `select id, extract(epoch from expires_at)::float as at from millrace.workers
         where info -> 'workflows' @> $1`,
          [JSON.stringify([[`parts ${i}`, '1']])],
        )
      )[0]
    const first = await mine()
    for (let last = first?.at ?? 0, renewed = 0; renewed < 3; renewed++) {
      const now = await until('it is renewed', async () => {
        const row = await mine()
        return row && row.at > last ? row : null
      })
      expect(now.id).toBe(first?.id)
      last = now.at
    }
    await engine.stop()
    await pool.end()
  }
})

test.each([
  ['registration is gone', 'select millrace.recover()'],
  // nobody has noticed yet: its next heartbeat is refused
  ['lease is over', ''],
])(
  'a worker whose %s gives up its runs and registers anew',
  { timeout: 30_000 },
  async (_, recover) => {
    let calls = 0
    const w = workflow('gone', ({ step }) =>
      step.run('s', async ({ signal }) => {
        if (calls++ > 0) return 'again'
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
      }),
    )
    await using t = await startEngine([w], { lease: '3 s', heartbeatSeconds: 0.3 })
    const run = await t.engine.startWorkflow(w, undefined)
    await run.waitForStatus('running')
    const admin = new pg.Client({ connectionString: t.db.adminUrl })
    await admin.connect()
    await admin.query("update millrace.workers set expires_at = now() - interval '1 s'")
    await admin.query(recover)
    await admin.end()
    expect(await run.result({ timeout: 30_000 })).toBe('again')
  },
)
