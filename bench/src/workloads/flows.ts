import type { Bench } from '../bench.ts'
import type { Sample } from '../sheet.ts'
import { CHAIN } from '../systems/flow-forms.ts'
import { loadSystem } from '../systems/index.ts'
import type { Shape, System } from '../systems/system.ts'
import { calibrate, LEAST_SECONDS, neededFor } from './calibrate.ts'
import { type DrainPlan, drain } from './drain.ts'
import { attempt } from './rounds.ts'
import { runTimes } from './run-times.ts'
import { patience } from './throughput.ts'

/** The same work, written in another way. */
type Form = { name: string; shape: Shape; workers?: number }

/** Work in several forms; the first is the durable function. */
type Comparison = {
  workload: string
  forms: readonly [Form, ...Form[]]
  /** Steps of a run. */
  steps: number
  items?: number
  /** Runs that a worker drains, at least and at most. */
  least: number
  most: number
  /** Also how long one run takes that is alone. */
  isTimed?: boolean
}

const WORKERS = 4
const ITEMS = 10_000

/**
 * What flows and graphs cost beside durable functions that do the same, turn by turn: a chain of a thousand steps, ten
 * thousand items, and W3's hundred parallel steps.
 */
export async function runFlows(bench: Bench, workload: string): Promise<void> {
  const system = await loadSystem('millrace-flows')
  const items = Math.max(10, Math.round(ITEMS * Math.min(1, bench.options.scale)))
  const all: Comparison[] = [
    {
      ...{ workload, steps: CHAIN, least: 1, most: 200, isTimed: true },
      forms: [asFunction('chain'), asFlow('chain_flow'), asGraph('chain_graph')],
    },
    {
      ...{ workload: `${workload}-items`, steps: items, items, least: 1, most: 50 },
      forms: [
        ...([asFunction('items'), asFlow('items_flow'), asGraph('items_graph')] as const),
        { name: 'as a flow, in blocks', shape: 'blocks_flow' },
        {
          name: `as a flow, in blocks, ${WORKERS} workers`,
          shape: 'blocks_flow',
          workers: WORKERS,
        },
      ],
    },
    {
      ...{ workload: `${workload}-parallel`, steps: 100, least: 20, most: 5000 },
      forms: [
        ...([asFunction('hundred'), asFlow('hundred_flow')] as const),
        ...([{ name: "as a flow's map", shape: 'hundred_map' }, asGraph('hundred_graph')] as const),
      ],
    },
  ]
  for (const comparison of all) {
    await attempt(bench, comparison.workload, 'millrace', () => compare(bench, system, comparison))
  }
}

const asFunction = (shape: Shape): Form => ({ name: 'as a function', shape })
const asFlow = (shape: Shape): Form => ({ name: 'as a flow', shape })
const asGraph = (shape: Shape): Form => ({ name: 'as a graph', shape })

async function compare(bench: Bench, system: System, comparison: Comparison): Promise<void> {
  const { workload, forms, steps, isTimed = false } = comparison
  const n = await sizeOf(bench, system, comparison)
  for (let round = 1; round <= bench.options.rounds; round++) {
    let first: number | null = null
    for (const form of forms) {
      const plan = planOf(bench, comparison, form, n)
      const sample = perStep((await drain(bench, system, plan)).sample, steps)
      const { steps_per_second: rate = 0 } = sample
      first ??= rate
      if (isTimed) sample.ms_per_step = await timeAlone(bench, system, form.shape, steps)
      const ratio = { ratio_to_function: rate / first }
      bench.sheet.add({ workload, system: form.name, round, n, sample: { ...sample, ...ratio } })
      const alone = isTimed ? `, alone ${sample.ms_per_step?.toFixed(2)} ms a step` : ''
      const figures = `${Math.round(rate)} steps/s, ${ratio.ratio_to_function.toFixed(2)} of the function${alone}`
      console.log(
        `${workload} ${round}/${bench.options.rounds}`.padEnd(20),
        form.name.padEnd(32),
        figures,
      )
    }
  }
}

/** How many runs, as functions, take two seconds: all forms get as many. */
async function sizeOf(bench: Bench, system: System, comparison: Comparison): Promise<number> {
  const { quick, scale } = bench.options
  const { least, most, forms } = comparison
  if (quick || scale < 1) return least
  const trial = async (n: number) =>
    (await drain(bench, system, planOf(bench, comparison, forms[0], n))).seconds
  let n = await calibrate({ least, most }, trial)
  // several runs beside each other take less time than one after the other
  for (let seconds = 0; seconds < LEAST_SECONDS && n < most; ) {
    seconds = await trial(n)
    if (seconds < LEAST_SECONDS) n = neededFor(n, seconds, { least: n, most })
  }
  return n
}

function planOf(bench: Bench, { items }: Comparison, form: Form, n: number): DrainPlan {
  const { shape, workers = 1 } = form
  // blocks are runs of their own
  const completed = `select count(*) from millrace.outcomes o join millrace.runs r on r.id = o.run_id
    where o.status = 'c' and r.route_id = (select route_id from millrace.resolve_route(1, '${shape}'))`
  return {
    ...{ shape, n, workers, completed, patienceMs: patience(bench) },
    input: items === undefined ? {} : { items },
  }
}

/** What was measured of runs, for each of their steps. */
function perStep(sample: Sample, steps: number): Sample {
  const { workflows_per_second: rate = 0, worker_peak_mb = 0, seconds = 0 } = sample
  const cpu = (value: number | undefined) => (value === undefined ? undefined : value / steps)
  const [all, postgres] = [sample.cpu_us_per_workflow, sample.postgres_cpu_us_per_workflow].map(cpu)
  return {
    ...{ steps_per_second: rate * steps, worker_peak_mb, seconds },
    ...(all === undefined ? {} : { cpu_us_per_step: all }),
    ...(postgres === undefined ? {} : { postgres_cpu_us_per_step: postgres }),
    wal_bytes_per_step: (sample.wal_bytes_per_workflow ?? 0) / steps,
    ...(sample.other_cores === undefined ? {} : { other_cores: sample.other_cores }),
  }
}

/** Milliseconds that a step takes of a run that has its worker for itself. */
async function timeAlone(
  bench: Bench,
  system: System,
  shape: Shape,
  steps: number,
): Promise<number> {
  const n = bench.options.quick || bench.options.scale < 1 ? 1 : 5
  const { p50 } = await runTimes(bench, system, { shape, n, maxGapMs: 10, forMs: 60_000 })
  return p50 / steps
}
