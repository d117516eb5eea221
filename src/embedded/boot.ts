import { statfs } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type { DataFolder } from './data-folder.ts'
import { EmbeddedPostgresError, remedyFor } from './embedded-error.ts'
import { choosePort, portTaken, rememberPort } from './port.ts'
import { readPostmaster, removeStalePostmaster, runningPostmaster } from './postmaster-file.ts'
import type { Programs } from './programs.ts'
import { logTail, openLog, type ServerLog } from './server-log.ts'
import { type ServerProcess, startServerProcess } from './server-process.ts'
import type { ServerUser } from './server-user.ts'

/** ms between two looks at a server that is starting. */
const lookEvery = 5

/** What is needed to start a server in a folder that holds a cluster. */
export interface BootPlan {
  folder: DataFolder
  programs: Programs
  user: ServerUser
  port: number | null
  settings: Record<string, string>
  /** ms since the epoch. */
  deadline: number
}

/** A server that says it is ready for connections, and its port. */
export interface Booted {
  server: ServerProcess
  port: number
}

/**
 * Starts the server and waits until it is ready. Tries again after a failure that passes by itself:
 * a free port that another program took first, or the backends of a killed server still ending.
 * Returns null where another process has started a server in this folder meanwhile.
 */
export async function boot(plan: BootPlan): Promise<Booted | null> {
  for (;;) {
    const port = await choosePort(plan.port, plan.folder.portFile)
    await removeStalePostmaster(plan.folder.data)
    const booted = await bootOn(port, plan)
    if (booted !== 'again') return booted
    await delay(50)
  }
}

async function bootOn(port: number, plan: BootPlan): Promise<Booted | null | 'again'> {
  const { folder, programs, user } = plan
  const log = await openLog(folder.logFile)
  const server = await startServerProcess({
    command: programs.postgres,
    data: folder.data,
    args: serverArguments(port, plan.settings),
    user,
    logFile: folder.logFile,
  })
  while (server.isRunning()) {
    if (await isReady(server, folder.data)) {
      await rememberPort(port, folder.portFile)
      return { server, port }
    }
    if (Date.now() > plan.deadline) {
      await server.stop()
      throw await startError(plan, log, 'was not ready for connections in time (`startTimeout`)')
    }
    await delay(lookEvery)
  }
  await server.stop()
  return afterEarlyEnd(port, plan, log)
}

function serverArguments(port: number, settings: Record<string, string>): string[] {
  const all: Record<string, string> = {
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%m [%p] ',
    ...settings,
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
  }
  return Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

/**
 * Judged by the file that the server itself writes, not by a connection: another program may have
 * got the port, and would be given the password.
 */
async function isReady(server: ServerProcess, data: string): Promise<boolean> {
  const found = await readPostmaster(data)
  return found?.pid === server.pid && found.status === 'ready'
}

async function afterEarlyEnd(
  port: number,
  plan: BootPlan,
  log: ServerLog,
): Promise<null | 'again'> {
  const tail = await logTail(log)
  if (/could not bind .*Address already in use/.test(tail)) {
    if (plan.port !== null) throw portTaken(port)
    if (Date.now() < plan.deadline) return 'again'
  }
  if (/pre-existing shared memory block .* still in use/.test(tail)) {
    if (Date.now() < plan.deadline) return 'again'
  }
  if (await runningPostmaster(plan.folder.data)) return null
  throw await startError(plan, log, 'ended before it was ready for connections')
}

async function startError(
  plan: BootPlan,
  log: ServerLog,
  what: string,
): Promise<EmbeddedPostgresError> {
  // On a full disk the log cannot tell of it.
  const space = await statfs(plan.folder.data).catch(() => null)
  const full = space && space.bavail * space.bsize < 1024 * 1024 ? '\nNo space left on device.' : ''
  const tail = (await logTail(log)) + full
  return new EmbeddedPostgresError(
    `the embedded Postgres in ${plan.folder.asked}, run by ${plan.user.name}, ${what}. ` +
      `The end of its log, ${log.file}:\n${tail}\n${remedyFor(tail)}`,
  )
}
