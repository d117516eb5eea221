// Entities that move while replies are lost, and while Postgres is killed: nothing is lost with them, and nothing done twice.
import { expect, test } from 'vitest'
import { WorkflowClient } from '../../src/client/workflow-client.ts'
import { startPostgres } from '../../src/embedded/index.ts'
import { WorkflowEngine } from '../../src/worker/workflow-engine.ts'
import { workflow } from '../../src/workflow/workflow.ts'
import { collect, startEngine } from '../support/engine.ts'
import { lossyPool, untilItWorks } from '../support/lossy-pool.ts'
import { openPool } from '../support/pool.ts'
import { makeServerRoom } from '../support/server-room.ts'
import { check, define, startSome } from '../support/three-runs.ts'
import { until } from '../support/until.ts'

const steps = workflow('steps', ({ input }) => input)
const LONG = { timeout: 60_000 }
const long = { timeout: 120_000 }

test(
  'replies that are lost after the commit: sent again, nothing is done twice',
  long,
  async () => {
    await using t = await startEngine([steps], { pollInterval: 50 })
    await define(t.db.query, 'asked', false)
    await define(t.db.query, 'clock', true)
    const pool = lossyPool(t.db.url, 3, 'ordinal')
    const client = new WorkflowClient({ pool })
    const asked = await startSome(client, 'asked', 5)
    for (const name of ['ask', 'end'])
      for (const [i, instanceId] of asked.entries()) {
        const key = i % 2 ? { idempotencyKey: name } : {}
        const done = await client.transition({ instanceId, name, by: 'ada', ...key })
        expect(done.name).toBe(name)
      }
    await check(t.db.query, t.engine, asked, 'ada')
    expect(pool.lost).toBeGreaterThan(3)
    await client.stop()
    await pool.end()
    // a worker that never hears what it has done, and half of whose calls do not arrive
    await t.engine.stop()
    const lossy = lossyPool(t.db.url, 1, 'work_entities')
    const engine = await t.another(
      [steps],
      { pollInterval: 50 },
      { connectionString: undefined, pool: lossy },
    )
    const timed = await startSome(engine, 'clock', 4)
    const open = `select exists (select from millrace.entities where completed_at is null)`
    await until('all are through', async () => !(await t.db.value(open)), LONG)
    expect(lossy.lost).toBeGreaterThan(0)
    await check(t.db.query, engine, timed, 'millrace:timer')
    await engine.stop()
    await lossy.end()
  },
)

test(
  'Postgres is stopped at once, twice, while entities move by hand and by timers',
  long,
  async () => {
    const room = await makeServerRoom()
    let server = await startPostgres({ dataDir: room.dataDir, settings: { fsync: 'off' } })
    const { port, connectionString } = server
    const engine = new WorkflowEngine({
      ...{ connectionString, workflows: [steps], logger: collect([]) },
    })
    await engine.start({ pollInterval: 50, lease: '20 s' })
    const pool = openPool({ connectionString, max: 2 })
    const query = async (text: string, values: unknown[] = []) =>
      (await pool.query(text, values)).rows
    const value = async (text: string) => Object.values((await query(text))[0])[0] as number
    await define(query, 'asked', false)
    await define(query, 'clock', true)
    const asked = await startSome(engine, 'asked', 40)
    const timed: string[] = []
    const moving = Promise.all([
      (async () => {
        for (const name of ['ask', 'end'])
          for (const instanceId of asked)
            await untilItWorks(() =>
              engine.transition({ instanceId, name, idempotencyKey: name, by: 'ada' }),
            )
      })(),
      (async () => {
        for (let n = 0; n < 40; n++) {
          const one = engine.entity('clock', `e${n}`, { table: 't' })
          const idempotencyKey = `start ${n}`
          timed.push((await untilItWorks(() => one.start({ idempotencyKey }))).id)
        }
      })(),
    ])
    const moved = () => value('select count(*)::int from millrace.entity_history where seq > 1')
    for (const least of [15, 50]) {
      await until('some have moved', async () => (await moved()) >= least, LONG)
      process.kill(server.pid, 'SIGQUIT')
      const isDown = () =>
        pool.query('select 1').then(
          () => false,
          () => true,
        )
      await until('it is down', isDown)
      server = await startPostgres({ dataDir: room.dataDir, port, settings: { fsync: 'off' } })
    }
    await moving
    const open = `select count(*)::int from millrace.entities where completed_at is null`
    await until('all are through', async () => (await value(open)) === 0, LONG)
    await check(query, engine, asked, 'ada')
    await check(query, engine, timed, 'millrace:timer')
    await engine.stop()
    await pool.end()
    await server.stop()
    await room.remove()
  },
)
