import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { Database } from '../../src/kernel/database.ts'
import { isConnectionLoss } from '../../src/kernel/database-error.ts'
import { registerWorkflow, resolveRoute, tenantId } from '../../src/kernel/definitions.ts'
import { migrate } from '../../src/kernel/migrate.ts'
import { Figures } from './figures.ts'

/** A place for one history at a time: its runs meet no others. Two routes, so that claims have a choice. */
export type Slot = {
  readonly workflow: string
  readonly routes: readonly number[]
  /** The event that starts the workflow. */
  readonly startsOn: string
  /** Every second workflow has limits: so many runs at once, in all and for each key. */
  readonly limits: { readonly all: number; readonly key: number } | null
}

const LIMITS = { all: 5, key: 2 }

/**
 * Where transactions of steps write. No unique key: a step that committed twice shall show.
 */
const ORACLE = `
create schema if not exists oracle;
create table if not exists oracle.effects (run_id bigint not null, key text not null, tag text not null);
create index if not exists effects_by_run on oracle.effects (run_id);`

/** A database that is under test. */
export class Lab {
  readonly pool: pg.Pool
  readonly figures = new Figures()
  readonly slots: Slot[] = []
  /** The server was killed and is not back yet. */
  down = false
  tenant = 0
  /** Without faults; errors are decoded. */
  readonly db: Database

  constructor(connectionString: string, parallel: number) {
    // a connection or an answer that never comes is lost, too: no history shall hang on it
    const patience = { connectionTimeoutMillis: 15_000, query_timeout: 60_000 }
    const max = parallel + 8
    this.pool = new pg.Pool({
      connectionString,
      max,
      application_name: 'crash',
      // a killed server has lost its statistics, and would read all of its tables in parallel
      options: '-c jit=off -c enable_seqscan=off -c max_parallel_workers_per_gather=0',
      ...patience,
    })
    this.pool.setMaxListeners(0) // each actor's Database listens to it
    this.pool.on('error', () => {})
    this.pool.on('connect', (client) => client.on('error', () => {}))
    this.db = new Database({ pool: this.pool })
  }

  /** Installs what is needed and makes a slot for each history that runs at the same time. */
  async open(slots: number): Promise<void> {
    await migrate(this.db)
    await this.pool.query(ORACLE)
    this.tenant = await tenantId(this.db, 'default')
    for (let i = 0; i < slots; i++) {
      const name = `crash-${i}`
      const limits = i % 2 === 1 ? LIMITS : null
      await registerWorkflow(this.db, this.tenant, name, '1', {
        kind: 'function',
        start_on: [{ event: `crash-go-${i}` }],
        ...(limits && {
          limits: { concurrency: [{ limit: limits.all }, { limit: limits.key, key: ['k'] }] },
        }),
      })
      const routes: number[] = []
      for (const priority of [1, 0]) {
        const { route } = await resolveRoute(this.db, this.tenant, { name, version: '1', priority })
        routes.push(route)
      }
      this.slots.push({ workflow: name, routes, limits, startsOn: `crash-go-${i}` })
    }
  }

  /** A statement of the harness itself: no faults, and patience while the server is away. */
  async ask<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
    this.figures.add('questions')
    for (let turn = 0; ; turn++) {
      try {
        return (await this.pool.query(text, values)).rows as Row[]
      } catch (error) {
        const again = isConnectionLoss(error) || (error as { code?: string }).code === '40P01'
        if (!again || turn > 1500) throw error
        await pause(20)
      }
    }
  }

  async close(): Promise<void> {
    await Promise.race([this.pool.end(), pause(3000)])
  }
}
