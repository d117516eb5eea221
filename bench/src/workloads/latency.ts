import type { Bench } from '../bench.ts'
import { settingsOf } from '../bench.ts'
import { Child } from '../roles/child.ts'
import { percentile } from '../sheet.ts'
import type { System } from '../systems/system.ts'
import { runRounds } from './rounds.ts'

/** Under which of its settings a system answers. */
export type Side = 'byDefault' | 'best'

/**
 * W4: one at a time, with nothing else to do: from the start to the result, seen by the starter.
 */
export async function runLatency(
  bench: Bench,
  workload: string,
  systems: readonly System[],
  side: Side,
): Promise<void> {
  const { quick, scale } = bench.options
  const order = {
    do: 'latency' as const,
    shape: 'one' as const,
    n: Math.ceil((quick ? 25 : 200) * Math.min(1, scale)),
    warmUp: 2,
    maxGapMs: quick ? 60 : 150,
    forMs: quick ? 2_500 : 20_000,
  }
  await runRounds(bench, workload, systems, 'latency_p50_ms', async (system) => {
    const settings = system.latency[side] ?? settingsOf(bench, system)
    const database = await bench.templates.clone(system)
    const url = bench.databases.url(database)
    const running: Child[] = []
    try {
      const driver = await Child.start({ system: system.name, role: 'driver', url, settings })
      running.push(driver)
      const worker = await Child.start({ system: system.name, role: 'worker', url, settings })
      running.push(worker)
      await worker.ask({ do: 'go' })
      await bench.databases.checkpoint()
      const times = await driver.ask<number[]>(order, 120_000)
      await worker.stop()
      await driver.stop()
      const sample = {
        latency_p50_ms: percentile(times, 0.5),
        latency_p99_ms: percentile(times, 0.99),
      }
      return { sample, n: times.length }
    } finally {
      for (const child of running) child.kill()
      await bench.databases.drop(database)
    }
  })
}
