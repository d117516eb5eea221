import { OpenWorkflow } from 'openworkflow'
import { BackendPostgres } from 'openworkflow/postgres'
import postgres from 'postgres'
import { hundred, poll, ten, work } from './steps.ts'
import type { Input, Report, Settings, Shape, System } from './system.ts'

export const openworkflow: System = {
  name: 'openworkflow',
  kind: 'engine',
  package: 'openworkflow',
  // no `fan`: a run may have 1,000 steps at most
  shapes: ['one', 'ten', 'hundred', 'nap', 'echo'],
  candidates: [
    { concurrency: 100, pool: 10 },
    { concurrency: 10, pool: 10 },
    { concurrency: 30, pool: 10 },
    { concurrency: 100, pool: 20 },
    { concurrency: 500, pool: 10 },
    { concurrency: 500, pool: 20 },
  ],
  latency: {
    byDefault: { concurrency: 1, pool: 10 },
    // its worker's polling cannot be set: 100 ms, doubling up to a second
    best: { concurrency: 10, pool: 10, clientPollMs: 1 },
  },

  async prepare(url) {
    const backend = await BackendPostgres.connect(url)
    await backend.stop()
  },

  completed: () =>
    `select count(*) from openworkflow.workflow_runs where status in ('completed', 'succeeded')`,

  async driver(url, settings) {
    const backend = connect(url, settings)
    const app = new OpenWorkflow({ backend })
    const start = (shape: Shape, input: Input) => app.runWorkflow({ name: shape }, input)
    return {
      start,
      async roundTrip(shape, input) {
        const handle = await start(shape, input)
        if (!settings.clientPollMs) return handle.result()
        const workflowRunId = handle.workflowRun.id
        // its own wait asks once a second; a backend that the user made can be asked more often
        return poll(async () => {
          const run = await backend.getWorkflowRun({ workflowRunId })
          return run?.status === 'completed'
        })
      },
      stop: () => backend.stop(),
    }
  },

  async worker(url, settings, report) {
    const backend = connect(url, settings)
    const app = new OpenWorkflow({ backend })
    define(app, report)
    const worker = app.newWorker({ concurrency: Number(settings.concurrency) })
    await worker.start()
    return {
      async stop() {
        await worker.stop()
        await backend.stop()
      },
    }
  },
}

/** As its own connect does it, which takes no size; a size in the URL stays a text, and means one. */
function connect(url: string, { pool }: Settings): BackendPostgres {
  const transform = { column: { from: postgres.toCamel } }
  return BackendPostgres.fromPool(postgres(url, { max: Number(pool), transform }))
}

type Step = { run<T>(config: { name: string }, fn: () => T): Promise<T> }

function define(app: OpenWorkflow, report: Report): void {
  const ended = <T>(result: T): T => {
    report.finished()
    return result
  }
  app.defineWorkflow<Input, unknown>({ name: 'one' }, async ({ step, input }) =>
    ended(await step.run({ name: 'step' }, () => work(input.k))),
  )
  app.defineWorkflow<Input, unknown>({ name: 'ten' }, async ({ step, input }) => {
    for (const name of ten) await step.run({ name }, () => work(input.k))
    return ended(input.k)
  })
  app.defineWorkflow<Input, unknown>({ name: 'hundred' }, async ({ step, input }) =>
    ended(await atOnce(step as Step, hundred, input.k)),
  )
  app.defineWorkflow<Input, unknown>({ name: 'nap' }, async ({ step, input }) => {
    report.asleep(input.k)
    await step.sleep('nap', '1s')
    report.awake(input.k)
    return ended(input.k)
  })
  app.defineWorkflow<Input, unknown>({ name: 'echo' }, async ({ step, input }) => {
    const payload = await step.run({ name: 'step' }, () => input.payload ?? '')
    return ended(payload.length)
  })
}

async function atOnce(step: Step, all: string[], k: number): Promise<number> {
  const results = await Promise.all(all.map((name) => step.run({ name }, () => work(k))))
  return results.length
}
