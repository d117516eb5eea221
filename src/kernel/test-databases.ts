import { createHash, randomBytes } from 'node:crypto'
import pg from 'pg'
import { Database } from './database.ts'
import { decodeError } from './database-error.ts'
import { migrate } from './migrate.ts'
import { DEFAULT_SCHEMA } from './schema-name.ts'
import { readMigrations, readRepeatables, readTesting } from './sql-files.ts'

/** A database of its own for one engine under test. */
export type ScratchDatabase = { readonly url: string; drop(): Promise<void> }

/** Whoever makes the template holds this lock. */
const TEMPLATE_LOCK = 7_420_001
/** Held by all that use a server kept for tests; free: nobody does. */
const USE_LOCK = 7_420_002
/** A database that a killed test left behind goes after this long. */
const LEFTOVER_MS = 3_600_000
/** Somebody else is connected to the template, or clones it in a way that excludes us. */
const IN_USE = '55006'
const MAX_CLONES = 50

const templates = new Map<string, Promise<string>>()

/**
 * Clones a migrated template with the clock of tests: 20 to 60 ms. The template is made once for
 * each server and version of the schema, by whichever process comes first.
 * @param serverUrl any database of the server; its role must be allowed to create databases
 */
export async function createScratchDatabase(serverUrl: string): Promise<ScratchDatabase> {
  const template = await templateOf(serverUrl)
  const name = `millrace_test_${Date.now().toString(36)}_${randomBytes(4).toString('hex')}`
  await withClient(serverUrl, (client) => clone(client, name, template))
  return {
    url: urlOf(serverUrl, name),
    drop: () =>
      withClient(serverUrl, async (client) => {
        await client.query(`drop database if exists ${name} with (force)`)
      }),
  }
}

/**
 * Says that this process uses a server, for as long as the client lives; it does not keep the
 * process alive.
 */
export async function useServer(serverUrl: string): Promise<pg.Client> {
  const client = await connect(serverUrl)
  await client.query('select pg_advisory_lock_shared($1)', [USE_LOCK])
  // pg has it, its types do not
  ;(client as unknown as { unref(): void }).unref()
  return client
}

/** Whether nobody uses the server. True keeps everybody out until `client` ends. */
export async function claimUnused(client: pg.Client, keep: boolean): Promise<boolean> {
  const { rows } = await client.query('select pg_try_advisory_lock($1) as free', [USE_LOCK])
  const free = rows[0]?.free === true
  if (free && !keep) await client.query('select pg_advisory_unlock($1)', [USE_LOCK])
  return free
}

function templateOf(serverUrl: string): Promise<string> {
  let making = templates.get(serverUrl)
  if (making === undefined) {
    making = withClient(serverUrl, (client) => makeTemplate(client, serverUrl))
    making.catch(() => templates.delete(serverUrl))
    templates.set(serverUrl, making)
  }
  return making
}

async function makeTemplate(client: pg.Client, serverUrl: string): Promise<string> {
  const { rows } = await client.query('select current_user as role')
  const name = `millrace_template_${templateKey(String(rows[0]?.role))}`
  await client.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK])
  await dropLeftovers(client)
  const known = await client.query('select from pg_database where datname = $1', [name])
  if (known.rowCount) return name
  const unfinished = `${name}_new`
  await client.query(`drop database if exists ${unfinished} with (force)`)
  await client.query(`create database ${unfinished} encoding 'UTF8' template template0`)
  const db = new Database({ connectionString: urlOf(serverUrl, unfinished) }, { max: 1 })
  await migrate(db, { testing: true }).finally(() => db.close())
  await client.query(`alter database ${unfinished} rename to ${name}`)
  return name
}

/**
 * Another version of the package has another template, and so has another role, which may not copy
 * it.
 */
function templateKey(role: string): string {
  const files = [readMigrations, readRepeatables, readTesting].flatMap((read) =>
    read(DEFAULT_SCHEMA),
  )
  const sums = files.map((file) => `${file.path} ${file.checksum}`)
  return createHash('sha256')
    .update([role, ...sums].join('\n'))
    .digest('hex')
    .slice(0, 16)
}

async function dropLeftovers(client: pg.Client): Promise<void> {
  const { rows } = await client.query(
    `select d.datname as name from pg_database d where d.datname ~ '^millrace_test_[0-9a-z]+_[0-9a-f]+$'
     and not exists (select from pg_stat_activity a where a.datid = d.oid)`,
  )
  const old = rows.filter(({ name }: { name: string }) => {
    const made = Number.parseInt(name.split('_')[2] as string, 36)
    return Date.now() - made > LEFTOVER_MS
  })
  for (const { name } of old) {
    // another role's, or somebody was faster
    await client.query(`drop database if exists ${name}`).catch(() => {})
  }
}

async function clone(client: pg.Client, name: string, template: string): Promise<void> {
  for (let turn = 1; ; turn++) {
    try {
      await client.query(`create database ${name} template ${template} strategy file_copy`)
      return
    } catch (error) {
      if ((error as pg.DatabaseError).code !== IN_USE || turn === MAX_CLONES) throw error
      await new Promise((resolve) => setTimeout(resolve, 20 * Math.random()))
    }
  }
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await connect(url)
  try {
    return await work(client)
  } catch (error) {
    throw decodeError(error)
  } finally {
    await client.end()
  }
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 30_000,
    application_name: 'millrace test',
  })
  // a server that is shut down tells an idle client so; nobody else listens
  client.on('error', () => {})
  await client.connect().catch((error: unknown) => {
    throw decodeError(error)
  })
  return client
}

/** The same server, another database. */
function urlOf(serverUrl: string, database: string): string {
  return Object.assign(new URL(serverUrl), { pathname: `/${database}` }).href
}
