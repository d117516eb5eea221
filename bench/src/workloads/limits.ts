import type { Bench } from '../bench.ts'
import { loadSystem } from '../systems/index.ts'
import { calibrate } from './calibrate.ts'
import { drain } from './drain.ts'
import { attempt } from './rounds.ts'
import { patience } from './throughput.ts'

/**
 * One-step workflows of a thousand keys with a limit of one run each, against the same without a limit, turn by
 * turn.
 */
export async function runLimits(bench: Bench, workload: string): Promise<void> {
  const system = await loadSystem('millrace-limits')
  const { rounds, scale } = bench.options
  await attempt(bench, workload, 'millrace', async () => {
    const plan = { bulk: true, patienceMs: patience(bench) }
    const least = Math.round(5000 * Math.min(1, scale))
    const n = await calibrate({ least, most: 200_000 }, async (trial) => {
      return (await drain(bench, system, { ...plan, shape: 'keyed', n: trial })).seconds
    })
    for (let round = 1; round <= rounds; round++) {
      const free = (await drain(bench, system, { ...plan, shape: 'free', n })).sample
      const keyed = (await drain(bench, system, { ...plan, shape: 'keyed', n })).sample
      const [a = 0, b = 0] = [free, keyed].map((sample) => sample.workflows_per_second)
      const entry = { system: 'millrace', round, n }
      bench.sheet.add({ ...entry, workload, sample: { ...keyed, ratio_to_plain: b / a } })
      bench.sheet.add({ ...entry, workload: `${workload}-free`, sample: free })
      const figures = `${Math.round(b)} workflows/s, without limits ${Math.round(a)}`
      console.log(`${workload} ${round}/${rounds}`.padEnd(14), 'millrace'.padEnd(24), figures)
    }
  })
}
