import { type RatePortion, takeRate } from '../kernel/access.ts'
import type { Database } from '../kernel/database.ts'

/** Kinds of requests, each with a limit of its own: the quota `<class>_per_minute` of the tenant. */
export type RateClass = 'read' | 'write' | 'start' | 'webhook'

/** Whether a request may come in, and what its answer says of the limit. */
export type RateVerdict = {
  readonly allowed: boolean
  /** Requests in a minute; null: no limit. */
  readonly limit: number | null
  /** Left of them, as far as this process knows; null: no limit. */
  readonly remaining: number | null
  /** Until the next minute begins, and with it everything anew. */
  readonly resetSeconds: number
}

/** A refusal, or that there is no limit, is not asked about anew for so long. */
const REMEMBERED_MS = 1000
/** Limits that are remembered at most. */
const MAX_ENTRIES = 10_000

/** What a process knows of one limit. */
type Portion = {
  left: number
  limit: number | null
  remaining: number
  /** When the minute, and when this portion is over. */
  resetAt: number
  until: number
  askedAt: number
  granted: number
  asking: Promise<void> | null
  waiting: number
}

/**
 * Lets requests in as the quotas of tenants say, whichever of any number of servers they come to: each draws portions
 * from the database, of about what it needs in a second, and lets in from them. What is left of one when its minute is
 * over is lost, so of a limit a little may stay unused, but it is never exceeded.
 * @example const { allowed, resetSeconds } = await limiter.take('acme', 'start')
 */
export class RateLimiter {
  readonly #db: Database
  readonly #now: () => number
  readonly #portions = new Map<string, Portion>()

  /**
   * @param session anything that has the `db` of a client or an engine
   * @param now milliseconds of a clock that only rises
   */
  constructor({ db }: { readonly db: Database }, now: () => number = () => performance.now()) {
    this.#db = db
    this.#now = now
  }

  /** @throws PermissionError if there is no such tenant; UnavailableError */
  async take(tenant: string, kind: RateClass): Promise<RateVerdict> {
    const key = `${kind} ${tenant}`
    const portion = this.#portions.get(key) ?? this.#add(key)
    const known = this.#spend(portion, this.#now() < portion.until)
    if (known !== null) return known
    for (;;) {
      portion.waiting++
      portion.asking ??= this.#ask(portion, tenant, kind)
      await portion.asking.finally(() => portion.waiting--)
      // what was just heard holds for all who waited for it, however long it took
      const heard = this.#spend(portion, true)
      if (heard !== null) return heard
    }
  }

  /** Null where the database must be asked. */
  #spend(portion: Portion, holds: boolean): RateVerdict | null {
    if (!holds) return null
    if (portion.limit !== null && portion.left <= 0)
      return portion.granted === 0 ? this.#verdict(portion, false) : null
    portion.left--
    return this.#verdict(portion, true)
  }

  #add(key: string): Portion {
    if (this.#portions.size >= MAX_ENTRIES) {
      const now = this.#now()
      for (const [other, { until, asking }] of this.#portions)
        if (until < now && asking === null) this.#portions.delete(other)
    }
    const none = { left: 0, limit: 0, remaining: 0, resetAt: 0, until: 0, askedAt: 0, granted: -1 }
    const portion = { ...none, asking: null, waiting: 0 }
    this.#portions.set(key, portion)
    return portion
  }

  async #ask(portion: Portion, tenant: string, kind: RateClass): Promise<void> {
    try {
      const now = this.#now()
      const given = await takeRate(this.#db, tenant, kind, wanted(portion, now))
      note(portion, given, now)
    } finally {
      portion.asking = null
    }
  }

  #verdict(portion: Portion, allowed: boolean): RateVerdict {
    const { limit, left, remaining, resetAt } = portion
    const resetSeconds = Math.max(1, Math.ceil((resetAt - this.#now()) / 1000))
    const known = limit === null ? null : Math.max(left, 0) + remaining
    return { allowed, limit, remaining: known, resetSeconds }
  }
}

/** As many as came in a second of the last portion, and those that wait. */
function wanted({ granted, left, askedAt, waiting }: Portion, now: number): number {
  const used = Math.max(granted - left, 0)
  const seconds = Math.max(now - askedAt, 1) / 1000
  return Math.min(Math.max(Math.ceil(used / seconds), waiting, 1), 100_000)
}

/** Its times count from when it was asked for, so that nothing is let in from a minute that is over. */
function note(portion: Portion, given: RatePortion, askedAt: number): void {
  const resetAt = askedAt + given.resetMs
  const spendable = given.granted > 0 && given.most !== null
  Object.assign(portion, {
    ...{ left: given.granted, granted: given.granted, limit: given.most, askedAt, resetAt },
    ...{
      remaining: given.remaining ?? 0,
      until: spendable ? resetAt : Math.min(resetAt, askedAt + REMEMBERED_MS),
    },
  })
}
