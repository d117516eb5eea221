import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

/** What a worker process is told. */
export type WorkerSetup = {
  readonly connectionString: string
  readonly schema: string
  readonly shopSchema: string
  readonly leaseSeconds: number
  readonly concurrency: number
}

/** Exit code of a worker that could not renew its lease in time: the machine stood still. */
export const LEASE_LOST = 75

/** The one worker of the demo: a process that is started again each time it has died. */
export class WorkerProcess {
  /** Processes that died, by our hand or because they lost their lease. */
  readonly dead = new Set<number>()
  #setup: WorkerSetup
  readonly #complain: (line: string) => void
  #child: ChildProcess | null = null

  /** @param complain hears what the process writes to its standard error. */
  constructor(setup: WorkerSetup, complain: (line: string) => void) {
    this.#setup = setup
    this.#complain = complain
  }

  get leaseSeconds(): number {
    return this.#setup.leaseSeconds
  }

  get pid(): number {
    return this.#child?.pid ?? 0
  }

  /** Starts the process; resolves when its worker takes runs. */
  async start(): Promise<void> {
    // a compiled file: Node starts it as it is
    const main = new URL('./worker-main.js', import.meta.url)
    const child = fork(main, { execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
    this.#child = child
    createInterface({ input: child.stderr as Readable }).on('line', this.#complain)
    child.send(this.#setup)
    const ready = once(child, 'message').then(() => 'ready')
    const ended = once(child, 'exit').then(([code, signal]) => code ?? signal)
    const what = await Promise.race([ready, ended])
    if (what === 'ready') return
    if (what !== LEASE_LOST) throw new Error(`The worker process ended at its start (${what}).`)
    this.#prolong()
    await this.start()
  }

  /** Kills it as a power cut would, and waits until it is gone. */
  async kill(): Promise<number> {
    const child = this.#child as ChildProcess
    const pid = this.pid
    const ended = once(child, 'exit')
    process.kill(pid, 'SIGKILL')
    await ended
    this.dead.add(pid)
    return pid
  }

  /** Whether it ended by itself because it lost its lease. @throws Error if it ended otherwise */
  lostLease(): boolean {
    const { exitCode, signalCode } = this.#child as ChildProcess
    if (exitCode === null && signalCode === null) return false
    if (exitCode !== LEASE_LOST) {
      throw new Error(`The worker process ${this.pid} ended by itself (${signalCode ?? exitCode}).`)
    }
    this.#prolong()
    return true
  }

  /** It lost its lease: this machine is too busy for so short a one, the next gets a longer one. */
  #prolong(): void {
    this.dead.add(this.pid)
    this.#setup = { ...this.#setup, leaseSeconds: this.#setup.leaseSeconds * 2 }
  }

  /** Ends it: politely, or at once. */
  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child
    this.#child = null
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }
}
