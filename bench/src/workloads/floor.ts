import pg from 'pg'
// arrays as cheap as Millrace's own: the floor must not be higher for being sent in a worse way
import { plainArray, textArray } from '../../../src/kernel/sql-arrays.ts'
import type { Bench } from '../bench.ts'
import { between, read } from '../server/meter.ts'
import type { Sample } from '../sheet.ts'
import type { System } from '../systems/system.ts'
import { calibrate } from './calibrate.ts'
import { sizeOf } from './crowded.ts'
import { drain } from './drain.ts'
import { runPgbench } from './pgbench.ts'
import { attempt } from './rounds.ts'
import { patience } from './throughput.ts'

/** Rows in one INSERT, and connections: what wrote most on the machine this was tuned on. */
const BATCH = 1000
const CONNECTIONS = 4
/** Under this name the plain INSERTs stand in the report. */
const floorName = 'plain inserts'

/**
 * The floor: what Millrace's queued W1 leaves behind (a row of `runs`, a row of `outcomes`),
 * written by plain batched INSERTs into the same tables, in the same round as that W1.
 */
export async function runFloor(bench: Bench, workload: string, millrace: System): Promise<void> {
  const { rounds, scale } = bench.options
  await attempt(bench, workload, millrace.name, async () => {
    const least = Math.max(BATCH, Math.round(50_000 * Math.min(1, scale)))
    const most = scale < 1 ? least : 1_000_000
    const trial = async (n: number) => (await insertAll(bench, millrace, n)).s
    const rows = await calibrate({ least, most }, trial)
    const n = await sizeOf(bench, millrace)
    for (let round = 1; round <= rounds; round++) {
      const floor = await insertAll(bench, millrace, rows)
      const plan = { shape: 'one' as const, n, bulk: true, patienceMs: patience(bench) }
      const queued = await drain(bench, millrace, plan)
      const sample = compare(
        floor.sample,
        queued.sample,
        n / (queued.startSeconds + queued.seconds),
      )
      bench.sheet.add({ workload, system: floorName, round, n: rows, sample: floor.sample })
      bench.sheet.add({ workload, system: millrace.name, round, n, sample })
      const figures = [floor.sample, sample].map((s) => Math.round(s.workflows_per_second ?? 0))
      console.log(
        `${workload} ${round}/${rounds}`.padEnd(14),
        `rows of ${figures[0]} workflows/s, Millrace queues and drains ${figures[1]}`,
      )
    }
    await runPgbench(bench, workload)
  })
}

/**
 * Through one Node process each; and Postgres' part alone, which is the floor "on the SQL side".
 */
function compare(floor: Sample, queued: Sample, rate: number): Sample {
  const a = floor.postgres_cpu_us_per_workflow
  const b = queued.postgres_cpu_us_per_workflow
  return {
    workflows_per_second: rate,
    ratio_to_floor: rate / (floor.workflows_per_second ?? Number.NaN),
    ...(a === undefined || b === undefined ? {} : { postgres_cpu_ratio_to_floor: a / b }),
    ...(b === undefined ? {} : { postgres_cpu_us_per_workflow: b }),
    wal_bytes_per_workflow: queued.wal_bytes_per_workflow ?? Number.NaN,
  }
}

async function insertAll(
  bench: Bench,
  millrace: System,
  n: number,
): Promise<{ sample: Sample; s: number }> {
  const database = await bench.templates.clone(millrace)
  const pool = new pg.Pool({
    connectionString: bench.databases.url(database),
    max: CONNECTIONS,
  })
  pool.on('error', () => {})
  try {
    await bench.databases.checkpoint()
    const from = await read(bench.server, bench.databases)
    let next = 0
    const writer = async () => {
      while (next < n) {
        const first = next + 1
        next += BATCH
        await insertBatch(pool, first, Math.min(n, next))
      }
    }
    await Promise.all(Array.from({ length: CONNECTIONS }, writer))
    const used = between(from, await read(bench.server, bench.databases))
    return {
      s: used.seconds,
      sample: {
        workflows_per_second: n / used.seconds,
        wal_bytes_per_workflow: used.wal / n,
        seconds: used.seconds,
        ...(used.postgresCpu === null
          ? {}
          : { postgres_cpu_us_per_workflow: used.postgresCpu / n }),
      },
    }
  } finally {
    await pool.end()
    await bench.databases.drop(database)
  }
}

/**
 * Runs first, outcomes later, as two transactions: a queued run is durable before it is drained.
 */
async function insertBatch(pool: pg.Pool, first: number, last: number): Promise<void> {
  const ids = Array.from({ length: last - first + 1 }, (_, i) => first + i)
  await pool.query(
    `insert into millrace.runs (id, created_at, tenant_id, route_id, input)
     select u.id, now(), 1, 1, u.input from unnest($1::bigint[], $2::text[]) u (id, input)`,
    [ids, ids.map((k) => JSON.stringify({ k }))],
  )
  await pool.query(
    `insert into millrace.outcomes (run_id, at, tenant_id, status, tail, output)
     select u.id, now(), 1, 'c', u.tail, u.output
     from unnest($1::bigint[], $2::text[], $3::text[]) u (id, tail, output)`,
    [
      plainArray(ids),
      // the result of the only step is the output: it is stored once
      textArray(ids.map(() => '[["r=","step"]]')),
      textArray(ids.map((v) => JSON.stringify({ v }))),
    ],
  )
}
