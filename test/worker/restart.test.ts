import { expect, test } from 'vitest'
import { startPostgres } from '../../src/embedded/index.ts'
import { WorkflowEngine } from '../../src/worker/workflow-engine.ts'
import { workflow } from '../../src/workflow/workflow.ts'
import { collect } from '../support/engine.ts'
import { openPool } from '../support/pool.ts'
import { makeServerRoom } from '../support/server-room.ts'
import { until } from '../support/until.ts'

test('a Postgres that is stopped at once under load and comes back finds its workers at work again', {
  timeout: 90_000,
}, async () => {
  const room = await makeServerRoom()
  const settings = { fsync: 'off' }
  let server = await startPostgres({ dataDir: room.dataDir, settings })
  const { port, connectionString } = server
  let steps = 0
  const w = workflow('survivor', async ({ step, input }) => {
    for (let i = 0; i < 4; i++) {
      await step.run('s', () => {
        steps++
        return new Promise((resolve) => setTimeout(resolve, 10))
      })
      await step.delay('nap', 30)
    }
    await step.transaction('t', (tx) =>
      tx.query('insert into entries values ($1)', [input]).then(() => {}),
    )
    return input
  })
  const log: string[] = []
  const options = { connectionString, workflows: [w], logger: collect(log) }
  const engines = [new WorkflowEngine(options), new WorkflowEngine(options)]
  for (const engine of engines) await engine.start({ concurrency: 20, lease: '20 s' })
  const pool = openPool({ connectionString, max: 1 })
  await pool.query('create table entries (n int)')
  const [first] = engines as [WorkflowEngine, WorkflowEngine]
  const ids: string[] = []
  let going = true
  const starting = (async () => {
    for (let n = 0; going; n++) {
      const run = await first.startWorkflow(w, n, { idempotencyKey: `n${n}` }).catch(() => null)
      if (run) ids.push(run.id)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  })()
  await until('there is load', () => steps > 100, { timeout: 30_000 })
  process.kill(server.pid, 'SIGQUIT')
  await until('it is down', () =>
    pool.query('select 1').then(
      () => false,
      () => true,
    ),
  )
  server = await startPostgres({ dataDir: room.dataDir, port, settings })
  const before = steps
  await until('the workers are back', () => steps > before + 50, { timeout: 30_000 })
  going = false
  await starting
  const results = await Promise.all(
    ids.map(async (runId) => (await first.getRun({ runId })).result({ timeout: 60_000 })),
  )
  expect(new Set(results).size).toBe(ids.length)
  const { rows } = await pool.query(
    'select n, count(*)::int from entries group by n having count(*) > 1',
  )
  expect(rows).toEqual([])
  await Promise.all(engines.map((engine) => engine.stop()))
  await pool.end()
  await server.stop()
  await room.remove()
})
