import { type Bench, settingsOf } from '../bench.ts'
import { Child } from '../roles/child.ts'
import { between, read } from '../server/meter.ts'
import type { Sample } from '../sheet.ts'
import type { System } from '../systems/system.ts'
import { runRounds } from './rounds.ts'

/** Until a worker has come to rest. */
const SETTLE_MS = 2000

/**
 * What a worker costs that has nothing to do. Transactions are counted twice, of a short rest and
 * of a long one, each after all connections have closed: a backend that idles keeps its counts to
 * itself.
 */
export async function runIdle(
  bench: Bench,
  workload: string,
  systems: readonly System[],
): Promise<void> {
  const { quick, scale } = bench.options
  const restMs = Math.max(2000, (quick ? 5_000 : 15_000) * Math.min(1, scale))
  await runRounds(bench, workload, systems, 'queries_per_second', async (system) => {
    const short = await rest(bench, system, 0)
    const long = await rest(bench, system, restMs)
    const seconds = restMs / 1000
    const queries = Math.max(0, long.transactions - short.transactions) / seconds
    return { sample: { ...long.sample, queries_per_second: queries, seconds }, n: 0 }
  })
}

async function rest(
  bench: Bench,
  system: System,
  ms: number,
): Promise<{ transactions: number; sample: Sample }> {
  const database = await bench.templates.clone(system)
  const task = {
    system: system.name,
    url: bench.databases.url(database),
    // as its users have it who set nothing: what a fast poller costs is seen in W4's best settings
    settings: system.latency.byDefault ?? settingsOf(bench, system),
  }
  const running: Child[] = []
  try {
    const driver = await Child.start({ ...task, role: 'driver' })
    running.push(driver)
    await driver.stop()
    const worker = await Child.start({ ...task, role: 'worker' })
    running.push(worker)
    await worker.ask({ do: 'go' })
    await pause(SETTLE_MS)
    const before = await worker.usage()
    const from = await read(bench.server, bench.databases)
    await pause(ms)
    const used = between(from, await read(bench.server, bench.databases))
    const after = await worker.usage()
    await worker.stop()
    const percent = (us: number) => (us / 1e6 / Math.max(used.seconds, 0.001)) * 100
    return {
      transactions: await bench.databases.transactions(database),
      sample: {
        worker_cpu_percent: percent(after.cpuUs - before.cpuUs),
        ...(used.postgresCpu === null ? {} : { postgres_cpu_percent: percent(used.postgresCpu) }),
        worker_peak_mb: after.peakMb,
      },
    }
  } finally {
    for (const child of running) child.kill()
    await bench.databases.drop(database)
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
