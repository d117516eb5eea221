import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { InvalidInputError } from '../../model/errors.ts'
import { describeValue } from '../../model/text.ts'
import { type Address, isWithin, parseAddress } from './addresses.ts'
import { parseUrl } from './url.ts'

type Entry = {
  /** Of the server; null is any. */
  readonly port: number | null
  /** A host in lower case, without a dot at its end; with `.` first all below it. */
  readonly host?: string
  readonly range?: [Address, number]
}

const accepted =
  'Give a host ("crm.internal"), all below one ("*.internal"), an address or a range of them ' +
  '("10.1.2.3", "10.0.0.0/8", "fd00::/8"), each but a range with a port if you like ("crm.internal:8080", "[fd00::1]:80")'

/** Targets that an operator names: hosts, addresses and ranges of addresses. */
export class TargetList {
  readonly #entries: readonly Entry[]

  /**
   * @param what as the error names it: `'allow'`
   * @throws InvalidInputError for what is neither a host nor an address nor a range.
   */
  constructor(what: string, targets: readonly string[]) {
    if (!Array.isArray(targets)) refuse(what, targets, 'is not a list of texts')
    this.#entries = targets.map((target) => parseTarget(what, target))
  }

  /** Whether an entry names this host, as `plainHost` gives it. */
  hasHost(host: string, port: number): boolean {
    return this.#entries.some((entry) => {
      if (entry.host === undefined || !hasPort(entry, port)) return false
      return entry.host.startsWith('.') ? host.endsWith(entry.host) : host === entry.host
    })
  }

  /** Whether an entry is this address, or a range around it. */
  hasAddress(address: Address, port: number): boolean {
    return this.#entries.some(
      (entry) =>
        entry.range !== undefined && hasPort(entry, port) && isWithin(address, entry.range),
    )
  }
}

/**
 * The host of a URL as lists compare it: without dots at its end (one ends a full name), without brackets.
 * @example plainHost('crm.internal.') // 'crm.internal'
 */
export function plainHost(host: string): string {
  return host.replace(/^\[|\]$/g, '').replace(/\.+$/, '')
}

function hasPort(entry: Entry, port: number): boolean {
  return entry.port === null || entry.port === port
}

function parseTarget(what: string, target: unknown): Entry {
  if (typeof target !== 'string') return refuse(what, target, 'is not a text')
  if (target.includes('/')) return { port: null, range: parseRange(what, target) }
  if (isIP(target) === 6) return { port: null, range: whole(target) }
  const parts = /^(\[[\da-f:.]+\]|[^[\]:@?#\\%\s]+)(?::(\d{1,5}))?$/i.exec(target)
  if (parts === null) return refuse(what, target, 'is no target')
  const [, name = '', digits] = parts
  const port = digits === undefined ? null : Number(digits)
  if (port !== null && (port < 1 || port > 65_535)) refuse(what, target, 'has no possible port')
  if (isIP(plainHost(name)) !== 0) return { port, range: whole(plainHost(name)) }
  return { port, host: parseHost(what, target, name) }
}

/** By the URL parser, so that an entry and a document's URL come to the same letters. */
function parseHost(what: string, target: string, name: string): string {
  const below = name.startsWith('*.')
  const url = parseUrl(`http://${below ? name.slice(2) : name}/`)
  const host = url === null ? '' : plainHost(url.hostname)
  // what the parser makes an address of (127.1, 0x7f000001) is a spelling that nobody should need
  if (!/^[a-z\d_-]+(\.[a-z\d_-]+)*$/.test(host) || isIP(host) !== 0) {
    return refuse(what, target, 'is no target')
  }
  return below ? `.${host}` : host
}

function parseRange(what: string, target: string): [Address, number] {
  const [network = '', bits = '', ...rest] = target.split('/')
  const kind = isIP(network)
  const valid = rest.length === 0 && kind !== 0 && /^\d{1,3}$/.test(bits)
  if (!valid || Number(bits) > (kind === 4 ? 32 : 128)) refuse(what, target, 'is no range')
  if (kind === 6 && parseAddress(network)?.kind() === 'ipv4') {
    return refuse(what, target, 'is a range of IPv4 in IPv6: write it as IPv4')
  }
  const first = (kind === 4 ? ipaddr.IPv4 : ipaddr.IPv6).networkAddressFromCIDR(target)
  if (first.toString() !== ipaddr.parse(network).toString()) {
    return refuse(what, target, `is no range: it would begin with ${first}`)
  }
  return [first, Number(bits)]
}

function whole(text: string): [Address, number] {
  const address = parseAddress(text) as Address
  return [address, address.kind() === 'ipv4' ? 32 : 128]
}

function refuse(what: string, target: unknown, problem: string): never {
  const value = describeValue(target)
  throw new InvalidInputError(
    `The entry ${value} of "${what}" of the HTTP policy ${problem}. ${accepted}.`,
    { details: { option: what, value } },
  )
}
