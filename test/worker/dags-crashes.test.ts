// Flows and graphs whose workers sleep through their leases, stop, or lose their database and its replies.
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { startPostgres } from '../../src/embedded/index.ts'
import { Flow } from '../../src/flow/index.ts'
import { defineGraph } from '../../src/graph/index.ts'
import { defineSignal, defineStep, workflow } from '../../src/index.ts'
import { WorkflowEngine } from '../../src/worker/workflow-engine.ts'
import { createWorkflowRef } from '../../src/workflow/workflow-ref.ts'
import { collect, startEngine } from '../support/engine.ts'
import { lossyPool, untilItWorks } from '../support/lossy-pool.ts'
import { openPool } from '../support/pool.ts'
import { makeServerRoom } from '../support/server-room.ts'
import { until } from '../support/until.ts'
import { type Processes, startProcesses } from './processes.ts'

const LONG = { timeout: 60_000 }
const fanned = createWorkflowRef('fanned')
const tangle = createWorkflowRef('tangle')
const FLOW = { sum: [198, 'fast', false] }
const GRAPH = { each: 45, winner: 'signal', rounds: 3, far: 'far', end: 'end' }

/** Runs of the flow and the graph of fixtures/dags.js, their signals sent. */
async function startBoth(p: Processes, count: number) {
  const items = Array.from({ length: 10 }, (_, i) => i)
  const some = <T>(input: T) => Array.from({ length: count }, () => ({ input }))
  const flows = await p.client.startWorkflows(fanned, some(12))
  const graphs = await p.client.startWorkflows(tangle, some({ n: 5, items }))
  await Promise.all([...flows, ...graphs].map((run) => run.signal('go', 1)))
  return async () => {
    const ends = (runs: typeof flows) => Promise.all(runs.map((run) => run.result(LONG)))
    expect(await ends(flows)).toEqual(flows.map(() => FLOW))
    expect(await ends(graphs)).toEqual(graphs.map(() => GRAPH))
    const begun = new Set((await p.effects()).map(({ run, step }) => `${run} ${step}`))
    expect(begun.size).toBe(count * (14 + 17))
    expect(await p.repeats()).toEqual([])
  }
}

test('a worker that slept through its lease adds nothing to what others went on with', {
  timeout: 120_000,
}, async () => {
  await using p = await startProcesses()
  const zombie = await p.spawn()
  const check = await startBoth(p, 4)
  await until('it is in the middle', async () => (await p.effects()).length >= 30, LONG)
  zombie.kill('SIGSTOP')
  await p.spawn()
  const before = (await p.effects()).length
  await until('the other has them', async () => (await p.effects()).length > before, LONG)
  zombie.kill('SIGCONT')
  await check()
})

test('a worker that is told to stop hands its flows and graphs on without blame', {
  timeout: 120_000,
}, async () => {
  await using p = await startProcesses()
  const options = { lease: '15 s', drainTimeout: '20 s' }
  let worker = await p.spawn(options)
  const check = await startBoth(p, 3)
  for (const least of [20, 50]) {
    await until('it is in the middle', async () => (await p.effects()).length >= least, LONG)
    const exit = once(worker, 'exit')
    worker.kill('SIGTERM')
    expect(await exit).toEqual([0, null])
    worker = await p.spawn(options)
  }
  await check()
  // each step began once: who stops lets its steps end
  expect((await p.effects()).length).toBe(3 * (14 + 17))
  expect(await p.db.value("select count(*)::int from millrace.checkpoints where kind = 'd'")).toBe(
    0,
  )
})

/** A flow and a graph of everything that waits for replies of the kernel, and what their steps did. */
function makeBoth() {
  const times = new Map<string, number>()
  const note = (run: string, step: string) => {
    const key = `${run} ${step}`
    times.set(key, (times.get(key) ?? 0) + 1)
  }
  const idle = workflow('idle', ({ step }) => step.waitFor('never', { eventName: 'never' }))
  const flow = new Flow<number>({ slug: 'lossy' })
    .array({ slug: 'items' }, (n, { runId }) => {
      note(runId, 'items')
      return Array.from({ length: n }, (_, i) => i)
    })
    .map({ slug: 'each', array: 'items' }, (item, { runId, index }) => {
      note(runId, `each[${index}]`)
      return item * 2
    })
    .map({ slug: 'blocks', array: 'items', blockSize: 2 }, (item) => item)
    .step({ slug: 'no', dependsOn: ['items'], if: { items: [-1] } }, () => 'no')
    .delay({ slug: 'rest', duration: 0.01, dependsOn: ['items'] })
    .waitFor({ slug: 'go', source: defineSignal('go'), dependsOn: ['no'] })
    .race(
      { slug: 'race', dependsOn: ['rest'] },
      { slow: () => pause(60_000).then(() => 'slow'), fast: () => 'fast' },
    )
    .step({ slug: 'end', dependsOn: ['each', 'blocks', 'go', 'race'] }, (given, { runId }) => {
      note(runId, 'end')
      return [...given.each, ...given.blocks, given.go, given.race.winner]
    })
  const noted = defineStep('noted', ({ run, step }: { run: string; step: string }) => {
    note(run, step)
    return step
  })
  const step = (id: string, more = {}) => ({
    ...{ id, type: 'step' },
    config: { step: 'noted', input: { run: '{{ run.id }}', step: id, ...more } },
  })
  const graph = defineGraph({
    ...{ $schema: 'https://millrace.dev/schema/graph.json', name: 'lossy graph' },
    steps: [
      {
        ...{ id: 'each', type: 'map' },
        config: { items: '{{ trigger.data }}', steps: [step('one', { step: 'one[{{ index }}]' })] },
      },
      {
        ...{ id: 'race', type: 'race' },
        config: {
          branches: {
            run: [{ id: 'sub', type: 'sub_workflow', config: { workflow_id: 'idle' } }],
            ask: [{ id: 'ask', type: 'approval', config: { question: 'Well?' } }],
            go: [{ id: 'go', type: 'wait_for', config: { event_name: 'go' } }],
          },
        },
      },
      { ...step('far'), queue: 'far' },
      { ...step('end'), depends_on: ['each', 'race', 'far'] },
    ],
    output: '{{ [steps.each.output, steps.race.output.winner, steps.end.output] }}',
  } as never)
  return { definitions: [flow, graph, idle], steps: [noted], times }
}

const FLOW_END = { end: [0, 2, 4, 0, 1, 2, 7, 'fast'] }
const GRAPH_END = [['one[0]', 'one[1]', 'one[2]'], 'go', 'end']

test('replies that are lost repeat no step of a flow or graph, and leave nothing behind', {
  timeout: 90_000,
}, async () => {
  const { definitions, steps, times } = makeBoth()
  await using t = await startEngine([], {}, { steps })
  for (const one of definitions) await t.engine.registerWorkflow(one)
  for (const { id } of definitions) await t.engine.unregisterWorkflow(id)
  const pool = lossyPool(t.db.url, 5)
  const more = { connectionString: undefined, pool, steps }
  const engine = await untilItWorks(() => t.another(definitions, { concurrency: 20 }, more))
  const flows = await t.engine.startWorkflows(
    { id: 'lossy' },
    Array.from({ length: 15 }, () => ({ input: 3 })),
  )
  const graphs = await t.engine.startWorkflows(
    { id: 'lossy graph' },
    Array.from({ length: 15 }, () => ({ input: [0, 1, 2] })),
  )
  await until(
    'all races run',
    async () => (await t.engine.getRuns({ workflowId: 'idle', limit: 100 })).items.length === 15,
    LONG,
  )
  for (const run of [...flows, ...graphs]) await run.signal('go', 7)
  const ends = (runs: typeof flows) => Promise.all(runs.map((run) => run.result(LONG)))
  expect(await ends(flows)).toEqual(flows.map(() => FLOW_END))
  expect(await ends(graphs)).toEqual(graphs.map(() => GRAPH_END))
  expect(pool.lost).toBeGreaterThan(20)
  // nobody died, so each began once
  expect([...times].filter(([, n]) => n !== 1)).toEqual([])
  expect(times.size).toBe(15 * 5 + 15 * 5)
  expect(await t.db.value('select count(*)::int from millrace.approvals')).toBe(0)
  await until('their losers are cancelled', async () => {
    const { items } = await t.engine.getRuns({ workflowId: 'idle', limit: 100 })
    return items.length === 15 && items.every(({ status }) => status === 'cancelled')
  })
  await engine.stop()
  await pool.end()
})

test('a Postgres that is stopped at once in the midst of flows and graphs', {
  timeout: 90_000,
}, async () => {
  const { definitions, steps, times } = makeBoth()
  const room = await makeServerRoom()
  const settings = { fsync: 'off' }
  let server = await startPostgres({ dataDir: room.dataDir, settings })
  const { port, connectionString } = server
  const log: string[] = []
  const options = { connectionString, workflows: definitions, steps, logger: collect(log) }
  const engine = new WorkflowEngine(options)
  await engine.start({ concurrency: 20, lease: '20 s' })
  const pool = openPool({ connectionString, max: 1 })
  const flows = await engine.startWorkflows(
    { id: 'lossy' },
    Array.from({ length: 30 }, () => ({ input: 3 })),
  )
  const graphs = await engine.startWorkflows(
    { id: 'lossy graph' },
    Array.from({ length: 30 }, () => ({ input: [0, 1, 2] })),
  )
  await until('there is load', () => times.size > 40, LONG)
  process.kill(server.pid, 'SIGQUIT')
  await until('it is down', () =>
    pool.query('select 1').then(
      () => false,
      () => true,
    ),
  )
  server = await startPostgres({ dataDir: room.dataDir, port, settings })
  for (const run of [...flows, ...graphs]) await untilItWorks(() => run.signal('go', 7))
  const ends = (runs: typeof flows) => Promise.all(runs.map((run) => run.result(LONG)))
  expect(await ends(flows)).toEqual(flows.map(() => FLOW_END))
  expect(await ends(graphs)).toEqual(graphs.map(() => GRAPH_END))
  const { rows } = await pool.query(
    "select run_id, name from millrace.checkpoints where kind in ('r', 'k') group by 1, 2 having count(*) > 1",
  )
  expect(rows).toEqual([])
  await engine.stop()
  await pool.end()
  await server.stop()
  await room.remove()
})
