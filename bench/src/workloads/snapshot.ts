import type { Bench } from '../bench.ts'
import { Watch } from '../server/databases.ts'
import type { Sample } from '../sheet.ts'
import type { System } from '../systems/system.ts'
import { completedFrom, nextRun, sizeOf } from './crowded.ts'
import { drain } from './drain.ts'
import { medianOf } from './median-of.ts'
import { attempt } from './rounds.ts'
import { patience } from './throughput.ts'

/**
 * W8: W1 again and again for a minute, while a session holds a snapshot that keeps every dead row
 * from being removed; the median of the last three turns counts. Beside it the same without the snapshot.
 */
export async function runBesideSnapshot(
  bench: Bench,
  workload: string,
  millrace: System,
): Promise<void> {
  const { quick, scale, rounds } = bench.options
  const holdMs = (quick ? 5_000 : 60_000) * Math.min(1, scale)
  await attempt(bench, workload, millrace.name, async () => {
    const n = await sizeOf(bench, millrace)
    for (let round = 1; round <= rounds; round++) {
      const plain = await repeat(bench, millrace, n, holdMs, false)
      const held = await repeat(bench, millrace, n, holdMs, true)
      const [a = 0, b = 0] = [plain, held].map((sample) => sample.workflows_per_second)
      const entry = { system: millrace.name, round, n }
      bench.sheet.add({ ...entry, workload: `${workload}-plain`, sample: plain })
      bench.sheet.add({ ...entry, workload, sample: { ...held, ratio_to_plain: b / a } })
      const figures = `${Math.round(b)} workflows/s, without a snapshot ${Math.round(a)}`
      console.log(`${workload} ${round}/${rounds}`.padEnd(14), millrace.name.padEnd(24), figures)
    }
  })
}

/** @returns what the median of the last three turns measured: one of two seconds is chance */
async function repeat(
  bench: Bench,
  system: System,
  n: number,
  holdMs: number,
  hold: boolean,
): Promise<Sample> {
  const database = await bench.templates.clone(system)
  const holder = hold ? await Watch.open(bench.databases.url(database), true) : null
  try {
    await holder?.query('begin isolation level repeatable read')
    // with a number of its own it also keeps the server's oldest transaction where it is
    await holder?.query('select txid_current()')
    const until = performance.now() + holdMs
    const last: Sample[] = []
    for (let from = '0'; ; from = await nextRun(bench, database)) {
      const { sample } = await drain(bench, system, {
        shape: 'one',
        n,
        bulk: true,
        database,
        patienceMs: patience(bench),
        completed: completedFrom(from),
      })
      last.unshift(sample)
      if (performance.now() >= until) return medianOf(last.slice(0, 3))
    }
  } finally {
    await holder?.close()
    await bench.databases.drop(database)
  }
}
