import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { startPostgres } from '../../src/embedded/index.ts'
import type { RunEvent } from '../../src/model/run-event.ts'
import { WorkflowEngine } from '../../src/worker/workflow-engine.ts'
import { workflow } from '../../src/workflow/workflow.ts'
import { createWorkflowRef } from '../../src/workflow/workflow-ref.ts'
import { collect } from '../support/engine.ts'
import { makeServerRoom } from '../support/server-room.ts'
import { until } from '../support/until.ts'
import { startProcesses } from './processes.ts'

const speaks = createWorkflowRef('speaks')
const LONG = { timeout: 60_000 }

function startReader(options: object): ChildProcess {
  const file = fileURLToPath(new URL('./fixtures/reader.js', import.meta.url))
  return fork(file, [JSON.stringify(options)], { execArgv: [] })
}

test('every row of the journal comes once through ten readers that are killed, and workers that are', {
  timeout: 180_000,
}, async () => {
  await using p = await startProcesses()
  const url = p.db.url
  let worker = await p.spawn()
  // long enough that it is under way when the worker is killed, however slowly readers start
  const run = await p.client.startWorkflow(speaks, { count: 40, ms: 150 })
  const told: RunEvent[] = []
  let over = false
  for (let reader = 0; !over; reader++) {
    const child = startReader({ url, runId: run.id, after: told.at(-1)?.id })
    let left = reader < 10 ? 6 : Number.POSITIVE_INFINITY
    const gone = once(child, 'exit')
    child.on('message', (event: RunEvent) => {
      if (left <= 0) return
      told.push(event)
      if (['completed', 'failed', 'cancelled'].includes(event.type)) over = true
      if (--left === 0) child.kill('SIGKILL')
    })
    if (reader === 1) {
      worker.kill('SIGKILL')
      worker = await p.spawn()
    }
    await gone
  }
  expect(await run.result(LONG)).toBe(40)
  const rows = told.filter(({ type }) => type === 'step:completed').map(({ stepId }) => stepId)
  expect(rows).toEqual([...Array.from({ length: 40 }, (_, i) => `s${i}`), 'say'])
  // a busy machine may end a lease, too: each that is in the journal is told, once
  const [{ deaths }] = (await p.db.query(
    `select count(*)::int as deaths from millrace.checkpoints where kind = 'd'`,
  )) as [{ deaths: number }]
  expect(deaths).toBeGreaterThanOrEqual(1)
  expect(told.filter(({ type }) => type === 'recovered')).toHaveLength(deaths)
  expect(told.at(-1)).toMatchObject({ type: 'completed', output: 40 })
})

test('a worker that is killed in the middle of a stream: its chunks come anew, after a reset', {
  timeout: 120_000,
}, async () => {
  await using p = await startProcesses()
  const first = await p.spawn()
  const run = await p.client.startWorkflow(speaks, { count: 20, ms: 60 })
  const got: number[] = []
  let resets = 0
  const reading = (async () => {
    const chunks = run.stream<number>('say', {
      onReset() {
        resets++
        got.length = 0
      },
    })
    for await (const chunk of chunks) got.push(chunk)
  })()
  await until('some have come', () => got.length >= 3, LONG)
  first.kill('SIGKILL')
  await p.spawn()
  await reading
  expect(got).toEqual(Array.from({ length: 20 }, (_, i) => i))
  // a busy machine may end a lease, too
  expect(resets).toBeGreaterThanOrEqual(1)
  expect((await p.client.getLogs({ runId: run.id })).items.map(({ message }) => message)).toEqual([
    'begins',
  ])
})

test('a Postgres that is stopped at once and comes back loses no event of who follows', {
  timeout: 120_000,
}, async () => {
  const room = await makeServerRoom()
  const settings = { fsync: 'off' }
  let server = await startPostgres({ dataDir: room.dataDir, settings })
  const { port, connectionString } = server
  const steps = workflow('survives', async ({ step, logger }) => {
    for (let i = 0; i < 60; i++) {
      await step.run(`s${i}`, () => new Promise((resolve) => setTimeout(resolve, 20)))
      if (i === 30) logger.info('half')
    }
  })
  const engine = new WorkflowEngine({
    ...{ connectionString, workflows: [steps], logger: collect([]) },
  })
  await engine.start({ lease: '20 s' })
  const run = await engine.startWorkflow(steps)
  const told: RunEvent[] = []
  const reading = (async () => {
    for await (const event of run.events()) told.push(event)
  })()
  const count = () => told.filter(({ type }) => type === 'step:completed').length
  await until('some have come', () => count() > 5, LONG)
  process.kill(server.pid, 'SIGQUIT')
  await once(process, 'nothing', { signal: AbortSignal.timeout(300) }).catch(() => {})
  server = await startPostgres({ dataDir: room.dataDir, port, settings })
  await reading
  const rows = told.filter(({ type }) => type === 'step:completed').map(({ stepId }) => stepId)
  expect(rows).toEqual(Array.from({ length: 60 }, (_, i) => `s${i}`))
  expect(told.at(-1)?.type).toMatch(/completed|log/)
  await engine.stop()
  await server.stop()
  await room.remove()
})
