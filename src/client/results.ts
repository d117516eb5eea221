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

/** What one tenant's clients wait for. Runs of others have numbers too: each is asked for as its tenant. */
type Waiting = {
  readonly runs: Map<string, Set<Waiter>>
  watcher: string | null
  watchedAt: number
}

/**
 * Tells when runs end, whoever runs them. One listener and one poll for all that are waited for, of all tenants.
 */
export class Results {
  readonly #session: Session
  readonly #ids: IdPool
  readonly #hub: Hub

  /** @param hub of another tenant's client of the same database, to share its listener */
  constructor(session: Session, ids: IdPool, hub?: Results) {
    this.#session = session
    this.#ids = ids
    this.#hub = hub ? hub.#hub : new Hub(session, ids)
  }

  /** The connection on which all of these clients listen. */
  get hearing(): Hearing {
    return this.#hub.hearing
  }

  /** For another tenant of the same database. */
  forSession(session: Session): Results {
    return new Results(session, this.#ids, this)
  }

  /**
   * Calls back once, later, when the run with this number has ended. Returns the way to stop
   * waiting.
   */
  wait(run: string, waiter: Waiter): () => void {
    return this.#hub.wait(this.#session, run, waiter)
  }

  /** A run ended in this very process: no need to ask. */
  ended(outcome: Outcome): void {
    this.#hub.ended(this.#session, outcome)
  }

  async close(): Promise<void> {
    await this.#hub.close()
  }
}

/** The one that listens and asks. */
class Hub {
  readonly #session: Session
  readonly #ids: IdPool
  readonly #waiting = new Map<Session, Waiting>()
  readonly hearing: Hearing
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

  wait(session: Session, run: string, waiter: Waiter): () => void {
    if (this.#closed) {
      queueMicrotask(() => waiter(null))
      return () => {}
    }
    const { runs } = this.#of(session)
    const waiters = runs.get(run) ?? new Set()
    waiters.add(waiter)
    runs.set(run, waiters)
    this.hearing.start()
    this.#ask()
    return () => {
      waiters.delete(waiter)
      // others may wait for the same run since it was told of, in a set of their own
      if (waiters.size === 0 && runs.get(run) === waiters) runs.delete(run)
    }
  }

  ended(session: Session, outcome: Outcome): void {
    const runs = this.#waiting.get(session)?.runs
    const waiters = runs?.get(outcome.run)
    if (!waiters) return
    runs?.delete(outcome.run)
    for (const waiter of waiters) waiter(outcome)
  }

  async close(): Promise<void> {
    this.#closed = true
    if (this.#timer) clearTimeout(this.#timer)
    const waiters = [...this.#waiting.values()].flatMap(({ runs }) =>
      [...runs.values()].flatMap((set) => [...set]),
    )
    this.#waiting.clear()
    for (const waiter of waiters) waiter(null)
    await this.hearing.stop()
  }

  #of(session: Session): Waiting {
    const known = this.#waiting.get(session)
    if (known) return known
    const fresh = { runs: new Map(), watcher: null, watchedAt: Number.NEGATIVE_INFINITY }
    this.#waiting.set(session, fresh)
    return fresh
  }

  #heard(payload: string): void {
    const ended = payload.split(',')
    for (const { runs } of this.#waiting.values())
      if (ended.some((run) => runs.has(run))) return this.#ask()
  }

  get #idle(): boolean {
    for (const { runs } of this.#waiting.values()) if (runs.size > 0) return false
    return true
  }

  #ask(): void {
    if (this.#closed || this.#idle) return
    if (this.#asking) {
      this.#askAgain = true
      return
    }
    this.#asking = true
    if (this.#timer) clearTimeout(this.#timer)
    this.#rounds()
      .catch((error: unknown) => this.#session.logger.log(`results: ${(error as Error).message}`))
      .finally(() => {
        this.#asking = false
        if (this.#askAgain) {
          this.#askAgain = false
          this.#ask()
        } else this.#later()
      })
  }

  /** A tenant that is not there any more must not take the others' turn. */
  async #rounds(): Promise<void> {
    const failures: unknown[] = []
    for (const [session, waiting] of [...this.#waiting]) {
      if (waiting.runs.size > 0)
        await this.#round(session, waiting).catch((error: unknown) => failures.push(error))
      else this.#waiting.delete(session)
    }
    if (failures.length > 0) throw failures[0]
  }

  /** Says that it waits before it looks, so that an end between the two is notified. */
  async #round(session: Session, waiting: Waiting): Promise<void> {
    const { db } = session
    const tenant = await session.tenant()
    if (performance.now() - waiting.watchedAt > WATCH_AGAIN_MS) {
      waiting.watcher ??= String(await this.#ids.take())
      await watch(db, tenant, waiting.watcher)
      waiting.watchedAt = performance.now()
    }
    const runs = [...waiting.runs.keys()]
    for (let i = 0; i < runs.length; i += MAX_ASKED) {
      const outcomes = await getOutcomes(db, tenant, runs.slice(i, i + MAX_ASKED))
      for (const outcome of outcomes) this.ended(session, outcome)
    }
  }

  #later(): void {
    if (this.#closed || this.#idle) return
    this.#timer = setTimeout(() => this.#ask(), POLL_MS * (0.75 + Math.random() / 4))
  }
}
