import { createHash } from 'node:crypto'
import type { Context } from 'hono'
import { RateLimitedError } from '../model/errors.ts'
import { clientAddress, networkOf } from './client-address.ts'
import { MinuteCounts } from './minute-counts.ts'
import type { ServerEnv } from './server-parts.ts'

/** Keys and tokens that are nobody's which one address may send in a minute, to each server; and how often one of them. */
const MOST = 60
/** Keys and tokens that were good, by which who has one gets in beside who has none. */
const MAX_GOOD = 10_000

/**
 * How many keys and tokens that are nobody's each address has sent in this minute. Once these are too many, those that were
 * not good here before are refused unseen: nobody guesses a key, but each guess is a query. Whoever shares the address,
 * behind a proxy say, and was let in before, still is. One that is sent over and over, by a program whose token is over,
 * counts once, and is in nobody else's way.
 */
export class FailureRate {
  readonly #counts: MinuteCounts
  /** How often each was sent. */
  readonly #bad: MinuteCounts
  readonly #good = new Set<string>()

  /** @param now milliseconds of a clock that only rises */
  constructor(now?: () => number) {
    // whoever has thousands of addresses shall not lock all others out
    this.#counts = new MinuteCounts('pass', now)
    this.#bad = new MinuteCounts('pass', now)
  }

  /**
   * Before anybody looks at what a request is sent with. Where there is no connection, there is no address to count.
   * @throws RateLimitedError (429)
   */
  check(c: Context<ServerEnv>): void {
    if (this.#counts.isEmpty) return
    const address = clientAddress(c)
    const digest = address === null ? null : digestOf(c)
    if (address === null || digest === null) return
    if (this.#bad.of(digest) >= MOST) throw refusal(this.#bad.secondsLeft)
    if (this.#counts.of(networkOf(address)) < MOST || this.#good.has(digest)) return
    throw refusal(this.#counts.secondsLeft)
  }

  /** It was good: kept whether or not anybody has failed, as those who fail may be the faster ones. */
  passed(c: Context<ServerEnv>): void {
    const digest = digestOf(c)
    if (digest === null) return
    this.#good.delete(digest)
    this.#good.add(digest)
    if (this.#good.size <= MAX_GOOD) return
    const [oldest] = this.#good
    this.#good.delete(oldest as string)
  }

  /** It was nobody's. Who sends nothing has not tried. */
  failed(c: Context<ServerEnv>): void {
    const address = clientAddress(c)
    const digest = address === null ? null : digestOf(c)
    if (address === null || digest === null) return
    if (this.#bad.add(digest) === 1) this.#counts.add(networkOf(address))
  }
}

/** Null: nothing by which the server itself knows anybody. */
function digestOf(c: Context<ServerEnv>): string | null {
  const { headers } = c.req.raw
  const sent = [headers.get('authorization'), headers.get('x-api-key')]
  if (sent.every((one) => one === null)) return null
  return createHash('sha256').update(JSON.stringify(sent)).digest('base64')
}

function refusal(seconds: number): RateLimitedError {
  return new RateLimitedError(
    `From one address ${MOST} keys or tokens that are not valid are looked at a minute. Come again in ${seconds} s.`,
    { details: { kind: 'failures', limit: MOST, retryAfter: seconds * 1000 } },
  )
}
