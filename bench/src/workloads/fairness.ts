import type { Bench } from '../bench.ts'
import { Child } from '../roles/child.ts'
import { Watch } from '../server/databases.ts'
import { percentile } from '../sheet.ts'
import { loadSystem } from '../systems/index.ts'
import type { System } from '../systems/system.ts'
import { attempt } from './rounds.ts'

const GREEDY = 1_000_000
const LIGHT = 99
const SECONDS = 20
/** Runs at once: with steps of 10 ms, 2,000 a second. */
const SLOTS = 20

/**
 * How long runs of 99 light keys wait, of which each has one a second, with and without a greedy key that has a
 * million waiting: from the call that starts one to its first line, by the machine's clock.
 */
export async function runFairness(bench: Bench, workload: string): Promise<void> {
  const system = await loadSystem('millrace-limits')
  const { rounds, scale } = bench.options
  const greedy = Math.round(GREEDY * Math.min(1, scale))
  await attempt(bench, workload, 'millrace', async () => {
    for (let round = 1; round <= rounds; round++) {
      for (const [name, n] of [
        [`${workload}-alone`, 0],
        [workload, greedy],
      ] as const) {
        const waits = await waitsOf(bench, system, n)
        const sample = {
          latency_p50_ms: percentile(waits, 0.5),
          latency_p99_ms: percentile(waits, 0.99),
        }
        bench.sheet.add({ workload: name, system: 'millrace', round, n: waits.length, sample })
        const figures = `light keys wait ${sample.latency_p50_ms.toFixed(1)} ms, p99 ${sample.latency_p99_ms.toFixed(1)} ms`
        console.log(`${name} ${round}/${rounds}`.padEnd(16), `${n} greedy`.padEnd(22), figures)
      }
    }
  })
}

async function waitsOf(bench: Bench, system: System, greedy: number): Promise<number[]> {
  const database = await bench.templates.clone(system)
  const url = bench.databases.url(database)
  const running: Child[] = []
  try {
    const task = { system: system.name, url, settings: { concurrency: SLOTS, pool: 10 } }
    const driver = await Child.start({ ...task, role: 'driver' })
    running.push(driver)
    const input = { key: 'greedy' }
    await driver.ask({ do: 'start', shape: 'fair', n: greedy, bulk: true, input })
    await tidy(bench, database)
    const worker = await Child.start({ ...task, role: 'worker' })
    running.push(worker)
    await worker.ask({ do: 'go' })
    // what came at once is looked through first; a user's tenants do not all begin in the second of a flood
    await driver.ask({ do: 'trickle', shape: 'fair', keys: LIGHT, seconds: 3 })
    const seconds = Math.max(2, SECONDS * Math.min(1, bench.options.scale))
    await driver.ask({ do: 'trickle', shape: 'fair', keys: LIGHT, seconds })
    const waits = await lightWaits(bench, database, LIGHT * Math.round(seconds))
    await driver.stop()
    await worker.stop()
    return waits
  } finally {
    for (const child of running) child.kill()
    await bench.databases.drop(database)
  }
}

/** What the flood of starts leaves to autovacuum is done before, as in all other workloads with many rows. */
async function tidy(bench: Bench, database: string): Promise<void> {
  const watch = await Watch.open(bench.databases.url(database))
  await watch.query('vacuum (analyze)')
  await watch.close()
  await bench.databases.checkpoint()
}

/** Of the second trickle, once all of it has ended. */
async function lightWaits(bench: Bench, database: string, count: number): Promise<number[]> {
  const watch = await Watch.open(bench.databases.url(database))
  const light = `from millrace.runs r join millrace.outcomes o on o.run_id = r.id
    where r.input like '%light%' and (r.input::json ->> 'round')::int = 2`
  try {
    const until = performance.now() + 60_000
    while ((await watch.number(`select count(*) ${light}`)) < count) {
      if (performance.now() > until) throw new Error('not all light runs ended')
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    const rows = await watch.query(`select (o.output::json ->> 'waitedMs')::float8 as ms ${light}`)
    return rows.map(({ ms }) => Number(ms))
  } finally {
    await watch.close()
  }
}
