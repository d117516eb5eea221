import { DBOS, DBOSClient } from '@dbos-inc/dbos-sdk'
import { fanOf, hundred, names, quiet, ten, work } from './steps.ts'
import type { Input, PeerShape, Report, Settings, Shape, System } from './system.ts'

const queueName = 'bench'

export const dbos: System = {
  name: 'dbos',
  kind: 'engine',
  package: '@dbos-inc/dbos-sdk',
  shapes: ['one', 'ten', 'hundred', 'nap', 'echo', 'fan'],
  candidates: [
    { pool: 20, pollMs: 100 },
    { pool: 10, pollMs: 1000 },
    { pool: 20, pollMs: 1000 },
    { pool: 20, pollMs: 10, workerConcurrency: 200 },
    { pool: 20, pollMs: 10, workerConcurrency: 1000 },
    { pool: 40, pollMs: 100 },
  ],
  latency: {
    byDefault: { pool: 10, pollMs: 1000 },
    best: { pool: 10, pollMs: 1, clientPollMs: 1 },
  },

  async prepare(url) {
    DBOS.setConfig({ ...config(url, { pool: 2 }) })
    await DBOS.launch()
    await DBOS.shutdown()
  },

  completed: () => "select count(*) from dbos.workflow_status where status = 'SUCCESS'",

  async driver(url, settings) {
    const client = await DBOSClient.create({
      systemDatabaseUrl: url,
      systemDatabasePoolSize: Number(settings.pool),
      logger: quiet,
    })
    await client.registerQueue(queueName, {
      minPollingIntervalMs: Number(settings.pollMs),
      ...(settings.workerConcurrency
        ? { workerConcurrency: Number(settings.workerConcurrency) }
        : {}),
    })
    const start = (shape: Shape, input: Input) =>
      client.enqueue({ queueName, workflowName: shape }, input)
    return {
      start,
      async roundTrip(shape, input) {
        const handle = await start(shape, input)
        const { clientPollMs } = settings
        await handle.getResult(clientPollMs ? { pollingIntervalMs: Number(clientPollMs) } : {})
      },
      stop: () => client.destroy(),
    }
  },

  async worker(url, settings, report) {
    DBOS.setConfig(config(url, settings))
    for (const [name, run] of Object.entries(handlers(report))) {
      DBOS.registerWorkflow(
        async (input: Input) => {
          const result = await run(input)
          report.finished()
          return result
        },
        { name },
      )
    }
    await DBOS.launch()
    return { stop: () => DBOS.shutdown() }
  },
}

function config(url: string, settings: Settings) {
  return {
    name: 'bench',
    systemDatabaseUrl: url,
    systemDatabasePoolSize: Number(settings.pool),
    // by default a hash of the workflows' source: the same for all processes here
    applicationVersion: '1',
    // two processes of one name would each recover the other's workflows
    executorID: `worker-${process.pid}`,
    logger: quiet,
  }
}

function handlers(report: Report): Record<PeerShape, (input: Input) => Promise<unknown>> {
  const step = (name: string, k: number) => DBOS.runStep(async () => work(k), { name })
  const atOnce = async (all: string[], k: number) =>
    (await Promise.all(all.map((name) => step(name, k)))).length
  return {
    one: ({ k }) => step('step', k),
    async ten({ k }) {
      for (const name of ten) await step(name, k)
      return k
    },
    hundred: ({ k }) => atOnce(hundred, k),
    async nap({ k }) {
      report.asleep(k)
      await DBOS.sleep(1000)
      report.awake(k)
      return k
    },
    echo: async ({ payload = '' }) =>
      (await DBOS.runStep(async () => payload, { name: 'step' })).length,
    fan: (input) => atOnce(names(fanOf(input)), input.k),
  }
}
