import { isIP, type LookupFunction, type Socket } from 'node:net'
import { rootCertificates } from 'node:tls'
import { buildConnector } from 'undici'
import { type Guard, TargetRefused } from './guard.ts'
import { plainHost } from './targets.ts'

/** What a name resolves to; rejects if it does not. */
export type Lookup = (host: string) => Promise<readonly { address: string; family: number }[]>

/** Milliseconds for a connection, its TLS included; the time-out of a request may be shorter. */
const CONNECT_TIMEOUT_MS = 10_000

/** undici's connector with the guard's lookup, for one origin. */
export function openConnector(
  guard: Guard,
  origin: URL,
  { lookup, ca }: { lookup: Lookup; ca: readonly string[] },
): buildConnector.connector {
  const base = buildConnector({
    timeout: CONNECT_TIMEOUT_MS,
    // every address that Node tries comes from this one answer: there is no second to be rebound
    lookup: guardedLookup(guard, portOf(origin), lookup),
    autoSelectFamily: true,
    // whatever the environment says (NODE_TLS_REJECT_UNAUTHORIZED)
    rejectUnauthorized: true,
    // given any, Node trusts no others
    ...(ca.length === 0 ? {} : { ca: [...rootCertificates, ...ca] }),
  })
  return guardConnector(guard, base)
}

/**
 * A connector that connects only where the guard lets it. An address in the URL never comes to a
 * lookup, so it is looked at here; and whatever was asked for, the address that the socket really has
 * decides before a request is written to it.
 */
export function guardConnector(
  guard: Guard,
  base: buildConnector.connector,
): buildConnector.connector {
  return (options, callback) => {
    const host = plainHost(options.hostname)
    const port = portOf(options)
    if (isIP(host) !== 0) {
      const refusal = guard.refusalOf(host, port, host)
      if (refusal !== null) return callback(new TargetRefused(refusal), null)
    }
    base(options, (error, socket) => {
      if (error !== null) return callback(error, null)
      const refusal = refusalOfSocket(guard, host, port, socket as Socket)
      if (refusal === null) return callback(null, socket as Socket)
      socket?.destroy()
      callback(new TargetRefused(refusal), null)
    })
  }
}

/** A socket without an address is one of Unix, or closed already; one with the same at both ends is of this machine. */
function refusalOfSocket(guard: Guard, host: string, port: number, socket: Socket) {
  const { localAddress, remoteAddress } = socket
  return guard.refusalOf(host, port, remoteAddress ?? '', localAddress === remoteAddress)
}

/** Leaves of an answer what may be reached; with nothing left, the connection fails. */
function guardedLookup(guard: Guard, port: number, lookup: Lookup): LookupFunction {
  return (host, options, callback) => {
    resolve(host, lookup)
      .then((found) => selectAddresses(guard, host, port, found))
      .then(
        (open) => {
          if (options.all) callback(null, [...open])
          else callback(null, open[0]?.address ?? '', open[0]?.family)
        },
        (error) => callback(error, []),
      )
  }
}

/** RFC 6761: localhost and what lies below it are this host, whatever a resolver makes of them. */
async function resolve(host: string, lookup: Lookup) {
  if (!/(^|\.)localhost$/.test(plainHost(host))) return lookup(host)
  return [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ]
}

function selectAddresses(
  guard: Guard,
  host: string,
  port: number,
  found: Awaited<ReturnType<Lookup>>,
) {
  const refusals = found.map(({ address }) => guard.refusalOf(host, port, address))
  const open = found.filter((_, i) => refusals[i] === null)
  if (open.length > 0) return open
  const [first] = refusals
  if (first) throw new TargetRefused(first)
  throw Object.assign(new Error('The name has no address.'), { code: 'ENOTFOUND' })
}

function portOf({ protocol, port }: { protocol: string; port: string }): number {
  return port === '' || port === undefined ? (protocol === 'https:' ? 443 : 80) : Number(port)
}
