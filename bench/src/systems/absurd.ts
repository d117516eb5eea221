import { Absurd, type TaskContext } from 'absurd-sdk'
import pg from 'pg'
import { readAbsurdSchema } from './absurd-schema.ts'
import { fanOf, hundred, names, poll, quiet, ten, work } from './steps.ts'
import type { Input, PeerShape, Report, Settings, Shape, System } from './system.ts'

export const absurd: System = {
  name: 'absurd',
  kind: 'engine',
  package: 'absurd-sdk',
  shapes: ['one', 'ten', 'hundred', 'nap', 'echo', 'fan'],
  candidates: [
    { concurrency: 500, pool: 20 },
    { concurrency: 100, pool: 10 },
    { concurrency: 100, pool: 20 },
    { concurrency: 500, pool: 10 },
    { concurrency: 1000, pool: 20 },
    { concurrency: 500, pool: 40 },
  ],
  latency: {
    byDefault: { concurrency: 1, pool: 10 },
    best: { concurrency: 10, pool: 10, workerPollMs: 1, clientPollMs: 1 },
  },

  async prepare(url) {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    await client.query(await readAbsurdSchema())
    await client.end()
    const app = new Absurd({ db: url, log: quiet })
    await app.createQueue('default')
    await app.close()
  },

  completed: () => "select count(*) from absurd.t_default where state = 'completed'",

  async driver(url, settings) {
    const pool = new pg.Pool({ connectionString: url, max: Number(settings.pool) })
    const app = new Absurd({ db: pool, log: quiet })
    const start = (shape: Shape, input: Input) => app.spawn(shape, input, { queue: 'default' })
    return {
      start,
      async roundTrip(shape, input) {
        const { taskID } = await start(shape, input)
        // its own wait backs off from 50 ms on; asking for the result is open to a client too
        if (!settings.clientPollMs) return app.awaitTaskResult(taskID)
        return poll(async () => (await app.fetchTaskResult(taskID))?.state === 'completed')
      },
      stop: () => pool.end(),
    }
  },

  async worker(url, settings, report) {
    const pool = new pg.Pool({ connectionString: url, max: Number(settings.pool) })
    const app = new Absurd({ db: pool, log: quiet })
    for (const [shape, run] of Object.entries(handlers(report))) {
      app.registerTask({ name: shape }, async (input: Input, ctx: TaskContext) => {
        const result = await run(ctx, input)
        report.finished()
        return result
      })
    }
    await app.startWorker({ concurrency: Number(settings.concurrency), ...polling(settings) })
    return {
      async stop() {
        await app.close()
        await pool.end()
      },
    }
  },
}

/** Default 250 ms; it only matters when the worker has nothing to do. */
function polling({ workerPollMs }: Settings): { pollInterval?: number } {
  return workerPollMs === undefined ? {} : { pollInterval: Number(workerPollMs) / 1000 }
}

type Handler = (ctx: TaskContext, input: Input) => Promise<unknown>

function handlers(report: Report): Record<PeerShape, Handler> {
  return {
    one: (ctx, { k }) => ctx.step('step', async () => work(k)),
    async ten(ctx, { k }) {
      for (const name of ten) await ctx.step(name, async () => work(k))
      return k
    },
    hundred: (ctx, { k }) => atOnce(ctx, hundred, k),
    async nap(ctx, { k }) {
      report.asleep(k)
      await ctx.sleepFor('nap', 1)
      report.awake(k)
      return k
    },
    echo: async (ctx, { payload = '' }) => (await ctx.step('step', async () => payload)).length,
    fan: (ctx, input) => atOnce(ctx, names(fanOf(input)), input.k),
  }
}

async function atOnce(ctx: TaskContext, steps: string[], k: number): Promise<number> {
  const results = await Promise.all(steps.map((name) => ctx.step(name, async () => work(k))))
  return results.length
}
