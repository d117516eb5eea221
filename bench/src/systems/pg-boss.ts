import pg from 'pg'
import { PgBoss } from 'pg-boss'
import { poll } from './steps.ts'
import type { Settings, System } from './system.ts'

/** Its name for what waits to be done, and ours for the workflow. */
const queue = 'one'

export const pgBoss: System = {
  name: 'pg-boss',
  kind: 'queue',
  package: 'pg-boss',
  shapes: ['one'],
  candidates: [
    { batch: 1000, loops: 1, pool: 10 },
    { batch: 100, loops: 4, pool: 10 },
    { batch: 250, loops: 4, pool: 10 },
    { batch: 1000, loops: 2, pool: 10 },
    { batch: 2000, loops: 1, pool: 10 },
    { batch: 5000, loops: 1, pool: 10 },
  ],
  latency: {
    byDefault: { batch: 1, loops: 1, pool: 10, byDefault: true },
    best: { batch: 1, loops: 2, pool: 10, notify: true },
  },

  async prepare(url) {
    const boss = await open(url, { pool: 4 })
    await boss.createQueue(queue)
    await close(boss)
  },

  completed: () =>
    `select count(*) from pgboss.job where name = '${queue}' and state = 'completed'`,

  async driver(url, settings) {
    const boss = await open(url, settings)
    if (settings.notify) await boss.updateQueue(queue, { notify: true })
    const pool = new pg.Pool({ connectionString: url, max: 1 })
    return {
      start: (_, input) => boss.send(queue, input),
      startMany: (_, inputs) =>
        boss.insert(
          queue,
          inputs.map((data) => ({ data })),
        ),
      async roundTrip(_, input) {
        const id = await boss.send(queue, input)
        const done = `select 1 from pgboss.job where name = '${queue}' and id = $1
                      and state = 'completed'`
        return poll(async () => (await pool.query(done, [id])).rows.length > 0)
      },
      async stop() {
        await pool.end()
        await close(boss)
      },
    }
  },

  async worker(url, settings, report) {
    const boss = await open(url, settings)
    await boss.work(queue, options(settings), async (batch) => {
      for (const _ of batch) report.finished()
    })
    return { stop: () => close(boss) }
  },
}

async function open(url: string, { pool, notify }: Settings): Promise<PgBoss> {
  const boss = new PgBoss({
    connectionString: url,
    max: Number(pool),
    useListenNotify: notify === true,
  })
  boss.on('error', (error) => console.error(`pg-boss: ${error.message}`))
  await boss.start()
  return boss
}

function close(boss: PgBoss): Promise<void> {
  return boss.stop({ graceful: false, close: true })
}

function options({ batch, loops, byDefault }: Settings) {
  if (byDefault) return {}
  return {
    batchSize: Number(batch),
    localConcurrency: Number(loops),
    pollingIntervalSeconds: 0.5,
    burstWhenBatchFull: true,
  }
}
