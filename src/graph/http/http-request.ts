import { type Duration, parseDuration } from '../../model/duration.ts'
import { InvalidInputError } from '../../model/errors.ts'
import { MAX_PAYLOAD_BYTES } from '../../model/limits.ts'
import { checkOptionNames, type OptionNames } from '../../model/options.ts'
import type { ResponseKind } from './content.ts'
import { HttpFinalError } from './http-error.ts'
import { readBody } from './outgoing-body.ts'
import { readHeaders } from './outgoing-headers.ts'
import type { HttpPolicy } from './policy.ts'
import { quote } from './quote.ts'
import type { Hop } from './redirect.ts'
import { ACCEPTED_ENCODINGS } from './response-body.ts'
import { readUrl } from './url.ts'

/** Redirects that are followed at most, and by default. */
export const MAX_REDIRECTS = 5

/** One outgoing request, its templates filled in. */
export type HttpRequest = {
  /** http or https, without user and password. */
  url: string
  /** In any case of letters; default GET. */
  method?: string | undefined
  /** Those that are undefined are left out. */
  headers?: Readonly<Record<string, string | number | boolean | undefined>> | undefined
  /** A text as it is; other values as JSON, or as a form where the content type says so; none for null. */
  body?: unknown
  /** For the whole of it: connections, redirects, headers, body; default the policy's. */
  timeout?: Duration | undefined
  /**
   * The statuses that are a result, redirects included; any other is an error. By default all are but
   * 5xx and 429.
   */
  expect?: readonly number[] | undefined
  /** How the body is read; default `'auto'`: JSON where the content type says so. */
  response?: ResponseKind | undefined
  /** Decoded bytes of the response; default, and at most, the policy's. */
  maxResponseBytes?: number | undefined
  /** Bytes of the result as JSON; default what a step may keep, 1 MiB. */
  maxResultBytes?: number | undefined
  /** What becomes of a longer response: an error, or its beginning. Default `'fail'`. */
  onTooLarge?: 'fail' | 'truncate' | undefined
  /** 0 to 5; default 5. With 0 a redirect is a result. */
  maxRedirects?: number | undefined
  /** Sent as Idempotency-Key with POST, PUT, PATCH and DELETE, unless the headers have one. */
  idempotencyKey?: string | undefined
  /**
   * Values that no error may show, in none of their forms; those of 6 characters or more are masked in
   * the result, too.
   */
  redact?: readonly string[] | undefined
  /** Ends the request; it rejects with the signal's reason. */
  signal?: AbortSignal | undefined
}

/** A request that keeps the rules. */
export type PreparedRequest = {
  readonly hop: Hop
  readonly timeoutMs: number
  readonly expect: readonly number[] | null
  readonly response: ResponseKind
  readonly maxResponseBytes: number
  readonly maxResultBytes: number
  readonly truncate: boolean
  readonly maxRedirects: number
}

const names: OptionNames<HttpRequest> = {
  url: true,
  method: true,
  headers: true,
  body: true,
  timeout: true,
  expect: true,
  response: true,
  maxResponseBytes: true,
  maxResultBytes: true,
  onTooLarge: true,
  maxRedirects: true,
  idempotencyKey: true,
  redact: true,
  signal: true,
}

/**
 * A request with its defaults, once it is known to keep the rules of the policy.
 * @throws HttpFinalError (`url`, `scheme`, `credentials`, `method`, `header`, `body`, `option`)
 */
export function prepareRequest(request: HttpRequest, policy: HttpPolicy): PreparedRequest {
  try {
    checkOptionNames('a request', request, names)
  } catch (error) {
    if (error instanceof InvalidInputError) throw new HttpFinalError('option', error.message)
    throw error
  }
  return { hop: firstHop(request, policy), ...readOptions(request, policy) }
}

function firstHop(request: HttpRequest, policy: HttpPolicy): Hop {
  const url = readUrl(request.url)
  const method = readMethod(request.method ?? 'GET', policy)
  const headers = readHeaders(request.headers, policy)
  const body = readBody(request.body, headers.get('content-type'), method, policy.maxRequestBytes)
  if (body === null) headers.delete('content-type')
  else setDefault(headers, 'content-type', body.type)
  if (changes.has(method) && request.idempotencyKey !== undefined) {
    const own = readHeaders({ 'idempotency-key': request.idempotencyKey }, policy)
    setDefault(headers, 'idempotency-key', own.get('idempotency-key') as string)
  }
  setDefault(headers, 'accept', '*/*')
  setDefault(headers, 'accept-encoding', ACCEPTED_ENCODINGS)
  setDefault(headers, 'user-agent', policy.userAgent)
  return { url, method, headers, body }
}

/** Methods that change something: sent twice, the key tells the server that it is one change. */
const changes = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])

function readMethod(given: unknown, policy: HttpPolicy): string {
  const method = typeof given === 'string' ? given.toUpperCase() : ''
  if (policy.methods.has(method)) return method
  const rule = `must be one of ${[...policy.methods].join(', ')}`
  const shown = quote(given)
  throw new HttpFinalError('method', `The method ${shown} ${rule}. Change it.`)
}

function readOptions(request: HttpRequest, policy: HttpPolicy): Omit<PreparedRequest, 'hop'> {
  const { response = 'auto', onTooLarge = 'fail', maxRedirects = MAX_REDIRECTS } = request
  if (!['auto', 'json', 'text'].includes(response)) {
    refuse('response', response, '"auto", "json" or "text"')
  }
  if (!['fail', 'truncate'].includes(onTooLarge)) {
    refuse('onTooLarge', onTooLarge, '"fail" or "truncate"')
  }
  const most = policy.maxResponseBytes
  return {
    timeoutMs: readTimeout(request.timeout, policy),
    expect: readExpected(request.expect),
    response,
    maxResponseBytes: readInteger('maxResponseBytes', request.maxResponseBytes ?? most, 1, most),
    maxResultBytes: readInteger(
      'maxResultBytes',
      request.maxResultBytes ?? MAX_PAYLOAD_BYTES,
      1024,
      Number.MAX_SAFE_INTEGER,
    ),
    truncate: onTooLarge === 'truncate',
    maxRedirects: readInteger('maxRedirects', maxRedirects, 0, MAX_REDIRECTS),
  }
}

function readTimeout(given: Duration | undefined, policy: HttpPolicy): number {
  if (given === undefined) return policy.timeoutMs
  let ms = Number.NaN
  try {
    ms = parseDuration(given)
  } catch {
    // NaN is refused below
  }
  if (ms <= policy.maxTimeoutMs) return ms
  return refuse('timeout', given, `a duration of at most ${policy.maxTimeoutMs} ms`)
}

function readExpected(given: unknown): readonly number[] | null {
  if (given === undefined) return null
  const valid = (status: unknown) =>
    Number.isInteger(status) && Number(status) >= 200 && Number(status) <= 599
  if (Array.isArray(given) && given.length > 0 && given.every(valid)) return given
  return refuse('expect', given, 'a list of statuses from 200 to 599')
}

function readInteger(name: string, value: unknown, least: number, most: number): number {
  if (Number.isInteger(value) && Number(value) >= least && Number(value) <= most) {
    return value as number
  }
  return refuse(name, value, `an integer from ${least} to ${most}`)
}

function setDefault(headers: Map<string, string>, name: string, value: string): void {
  if (!headers.has(name)) headers.set(name, value)
}

function refuse(option: string, value: unknown, rule: string): never {
  const shown = quote(value)
  throw new HttpFinalError('option', `The option ${option} must be ${rule}, but is ${shown}.`)
}
