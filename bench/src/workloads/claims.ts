import pg from 'pg'
import type { Bench } from '../bench.ts'
import { percentile } from '../sheet.ts'
import { loadSystem } from '../systems/index.ts'
import { attempt } from './rounds.ts'

/** How many runs wait, over how many keys. */
const SIZES = [
  { waiting: 10, keys: 1 },
  { waiting: 1000, keys: 1 },
  { waiting: 1_000_000, keys: 1 },
  { waiting: 1_000_000, keys: 1000 },
] as const
const CLAIMS = 200
const BLOCK = 1000

/**
 * What a claim costs by how much waits: one run is claimed of a workflow with a limit for each key, with the call
 * that workers make, and completed; then another is started.
 */
export async function runClaims(bench: Bench, workload: string): Promise<void> {
  const system = await loadSystem('millrace-limits')
  const { rounds, scale } = bench.options
  await attempt(bench, workload, 'millrace', async () => {
    for (const { waiting, keys } of SIZES) {
      const n = Math.max(10, Math.round(waiting * Math.min(1, scale)))
      const name = `${workload}-${waiting}${keys === 1 ? '' : `-of-${keys}-keys`}`
      const database = await bench.templates.clone(system)
      const client = new pg.Client({ connectionString: bench.databases.url(database) })
      client.on('error', () => {})
      await client.connect()
      try {
        const claims = await Claims.open(client)
        for (let from = 0; from < n; from += BLOCK)
          await claims.start(Math.min(BLOCK, n - from), keys)
        await client.query('vacuum (analyze) millrace.live')
        for (let round = 1; round <= rounds; round++) {
          const times = await claims.time(CLAIMS, keys)
          const sample = {
            latency_p50_ms: percentile(times, 0.5),
            latency_p99_ms: percentile(times, 0.99),
          }
          bench.sheet.add({ workload: name, system: 'millrace', round, n, sample })
          const figures = `${sample.latency_p50_ms.toFixed(2)} ms a claim, p99 ${sample.latency_p99_ms.toFixed(2)} ms`
          console.log(`${name} ${round}/${rounds}`.padEnd(30), figures)
        }
      } finally {
        await client.end()
        await bench.databases.drop(database)
      }
    }
  })
}

/** A worker that claims one run at a time, by SQL. */
class Claims {
  readonly #client: pg.Client
  readonly #worker: string
  readonly #route: number
  #started = 0

  private constructor(client: pg.Client, worker: string, route: number) {
    this.#client = client
    this.#worker = worker
    this.#route = route
  }

  static async open(client: pg.Client): Promise<Claims> {
    const { rows } = await client.query(
      `select millrace.register_worker(1, 3600000, '{"host": "bench"}')::text as worker,
              (select route_id from millrace.resolve_route(1, 'keyed')) as route`,
    )
    return new Claims(client, rows[0].worker, rows[0].route)
  }

  async start(n: number, keys: number): Promise<void> {
    await this.#client.query(
      `select count(*) from (select millrace.take_ids() as first offset 0) i,
       lateral millrace.start_runs(1, array(select i.first + g from generate_series(0, $1::int - 1) g),
         array_fill($2::int, array[$1::int]), null, array_fill('{}'::text, array[$1::int]),
         array(select format('{"workflow": "keyed", "keys": {"key": "k%s"}}', ($3::int + g) % $4::int)
               from generate_series(0, $1::int - 1) g)) s`,
      [n, this.#route, this.#started, keys],
    )
    this.#started += n
  }

  /** @returns milliseconds of each claim */
  async time(claims: number, keys: number): Promise<number[]> {
    const times: number[] = []
    for (let i = 0; i < claims; i++) {
      const from = performance.now()
      const { rows } = await this.#client.query(
        'select run_id, fence from millrace.claim_tasks(1, $1, 0, $2, $3, 1, true, false, clock_timestamp())',
        [this.#worker, [this.#route], ['0']],
      )
      times.push(performance.now() - from)
      const { run_id, fence } = rows[0]
      if (run_id === null) throw new Error('a claim got nothing')
      await this.#client.query(
        `select * from millrace.advance_tasks(1, array[$1::bigint], '{0}', array[$2::bigint], '{c}', '{0}', array[null::text],
           array['1'], array[null::bigint], array[null::text], array[null::text], array[null::text],
           '{}', '{}', '{}', '{}', '{}')`,
        [run_id, fence],
      )
      await this.start(1, keys)
    }
    return times
  }
}
