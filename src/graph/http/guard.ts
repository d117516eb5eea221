import {
  type Address,
  embeddedIPv4,
  isPlatformAddress,
  isPublicAddress,
  parseAddress,
} from './addresses.ts'
import { isOtherProtocol } from './ports.ts'
import { plainHost, TargetList } from './targets.ts'

/**
 * Why a target is not connected to: an operator denied it, it is none of the public internet, or its
 * port belongs to something else than HTTP.
 */
export type Refusal = 'denied' | 'address' | 'port'

/** Thrown inside a connection attempt, before a byte has been sent; undici hands it through. */
export class TargetRefused extends Error {
  override name = 'TargetRefused'
  readonly refusal: Refusal

  constructor(refusal: Refusal) {
    super(refusal)
    this.refusal = refusal
  }
}

/** Where requests may go, as an operator settles it. */
export type GuardOptions = {
  allow: readonly string[]
  deny: readonly string[]
  /** Whether public addresses may be reached that `allow` does not name. */
  internet: boolean
}

/** Decides for each address of each connection whether it may be reached. */
export class Guard {
  readonly #allow: TargetList
  readonly #deny: TargetList
  readonly #internet: boolean

  /** @throws InvalidInputError for a bad entry of a list. */
  constructor({ allow, deny, internet }: GuardOptions) {
    this.#allow = new TargetList('allow', allow)
    this.#deny = new TargetList('deny', deny)
    this.#internet = internet
  }

  /**
   * Why this address may not be reached under this name; null if it may. What cannot be read as an
   * address may not.
   * @param host of the URL, or the address itself where it has no name
   * @param own whether it is known to be one of this machine, whose firewall would not be asked
   */
  refusalOf(host: string, port: number, text: string, own = false): Refusal | null {
    const name = plainHost(host)
    if (this.#deny.hasHost(name, port)) return 'denied'
    const address = parseAddress(text)
    if (address === null) return 'address'
    const inner = embeddedIPv4(address)
    if (this.#isDenied(address, port) || (inner && this.#isDenied(inner, port))) return 'denied'
    // an allowed translator opens the translator, not what lies behind it
    const whole = inner === null ? [address] : [address, inner]
    if (whole.every((one) => this.#allow.hasAddress(one, port))) return null
    if (this.#allow.hasHost(name, port)) return whole.some(isPlatformAddress) ? 'address' : null
    if (own || !whole.every((one) => this.#isOpen(one, port))) return 'address'
    return isOtherProtocol(port) ? 'port' : null
  }

  #isDenied(address: Address, port: number): boolean {
    return this.#deny.hasAddress(address, port)
  }

  #isOpen(address: Address, port: number): boolean {
    if (this.#allow.hasAddress(address, port)) return true
    return this.#internet && isPublicAddress(address)
  }
}
