import type { Context } from 'hono'
import ipaddr from 'ipaddr.js'
import type { ResolvedOptions } from './server-options.ts'
import type { ServerEnv } from './server-parts.ts'

/**
 * From where a request comes: the address of the connection, or, where that is a proxy that is trusted, the last one in
 * X-Forwarded-For that is none. Null where there is no connection (a Request that was handed to `fetch`).
 */
export function clientAddress(c: Context<ServerEnv>): string | null {
  const { trustedProxies } = c.var.parts.options
  // biome-ignore lint/complexity/useOptionalChain: bindings are whatever a mount hands over
  const socket = c.env && c.env.incoming && c.env.incoming.socket
  const direct = parse(socket?.remoteAddress)
  if (direct === null) return null
  const forwarded = (c.req.header('x-forwarded-for') ?? '').split(',').reverse()
  let address = direct
  for (const text of forwarded) {
    if (!isTrusted(address, trustedProxies)) break
    const next = parse(withoutPort(text.trim()))
    if (next === null) break
    address = next
  }
  return address.toString()
}

/** What of an address is one client's: whoever has one of IPv6 has the 64 bits below its network. */
export function networkOf(text: string): string {
  const address = ipaddr.parse(text)
  return address.kind() === 'ipv4' ? text : address.toByteArray().slice(0, 8).join('.')
}

type Address = ipaddr.IPv4 | ipaddr.IPv6

function isTrusted(address: Address, networks: ResolvedOptions['trustedProxies']): boolean {
  return networks.some(
    ([network, bits]) => network.kind() === address.kind() && address.match(network as never, bits),
  )
}

/** Some proxies name the port too: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
function withoutPort(text: string): string {
  const [, bracketed, plain] = /^(?:\[([^\]]*)\]|([0-9.]+))(?::\d{1,5})?$/.exec(text) ?? []
  return bracketed ?? plain ?? text
}

/** An IPv4 address that came as IPv6 is the same one. */
function parse(text: unknown): Address | null {
  if (typeof text !== 'string' || !ipaddr.isValid(text)) return null
  return ipaddr.process(text)
}
