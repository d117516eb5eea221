import type { Bench } from '../bench.ts'
import { SIX } from '../systems/flow-forms.ts'
import { loadSystem } from '../systems/index.ts'
import { attempt } from './rounds.ts'
import { runTimes } from './run-times.ts'

const forms = [
  { name: 'as a function', shape: 'six' },
  { name: 'as a graph', shape: 'six_graph' },
] as const

/**
 * W9: a graph of six nodes, one after the other, whose steps take no time of their own: from the start to the result,
 * through the client, worker in another process. Beside it a durable function that does the same.
 */
export async function runGraph(bench: Bench, workload: string): Promise<void> {
  const system = await loadSystem('millrace-flows')
  const { quick, rounds, scale } = bench.options
  const order = {
    n: Math.ceil((quick ? 25 : 200) * Math.min(1, scale)),
    ...{ maxGapMs: quick ? 60 : 150, forMs: quick ? 2_500 : 20_000 },
  }
  await attempt(bench, workload, 'millrace', async () => {
    for (let round = 1; round <= rounds; round++) {
      for (const { name, shape } of forms) {
        const { p50, p99, n } = await runTimes(bench, system, { shape, ...order })
        const sample = { latency_p50_ms: p50, latency_p99_ms: p99, ms_per_step: p50 / SIX }
        bench.sheet.add({ workload, system: name, round, n, sample })
        const figures = `p50 ${p50.toFixed(2)} ms, ${sample.ms_per_step.toFixed(2)} ms a step`
        console.log(`${workload} ${round}/${rounds}`.padEnd(20), name.padEnd(32), figures)
      }
    }
  })
}
