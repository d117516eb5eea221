import ipaddr from 'ipaddr.js'
import type { JwtOptions } from '../auth/jwt-authenticator.ts'
import type { Authenticator } from '../auth/principal.ts'
import type { GraphLimits } from '../graph/document/graph-document.ts'
import { type Duration, parseDuration } from '../model/duration.ts'
import { InvalidInputError } from '../model/errors.ts'
import { quietLogger, type WorkflowLogger } from '../model/logger.ts'
import { checkOptionNames, type OptionNames } from '../model/options.ts'
import { describeValue } from '../model/text.ts'
import { checkTimeZone } from '../model/time-zone.ts'

/** The largest body that is taken unless `maxBodyBytes` says otherwise. */
const DEFAULT_BODY_BYTES = 1_048_576
/** The largest that may be asked for: bodies are held in memory while they are read. */
const MOST_BODY_BYTES = 64 * 1_048_576

/** Of workflows whose documents do not say it. */
export type GraphDefaults = {
  /** Of a whole run. */
  timeout?: Duration
  /** Of those that are started by cron. */
  timezone?: string
}

/** What a server may be made with. */
export type ServerOptions = {
  /** Who a request is from, asked before API keys and tokens are; null leaves it to these. */
  authenticate?: Authenticator
  /** Lets in who has a JSON Web Token of these issuers. Default: nobody. */
  jwt?: JwtOptions
  /** Where the routes stand, where what they are mounted in leaves addresses as they are: '/engine'. Default: at the root. */
  basePath?: string
  /** Bytes of a body, at most 64 MiB. Default 1 MiB; more is answered with 413. */
  maxBodyBytes?: number
  /** Origins whose pages may call, such as 'https://app.example.com'. Default: none. */
  cors?: string[]
  /** Host names that requests may be for; others are answered with 421. Default: all. */
  allowHosts?: string[]
  /** Addresses or networks ('10.0.0.0/8') whose X-Forwarded-For is believed. Default: none. */
  trustedProxies?: string[]
  /** The model context protocol at /mcp, for whom the API lets in. Default: true. */
  mcp?: boolean
  /** Who gets /metrics, the numbers of the whole installation: who has this token, or anybody. Default: nobody. */
  metrics?: { token: string } | 'open'
  /** Who may make a tenant, with its first key, at POST /api/tenants (and /api/tenants/register): anybody, if it is true; programs of this machine, which come by no proxy, if it is 'local'. Default false. */
  selfRegistration?: boolean | 'local'
  /** Ended runs may be started again with other data by the route `replay` of the Workflow Automation Engine. Default true. */
  replay?: boolean
  /** Of documents that come by HTTP: how many nodes, how deep. Default: 10,000, and no limit of depth. */
  graphLimits?: GraphLimits
  /** What workflows that are created by the routes of the Workflow Automation Engine get where they say nothing. Default: nothing. */
  graphDefaults?: GraphDefaults
  /** Gets what went wrong inside. Default: errors to the console. */
  logger?: WorkflowLogger
}

/** Options that are complete and checked. */
export type ResolvedOptions = {
  readonly authenticate: Authenticator | null
  readonly jwt: JwtOptions | null
  readonly basePath: string
  readonly maxBodyBytes: number
  readonly cors: readonly string[]
  readonly allowHosts: readonly string[] | null
  readonly mcp: boolean
  readonly metrics: { readonly token: string } | 'open' | null
  readonly selfRegistration: boolean | 'local'
  readonly replay: boolean
  readonly graphLimits: GraphLimits
  readonly graphDefaults: GraphDefaults
  readonly logger: WorkflowLogger
  readonly trustedProxies: readonly [ipaddr.IPv4 | ipaddr.IPv6, number][]
}

const names: OptionNames<ServerOptions> = {
  ...{ authenticate: true, basePath: true, maxBodyBytes: true, cors: true },
  ...{ allowHosts: true, trustedProxies: true, logger: true, jwt: true },
  ...{ mcp: true, metrics: true },
  ...{ selfRegistration: true, replay: true, graphLimits: true },
  graphDefaults: true,
}

/** @throws InvalidInputError that names the option and its value */
export function resolveServerOptions(options: ServerOptions): ResolvedOptions {
  checkOptionNames('a server', options, names)
  return {
    authenticate: options.authenticate ?? null,
    jwt: options.jwt ?? null,
    basePath: checkBasePath(options.basePath ?? ''),
    maxBodyBytes: checkBytes(options.maxBodyBytes ?? DEFAULT_BODY_BYTES),
    cors: (options.cors ?? []).map(checkOrigin),
    allowHosts: options.allowHosts?.map((host) => host.toLowerCase()) ?? null,
    mcp: options.mcp ?? true,
    metrics: checkMetrics(options.metrics),
    selfRegistration: checkRegistration(options.selfRegistration ?? false),
    replay: options.replay ?? true,
    graphLimits: options.graphLimits ?? {},
    graphDefaults: checkDefaults(options.graphDefaults ?? {}),
    logger: options.logger ?? quietLogger,
    trustedProxies: (options.trustedProxies ?? []).map(parseNetwork),
  }
}

function checkBasePath(path: string): string {
  if (path === '' || path === '/') return ''
  if (/^(\/[A-Za-z0-9._~-]+)+$/.test(path)) return path
  throw new InvalidInputError(
    `basePath ${describeValue(path)} is not a path like '/engine': it begins with a slash and does not end with one.`,
  )
}

function checkDefaults(given: GraphDefaults): GraphDefaults {
  checkOptionNames('graphDefaults', given, { timeout: true, timezone: true })
  if (given.timeout !== undefined) parseDuration(given.timeout)
  if (given.timezone !== undefined) checkTimeZone(given.timezone)
  return given
}

function checkBytes(bytes: number): number {
  if (Number.isInteger(bytes) && bytes >= 1 && bytes <= MOST_BODY_BYTES) return bytes
  throw new InvalidInputError(
    `maxBodyBytes ${describeValue(bytes)} is not a whole number from 1 to ${MOST_BODY_BYTES}.`,
  )
}

function checkMetrics(metrics: ServerOptions['metrics']): ResolvedOptions['metrics'] {
  if (metrics === undefined || metrics === 'open') return metrics ?? null
  if (typeof metrics?.token === 'string' && metrics.token.length >= 16) return metrics
  throw new InvalidInputError(
    "metrics is neither 'open' nor { token } with at least 16 characters. Leave it out, and nobody gets /metrics.",
  )
}

function checkRegistration(who: boolean | 'local'): boolean | 'local' {
  if (who === 'local' || typeof who === 'boolean') return who
  throw new InvalidInputError(
    `selfRegistration ${describeValue(who)} is neither true, false nor 'local'.`,
  )
}

function checkOrigin(origin: string): string {
  if (origin === '*' || (URL.canParse(origin) && new URL(origin).origin === origin)) return origin
  throw new InvalidInputError(
    `cors has ${describeValue(origin)}, which is no origin. Give scheme, host and port alone, as 'https://app.example.com'.`,
  )
}

function parseNetwork(text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  try {
    if (text.includes('/')) return ipaddr.parseCIDR(text)
    const address = ipaddr.parse(text)
    return [address, address.kind() === 'ipv4' ? 32 : 128]
  } catch {
    throw new InvalidInputError(
      `trustedProxies has ${describeValue(text)}, which is neither an address nor a network like '10.0.0.0/8'.`,
    )
  }
}
