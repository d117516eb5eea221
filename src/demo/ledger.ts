import pg from 'pg'
import type { StepContext } from '../workflow/step-types.ts'

/** One entry of one step's handler. */
export type Entry = {
  /** Order of the entries, of the whole ledger. */
  readonly seq: number
  readonly run: string
  readonly step: string
  readonly attempt: number
  readonly pid: number
  /** Made for this entry alone; the step returns it, so the engine's record names the entry. */
  readonly receipt: string
}

/**
 * The witness outside the engine: every handler writes that it was entered, before it does anything,
 * in a commit of its own on a connection that the engine knows nothing of. The table has no unique
 * key: what happened twice stands there twice.
 */
export class Ledger {
  readonly #pool: pg.Pool
  readonly #table: string

  constructor(connectionString: string, schema: string) {
    this.#table = `${schema}.demo_effects`
    this.#pool = new pg.Pool({ connectionString, max: 8, application_name: 'millrace demo ledger' })
    this.#pool.on('error', () => {})
  }

  /** Makes the table. */
  async create(): Promise<void> {
    await this.#pool.query(
      `create table ${this.#table} (seq bigint generated always as identity, run uuid not null,
         step text not null, attempt int not null, pid int not null,
         receipt uuid not null default gen_random_uuid())`,
    )
  }

  /** Notes that a handler was entered, and gives the receipt that its result has to carry. */
  async enter(ctx: StepContext): Promise<string> {
    const { rows } = await this.#pool.query<{ receipt: string }>(
      `insert into ${this.#table} (run, step, attempt, pid) values ($1, $2, $3, $4) returning receipt`,
      [ctx.runId, ctx.stepId, ctx.attempt, process.pid],
    )
    return (rows[0] as { receipt: string }).receipt
  }

  /** How many handlers were entered so far. */
  async count(): Promise<number> {
    const { rows } = await this.#pool.query(`select count(*)::int as n from ${this.#table}`)
    return rows[0].n
  }

  /** Everything, in order. */
  async entries(): Promise<Entry[]> {
    const { rows } = await this.#pool.query<Entry>(
      `select seq::int, run, step, attempt, pid, receipt from ${this.#table} order by seq`,
    )
    return rows
  }

  async close(): Promise<void> {
    await this.#pool.end()
  }
}
