import pg from 'pg'
import { type StepBaseContext, type WorkflowContext, WorkflowEngine, workflow } from 'pg-workflows'
import { WorkflowClient } from 'pg-workflows/client'
import { hundred, poll, quiet, ten, work } from './steps.ts'
import type { Input, Report, Settings, Shape, System } from './system.ts'

export const pgWorkflows: System = {
  name: 'pg-workflows',
  kind: 'engine',
  package: 'pg-workflows',
  // no `fan`: each step writes all earlier results again, 10,000 of them take hours
  shapes: ['one', 'ten', 'hundred', 'nap', 'echo'],
  // one loop takes one run each half second, whatever it does: loops are the only lever, as a
  // batchSize above 1 runs only the first of each batch
  candidates: [
    { loops: 500, pool: 20 },
    { loops: 100, pool: 20 },
    { loops: 250, pool: 20 },
    { loops: 1000, pool: 20 },
    { loops: 500, pool: 10 },
    { loops: 500, pool: 40 },
  ],
  latency: {
    byDefault: { loops: 3, pool: 10 },
    // no push: given a pg-boss that listens, it hears nothing (README, traps). With more loops one
    // of them comes round sooner
    best: { loops: 100, pool: 10, clientPollMs: 1 },
  },

  async prepare(url) {
    const pool = new pg.Pool({ connectionString: url, max: 4 })
    const engine = new WorkflowEngine({ pool, logger: quiet })
    await engine.start(false)
    await engine.stop()
    await pool.end()
  },

  completed: () => "select count(*) from workflow_runs where status = 'completed'",

  async driver(url, settings) {
    const pool = poolOf(url, settings)
    const client = new WorkflowClient({ pool, logger: quiet })
    await client.start()
    const start = (shape: Shape, input: Input) => client.startWorkflow({ workflowId: shape, input })
    return {
      start,
      async roundTrip(shape, input) {
        const { id } = await start(shape, input)
        // it has no way to wait for a result: a user would ask
        return poll(
          async () => {
            const run = await client.getRun({ runId: id })
            return String(run.status) === 'completed'
          },
          Number(settings.clientPollMs ?? 10),
        )
      },
      async stop() {
        await client.stop()
        await pool.end()
      },
    }
  },

  async worker(url, settings, report) {
    process.env.WORKFLOW_RUN_WORKERS = String(settings.loops)
    const pool = poolOf(url, settings)
    const workflows = definitions(report)
    const engine = new WorkflowEngine({ pool, logger: quiet, workflows })
    await engine.start()
    return {
      async stop() {
        await engine.stop()
        await pool.end()
      },
    }
  },
}

function poolOf(url: string, settings: Settings): pg.Pool {
  return new pg.Pool({ connectionString: url, max: Number(settings.pool) })
}

type Context = WorkflowContext & { step: StepBaseContext }

/**
 * `ctx.step.run`, not `step.run`: the package reads the handler's source for calls of `step.run`
 * and completes a run only when the last one of these it found was the last one made. Of names that
 * are put together at run time it knows none, and 100 parallel steps end in any order. Where it
 * finds no step, a run completes when its handler returns.
 */
function definitions(report: Report) {
  const ended = <T>(result: T): T => {
    report.finished()
    return result
  }
  const define = (id: Shape, run: (ctx: Context, input: Input) => Promise<unknown>) =>
    workflow(id, (ctx) => run(ctx as Context, ctx.input as Input))
  return [
    define('one', async (ctx, { k }) => ended(await ctx.step.run('step', async () => work(k)))),
    define('ten', async (ctx, { k }) => {
      for (const name of ten) await ctx.step.run(name, async () => work(k))
      return ended(k)
    }),
    define('hundred', async (ctx, { k }) => {
      const results = await Promise.all(
        hundred.map((name) => ctx.step.run(name, async () => work(k))),
      )
      return ended(results.length)
    }),
    define('nap', async (ctx, { k }) => {
      const times = ctx.timeline as Record<string, unknown>
      const again = Object.keys(times).length > 0
      if (!again) report.asleep(k)
      await ctx.step.delay('nap', '1s')
      if (again) report.awake(k)
      return again ? ended(k) : undefined
    }),
    define('echo', async (ctx, { payload = '' }) =>
      ended((await ctx.step.run('step', async () => payload)).length),
    ),
  ]
}
