import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'
import { ownerUrl, templates } from './templates.ts'
import { until } from './until.ts'

/** A fresh, migrated database of its own. Its role is an ordinary one that owns it. */
export type TestDatabase = {
  readonly name: string
  readonly url: string
  /** The same database as the superuser of the server. */
  readonly adminUrl: string
  readonly pool: pg.Pool
  /** Rows of one statement, on any connection of the pool. */
  query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>
  /** The one value of one row. */
  value<Value>(text: string, values?: unknown[]): Promise<Value>
  /** A connection of its own, as the owner or the superuser; closed with the database, if not before. */
  connect(asSuperuser?: boolean): Promise<pg.Client>
  /** Waits until a statement of this connection waits for a lock. */
  waitUntilBlocked(client: pg.Client): Promise<void>
  /** Stops the time by which runs live, in a database with the clock of tests: only advanceClock moves it then. */
  stopClock(): Promise<void>
  /** Moves the time by which runs live, in a database with the clock of tests. */
  advanceClock(ms: number): Promise<void>
  drop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Clones the migrated template; one for a test file is usual, as runs do not disturb each other.
 * @example await using db = await createDatabase()
 */
export async function createDatabase(options: { testClock?: boolean } = {}): Promise<TestDatabase> {
  const template = options.testClock === false ? templates.realClock : templates.testClock
  const name = `test_${randomBytes(6).toString('hex')}`
  await asAdmin(`create database ${name} template ${template}`)
  await asAdmin(`alter database ${name} owner to millrace_owner`)
  return openDatabase(name)
}

/** A database without anything in it. @param form what follows `create database <name>` */
export async function createEmptyDatabase(form = ''): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`
  await asAdmin(`create database ${name} owner millrace_owner ${form}`)
  return openDatabase(name)
}

/** Runs one statement as the superuser, in the database `postgres`. */
export async function asAdmin(text: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject('adminUrl') })
  client.on('error', ignore)
  await client.connect()
  try {
    await client.query(text)
  } finally {
    await client.end()
  }
}

function openDatabase(name: string): TestDatabase {
  const adminUrl = inject('adminUrl')
  const url = ownerUrl(adminUrl, name)
  const superuserUrl = Object.assign(new URL(adminUrl), { pathname: `/${name}` }).href
  const pool = new pg.Pool({ connectionString: url, max: 8 })
  pool.on('error', ignore)
  const clients = new Set<pg.Client>()

  async function query<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []) {
    return (await pool.query<Row>(text, values)).rows
  }
  async function drop(): Promise<void> {
    await Promise.all([...clients].map((client) => client.end().catch(ignore)))
    await pool.end()
    await asAdmin(`drop database if exists ${name} with (force)`)
  }
  return {
    name,
    url,
    adminUrl: superuserUrl,
    pool,
    query,
    async value<Value>(text: string, values: unknown[] = []) {
      const { rows } = await pool.query({ text, values, rowMode: 'array' })
      return (rows[0] as Value[] | undefined)?.[0] as Value
    },
    async connect(asSuperuser = false) {
      const client = new pg.Client({ connectionString: asSuperuser ? superuserUrl : url })
      client.on('error', ignore)
      client.on('end', () => clients.delete(client))
      await client.connect()
      clients.add(client)
      return client
    },
    async waitUntilBlocked(client) {
      const { processID } = client as unknown as { processID: number }
      await until('the statement waits for a lock', async () => {
        const text = `select from pg_stat_activity where pid = $1 and wait_event_type = 'Lock'`
        return (await query(text, [processID])).length > 0
      })
    },
    async stopClock() {
      await query(`do $do$ begin execute format($f$
        create or replace function millrace.clock() returns timestamptz
        language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
        begin
          return %L::timestamptz + (select c.offset_ms from millrace.test_clock c) * interval '1 ms';
        end $$ $f$, clock_timestamp()); end $do$`)
    },
    async advanceClock(ms) {
      await query('update millrace.test_clock set offset_ms = offset_ms + $1', [ms])
    },
    drop,
    [Symbol.asyncDispose]: drop,
  }
}

function ignore(): void {}
