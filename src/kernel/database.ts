import pg from 'pg'
import { InvalidInputError } from '../model/errors.ts'
import { decodeError, isRetryable } from './database-error.ts'
import { destroy } from './destroy.ts'
import { checkSchemaName, DEFAULT_SCHEMA, inSchema } from './schema-name.ts'

/**
 * Anything with pg's `query`: a PoolClient as it is; adapters make one of other libraries'
 * transactions.
 */
// biome-ignore lint/suspicious/noExplicitAny: rows are any in pg's own types
export type Tx = { query(text: string, values?: any[]): Promise<{ rows: any[] }> }

/** How to reach the database: exactly one of the two. */
export type Connection =
  | { connectionString: string; pool?: never }
  | { pool: pg.Pool; connectionString?: never }

/** Milliseconds after which a statement of the kernel that got no answer counts as lost. */
const STATEMENT_TIMEOUT_MS = 30_000
/** Times a transaction is repeated after a deadlock or a conflict of snapshots. */
const MAX_REPEATS = 30
/** How long the end of a pool waits for statements that are under way. */
const END_MS = 3000

/**
 * The engine's way to its database: every statement of the kernel goes through `call`. It owns its
 * pool only if it made it.
 */
export class Database {
  readonly schema: string
  readonly pool: pg.Pool
  readonly #owned: boolean
  #closed: Promise<void> | undefined

  /** @throws InvalidInputError unless exactly one of `connectionString` and `pool` is given. */
  constructor(connection: Connection, options: { schema?: string | undefined; max?: number } = {}) {
    this.schema = checkSchemaName(options.schema ?? DEFAULT_SCHEMA)
    const { connectionString, pool } = connection
    if ((connectionString ? 1 : 0) + (pool ? 1 : 0) !== 1) {
      throw new InvalidInputError(
        'Give exactly one of connectionString and pool. Without a database of your own, set DATABASE_URL or run "millrace dev".',
      )
    }
    this.#owned = pool === undefined
    this.pool = pool ?? makePool(connectionString as string, options.max ?? 10)
    // an idle client's error without a listener would kill the process; the next query reports the
    // loss
    this.pool.on('error', ignore)
  }

  /** Connections that may be open at once. */
  get poolSize(): number {
    return this.pool.options.max
  }

  /** Settings for a connection beside the pool: the listener, the lease. */
  get connectionOptions(): pg.ClientConfig {
    // functions of the pool's own are of no use to others, and cannot be sent to a thread
    const {
      Client: _c,
      Promise: _p,
      log: _l,
      verify: _v,
      onConnect: _o,
      ...options
    } = this.pool.options as pg.PoolConfig & Record<string, unknown>
    const { password } = this.pool.options as pg.PoolConfig
    return {
      ...options,
      // pg hides it from enumeration, so that it is not logged
      ...(password === undefined ? {} : { password }),
      keepAlive: true,
      connectionTimeoutMillis: 5000,
    }
  }

  /**
   * Runs one statement of the kernel, as a transaction of its own, or in the caller's.
   * @throws what decodeError makes of the database's errors.
   */
  async call<Row>(text: string, values: unknown[], tx?: Tx): Promise<Row[]> {
    const statement = inSchema(text, this.schema)
    if (tx) return (await tx.query(statement, values).catch(rethrow)).rows as Row[]
    return repeat(async () => {
      // query_timeout is pg's, per statement; its types know it only for a whole client
      const config = {
        text: statement,
        values,
        query_timeout: STATEMENT_TIMEOUT_MS,
      } as pg.QueryConfig
      return (await this.pool.query(config)).rows as Row[]
    })
  }

  /** As `call`, with rows as arrays: cheaper where there are hundreds. */
  async callArrays<Row extends unknown[]>(text: string, values: unknown[]): Promise<Row[]> {
    const statement = inSchema(text, this.schema)
    const config = {
      text: statement,
      values,
      rowMode: 'array',
      query_timeout: STATEMENT_TIMEOUT_MS,
    }
    return repeat(async () => (await this.pool.query(config as pg.QueryArrayConfig)).rows as Row[])
  }

  /** Several statements, all or none. What `work` throws rolls back, and is thrown as it is. */
  async transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const client = await this.pool.connect().catch(rethrow)
    client.on('error', ignore)
    let sound = false
    try {
      await client.query('begin')
      const result = await work(client)
      await client.query('commit')
      sound = true
      return result
    } catch (error) {
      sound = await client.query('rollback').then(
        () => true,
        () => false,
      )
      throw decodeError(error)
    } finally {
      client.off('error', ignore)
      client.release(!sound)
    }
  }

  /** Again: no change. */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    if (this.#owned) await endPool(this.pool)
    else this.pool.off('error', ignore)
  }
}

function makePool(connectionString: string, max: number): pg.Pool {
  return new pg.Pool({
    connectionString,
    max,
    keepAlive: true,
    connectionTimeoutMillis: 5000,
    application_name: 'millrace',
  })
}

/**
 * A server that is cut off gives no answer to what is under way: its connections are closed all the
 * same.
 */
async function endPool(pool: pg.Pool): Promise<void> {
  const { _clients: clients } = pool as unknown as { _clients: pg.Client[] }
  const timer = setTimeout(() => {
    for (const client of [...clients]) destroy(client)
  }, END_MS)
  await pool.end()
  clearTimeout(timer)
}

async function repeat<T>(work: () => Promise<T>): Promise<T> {
  for (let turn = 1; ; turn++) {
    try {
      return await work()
    } catch (error) {
      if (!isRetryable(error) || turn >= MAX_REPEATS) throw decodeError(error)
      const pause = Math.random() * Math.min(2 ** turn, 100)
      await new Promise((done) => setTimeout(done, pause))
    }
  }
}

function rethrow(error: unknown): never {
  throw decodeError(error)
}

function ignore(): void {}
