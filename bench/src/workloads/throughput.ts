import type { Bench } from '../bench.ts'
import type { MetricName } from '../report/metrics.ts'
import { readCommitted } from '../report/results.ts'
import type { Sample } from '../sheet.ts'
import type { Shape, System } from '../systems/system.ts'
import { calibrate, LEAST_SECONDS, neededFor } from './calibrate.ts'
import { type DrainPlan, drain } from './drain.ts'
import { attempt, hasFailed, runRounds } from './rounds.ts'

/** A workload that is queued and drained. */
export type Throughput = {
  workload: string
  shape: Shape
  /** Workflows at least; more where they would not last two seconds. */
  least: number
  /** The same in a quick run. */
  quickLeast: number
  most: number
  bulk?: boolean
  workers?: number
  payloadBytes?: number
  /** Steps of one workflow, where steps are what is counted. */
  steps?: number
  /** Parallel items of one workflow, where the input says how many. */
  items?: number
}

/** ms that one system may take for one turn. */
export const patience = (bench: Bench) =>
  bench.options.quick || bench.options.scale < 1 ? 60_000 : 300_000

/** Calibrates each system, then gives each its turns. */
export async function runThroughput(
  bench: Bench,
  spec: Throughput,
  systems: readonly System[],
): Promise<void> {
  const planned = new Map<string, DrainPlan>()
  for (const system of systems) {
    await attempt(bench, spec.workload, system.name, async () => {
      planned.set(system.name, await planOf(bench, spec, system))
    })
  }
  const alive = systems.filter((system) => !hasFailed(bench, spec.workload, system))
  const primary: MetricName =
    spec.payloadBytes !== undefined
      ? 'megabytes_per_second'
      : spec.steps === undefined && spec.items === undefined
        ? 'workflows_per_second'
        : 'steps_per_second'
  await runRounds(bench, spec.workload, alive, primary, async (system) => {
    const plan = planned.get(system.name) as DrainPlan
    let { sample, seconds } = await drain(bench, system, plan)
    if (seconds < LEAST_SECONDS && plan.n < spec.most && bench.options.scale >= 1) {
      // the trials were slower than this: once more, with enough, and so in later rounds
      plan.n = neededFor(plan.n, seconds, { least: plan.n, most: spec.most })
      ;({ sample, seconds } = await drain(bench, system, plan))
    }
    return { sample: withUnits(sample, spec, plan), n: plan.n }
  })
}

async function planOf(bench: Bench, spec: Throughput, system: System): Promise<DrainPlan> {
  const { quick, scale } = bench.options
  const scaled = (n: number) => Math.max(1, Math.round(n * Math.min(1, scale)))
  const items = spec.items === undefined ? undefined : Math.max(10, scaled(spec.items))
  const plan: DrainPlan = {
    shape: spec.shape,
    n: 0,
    bulk: spec.bulk ?? false,
    workers: spec.workers ?? 1,
    input: {
      ...(items === undefined ? {} : { items }),
      ...(spec.payloadBytes === undefined ? {} : { payload: text(spec.payloadBytes) }),
    },
    patienceMs: patience(bench),
  }
  const least = scaled(quick ? spec.quickLeast : spec.least)
  // a fraction of the work is for trying things out: its cells are as short as they come
  if (scale < 1) return { ...plan, n: least }
  // a quick run has no time for trials: what lasted long enough when the results were made will do
  const known = quick ? committedSize(spec.workload, system.name) : undefined
  if (known !== undefined) return { ...plan, n: Math.max(known, least) }
  const first = quick ? least / 2 : least / 10
  const n = await calibrate({ first, least, most: spec.most }, async (trial) => {
    return (await drain(bench, system, { ...plan, n: trial, workers: 1 })).seconds
  })
  return { ...plan, n: Math.round(n * scale) }
}

function committedSize(workload: string, system: string): number | undefined {
  const cells = readCommitted() ?? []
  return cells.find((cell) => cell.workload === workload && cell.system === system)?.n
}

function withUnits(sample: Sample, spec: Throughput, plan: DrainPlan): Sample {
  const rate = sample.workflows_per_second ?? 0
  const steps = spec.steps ?? plan.input?.items
  return {
    ...sample,
    ...(steps === undefined ? {} : { steps_per_second: rate * steps }),
    ...(spec.payloadBytes === undefined
      ? {}
      : { megabytes_per_second: (rate * spec.payloadBytes) / 1e6 }),
  }
}

/** Not one letter again and again: Postgres compresses what is large, and would find it easy. */
function text(bytes: number): string {
  const letters = 'abcdefghijklmnopqrstuvwxyz012345'
  let seed = 7
  let made = ''
  while (made.length < bytes) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    made += letters[seed >>> 27]
  }
  return made
}
