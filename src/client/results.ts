import { getOutcomes, type Outcome } from '../kernel/runs.ts'
import { watch } from '../kernel/workers.ts'
import { Hearing } from './hearing.ts'
import type { IdPool } from './id-pool.ts'
import type { Session } from './session.ts'

/** Notifications are hints; this often it looks without one. */
const POLL_MS = 1000
/** A watch lasts 30 s in the kernel. */
const WATCH_AGAIN_MS = 10_000
/** Runs asked for in one query. */
const MAX_ASKED = 1000

/** `outcome` is null when this client is stopped before the run has ended. */
type Waiter = (outcome: Outcome | null) => void

/**
 * Tells when runs end, whoever runs them. One listener and one poll for all that are waited for.
 */
export class Results {
  readonly #session: Session
  readonly #ids: IdPool
  readonly #waiting = new Map<string, Set<Waiter>>()
  /** The connection on which this client listens. */
  readonly hearing: Hearing
  #watcher: string | null = null
  #watchedAt = Number.NEGATIVE_INFINITY
  #timer: NodeJS.Timeout | null = null
  #asking = false
  #askAgain = false
  #closed = false

  constructor(session: Session, ids: IdPool) {
    this.#session = session
    this.#ids = ids
    this.hearing = new Hearing(session.db)
    this.hearing.add({
      channel: ':ended',
      notice: (payload) => this.#heard(payload),
      ready: () => this.#ask(),
    })
  }

  /**
   * Calls back once, later, when the run with this number has ended. Returns the way to stop
   * waiting.
   */
  wait(run: string, waiter: Waiter): () => void {
    if (this.#closed) {
      queueMicrotask(() => waiter(null))
      return () => {}
    }
    const waiters = this.#waiting.get(run) ?? new Set()
    waiters.add(waiter)
    this.#waiting.set(run, waiters)
    this.hearing.start()
    this.#ask()
    return () => {
      waiters.delete(waiter)
      // others may wait for the same run since it was told of, in a set of their own
      if (waiters.size === 0 && this.#waiting.get(run) === waiters) this.#waiting.delete(run)
    }
  }

  /** A run ended in this very process: no need to ask. */
  ended(outcome: Outcome): void {
    const waiters = this.#waiting.get(outcome.run)
    if (!waiters) return
    this.#waiting.delete(outcome.run)
    for (const waiter of waiters) waiter(outcome)
  }

  async close(): Promise<void> {
    this.#closed = true
    if (this.#timer) clearTimeout(this.#timer)
    const waiters = [...this.#waiting.values()].flatMap((set) => [...set])
    this.#waiting.clear()
    for (const waiter of waiters) waiter(null)
    await this.hearing.stop()
  }

  #heard(payload: string): void {
    if (payload.split(',').some((run) => this.#waiting.has(run))) this.#ask()
  }

  #ask(): void {
    if (this.#closed || this.#waiting.size === 0) return
    if (this.#asking) {
      this.#askAgain = true
      return
    }
    this.#asking = true
    if (this.#timer) clearTimeout(this.#timer)
    this.#round()
      .catch((error: unknown) => this.#session.logger.log(`results: ${(error as Error).message}`))
      .finally(() => {
        this.#asking = false
        if (this.#askAgain) {
          this.#askAgain = false
          this.#ask()
        } else this.#later()
      })
  }

  /** Says that it waits before it looks, so that an end between the two is notified. */
  async #round(): Promise<void> {
    const { db } = this.#session
    const tenant = await this.#session.tenant()
    if (performance.now() - this.#watchedAt > WATCH_AGAIN_MS) {
      this.#watcher ??= String(await this.#ids.take())
      await watch(db, tenant, this.#watcher)
      this.#watchedAt = performance.now()
    }
    const runs = [...this.#waiting.keys()]
    for (let i = 0; i < runs.length; i += MAX_ASKED) {
      const outcomes = await getOutcomes(db, tenant, runs.slice(i, i + MAX_ASKED))
      for (const outcome of outcomes) this.ended(outcome)
    }
  }

  #later(): void {
    if (this.#closed || this.#waiting.size === 0) return
    this.#timer = setTimeout(() => this.#ask(), POLL_MS * (0.75 + Math.random() / 4))
  }
}
