import type { Context } from 'hono'
import ipaddr from 'ipaddr.js'
import { RateLimitedError } from '../model/errors.ts'
import { clientAddress } from './client-address.ts'
import type { ServerEnv } from './server-parts.ts'

/** Tenants that one address may make in a minute, at each server. */
const MOST = 10
const MINUTE_MS = 60_000
/** Addresses that are remembered at most; beyond, all that are not known share one count. */
const MAX_ADDRESSES = 10_000
const OTHERS = 'others'

/** How many tenants each address has made in this minute: whoever registers has no tenant yet whose quota would count. */
export class RegistrationRate {
  readonly #now: () => number
  #counts = new Map<string, number>()
  #until = 0

  /** @param now milliseconds of a clock that only rises */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
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
    const now = this.#now()
    if (now >= this.#until) {
      this.#counts = new Map()
      this.#until = now + MINUTE_MS
    }
    const own = networkOf(address)
    const known = this.#counts.has(own) || this.#counts.size < MAX_ADDRESSES
    const key = known ? own : OTHERS
    const count = this.#counts.get(key) ?? 0
    if (count >= MOST) throw refusal(this.#until - now)
    this.#counts.set(key, count + 1)
  }
}

/** Whoever has an address of IPv6 has the 64 bits below its network. */
function networkOf(text: string): string {
  const address = ipaddr.parse(text)
  return address.kind() === 'ipv4' ? text : address.toByteArray().slice(0, 8).join('.')
}

function refusal(leftMs: number): RateLimitedError {
  const seconds = Math.max(1, Math.ceil(leftMs / 1000))
  return new RateLimitedError(
    `From one address ${MOST} tenants are made a minute. Come again in ${seconds} s.`,
    { details: { kind: 'registration', limit: MOST, retryAfter: seconds * 1000 } },
  )
}
