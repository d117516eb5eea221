import { isIP } from 'node:net'
import ipaddr, { type IPv4, type IPv6 } from 'ipaddr.js'

/** An address as it is compared: IPv4 within IPv6 (`::ffff:10.0.0.1`) is the IPv4 that it reaches. */
export type Address = IPv4 | IPv6

/** Global unicast, all that is assigned of IPv6: outside lie `::10.0.0.1` and ranges without a use. */
const globalIPv6 = ipaddr.IPv6.parseCIDR('2000::/3')

/** Where a cloud's own services answer, beside link-local addresses: Azure, Alibaba, Oracle, AWS, Google. */
const platform = new Set([
  '168.63.129.16',
  '100.100.100.200',
  '192.0.0.192',
  'fd00:ec2::254',
  'fd20:ce::254',
])

/** Ranges of IPv6 that end at an IPv4 address, and where in the sixteen bytes that one stands. */
const translated = (
  [
    ['64:ff9b::/96', 12], // NAT64
    ['2002::/16', 2], // 6to4
    ['::ffff:0:0:0/96', 12], // IPv4-translated
  ] as const
).map(([range, at]) => ({ range: ipaddr.IPv6.parseCIDR(range), at }))

/**
 * An address as sockets and DNS write it; null for anything else. Spellings that only some parsers
 * take (octal, hexadecimal, shorter forms) are no addresses here: a URL has none of them left.
 * @example parseAddress('::ffff:7f00:1')?.toString() // '127.0.0.1'
 */
export function parseAddress(text: string): Address | null {
  return isIP(text) === 0 ? null : ipaddr.process(text)
}

/**
 * Whether an address is one of the public internet: not of this host, network, link, provider or
 * cloud, not multicast, not reserved, not a way into another protocol (NAT64, 6to4, Teredo).
 * @example isPublicAddress(parseAddress('169.254.169.254')) // false
 */
export function isPublicAddress(address: Address): boolean {
  if (address.range() !== 'unicast' || isPlatformAddress(address)) return false
  return isIPv4(address) || address.match(globalIPv6)
}

/** Whether a cloud may give its keys away here: its metadata services and agents, and all of the link. */
export function isPlatformAddress(address: Address): boolean {
  return address.range() === 'linkLocal' || platform.has(address.toString())
}

/**
 * The IPv4 address that a translator reaches for this one; null if it is none of a translator.
 * @example embeddedIPv4(parseAddress('64:ff9b::7f00:1'))?.toString() // '127.0.0.1'
 */
export function embeddedIPv4(address: Address): IPv4 | null {
  if (isIPv4(address)) return null
  const found = translated.find(({ range }) => address.match(range))
  if (found === undefined) return null
  return new ipaddr.IPv4(address.toByteArray().slice(found.at, found.at + 4))
}

/** Whether an address lies in a range of its own kind. */
export function isWithin(address: Address, [network, bits]: [Address, number]): boolean {
  if (isIPv4(address)) return isIPv4(network) && address.match(network, bits)
  return !isIPv4(network) && address.match(network, bits)
}

function isIPv4(address: Address): address is IPv4 {
  return address.kind() === 'ipv4'
}
