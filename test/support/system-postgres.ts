import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { boot } from '../../src/embedded/boot.ts'
import { ensureCluster } from '../../src/embedded/cluster.ts'
import { connectionString, openDatabase } from '../../src/embedded/connection.ts'
import { openDataFolder } from '../../src/embedded/data-folder.ts'
import { findServerUser } from '../../src/embedded/server-user.ts'

/** The programs of a Postgres that the system has, 15 or newer. */
export type SystemPostgres = { readonly bin: string; readonly major: number }

const debian = '/usr/lib/postgresql'

/** The oldest PostgreSQL from 15 on that is installed here, beside the embedded 18; null for none. */
export function findSystemPostgres(): SystemPostgres | null {
  const folders = existsSync(debian)
    ? readdirSync(debian).map((version) => join(debian, version, 'bin'))
    : []
  const found = [...folders, configured()].flatMap((bin) => {
    const major = bin === null ? 0 : majorOf(bin)
    return bin !== null && major >= 15 ? [{ bin, major }] : []
  })
  return found.sort((a, b) => a.major - b.major)[0] ?? null
}

/** Starts it on a free port of 127.0.0.1, as the embedded server is started: it ends with us. */
export async function startSystemPostgres(
  { bin, major }: SystemPostgres,
  dataDir: string,
  settings: Record<string, string>,
): Promise<{ connectionString: string; stop(): Promise<void> }> {
  const user = await findServerUser(dataDir)
  const programs = { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres'), major }
  const folder = await openDataFolder(dataDir, user, [], () => {})
  const password = await ensureCluster(folder, programs, user, false)
  const deadline = Date.now() + 30_000
  const booted = await boot({ folder, programs, user, port: null, settings, deadline })
  if (booted === null) throw new Error(`another server runs in ${dataDir}`)
  await openDatabase(booted.port, password, 30_000)
  return {
    connectionString: connectionString(booted.port, password),
    stop: () => booted.server.stop(),
  }
}

function configured(): string | null {
  try {
    return execFileSync('pg_config', ['--bindir'], { encoding: 'utf8', stdio: 'pipe' }).trim()
  } catch {
    return null
  }
}

function majorOf(bin: string): number {
  try {
    const said = execFileSync(join(bin, 'postgres'), ['--version'], { encoding: 'utf8' })
    return Number(/(\d+)\./.exec(said)?.[1])
  } catch {
    return 0
  }
}
