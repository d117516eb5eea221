import { defineStep, WorkflowClient, WorkflowEngine } from 'millrace'
import pg from 'pg'
import { formsOf } from './flow-forms.ts'
import { work } from './steps.ts'
import type { Input, System } from './system.ts'

/** What hears of handlers that have come to their end, once this process is a worker. */
const told = { finished() {} }
// made when the process loads, not while it is measured: reading a graph of a thousand nodes takes a while
const definitions = {
  workflows: formsOf(() => told.finished()),
  steps: [
    defineStep('work', (k: number) => work(k)),
    defineStep('list', ({ items = 1 }: Input) => Array.from({ length: items }, (_, k) => k)),
  ],
}

/** Millrace, with the same work as durable functions, flows and graphs. */
export const millraceFlows: System = {
  name: 'millrace-flows',
  kind: 'engine',
  package: 'millrace',
  shapes: [
    ...(['chain', 'chain_flow', 'chain_graph'] as const),
    ...(['items', 'items_flow', 'items_graph', 'blocks_flow'] as const),
    ...(['hundred', 'hundred_flow', 'hundred_map', 'hundred_graph', 'six', 'six_graph'] as const),
  ],
  candidates: [{ concurrency: 1000, pool: 10 }],
  latency: { byDefault: null, best: null },

  async prepare(url) {
    const engine = new WorkflowEngine({ connectionString: url, ...definitions })
    await engine.start(false)
    await engine.stop()
  },

  completed: () => "select count(*) from millrace.outcomes where status = 'c'",

  async driver(url, settings) {
    const pool = new pg.Pool({ connectionString: url, max: Number(settings.pool) })
    const client = new WorkflowClient({ pool })
    await client.start()
    const start = (shape: string, input: Input) => client.startWorkflow({ id: shape }, input)
    return {
      start,
      async roundTrip(shape, input) {
        await (await start(shape, input)).result()
      },
      async stop() {
        await client.stop()
        await pool.end()
      },
    }
  },

  async worker(url, settings, { finished }) {
    told.finished = finished
    const pool = new pg.Pool({ connectionString: url, max: Number(settings.pool) })
    const engine = new WorkflowEngine({ pool, ...definitions })
    await engine.start({ concurrency: Number(settings.concurrency) })
    return {
      async stop() {
        await engine.stop()
        await pool.end()
      },
    }
  },
}
