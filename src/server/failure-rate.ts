import { createHash } from 'node:crypto'
import type { Context } from 'hono'
import { RateLimitedError } from '../model/errors.ts'
import { AddressCounts } from './address-counts.ts'
import { clientAddress } from './client-address.ts'
import type { ServerEnv } from './server-parts.ts'

/** Keys and tokens that are nobody's which one address may send in a minute, to each server. */
const MOST = 60
/** Keys and tokens that were good, by which who has one gets in beside who has none. */
const MAX_GOOD = 10_000

/**
 * How many keys and tokens that are nobody's each address has sent in this minute. Once these are too many, those that were
 * not good here before are refused unseen: nobody guesses a key, but each guess is a query. Whoever shares the address,
 * behind a proxy say, and was let in before, still is.
 */
export class FailureRate {
  readonly #counts: AddressCounts
  readonly #good = new Set<string>()

  /** @param now milliseconds of a clock that only rises */
  constructor(now?: () => number) {
    this.#counts = new AddressCounts(now)
  }

  /**
   * Before anybody looks at what a request is sent with. Where there is no connection, there is no address to count.
   * @throws RateLimitedError (429)
   */
  check(c: Context<ServerEnv>): void {
    if (this.#counts.isEmpty) return
    const address = clientAddress(c)
    if (address === null || this.#counts.of(address) < MOST) return
    const digest = digestOf(c)
    if (digest === null || this.#good.has(digest)) return
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
    if (address !== null && digestOf(c) !== null) this.#counts.add(address)
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
