import pg from 'pg'
import type { Ledger } from './ledger.ts'

/** How the runs are at one moment. */
export type Census = {
  /** Ended, in whichever way. */
  readonly ended: number
  /** In the hands of the worker process that was asked about. */
  readonly held: number
  /** In the hands of processes before it: of the dead, until their leases are over. */
  readonly orphaned: number
  /** Asleep, or waiting for their approval. */
  readonly waiting: number
  readonly queued: number
  /** Queued after two deaths in a row: they run one by one, in case it was they who killed. */
  readonly suspected: number
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
        count(*) filter (where l.state = 'l' and w.info ->> 'pid' = $1)::int as held,
        count(*) filter (where l.state = 'l' and w.info ->> 'pid' <> $1)::int as orphaned,
        count(*) filter (where l.state = 'q')::int as queued,
        count(*) filter (where l.state = 's')::int as suspected
      from ${schema}.live l left join ${schema}.workers w on w.id = l.worker_id`
  }

  /**
   * @param started how many runs there are: those that are not alive any more have ended
   * @param pid the worker process whose runs are counted as held
   */
  async count(started: number, pid: number): Promise<Census> {
    const [{ rows }, steps] = await Promise.all([
      this.#pool.query<Row>(this.#statement, [String(pid)]),
      this.#ledger.count(),
    ])
    const { live, held, orphaned, queued, suspected } = rows[0] as Row
    const waiting = live - held - orphaned - queued - suspected
    return { ended: started - live, held, orphaned, queued, suspected, waiting, steps }
  }

  async close(): Promise<void> {
    await this.#pool.end()
  }
}

type Row = Pick<Census, 'held' | 'orphaned' | 'queued' | 'suspected'> & { live: number }
