import { Worker as Thread } from 'node:worker_threads'
import type { Database } from '../kernel/database.ts'
import { inSchema } from '../kernel/schema-name.ts'
import { RENEW_LEASE, renewLease } from '../kernel/workers.ts'

/** A main thread that has not moved for so long hangs for good: its lease is let go. */
const STALL_MS = 5 * 60_000

export type LeaseOptions = {
  readonly worker: string
  readonly leaseMs: number
  readonly heartbeatMs: number
  /** process.hrtime when the registration was sent: the lease runs at least from then. */
  readonly sentAt: bigint
}

/**
 * Keeps a worker's lease, and says when it is over: not when the database says so, but when this
 * process can no longer be sure of it. By its own monotonic clock, from before the last renewal was
 * sent; a third of the lease before its end, so that handlers are aborted while nobody else has
 * begun.
 */
export class Lease {
  readonly #db: Database
  readonly #options: LeaseOptions
  readonly #onLost: () => void
  /** Beaten by this thread, read by the other. */
  readonly #pulse = new Int32Array(new SharedArrayBuffer(4))
  /** When the last renewal that succeeded was sent. Written by the other thread. */
  readonly #trustedAt = new BigInt64Array(new SharedArrayBuffer(8))
  #thread: Thread | null = null
  #timers: NodeJS.Timeout[] = []
  #over = false

  constructor(db: Database, options: LeaseOptions, onLost: () => void) {
    this.#db = db
    this.#options = options
    this.#onLost = onLost
    this.#trustedAt[0] = options.sentAt
  }

  /** Nobody may rely on it any more. */
  get over(): boolean {
    return this.#over
  }

  start(): void {
    const { leaseMs } = this.#options
    this.#startThread()
    this.#timers.push(setInterval(() => this.#check(), Math.max(leaseMs / 30, 20)))
  }

  async stop(): Promise<void> {
    this.#over = true
    for (const timer of this.#timers) clearInterval(timer)
    const thread = this.#thread
    this.#thread = null
    await thread?.terminate()
  }

  /**
   * Its settings must be data: a pool with functions among its options is served from this thread.
   */
  #startThread(): void {
    const { worker, leaseMs, heartbeatMs } = this.#options
    const workerData = {
      config: { ...this.#db.connectionOptions, application_name: 'millrace lease' },
      statement: inSchema(RENEW_LEASE, this.#db.schema),
      worker,
      leaseMs,
      heartbeatMs,
      stallMs: STALL_MS,
      pulse: this.#pulse.buffer,
      trustedAt: this.#trustedAt.buffer,
    }
    try {
      const thread = new Thread(new URL('./lease-thread.js', import.meta.url), { workerData })
      thread.on('message', () => this.#lose())
      thread.on('error', () => this.#renewHere())
      thread.unref()
      this.#thread = thread
    } catch {
      this.#renewHere()
    }
  }

  #renewHere(): void {
    if (this.#over) return
    const beat = async () => {
      const sentAt = process.hrtime.bigint()
      const held = await renewLease(this.#db, this.#options.worker, this.#options.leaseMs)
      if (!held) this.#lose()
      else if (sentAt > (this.#trustedAt[0] as bigint)) this.#trustedAt[0] = sentAt
    }
    this.#timers.push(setInterval(() => void beat().catch(() => {}), this.#options.heartbeatMs))
  }

  #check(): void {
    Atomics.add(this.#pulse, 0, 1)
    const age = Number(process.hrtime.bigint() - Atomics.load(this.#trustedAt, 0)) / 1e6
    if (age > (this.#options.leaseMs * 2) / 3) this.#lose()
  }

  #lose(): void {
    if (this.#over) return
    void this.stop()
    this.#onLost()
  }
}
