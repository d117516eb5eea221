import type { Context } from 'hono'
import { RateLimitedError } from '../model/errors.ts'
import { clientAddress, networkOf } from './client-address.ts'
import { MinuteCounts } from './minute-counts.ts'
import type { ServerEnv } from './server-parts.ts'

/** Tenants that one address may make in a minute, at each server. */
const MOST = 10

/** How many tenants each address has made in this minute: whoever registers has no tenant yet whose quota would count. */
export class RegistrationRate {
  readonly #counts: MinuteCounts

  /** @param now milliseconds of a clock that only rises */
  constructor(now?: () => number) {
    this.#counts = new MinuteCounts('share', now)
  }

  /**
   * Counts one. A Request that was handed to `fetch` without a connection has no address and is not counted: what the
   * server is mounted in knows it.
   * @throws RateLimitedError (429)
   */
  take(c: Context<ServerEnv>): void {
    const address = clientAddress(c)
    if (address !== null) this.takeFor(address)
  }

  /** @throws RateLimitedError (429) */
  takeFor(address: string): void {
    const network = networkOf(address)
    if (this.#counts.of(network) >= MOST) throw refusal(this.#counts.secondsLeft)
    this.#counts.add(network)
  }
}

function refusal(seconds: number): RateLimitedError {
  return new RateLimitedError(
    `From one address ${MOST} tenants are made a minute. Come again in ${seconds} s.`,
    { details: { kind: 'registration', limit: MOST, retryAfter: seconds * 1000 } },
  )
}
