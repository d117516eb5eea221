import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'
import { InvalidInputError, SchemaVersionError } from '../model/errors.ts'
import type { Database } from './database.ts'
import { decodeError } from './database-error.ts'
import { checkSchemaName, inSchema } from './schema-name.ts'
import {
  COMPATIBLE,
  type Compatible,
  readApi,
  readCompatible,
  readMigrations,
  readRepeatables,
  readTesting,
  type SqlFile,
} from './sql-files.ts'

/**
 * Raised by one with every change under sql/ that is released. An older package leaves a newer
 * kernel alone.
 */
export const KERNEL_LEVEL = 1
/** The oldest level whose workers this kernel still serves: the one before. */
const OLDEST_LEVEL = 1
/** Postgres that has `security_invoker` views. */
const OLDEST_POSTGRES = 15
/** A table is in use: so often it is tried again, after a pause of up to so long. */
const LOCK_NOT_AVAILABLE = '55P03'
const LOCK_TURNS = 30
const LOCK_PAUSE_MS = 2000

export type MigrateOptions = {
  /** Apply nothing; say what would be applied. */
  dryRun?: boolean
  /** Also the clock that tests can move. Never in a database that is used. */
  testing?: boolean
  /** Also the names of another system; once they are there, every migration keeps them up to date. */
  compat?: Compatible | undefined
  /** Also what PostgREST serves, in a schema of this name; once it is there, every migration keeps it up to date. */
  api?: string | undefined
}

/** Paths of the files that were applied, or would be; empty when the schema is current. */
export type MigrateResult = { readonly applied: readonly string[] }

/**
 * Brings the schema up to this package: new migrations, then every function, view and policy whose
 * file changed, in one transaction under an advisory lock, so that any number of processes may call
 * it at once. A kernel that is newer than this package is left as it is.
 * @throws SchemaVersionError if the kernel no longer serves this package, if the database is not
 *   UTF-8 or older than Postgres 15, or if a released migration was changed.
 * @throws PermissionError if the role may not create the schema.
 * @example await migrate(new Database({ connectionString }))
 */
export async function migrate(db: Database, options: MigrateOptions = {}): Promise<MigrateResult> {
  const client = await db.pool.connect().catch((error: unknown) => {
    throw decodeError(error)
  })
  // unheard, the loss of a connection that does nothing would end the process
  client.on('error', ignore)
  try {
    await checkServer(client)
    if (options.api !== undefined) await checkApi(client, db.schema, options.api)
    const todo = await outstanding(client, db.schema, options)
    if (todo.length === 0 || options.dryRun) return { applied: todo.map((file) => file.path) }
    for (let turn = 1; ; turn++) {
      try {
        return { applied: await applyAtOnce(client, db.schema, options) }
      } catch (error) {
        await client.query('rollback').catch(() => {})
        if ((error as pg.DatabaseError).code !== LOCK_NOT_AVAILABLE || turn === LOCK_TURNS)
          throw error
        await pause(Math.random() * LOCK_PAUSE_MS)
      }
    }
  } catch (error) {
    throw decodeError(error)
  } finally {
    client.off('error', ignore)
    client.release()
  }
}

/**
 * In one transaction. Another process that migrates is waited for; a table that is in use only for a
 * moment, because whoever wants it next waits behind us, and that may be every worker.
 */
async function applyAtOnce(
  client: pg.PoolClient,
  schema: string,
  options: MigrateOptions,
): Promise<string[]> {
  await client.query('begin isolation level read committed')
  await client.query(
    "set local lock_timeout = '60s'; set local check_function_bodies = off; set local client_min_messages = warning",
  )
  await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
    `millrace migrate ${schema}`,
  ])
  // the bodies of views, policies and functions are bound now: not to what the caller has in its path
  await client.query("set local lock_timeout = '2s'; set local search_path = pg_catalog, pg_temp")
  const applied = await apply(client, schema, options)
  await client.query('commit')
  return applied
}

function ignore(): void {}

/**
 * Whether the schema is that of this package, without changing anything.
 * @throws SchemaVersionError if it is not
 */
export async function checkMigrated(db: Database): Promise<void> {
  const { applied } = await migrate(db, { dryRun: true })
  if (applied.length === 0) return
  throw new SchemaVersionError(
    `The schema "${db.schema}" is not up to date: ${applied.length} files are to be applied, the first is ${applied[0]}. Run "millrace migrate".`,
    { details: { pending: applied.slice(0, 20) } },
  )
}

/** All that `migrate` would run on an empty database, as one text for `psql -f`. */
export function migrationScript(
  schema: string,
  also: Pick<MigrateOptions, 'compat' | 'api'> = {},
): string {
  const files = allFiles(schema, also)
  const body = files.map((file) => `-- ${file.path}\n${file.text}\n${record(file, schema)}`)
  return [
    'begin;',
    'set local check_function_bodies = off;',
    bookkeeping(schema),
    ...body,
    levelStatement(schema),
    'commit;',
    '',
  ].join('\n')
}

async function checkServer(client: pg.PoolClient): Promise<void> {
  const { rows } = await client.query(
    "select current_setting('server_encoding') as encoding, current_setting('server_version_num')::int / 10000 as version, current_database() as name",
  )
  const { encoding, version, name } = rows[0] as { encoding: string; version: number; name: string }
  if (encoding !== 'UTF8') {
    throw new SchemaVersionError(
      `Database "${name}" has the encoding ${encoding}; payloads are UTF-8. Create one with: create database … encoding 'UTF8' template template0.`,
      { details: { encoding } },
    )
  }
  if (version < OLDEST_POSTGRES) {
    throw new SchemaVersionError(
      `PostgreSQL ${version} is too old; ${OLDEST_POSTGRES} or newer is needed.`,
      {
        details: { version },
      },
    )
  }
}

/**
 * A schema for PostgREST may be the user's own, with more in it; but nothing of theirs is replaced.
 * @throws InvalidInputError if something there has one of our names
 */
async function checkApi(client: pg.PoolClient, schema: string, api: string): Promise<void> {
  if (checkSchemaName(api) === schema) {
    throw new InvalidInputError(
      `The schema for PostgREST cannot be "${api}": the engine is in it. Name another one.`,
    )
  }
  const { rows: known } = await client.query('select to_regclass($1) is not null as there', [
    `${schema}.repeatables`,
  ])
  if (known[0]?.there) {
    const { rows: ours } = await client.query(
      inSchema('select from millrace.repeatables where path like $1', schema),
      [`api/${api}/%`],
    )
    if (ours.length > 0) return
  }
  const names = readApi(api, schema).flatMap(
    ({ path }) => /\/(?:views|functions)\/(\w+)\.sql$/.exec(path)?.[1] ?? [],
  )
  const { rows } = await client.query(
    `select x.name from (select relname as name, relnamespace as place from pg_class
                         union select proname, pronamespace from pg_proc) x
     where x.place = to_regnamespace($1) and x.name = any ($2) order by 1`,
    [api, names],
  )
  if (rows.length === 0) return
  const found = rows.map(({ name }) => name).join(', ')
  throw new InvalidInputError(
    `The schema "${api}" has ${found} already, and they are not of this engine. Name another schema, or move them away.`,
    { details: { schema: api, found } },
  )
}

/** What is to be applied, without a lock: at the start of a process mostly nothing. */
async function outstanding(
  client: pg.PoolClient,
  schema: string,
  options: MigrateOptions,
): Promise<SqlFile[]> {
  const { rows } = await client.query('select to_regclass($1) is not null as installed', [
    `${schema}.repeatables`,
  ])
  return rows[0]?.installed ? pending(client, schema, options) : allFiles(schema, options)
}

function allFiles(schema: string, options: MigrateOptions): SqlFile[] {
  return [...readMigrations(schema), ...repeatablesOf(schema, options)]
}

/** @param known paths of what is there */
function repeatablesOf(
  schema: string,
  { testing, compat, api }: MigrateOptions,
  known: readonly string[] = [],
): SqlFile[] {
  const others = COMPATIBLE.filter(
    (system) => system === compat || known.some((path) => path.startsWith(`compat/${system}/`)),
  )
  const served = known.flatMap((path) => /^api\/(\w+)\//.exec(path)?.[1] ?? [])
  const apis = [...new Set([...served, ...(api === undefined ? [] : [api])])]
  return [
    ...readRepeatables(schema),
    ...apis.flatMap((name) => readApi(name, schema)),
    ...(testing ? readTesting(schema) : []),
    ...others.flatMap((system) => readCompatible(system, schema)),
  ]
}

async function apply(
  client: pg.PoolClient,
  schema: string,
  options: MigrateOptions,
): Promise<string[]> {
  await client.query(bookkeeping(schema))
  const files = await pending(client, schema, options)
  for (const file of files) {
    await client.query(file.text)
    await client.query(record(file, schema))
  }
  if (files.length > 0) await client.query(levelStatement(schema))
  return files.map((file) => file.path)
}

/** The files to apply, in order; none if the kernel in the database is newer than this package. */
async function pending(
  client: pg.PoolClient,
  schema: string,
  options: MigrateOptions,
): Promise<SqlFile[]> {
  const done = await client.query(
    inSchema('select name, checksum from millrace.migrations', schema),
  )
  const known = await client.query(
    inSchema('select path, checksum from millrace.repeatables', schema),
  )
  const level = known.rows.find((row) => row.path === 'level')
  if (level && Number(level.checksum.split(' ')[0]) > KERNEL_LEVEL) {
    checkServed(Number(level.checksum.split(' ')[0]), Number(level.checksum.split(' ')[1]))
    return []
  }
  const sums = new Map<string, string>([
    ...done.rows.map((row) => [row.name, row.checksum] as const),
    ...known.rows.map((row) => [row.path, row.checksum] as const),
  ])
  const migrations = readMigrations(schema)
  for (const file of migrations) checkUnchanged(file, sums.get(file.path))
  const repeatables = repeatablesOf(schema, options, [...sums.keys()])
  const fresh = migrations.filter((file) => !sums.has(file.path))
  // policies are made for the tables that there are: new ones shall have them too
  const again = (path: string) => fresh.length > 0 && path.startsWith('policies/')
  return [
    ...fresh,
    ...repeatables.filter(({ path, checksum }) => sums.get(path) !== checksum || again(path)),
  ]
}

function checkServed(level: number, oldest: number): void {
  if (oldest <= KERNEL_LEVEL) return
  throw new SchemaVersionError(
    `The schema is at level ${level} and serves packages from level ${oldest} on; this one is ${KERNEL_LEVEL}. Upgrade the millrace package.`,
    { details: { level, oldest, package: KERNEL_LEVEL } },
  )
}

function checkUnchanged(file: SqlFile, checksum: string | undefined): void {
  if (checksum === undefined || checksum === file.checksum) return
  throw new SchemaVersionError(
    `Migration ${file.path} was applied with checksum ${checksum} but now has ${file.checksum}. Restore the file; changes go into a new migration.`,
    { details: { path: file.path, applied: checksum, found: file.checksum } },
  )
}

function bookkeeping(schema: string): string {
  return inSchema(
    `create schema if not exists millrace;
create table if not exists millrace.migrations (
  name text not null constraint migrations_pkey primary key, checksum text not null, applied_at timestamptz not null default now());
create table if not exists millrace.repeatables (
  path text not null constraint repeatables_pkey primary key, checksum text not null);`,
    schema,
  )
}

function record(file: SqlFile, schema: string): string {
  const statement = file.path.startsWith('migrations/')
    ? `insert into millrace.migrations (name, checksum) values ('${file.path}', '${file.checksum}');`
    : `insert into millrace.repeatables values ('${file.path}', '${file.checksum}') on conflict (path) do update set checksum = excluded.checksum;`
  return inSchema(statement, schema)
}

function levelStatement(schema: string): string {
  return inSchema(
    `insert into millrace.repeatables values ('level', '${KERNEL_LEVEL} ${OLDEST_LEVEL}') on conflict (path) do update set checksum = excluded.checksum;`,
    schema,
  )
}
