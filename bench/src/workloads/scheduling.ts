import pg from 'pg'
import type { Bench } from '../bench.ts'
import { between, read } from '../server/meter.ts'
import type { Sample } from '../sheet.ts'
import type { System } from '../systems/system.ts'
import { attempt } from './rounds.ts'

const SIZES = [100, 1000, 5000]
/** Nodes that end in one statement. */
const BATCHES = [1, 100]
/** Nodes of all runs of a cell: a run alone would show little but the pages that follow a checkpoint. */
const NODES = 5000

/** How the end of nodes is kept. `sql`: of a run `$1` the nodes `$2` to `$3`, counted from 1. */
const ways = [
  { name: 'an array of counters', sql: 'select end_nodes($1, $2, $3)' },
  {
    name: 'a row each',
    sql: `insert into millrace.checkpoints (run_id, at, seq, tenant_id, kind, name, data)
      select $1::bigint, clock_timestamp(), i, 1, 'r', 'node_' || i, '{"v":' || i || '}'
      from generate_series($2::int, $3::int) i`,
  },
] as const

/**
 * Beside the rows: for each run one row with how many dependencies each node still misses, as a scheduler in SQL would
 * keep it. It reads and writes the row once for all that end together. Every node has one dependent here; which are
 * ready nobody asks, so this is the least that it can cost.
 */
const COUNTERS = `
  create table counters (run_id bigint primary key, remaining int[] not null) with (fillfactor = 50);
  create function end_nodes(p_run bigint, p_from int, p_to int) returns void language plpgsql as $$
  declare
    v_remaining int[];
  begin
    select remaining into v_remaining from counters where run_id = p_run for update;
    for i in p_from .. p_to loop
      v_remaining[i] := v_remaining[i] - 1;
    end loop;
    update counters set remaining = v_remaining where run_id = p_run;
  end $$`

/**
 * Why flows and graphs are walked in the worker, over the journal: what it costs to note the ends of all nodes, as
 * counters of each run, or as the rows of the journal, which are there anyway.
 */
export async function runScheduling(
  bench: Bench,
  workload: string,
  millrace: System,
): Promise<void> {
  const { rounds, scale } = bench.options
  await attempt(bench, workload, 'millrace', async () => {
    for (let round = 1; round <= rounds; round++) {
      for (const size of SIZES) {
        for (const batch of BATCHES) {
          for (const { name, sql } of ways) {
            const cell = `${workload}-${size}`
            const system = batch === 1 ? `${name}, one by one` : `${name}, ${batch} at a time`
            const nodes = Math.max(size, NODES * Math.min(1, scale))
            const sample = await endAll(bench, millrace, sql, { size, batch, runs: nodes / size })
            bench.sheet.add({ workload: cell, system, round, n: nodes, sample })
            const figures = `${sample.ms_per_step?.toFixed(3)} ms, ${Math.round(sample.wal_bytes_per_step ?? 0)} B of WAL a node`
            console.log(`${cell} ${round}/${rounds}`.padEnd(20), system.padEnd(38), figures)
          }
        }
      }
    }
  })
}

async function endAll(
  bench: Bench,
  millrace: System,
  sql: string,
  { size, batch, runs }: { size: number; batch: number; runs: number },
): Promise<Sample> {
  const database = await bench.templates.clone(millrace)
  const client = new pg.Client({ connectionString: bench.databases.url(database) })
  client.on('error', () => {})
  await client.connect()
  try {
    await client.query(COUNTERS)
    // one to four dependencies, so that the array is no easier to compress than that of a graph
    await client.query(
      `insert into counters select r, array(select 1 + (random() * 3)::int + 0 * r from generate_series(1, $1::int))
       from generate_series(1, $2::int) r`,
      [size, Math.ceil(runs)],
    )
    await bench.databases.checkpoint()
    const from = await read(bench.server, bench.databases)
    for (let run = 1; run <= runs; run++) {
      for (let first = 1; first <= size; first += batch) {
        const values = [run, first, Math.min(size, first + batch - 1)]
        await client.query({ name: 'end', text: sql, values })
      }
    }
    const { seconds, wal, postgresCpu } = between(from, await read(bench.server, bench.databases))
    const nodes = size * Math.floor(runs)
    return {
      ...{ ms_per_step: (seconds * 1000) / nodes, wal_bytes_per_step: wal / nodes, seconds },
      ...(postgresCpu === null ? {} : { postgres_cpu_us_per_step: postgresCpu / nodes }),
    }
  } finally {
    await client.end()
    await bench.databases.drop(database)
  }
}
