import { type AddJobsJobSpec, Logger, makeWorkerUtils, run, type TaskList } from 'graphile-worker'
import pg from 'pg'
import { poll } from './steps.ts'
import type { Input, Settings, Shape, System } from './system.ts'

/** As it comes: each of its jobs is fetched and completed by a statement of its own. */
export const graphileWorker: System = {
  ...shared(),
  name: 'graphile-worker',
  candidates: [
    { concurrency: 10, pool: 12 },
    { concurrency: 4, pool: 10 },
    { concurrency: 20, pool: 22 },
    { concurrency: 20, pool: 12 },
    { concurrency: 40, pool: 42 },
    { concurrency: 40, pool: 22 },
  ],
}

/** With its two kinds of batching: a local queue, and jobs completed together. */
export const graphileBatched: System = {
  ...shared(),
  name: 'graphile-worker-batched',
  candidates: [
    { concurrency: 10, pool: 12, localQueue: 500, completeDelayMs: 0 },
    { concurrency: 24, pool: 12, localQueue: 500, completeDelayMs: 0 },
    { concurrency: 24, pool: 12, localQueue: 2000, completeDelayMs: 0 },
    { concurrency: 24, pool: 12, localQueue: 500, completeDelayMs: 10 },
    { concurrency: 100, pool: 12, localQueue: 500, completeDelayMs: 0 },
    { concurrency: 10, pool: 12, localQueue: 1000, completeDelayMs: 1 },
  ],
}

function shared(): Omit<System, 'name' | 'candidates'> {
  return {
    kind: 'queue',
    package: 'graphile-worker',
    shapes: ['one'],
    // it listens by default; one fetch less in the way is all that can be set
    latency: {
      byDefault: { concurrency: 1, pool: 10 },
      best: { concurrency: 4, pool: 10 },
    },

    async prepare(url) {
      const utils = await makeWorkerUtils({ connectionString: url, logger: silent })
      await utils.migrate()
      await utils.release()
    },

    // what is done is deleted
    completed: (n) => `select ${n} - count(*) from graphile_worker._private_jobs`,

    async driver(url, settings) {
      const pgPool = new pg.Pool({ connectionString: url, max: Number(settings.pool) })
      const utils = await makeWorkerUtils({ pgPool, logger: silent })
      return {
        start: (shape, input) => utils.addJob(shape, input),
        startMany: (shape, inputs) => utils.addJobs(inputs.map((input) => spec(shape, input))),
        async roundTrip(shape, input) {
          const { id } = await utils.addJob(shape, input)
          const left = 'select 1 from graphile_worker._private_jobs where id = $1'
          return poll(async () => (await pgPool.query(left, [id])).rows.length === 0)
        },
        async stop() {
          await utils.release()
          await pgPool.end()
        },
      }
    },

    async worker(url, settings, report) {
      const taskList: TaskList = { one: () => report.finished() }
      const preset = { worker: { connectionString: url, logger: silent, ...options(settings) } }
      const runner = await run({ preset, taskList, noHandleSignals: true })
      return { stop: () => runner.stop() }
    },
  }
}

function spec(identifier: Shape, payload: Input): AddJobsJobSpec {
  return { identifier, payload }
}

function options({ concurrency, pool, localQueue, completeDelayMs }: Settings) {
  return {
    concurrentJobs: Number(concurrency),
    maxPoolSize: Number(pool),
    ...(localQueue ? { localQueue: { size: Number(localQueue) } } : {}),
    ...(completeDelayMs === undefined ? {} : { completeJobBatchDelay: Number(completeDelayMs) }),
  }
}

const silent = new Logger(() => () => {})
