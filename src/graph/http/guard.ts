import { type Address, embeddedIPv4, isPublicAddress, parseAddress } from './addresses.ts'
import { plainHost, TargetList } from './targets.ts'

/** Why a target is not connected to: an operator denied it, or it is none of the public internet. */
export type Refusal = 'denied' | 'address'

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
   */
  refusalOf(host: string, port: number, text: string): Refusal | null {
    const name = plainHost(host)
    if (this.#deny.hasHost(name, port)) return 'denied'
    const address = parseAddress(text)
    if (address === null) return 'address'
    const inner = embeddedIPv4(address)
    if (this.#isDenied(address, port) || (inner && this.#isDenied(inner, port))) return 'denied'
    if (this.#allow.hasHost(name, port)) return null
    // an allowed translator opens the translator, not what lies behind it
    const open = this.#isOpen(address, port) && (inner === null || this.#isOpen(inner, port))
    return open ? null : 'address'
  }

  #isDenied(address: Address, port: number): boolean {
    return this.#deny.hasAddress(address, port)
  }

  #isOpen(address: Address, port: number): boolean {
    if (this.#allow.hasAddress(address, port)) return true
    return this.#internet && isPublicAddress(address)
  }
}
