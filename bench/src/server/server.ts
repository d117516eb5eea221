import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from 'millrace/embedded'
import pg from 'pg'
import { onEnd } from '../cleanup.ts'
import type { Options } from '../options.ts'
import { cacheFolder } from '../places.ts'
import { findPostmaster } from './proc.ts'
import { isInMemory, measureSync } from './storage.ts'

/**
 * The same for all systems, and plain: enough memory that reads come from it, a WAL that does not
 * force checkpoints within a cell, connections for 20 processes of 10. Durability is Postgres' own.
 */
const settings = {
  shared_buffers: '512MB',
  max_wal_size: '8GB',
  min_wal_size: '2GB',
  checkpoint_timeout: '30min',
  max_connections: '300',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
}

/** The one server that all cells run on. */
export type Server = {
  url: string
  /** Of the postmaster, to read CPU time; null where it is not a process of this machine. */
  pid: number | null
  version: string
  embedded: boolean
  settings: Record<string, string>
  /** How long one 8 kB write and fdatasync takes there; null for a server of the user's. */
  syncMs: number | null
}

/**
 * Starts the embedded server, or takes that of `--database-url`. Refuses one that may lose data.
 */
export async function openServer(options: Options): Promise<Server> {
  const server = options.databaseUrl
    ? await attach(options.databaseUrl)
    : await boot(options.dataDir)
  refuseVolatile(server.settings)
  return server
}

async function boot(dataDir: string | null): Promise<Server> {
  const folder = makeFolder(dataDir)
  onEnd(() => rmSync(folder, { recursive: true, force: true }))
  const syncMs = measureSync(folder)
  const postgres = await startPostgres({ dataDir: join(folder, 'pg'), settings })
  onEnd(() => postgres.stop())
  return { ...(await attach(postgres.connectionString)), embedded: true, syncMs }
}

/** Not in memory: an fsync there costs nothing, and the figures would be of another world. */
function makeFolder(dataDir: string | null): string {
  const parents = dataDir === null ? [tmpdir(), cacheFolder] : [dataDir]
  for (const parent of parents) {
    mkdirSync(parent, { recursive: true })
    if (!isInMemory(parent)) return mkdtempSync(join(parent, 'millrace-bench-'))
  }
  throw new Error(`${parents.join(' and ')} are in memory. Give --data-dir on a disk.`)
}

async function attach(url: string): Promise<Server> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query(
      `select name, current_setting(name) as setting from pg_settings
       where name = any ($1) or name in ('server_version', 'autovacuum', 'wal_compression')`,
      [Object.keys(settings)],
    )
    const found = Object.fromEntries(rows.map((row) => [row.name, row.setting]))
    const { server_version: version, ...rest } = found
    const pid = await findPostmaster(client)
    return { url, pid, version, embedded: false, settings: rest, syncMs: null }
  } finally {
    await client.end()
  }
}

function refuseVolatile(found: Record<string, string>): void {
  const needed = ['fsync', 'synchronous_commit', 'full_page_writes']
  const off = needed.filter((name) => found[name] !== 'on')
  if (off.length === 0) return
  throw new Error(
    `${off.map((name) => `${name} is ${found[name]}`).join(', ')} on this server: ` +
      'what is acknowledged could be lost, so no figures are reported. Turn it on.',
  )
}
