import pg from 'pg'
import type { Ledger } from './ledger.ts'

/** How the runs are at one moment. */
export type Census = {
  /** Ended, in whichever way. */
  readonly ended: number
  /** In the hands of a worker. */
  readonly held: number
  /** Asleep, or waiting for their approval. */
  readonly waiting: number
  readonly queued: number
  /** Handlers that were entered so far. */
  readonly steps: number
}

/**
 * Counts the runs. It reads the engine's table of unfinished runs, only to show how things go and to
 * choose the moments of the kills: what the demo proves at its end it reads by the public API.
 */
export class Counter {
  readonly #pool: pg.Pool
  readonly #ledger: Ledger
  readonly #statement: string

  constructor(connectionString: string, schema: string, ledger: Ledger) {
    this.#pool = new pg.Pool({
      connectionString,
      max: 1,
      application_name: 'millrace demo counter',
    })
    this.#pool.on('error', () => {})
    this.#ledger = ledger
    this.#statement = `select count(*)::int as live,
        count(*) filter (where state = 'l')::int as held,
        count(*) filter (where state in ('q', 's'))::int as queued from ${schema}.live`
  }

  /** @param started how many runs there are: those that are not alive any more have ended */
  async count(started: number): Promise<Census> {
    const [{ rows }, steps] = await Promise.all([
      this.#pool.query<{ live: number; held: number; queued: number }>(this.#statement),
      this.#ledger.count(),
    ])
    const { live, held, queued } = rows[0] as { live: number; held: number; queued: number }
    return { ended: started - live, held, queued, waiting: live - held - queued, steps }
  }

  async close(): Promise<void> {
    await this.#pool.end()
  }
}
