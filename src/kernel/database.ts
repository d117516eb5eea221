import pg from 'pg'
import { InvalidInputError, UnavailableError } from '../model/errors.ts'
import { decodeError, isRetryable } from './database-error.ts'
import { destroy } from './destroy.ts'
import { checkSchemaName, DEFAULT_SCHEMA, inSchema } from './schema-name.ts'
import { nameUnstorable } from './unstorable.ts'
import { valueTypes } from './value-types.ts'

/**
 * Anything with pg's `query`: a PoolClient as it is; adapters make one of other libraries'
 * transactions.
 */
// biome-ignore lint/suspicious/noExplicitAny: rows are any in pg's own types
export type Tx = { query(text: string, values?: any[]): Promise<{ rows: any[] }> }

/** How to reach the database: exactly one of the two. */
export type Connection =
  | { connectionString: string | undefined; pool?: undefined }
  | { pool: pg.Pool; connectionString?: undefined }

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
  #isolated: Promise<boolean> | undefined

  /** @throws InvalidInputError unless exactly one of `connectionString` and `pool` is given. */
  constructor(connection: Connection, options: { schema?: string | undefined; max?: number } = {}) {
    this.schema = checkSchemaName(options.schema ?? DEFAULT_SCHEMA)
    const { connectionString, pool } = connection
    if ((connectionString ? 1 : 0) + (pool ? 1 : 0) !== 1) {
      throw new InvalidInputError(describeConnection(connection))
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
   * @throws what decodeError makes of the database's errors; InvalidInputError for a text that cannot be stored.
   */
  async call<Row>(text: string, values: unknown[], tx?: Tx): Promise<Row[]> {
    this.#refuseClosed()
    const statement = inSchema(text, this.schema)
    const refused = (error: unknown) => rethrow(nameUnstorable(error, values))
    if (tx) return (await tx.query(statement, values).catch(refused)).rows as Row[]
    return this.#run<Row>({ text: statement, values }).catch(refused)
  }

  /** As `call`, with rows as arrays: cheaper where there are hundreds. */
  async callArrays<Row extends unknown[]>(text: string, values: unknown[]): Promise<Row[]> {
    this.#refuseClosed()
    const statement = inSchema(text, this.schema)
    return this.#run<Row>({ text: statement, values, rowMode: 'array' })
  }

  /** Several statements, all or none, repeated after a conflict. What `work` throws is thrown as it is. */
  async transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return repeat(() => this.#transaction(work))
  }

  /**
   * The kernel decides by what it sees once it holds a lock, so it needs read committed: with a
   * snapshot from before it would not see what it waited for. Where the role, the database or the
   * pool has another default, each statement says so itself.
   */
  async #run<Row>(query: { text: string; values: unknown[]; rowMode?: 'array' }): Promise<Row[]> {
    // query_timeout is pg's, per statement; its types know it only for a whole client
    const config = {
      ...query,
      types: valueTypes,
      query_timeout: STATEMENT_TIMEOUT_MS,
    } as pg.QueryConfig
    this.#isolated ??= this.#isIsolated()
    if (await this.#isolated)
      return this.transaction(async (tx) => (await (tx as pg.PoolClient).query(config)).rows)
    return repeat(async () => (await this.pool.query(config)).rows as Row[])
  }

  /** Whether statements of this pool see a snapshot by default. Asked once. */
  #isIsolated(): Promise<boolean> {
    const asked = this.pool.query({
      text: 'show default_transaction_isolation',
      query_timeout: STATEMENT_TIMEOUT_MS,
    } as pg.QueryConfig)
    return asked.then(
      ({ rows }) => rows[0]?.default_transaction_isolation !== 'read committed',
      (error: unknown) => {
        this.#isolated = undefined
        throw decodeError(error)
      },
    )
  }

  async #transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const client = await this.pool.connect().catch(rethrow)
    client.on('error', ignore)
    let sound = false
    try {
      await client.query('begin isolation level read committed')
      const result = await work(client)
      await client.query('commit')
      sound = true
      return result
    } catch (error) {
      sound = await client.query('rollback').then(
        () => true,
        () => false,
      )
      throw error
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

  #refuseClosed(): void {
    if (this.#closed === undefined) return
    throw new UnavailableError(
      'This client was stopped, and its connections are closed. Make another.',
    )
  }

  async #close(): Promise<void> {
    if (this.#owned) await endPool(this.pool)
    else this.pool.off('error', ignore)
  }
}

function describeConnection(connection: object): string {
  const { connectionString, pool } = connection as { connectionString?: unknown; pool?: unknown }
  if (connectionString && pool) return 'Give connectionString or pool, not both.'
  if ('connectionString' in connection) {
    return `connectionString is ${connectionString === '' ? 'empty' : String(connectionString)}. If it comes from the environment, set that variable (DATABASE_URL, say); "millrace dev" prints one for a Postgres of its own.`
  }
  return 'Give connectionString, or a pool of pg. "millrace dev" prints a connection string for a Postgres of its own.'
}

function makePool(connectionString: string, max: number): pg.Pool {
  return new pg.Pool({
    connectionString,
    max,
    keepAlive: true,
    connectionTimeoutMillis: 5000,
    application_name: 'millrace',
    Client: ClosingClient,
  } as pg.PoolConfig)
}

type Connected = (error?: Error) => void

/** A client that was refused (no password, say) keeps its socket, and with it the process. */
class ClosingClient extends pg.Client {
  override connect(): Promise<this>
  override connect(callback: Connected): void
  override connect(callback?: Connected): Promise<this> | undefined {
    const connected = super.connect() as unknown as Promise<unknown>
    const done = connected.then(
      () => this,
      (error: unknown) => {
        destroy(this)
        throw error
      },
    )
    if (callback === undefined) return done
    done.then(() => callback(), callback)
    return undefined
  }
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
