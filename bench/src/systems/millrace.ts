import { WorkflowClient, WorkflowEngine, workflow } from 'millrace'
import pg from 'pg'
import { fanOf, hundred, ten, work } from './steps.ts'
import type { Input, Report, Settings, System } from './system.ts'

/** Millrace, by its public package API. One configuration for all workloads, idle latency too. */
export const millrace: System = {
  name: 'millrace',
  kind: 'engine',
  package: 'millrace',
  shapes: ['one', 'ten', 'hundred', 'nap', 'echo', 'fan'],
  candidates: [
    { concurrency: 1000, pool: 10 },
    { concurrency: 100, pool: 10 },
    { concurrency: 500, pool: 10 },
    { concurrency: 2000, pool: 10 },
    { concurrency: 2000, pool: 20 },
    { concurrency: 1000, pool: 4 },
  ],
  latency: { byDefault: null, best: null },

  async prepare(url) {
    const engine = new WorkflowEngine({ connectionString: url, workflows: definitions(silent) })
    await engine.start(false)
    await engine.stop()
  },

  completed: () => "select count(*) from millrace.outcomes where status = 'c'",

  async driver(url, settings) {
    const pool = poolOf(url, settings)
    const client = new WorkflowClient({ pool })
    await client.start()
    return {
      start: (shape, input) => client.startWorkflow({ id: shape }, input),
      startMany: (shape, inputs) =>
        client.startWorkflows(
          { id: shape },
          inputs.map((input) => ({ input })),
        ),
      async roundTrip(shape, input) {
        const run = await client.startWorkflow({ id: shape }, input)
        await run.result()
      },
      async replay(steps) {
        const from = performance.now()
        const run = await client.startWorkflow({ id: 'long' }, { steps })
        await run.waitForStatus('waiting')
        const waiting = performance.now()
        await run.signal('go')
        await run.result()
        return { runMs: waiting - from, replayMs: performance.now() - waiting }
      },
      async stop() {
        await client.stop()
        await pool.end()
      },
    }
  },

  async worker(url, settings, report) {
    const pool = poolOf(url, settings)
    const engine = new WorkflowEngine({ pool, workflows: definitions(report) })
    await engine.start({ concurrency: Number(settings.concurrency) })
    return {
      async stop() {
        await engine.stop()
        await pool.end()
      },
    }
  },
}

const silent: Report = { finished() {}, asleep() {}, awake() {} }

function poolOf(url: string, settings: Settings): pg.Pool {
  return new pg.Pool({ connectionString: url, max: Number(settings.pool) })
}

function definitions(report: Report) {
  const ended = <T>(result: T): T => {
    report.finished()
    return result
  }
  return [
    workflow('one', async ({ step, input }) => {
      const { k } = input as Input
      return ended(await step.run('step', () => work(k)))
    }),
    workflow('ten', async ({ step, input }) => {
      const { k } = input as Input
      for (const name of ten) await step.run(name, () => work(k))
      return ended(k)
    }),
    workflow('hundred', async ({ step, input }) => {
      const { k } = input as Input
      const results = await Promise.all(hundred.map((name) => step.run(name, () => work(k))))
      return ended(results.length)
    }),
    workflow('nap', async ({ step, input }) => {
      const { k } = input as Input
      report.asleep(k)
      await step.sleep('nap', '1 s')
      report.awake(k)
      return ended(k)
    }),
    workflow('echo', async ({ step, input }) => {
      const { payload } = input as Input
      return ended((await step.run('step', () => payload ?? '')).length)
    }),
    workflow('fan', async ({ step, input }) => {
      const items = Array.from({ length: fanOf(input as Input) }, (_, k) => k)
      const results = await step.map('items', items, (k) => work(k), { concurrency: 500 })
      return ended(results.length)
    }),
    workflow(
      'long',
      async ({ step, input }) => {
        const { steps } = input as { steps: number }
        for (let k = 0; k < steps; k++) await step.run(`step-${k}`, () => work(k))
        await step.waitFor('the word', { eventName: 'go' })
        return steps
      },
      { maxSteps: 100_000 },
    ),
  ]
}
