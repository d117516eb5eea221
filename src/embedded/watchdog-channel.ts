import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** ms that a watchdog with no server left waits for the next one: node takes 40 to 100 to start. */
const idleFor = 5_000

/** This process's watchdog (see watchdog.js): one, for all its servers. */
export interface WatchdogChannel {
  child: ChildProcess
  /** Servers that are running, being started or being stopped. */
  servers: number
  /** Waits for an answer; only these keep this process alive. */
  waiting: number
}

let current: WatchdogChannel | null = null

/** The watchdog, started if there is none; it is ready for messages at once. */
export function watchdogChannel(): WatchdogChannel {
  if (current?.child.connected) return current
  current = { child: forkWatchdog(), servers: 0, waiting: 0 }
  reference(current)
  retireLater(current)
  return current
}

/** Keeps this process alive while `work` waits for the watchdog. */
export async function whileWaiting<T>(
  channel: WatchdogChannel,
  work: () => Promise<T>,
): Promise<T> {
  channel.waiting += 1
  reference(channel)
  try {
    return await work()
  } finally {
    channel.waiting -= 1
    reference(channel)
  }
}

/** Ends the watchdog some time after its last server, by closing the channel. */
export function retireLater(channel: WatchdogChannel): void {
  const retire = () => {
    if (channel.servers === 0 && channel.child.connected) channel.child.disconnect()
  }
  setTimeout(retire, idleFor).unref()
}

function reference({ child, waiting }: WatchdogChannel): void {
  const change = waiting > 0 ? 'ref' : 'unref'
  child[change]()
  child.channel?.[change]()
}

function forkWatchdog(): ChildProcess {
  // NODE_OPTIONS may hold --inspect or loaders, which are the caller's and not the watchdog's.
  const { NODE_OPTIONS: _, ...env } = process.env
  const child = fork(fileURLToPath(new URL('./watchdog.js', import.meta.url)), [], {
    cwd: '/',
    env,
    execArgv: [],
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  // Every server listens for its own messages, and for the watchdog's end.
  child.setMaxListeners(0)
  child.on('error', () => {})
  return child
}
