import { setTimeout as delay } from 'node:timers/promises'
import { identityOf, serverEnvironment } from './command.ts'
import { EmbeddedPostgresError, errorCode } from './embedded-error.ts'
import { isServerOf, runningPostmaster } from './postmaster-file.ts'
import type { ServerUser } from './server-user.ts'
import {
  retireLater,
  type WatchdogChannel,
  watchdogChannel,
  whileWaiting,
} from './watchdog-channel.ts'

/** What to run: `postgres -D data ...args`, as this user, logging to this file. */
export interface ServerOrder {
  command: string
  data: string
  args: string[]
  user: ServerUser
  logFile: string
}

/** A server that was started, ready or not. */
export interface ServerProcess {
  pid: number
  /** False once the server has ended, for whatever reason. */
  isRunning(): boolean
  /** Shuts the server down and resolves when it has ended; the same promise every time. */
  stop(): Promise<void>
}

let lastId = 0

/**
 * Starts `postgres` under the watchdog, which ends it when this process ends in whatever way. No
 * exit or signal handler is installed here, and a running server does not keep this process alive.
 */
export async function startServerProcess(order: ServerOrder): Promise<ServerProcess> {
  const channel = watchdogChannel()
  lastId += 1
  const id = lastId
  let running = true
  channel.servers += 1
  const ended = endOf(id, channel).then(() => {
    running = false
    channel.servers -= 1
    retireLater(channel)
  })
  const pid = await whileWaiting(channel, () => sendOrder(id, order, channel))
  let stopping: Promise<void> | null = null
  const stop = () => {
    stopping ??= whileWaiting(channel, () => stopServer(id, pid, order.data, channel, ended))
    return stopping
  }
  return { pid, isRunning: () => running, stop }
}

/** Resolves when the server has ended or could not start, or when the watchdog is gone. */
function endOf(id: number, { child }: WatchdogChannel): Promise<void> {
  return new Promise((done) => {
    const listen = (message: unknown) => {
      const about = fieldsOf(message)
      if (about.id === id && ('ended' in about || 'failure' in about)) end()
    }
    const end = () => {
      child.off('message', listen).off('exit', end).off('error', end)
      done()
    }
    child.on('message', listen).on('exit', end).on('error', end)
  })
}

/** Sends the order and returns the server's process id. */
async function sendOrder(
  id: number,
  { command, data, args, user, logFile }: ServerOrder,
  { child }: WatchdogChannel,
): Promise<number> {
  const start = {
    id,
    command,
    args: ['-D', data, ...args],
    env: serverEnvironment(),
    identity: identityOf(user),
    log: logFile,
  }
  return new Promise((started, failed) => {
    const finish = (pid: unknown, reason: string) => {
      child.off('message', listen).off('exit', onEnd).off('error', onEnd)
      if (typeof pid === 'number') started(pid)
      else failed(new EmbeddedPostgresError(`the Postgres server could not be started: ${reason}`))
    }
    const listen = (message: unknown) => {
      const about = fieldsOf(message)
      if (about.id === id) finish(about.pid, String(about.failure))
    }
    const onEnd = (end: unknown) => finish(null, `its watchdog ended (${String(end)})`)
    child.on('message', listen).on('exit', onEnd).on('error', onEnd)
    child.send({ start }, (error) => error && onEnd(error.message))
  })
}

async function stopServer(
  id: number,
  pid: number,
  data: string,
  { child }: WatchdogChannel,
  ended: Promise<void>,
): Promise<void> {
  if (child.connected) child.send({ stop: id }, () => {})
  await ended
  // Somebody may have killed the watchdog; then its server is still there, and ours to stop.
  for (let turn = 0; (await runningPostmaster(data))?.pid === pid; turn += 1) {
    if (turn % 1_500 === 0) signalServer(pid, turn === 0 ? 'SIGINT' : 'SIGQUIT')
    await delay(20)
  }
  // its file goes a moment before the process does
  for (let turn = 0; turn < 250 && (await isServerOf(pid, data)); turn += 1) await delay(20)
}

function signalServer(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error
  }
}

function fieldsOf(message: unknown): Record<string, unknown> {
  return message && typeof message === 'object' ? { ...message } : {}
}
