import type { Bench } from '../bench.ts'
import { percentile } from '../sheet.ts'
import type { System } from '../systems/system.ts'
import { drain } from './drain.ts'
import { runRounds } from './rounds.ts'
import { patience } from './throughput.ts'

/** W5: a thousand that sleep for a second, all at once. How late they wake is what counts. */
export async function runSleepers(
  bench: Bench,
  workload: string,
  systems: readonly System[],
): Promise<void> {
  const n = Math.ceil((bench.options.quick ? 200 : 1000) * Math.min(1, bench.options.scale))
  await runRounds(bench, workload, systems, 'lateness_p99_ms', async (system) => {
    const plan = { shape: 'nap' as const, n, patienceMs: patience(bench) }
    const { sample, lateness } = await drain(bench, system, plan)
    if (lateness.length < n) throw new Error(`only ${lateness.length} of ${n} were seen to wake`)
    const { seconds = 0, transactions_per_workflow = 0, wal_bytes_per_workflow = 0 } = sample
    return {
      sample: {
        lateness_p50_ms: percentile(lateness, 0.5),
        lateness_p99_ms: percentile(lateness, 0.99),
        earliest_ms: Math.min(...lateness),
        seconds,
        transactions_per_workflow,
        wal_bytes_per_workflow,
      },
      n,
    }
  })
}
