import pg from 'pg'
import { onEnd } from '../cleanup.ts'

/** The name of a connection that stays while others of its database are waited for. */
const STAYING = 'millrace-bench-holder'
/** How long connections to a database that is to be copied or counted may take to go away. */
const CLOSE_MS = 15_000

/** Makes and drops the databases that cells run in: one template for each system, clones of it. */
export class Databases {
  readonly #url: string
  readonly #admin: pg.Client
  readonly #made = new Set<string>()
  #count = 0

  private constructor(url: string, admin: pg.Client) {
    this.#url = url
    this.#admin = admin
  }

  static async open(url: string): Promise<Databases> {
    const admin = new pg.Client({ connectionString: url })
    admin.on('error', () => {})
    await admin.connect()
    const databases = new Databases(url, admin)
    onEnd(async () => {
      for (const name of databases.#made) await databases.drop(name)
      await admin.end()
    })
    return databases
  }

  /** The connection string of a database of this server. */
  url(name: string): string {
    const url = new URL(this.#url)
    url.pathname = `/${name}`
    return url.href
  }

  /** A new database, empty or a copy of another one. @returns its name */
  async create(template = 'template1'): Promise<string> {
    const name = `millrace_bench_${process.pid}_${++this.#count}`
    await this.whenLeft(template)
    this.#made.add(name)
    // file_copy: the copy of a large template must not fill the WAL that the cell is measured by
    await this.#admin.query(`create database ${name} template ${template} strategy file_copy`)
    return name
  }

  async drop(name: string): Promise<void> {
    // a connection that is cut off while it closes would tell its pool, which ends the process
    await this.whenLeft(name, 3000)
    await this.#admin.query(`drop database if exists ${name} with (force)`)
    this.#made.delete(name)
  }

  async checkpoint(): Promise<void> {
    await this.#admin.query('checkpoint')
  }

  /** Bytes of WAL written since the server was made. */
  async walPosition(): Promise<number> {
    const { rows } = await this.#admin.query(
      "select (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::float8 as position",
    )
    return rows[0].position
  }

  /**
   * Transactions of a database, once all its connections are closed: a backend counts at its end.
   */
  async transactions(name: string): Promise<number> {
    await this.whenLeft(name)
    const { rows } = await this.#admin.query(
      `select (xact_commit + xact_rollback)::float8 as count from pg_stat_database
       where datname = $1`,
      [name],
    )
    return rows[0]?.count ?? 0
  }

  /** Waits until nobody is connected to it; ends those that stay. */
  async whenLeft(name: string, ms = CLOSE_MS): Promise<void> {
    const until = performance.now() + ms
    const connected = `from pg_stat_activity where datname = $1
      and backend_type = 'client backend' and application_name <> '${STAYING}'`
    for (;;) {
      const { rows } = await this.#admin.query(`select count(*)::int as n ${connected}`, [name])
      if (rows[0].n === 0) return
      if (performance.now() > until) {
        await this.#admin.query(`select pg_terminate_backend(pid) ${connected}`, [name])
      }
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
}

/**
 * A connection of the bench's own to a cell's database; its queries are counted, to be taken off.
 */
export class Watch {
  readonly #client: pg.Client
  queries = 0

  private constructor(client: pg.Client) {
    this.#client = client
  }

  /** @param stays whether nobody is to wait for its end */
  static async open(url: string, stays = false): Promise<Watch> {
    const named = stays ? { application_name: STAYING } : {}
    const client = new pg.Client({ connectionString: url, ...named })
    client.on('error', () => {})
    await client.connect()
    const undo = onEnd(() => client.end())
    client.once('end', undo)
    return new Watch(client)
  }

  async query(sql: string): Promise<Record<string, unknown>[]> {
    this.queries++
    return (await this.#client.query(sql)).rows
  }

  /** The one number that a query gives. */
  async number(sql: string): Promise<number> {
    const [row = {}] = await this.query(sql)
    return Number(Object.values(row)[0] ?? 0)
  }

  async close(): Promise<void> {
    await this.#client.end()
  }
}
