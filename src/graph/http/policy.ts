import { X509Certificate } from 'node:crypto'
import { lookup as systemLookup } from 'node:dns/promises'
import { Agent, type Dispatcher, Pool } from 'undici'
import { type Duration, parseDuration } from '../../model/duration.ts'
import { InvalidInputError } from '../../model/errors.ts'
import { MAX_TIMER_MS } from '../../model/limits.ts'
import { checkOptionNames, type OptionNames } from '../../model/options.ts'
import { describeValue } from '../../model/text.ts'
import { type Lookup, openConnector } from './connector.ts'
import { Guard } from './guard.ts'
import { HttpStepError } from './http-error.ts'

/** What an operator settles for outgoing requests; every part has a default. */
export type HttpPolicyOptions = {
  /**
   * Targets that may be reached though they are not public: `'crm.internal'`, `'*.internal'`,
   * `'crm.internal:8080'`, `'10.0.0.0/8'`, `'[fd00::1]:80'`. Default: none.
   */
  allow?: readonly string[]
  /** Targets that may not be reached, whatever `allow` says; the same forms. Default: none. */
  deny?: readonly string[]
  /** Whether public addresses may be reached that `allow` does not name; default true. */
  internet?: boolean
  /** Methods that documents may use; default GET, HEAD, POST, PUT, PATCH, DELETE and OPTIONS. */
  methods?: readonly string[]
  /** For a whole request, redirects and body included, that sets no time-out; default 30 s. */
  timeout?: Duration
  /** The longest time-out that a request may set; default 10 minutes, or `timeout` if that is longer. */
  maxTimeout?: Duration
  /** Decoded bytes of a response, and the most that a request may ask for; default 1 MiB. */
  maxResponseBytes?: number
  /** Bytes of all headers of a response; default 16 KiB. */
  maxResponseHeaderBytes?: number
  /** Bytes of a request's body; default 1 MiB. */
  maxRequestBytes?: number
  /** Headers of a request; default 64. */
  maxHeaders?: number
  /** Bytes of all headers of a request; default 16 KiB. */
  maxHeaderBytes?: number
  /** The longest wait that a server's Retry-After gets; default 1 hour. */
  maxRetryAfter?: Duration
  /** Connections to one origin at a time; further requests wait for one, within their time-out. Default 32. */
  maxConnections?: number
  /** The User-Agent of requests that set none; default `'millrace'`. */
  userAgent?: string
  /**
   * Certificates (PEM, one a text) of authorities of your own, trusted beside those that Node brings;
   * with any, NODE_EXTRA_CA_CERTS does not count. Default: none.
   */
  ca?: string | readonly string[]
  /** Resolves names; default the system's (getaddrinfo, with /etc/hosts). Its answers are guarded too. */
  lookup?: Lookup
}

const names: OptionNames<HttpPolicyOptions> = {
  allow: true,
  deny: true,
  internet: true,
  methods: true,
  timeout: true,
  maxTimeout: true,
  maxResponseBytes: true,
  maxResponseHeaderBytes: true,
  maxRequestBytes: true,
  maxHeaders: true,
  maxHeaderBytes: true,
  maxRetryAfter: true,
  maxConnections: true,
  userAgent: true,
  ca: true,
  lookup: true,
}

const mebibyte = 1024 * 1024

/** TRACE gives headers back that a page should not see, and CONNECT is a tunnel: neither is ever sent. */
const knownMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** Milliseconds that an idle connection is kept, unless the server asks for less. */
const KEEP_ALIVE_MS = 4000

/**
 * What outgoing requests may do, and the connections that they share. Make one for a process, and
 * close it at the end. Proxies that the environment names are never used.
 * @example const policy = new HttpPolicy({ allow: ['crm.internal:8080'], deny: ['192.0.2.0/24'] })
 */
export class HttpPolicy implements AsyncDisposable {
  readonly methods: ReadonlySet<string>
  readonly timeoutMs: number
  readonly maxTimeoutMs: number
  readonly maxResponseBytes: number
  readonly maxRequestBytes: number
  readonly maxHeaders: number
  readonly maxHeaderBytes: number
  readonly maxRetryAfterMs: number
  readonly userAgent: string
  readonly #agent: Agent
  readonly #underWay = new Set<Promise<unknown>>()
  #closed: Promise<void> | undefined

  /** @throws InvalidInputError for a bad option. */
  constructor(options: HttpPolicyOptions = {}) {
    checkOptionNames('an HTTP policy', options, names)
    const { allow = [], deny = [], internet = true, userAgent = 'millrace' } = options
    if (typeof internet !== 'boolean') refuse('internet', internet, 'true or false')
    if (!isPlainText(userAgent)) refuse('userAgent', userAgent, 'plain text')
    this.userAgent = userAgent
    this.methods = readMethods(options.methods ?? knownMethods)
    const timeouts = readTimeouts(options)
    this.maxTimeoutMs = timeouts.max
    this.timeoutMs = timeouts.usual
    this.maxRetryAfterMs = parseDuration(options.maxRetryAfter ?? '1 hour')
    this.maxResponseBytes = readCount(options, 'maxResponseBytes', mebibyte)
    this.maxRequestBytes = readCount(options, 'maxRequestBytes', mebibyte)
    this.maxHeaders = readCount(options, 'maxHeaders', 64)
    this.maxHeaderBytes = readCount(options, 'maxHeaderBytes', 16 * 1024)
    this.#agent = openAgent(options, new Guard({ allow, deny, internet }))
  }

  /**
   * Sends one request, as it is, over a connection that the guard has let through; redirects are not
   * followed. Programs call `guardedRequest`.
   */
  send(request: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData> {
    return this.#agent.request({ ...request, responseHeaders: 'raw' })
  }

  /**
   * Does the work of a request, for whose end `close` waits.
   * @throws HttpStepError (`network`) if the policy is closed.
   */
  async during<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new HttpStepError('network', 'The HTTP policy is closed.')
    const running = work()
    this.#underWay.add(running)
    try {
      return await running
    } finally {
      this.#underWay.delete(running)
    }
  }

  /** Waits for requests that are under way, each of which has its time-out, and closes all connections. */
  close(): Promise<void> {
    this.#closed ??= Promise.allSettled(this.#underWay).then(() => this.#agent.destroy())
    return this.#closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** A pool for each origin, with a connector of its own: a lookup is not told for which port it is. */
function openAgent(options: HttpPolicyOptions, guard: Guard): Agent {
  const lookup = options.lookup ?? ((host) => systemLookup(host, { all: true }))
  if (typeof lookup !== 'function') refuse('lookup', lookup, 'a function of a host')
  const ca = readCertificates(options.ca)
  const shared = {
    connections: readCount(options, 'maxConnections', 32),
    maxHeaderSize: readCount(options, 'maxResponseHeaderBytes', 16 * 1024),
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: 60_000,
    // the time-out of the whole request is kept by the request, more exactly than by these
    headersTimeout: 0,
    bodyTimeout: 0,
  }
  const factory = (origin: string | URL) => {
    const url = new URL(origin)
    return new Pool(url, { ...shared, connect: openConnector(guard, url, { lookup, ca }) })
  }
  return new Agent({ factory })
}

function readTimeouts({ timeout, maxTimeout }: HttpPolicyOptions) {
  const asked = timeout === undefined ? 30_000 : parseDuration(timeout)
  const max = maxTimeout === undefined ? Math.max(600_000, asked) : parseDuration(maxTimeout)
  if (timeout !== undefined && asked > max) refuse('timeout', timeout, 'no longer than maxTimeout')
  if (max > MAX_TIMER_MS) refuse('maxTimeout', maxTimeout, `at most ${MAX_TIMER_MS} ms`)
  return { usual: Math.min(asked, max), max }
}

function readCertificates(given: HttpPolicyOptions['ca']): readonly string[] {
  const all = given === undefined ? [] : [given].flat()
  try {
    for (const one of all) new X509Certificate(one)
    return all
  } catch {
    return refuse('ca', given, 'a certificate as PEM, or a list of them')
  }
}

function isPlainText(value: unknown): boolean {
  return typeof value === 'string' && /^[\x20-\x7e]{1,256}$/.test(value)
}

function readMethods(given: readonly string[]): ReadonlySet<string> {
  const valid = Array.isArray(given) && given.every((method) => knownMethods.includes(method))
  if (!valid) refuse('methods', given, `a list of ${knownMethods.join(', ')}`)
  return new Set(given)
}

type Counts =
  | 'maxResponseBytes'
  | 'maxResponseHeaderBytes'
  | 'maxRequestBytes'
  | 'maxHeaders'
  | 'maxHeaderBytes'
  | 'maxConnections'

function readCount(options: HttpPolicyOptions, name: Counts, fallback: number): number {
  const value = options[name] ?? fallback
  const most = 64 * mebibyte
  if (Number.isInteger(value) && value >= 1 && value <= most) return value
  return refuse(name, value, `an integer from 1 to ${most}`)
}

function refuse(option: string, value: unknown, rule: string): never {
  const shown = describeValue(value)
  throw new InvalidInputError(
    `The option ${option} of the HTTP policy must be ${rule}, but is ${shown}. Change it.`,
    { details: { option, value: shown } },
  )
}
