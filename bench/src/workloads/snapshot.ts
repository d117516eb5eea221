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
 * from being removed. Beside it, turn by turn, the same in another database without the snapshot: two
 * minutes that follow each other may differ by more than the budget allows. The medians of the last ten
 * turns count.
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
      const { plain, held } = await alternate(bench, millrace, n, holdMs)
      const [a = 0, b = 0] = [plain, held].map((sample) => sample.workflows_per_second)
      const entry = { system: millrace.name, round, n }
      bench.sheet.add({ ...entry, workload: `${workload}-plain`, sample: plain })
      bench.sheet.add({ ...entry, workload, sample: { ...held, ratio_to_plain: b / a } })
      const figures = `${Math.round(b)} workflows/s, without a snapshot ${Math.round(a)}`
      console.log(`${workload} ${round}/${rounds}`.padEnd(14), millrace.name.padEnd(24), figures)
    }
  })
}

/** Turns in both databases, until those beside the snapshot have taken `holdMs` together. */
async function alternate(
  bench: Bench,
  system: System,
  n: number,
  holdMs: number,
): Promise<{ plain: Sample; held: Sample }> {
  const [plain, held] = [await Turns.open(bench, system, n), await Turns.open(bench, system, n)]
  const holder = await Watch.open(bench.databases.url(held.database), true)
  try {
    await holder.query('begin isolation level repeatable read')
    // with a number of its own it also keeps the oldest transaction of its database where it is
    await holder.query('select txid_current()')
    while (held.ms < holdMs) {
      await plain.turn()
      await held.turn()
    }
    return { plain: plain.median(), held: held.median() }
  } finally {
    await holder.close()
    for (const { database } of [plain, held]) await bench.databases.drop(database)
  }
}

/** W1 in one database again and again. */
class Turns {
  readonly database: string
  /** How long they have taken. */
  ms = 0
  readonly #bench: Bench
  readonly #system: System
  readonly #n: number
  readonly #samples: Sample[] = []
  #from = '0'

  private constructor(bench: Bench, system: System, n: number, database: string) {
    this.database = database
    this.#bench = bench
    this.#system = system
    this.#n = n
  }

  static async open(bench: Bench, system: System, n: number): Promise<Turns> {
    return new Turns(bench, system, n, await bench.templates.clone(system))
  }

  async turn(): Promise<void> {
    const began = performance.now()
    const { sample } = await drain(this.#bench, this.#system, {
      ...{ shape: 'one', n: this.#n, bulk: true, database: this.database },
      patienceMs: patience(this.#bench),
      completed: completedFrom(this.#from),
    })
    this.#samples.unshift(sample)
    this.ms += performance.now() - began
    this.#from = await nextRun(this.#bench, this.database)
  }

  /** What the median of the last ten turns measured: one of two seconds is chance. */
  median(): Sample {
    return medianOf(this.#samples.slice(0, 10))
  }
}
