import { WorkflowClient, WorkflowEngine, workflow } from 'millrace'
import pg from 'pg'
import { work } from './steps.ts'
import type { Input, Settings, System } from './system.ts'

/** How many keys the runs of `keyed` and `free` are spread over. */
const KEYS = 1000
const STEP_MS = 10

/**
 * Millrace with limits, in databases of its own: where no workflow has limits nothing of this is felt.
 * `keyed` has a limit of one run for each of a thousand keys, `free` is the same without; `fair` takes turns
 * between keys.
 */
export const millraceLimits: System = {
  name: 'millrace-limits',
  kind: 'engine',
  package: 'millrace',
  shapes: ['keyed', 'free', 'fair'],
  candidates: [{ concurrency: 1000, pool: 10 }],
  latency: { byDefault: null, best: null },

  async prepare(url) {
    const engine = new WorkflowEngine({ connectionString: url, workflows: definitions(() => {}) })
    await engine.start(false)
    await engine.stop()
  },

  completed: () => "select count(*) from millrace.outcomes where status = 'c'",

  async driver(url, settings) {
    const pool = new pg.Pool({ connectionString: url, max: Number(settings.pool) })
    const client = new WorkflowClient({ pool })
    await client.start()
    const start = (shape: string, input: Input) =>
      client.startWorkflow({ id: shape }, withKey(input))
    return {
      start,
      startMany: (shape, inputs) =>
        client.startWorkflows(
          { id: shape },
          inputs.map((input) => ({ input: withKey(input) })),
        ),
      async roundTrip(shape, input) {
        await (await start(shape, input)).result()
      },
      async stop() {
        await client.stop()
        await pool.end()
      },
    }
  },

  async worker(url, settings: Settings, { finished }) {
    const pool = new pg.Pool({ connectionString: url, max: Number(settings.pool) })
    const engine = new WorkflowEngine({ pool, workflows: definitions(finished) })
    await engine.start({ concurrency: Number(settings.concurrency) })
    return {
      async stop() {
        await engine.stop()
        await pool.end()
      },
    }
  },
}

function withKey(input: Input): Input {
  return { ...input, key: input.key ?? `key-${input.k % KEYS}` }
}

function definitions(finished: () => void) {
  const oneStep = (id: string, options: object) =>
    workflow(
      id,
      async ({ step, input }) => {
        const { k } = input as Input
        const result = await step.run('step', () => work(k))
        finished()
        return result
      },
      options,
    )
  return [
    oneStep('keyed', { concurrency: { limit: 1, key: 'key' } }),
    oneStep('free', {}),
    workflow(
      'fair',
      async ({ step, input }) => {
        // of this machine's clock, which the driver has too
        const waitedMs = performance.timeOrigin + performance.now() - ((input as Input).sent ?? 0)
        await step.run('step', () => new Promise((resolve) => setTimeout(resolve, STEP_MS)))
        finished()
        return { waitedMs }
      },
      { fairness: { key: 'key' } },
    ),
  ]
}
