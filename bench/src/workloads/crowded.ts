import type { Bench } from '../bench.ts'
import { onEnd } from '../cleanup.ts'
import { Watch } from '../server/databases.ts'
import type { Sample } from '../sheet.ts'
import type { System } from '../systems/system.ts'
import { calibrate } from './calibrate.ts'
import { drain } from './drain.ts'
import { medianOf } from './median-of.ts'
import { attempt } from './rounds.ts'
import { patience } from './throughput.ts'

/** Ids are drawn in blocks of 1,024; the seeded runs take those below the first that is drawn. */
const BLOCK = 1024
const TURNS = 3
/** Rows that are written in one statement. */
const SEED_STEP = 500_000

/**
 * W7: W1 in a database that has seen millions, against W1 in an empty one, turn by turn, the medians of
 * three turns each: one of two seconds is chance. The millions are written by SQL into Millrace's own
 * tables, as its kernel would leave them.
 */
export async function runCrowded(bench: Bench, workload: string, millrace: System): Promise<void> {
  const finished = Math.max(1000, Math.round(bench.options.w7 * Math.min(1, bench.options.scale)))
  await attempt(bench, workload, millrace.name, async () => {
    const n = await sizeOf(bench, millrace)
    const crowded = await bench.templates.clone(millrace)
    const drop = onEnd(() => bench.databases.drop(crowded))
    const first = await seed(bench, crowded, finished, Math.round(finished / 10))
    let from = first
    for (let round = 1; round <= bench.options.rounds; round++) {
      const plan = { shape: 'one' as const, n, bulk: true, patienceMs: patience(bench) }
      const [empties, fulls]: [Sample[], Sample[]] = [[], []]
      for (let turn = 1; turn <= TURNS; turn++) {
        empties.push((await drain(bench, millrace, plan)).sample)
        const completed = completedFrom(from)
        fulls.push((await drain(bench, millrace, { ...plan, database: crowded, completed })).sample)
        from = await nextRun(bench, crowded)
      }
      const [empty, full] = [medianOf(empties), medianOf(fulls)]
      const [a = 0, b = 0] = [empty, full].map((sample) => sample.workflows_per_second)
      add(bench, `${workload}-empty`, millrace, round, n, empty)
      add(bench, workload, millrace, round, n, { ...full, ratio_to_plain: b / a })
      const figures = `${Math.round(b)} workflows/s, empty ${Math.round(a)}`
      console.log(`${workload} ${round}`.padEnd(14), 'millrace'.padEnd(24), figures)
    }
    drop()
    await bench.databases.drop(crowded)
  })
}

/** How many W1 workflows, queued in bulk, take two seconds. */
export async function sizeOf(bench: Bench, system: System): Promise<number> {
  const { quick, scale } = bench.options
  const least = Math.round((quick ? 2000 : 5000) * Math.min(1, scale))
  if (scale < 1) return least
  return calibrate({ least, most: 400_000 }, async (n) => {
    const plan = { shape: 'one' as const, n, bulk: true, patienceMs: patience(bench) }
    return (await drain(bench, system, plan)).seconds
  })
}

/** @returns the id below which all that was seeded lies */
async function seed(
  bench: Bench,
  database: string,
  finished: number,
  sleeping: number,
): Promise<string> {
  const watch = await Watch.open(bench.databases.url(database))
  const total = finished + sleeping
  const first = (Math.ceil(total / BLOCK) + 2) * BLOCK
  const route = await watch.number("select route_id from millrace.resolve_route(1, 'one')")
  console.log(`W7: seeding ${finished} finished and ${sleeping} sleeping runs`)
  await watch.query(`select setval('millrace.numbers', ${first / BLOCK})`)
  for (let from = 1; from <= total; from += SEED_STEP) {
    const to = Math.min(total, from + SEED_STEP - 1)
    await watch.query(seedRuns(from, to, route))
    if (from <= finished) await watch.query(seedOutcomes(from, Math.min(to, finished)))
    if (to > finished) await watch.query(seedSleepers(Math.max(from, finished + 1), to, route))
  }
  await watch.query('vacuum (analyze, freeze)')
  await watch.close()
  return String(first)
}

function seedRuns(from: number, to: number, route: number): string {
  return `insert into millrace.runs (id, created_at, tenant_id, route_id, input)
    select i, now() - interval '1 day', 1, ${route}, '{"k":' || i || '}'
    from generate_series(${from}, ${to}) i`
}

function seedOutcomes(from: number, to: number): string {
  return `insert into millrace.outcomes (run_id, at, tenant_id, status, tail, output)
    select i, now() - interval '1 day', 1, 'c', '[["r=","step"]]', '{"v":' || i || '}'
    from generate_series(${from}, ${to}) i`
}

/** A sleeper has the wait of one step.sleep, due long after the bench. */
function seedSleepers(from: number, to: number, route: number): string {
  return `insert into millrace.live (run_id, turn, tenant_id, route_id, state, wake_at, wait_keys,
      wait_names, wait_until)
    select i, i, 1, ${route}, 'w', at, array['nap'], array[null::text], array[at]
    from generate_series(${from}, ${to}) i,
    lateral (select now() + interval '1 day' + i * interval '1 ms' as at) due`
}

/** Counts what this turn has completed, and nothing that was there before: that would take ever longer. */
export function completedFrom(run: string): string {
  return `select count(*) from millrace.outcomes where status = 'c' and run_id >= ${run}`
}

/** The first id after all runs that have ended. */
export async function nextRun(bench: Bench, database: string): Promise<string> {
  const watch = await Watch.open(bench.databases.url(database))
  const [row] = await watch.query('select max(run_id) + 1 as next from millrace.outcomes')
  await watch.close()
  return String(row?.next)
}

function add(
  bench: Bench,
  workload: string,
  { name }: System,
  round: number,
  n: number,
  sample: object,
): void {
  bench.sheet.add({ workload, system: name, round, n, sample })
}
