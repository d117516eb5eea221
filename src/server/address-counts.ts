import ipaddr from 'ipaddr.js'

const MINUTE_MS = 60_000
/** Addresses that are remembered at most; beyond, all that are not known share one count. */
const MAX_ADDRESSES = 10_000
const OTHERS = 'others'

/** How often each address has done something in this minute, at this server. Of IPv6 those of one /64 are one. */
export class AddressCounts {
  readonly #now: () => number
  #counts = new Map<string, number>()
  #until = 0

  /** @param now milliseconds of a clock that only rises */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** Nobody has done it in this minute. */
  get isEmpty(): boolean {
    return this.#counts.size === 0 || this.#now() >= this.#until
  }

  /** Whole seconds until the minute is over, and with it all counts. */
  get secondsLeft(): number {
    return Math.max(1, Math.ceil((this.#until - this.#now()) / 1000))
  }

  of(address: string): number {
    return this.isEmpty ? 0 : (this.#counts.get(this.#keyOf(address)) ?? 0)
  }

  add(address: string): void {
    const now = this.#now()
    if (now >= this.#until) {
      this.#counts = new Map()
      this.#until = now + MINUTE_MS
    }
    const key = this.#keyOf(address)
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
  }

  #keyOf(address: string): string {
    const own = networkOf(address)
    return this.#counts.has(own) || this.#counts.size < MAX_ADDRESSES ? own : OTHERS
  }
}

/** Whoever has an address of IPv6 has the 64 bits below its network. */
function networkOf(text: string): string {
  const address = ipaddr.parse(text)
  return address.kind() === 'ipv4' ? text : address.toByteArray().slice(0, 8).join('.')
}
