import { setImmediate } from 'node:timers/promises'
import type { Dispatcher } from 'undici'
import { toStorable } from '../../model/text.ts'
import { type Content, parseContent } from './content.ts'
import { createDeadline, type Deadline } from './deadline.ts'
import {
  HttpFinalError,
  HttpRetryAfterError,
  HttpStepError,
  type MoreDetails,
} from './http-error.ts'
import { type HttpRequest, type PreparedRequest, prepareRequest } from './http-request.ts'
import {
  fitResult,
  type HttpResult,
  type ResponseHeaders,
  readResponseHeaders,
} from './http-result.ts'
import { maskContent, maskHeaders } from './masked-answer.ts'
import type { HttpPolicy } from './policy.ts'
import { createRedactor, type Redactor } from './redactor.ts'
import { followRedirect, type Hop, isRedirect } from './redirect.ts'
import { type ResponseBytes, readResponseBody } from './response-body.ts'
import { readRetryAfter } from './retry-after.ts'
import { toHttpError } from './transport-failure.ts'
import { showUrl } from './url.ts'

/** Bytes of the answer of a redirect that are read to keep its connection; with more it is closed. */
const REDIRECT_BODY_BYTES = 16 * 1024

/** Characters of an unexpected answer that its error shows, in its details and in its message. */
const SHOWN_BODY = 500
const SAID_BODY = 200

/** Characters of a secret that results are searched for: a shorter one is found in half of all texts. */
const MIN_MASKED = 6

/** A request that is under way. */
type Exchange = {
  readonly request: PreparedRequest
  readonly policy: HttpPolicy
  readonly redact: Redactor
  /** For results. */
  readonly mask: Redactor
  readonly deadline: Deadline
  /** Where it is now: a redirect moves it. */
  hop: Hop
}

type Answer = { status: number; headers: ResponseHeaders; body: Dispatcher.ResponseData['body'] }

/**
 * Sends a request that somebody else wrote: to public addresses and what the policy allows, with its
 * limits of time and size.
 * @throws HttpStepError, HttpRetryAfterError for what may pass, HttpFinalError for what will not, each
 *   with `code` and `details`; the reason of `signal` if that ended it.
 * @example await guardedRequest({ url: 'https://api.example.com/orders/7' }, policy) // { status_code: 200, … }
 */
export async function guardedRequest(
  request: HttpRequest,
  policy: HttpPolicy,
): Promise<HttpResult> {
  const started = performance.now()
  const secrets = readSecrets(request?.redact)
  const redact = createRedactor(secrets)
  const prepared = prepare(request, policy, redact)
  request.signal?.throwIfAborted()
  using deadline = createDeadline(prepared.timeoutMs, request.signal)
  const mask = createRedactor(secrets.filter((secret) => secret.trim().length >= MIN_MASKED))
  const { hop } = prepared
  const exchange: Exchange = { request: prepared, policy, redact, mask, deadline, hop }
  try {
    return await policy.during(async () => readAnswer(exchange, await follow(exchange), started))
  } catch (error) {
    if (deadline.abortedByCaller()) throw request.signal?.reason
    throw toHttpError(error, about(exchange), {
      redact,
      timeoutMs: deadline.hasPassed() ? prepared.timeoutMs : null,
    })
  }
}

/** The rules speak of what the document wrote, which may have a secret in it. */
function prepare(request: HttpRequest, policy: HttpPolicy, redact: Redactor): PreparedRequest {
  try {
    return prepareRequest(request, policy)
  } catch (error) {
    throw toHttpError(error, {}, { redact, timeoutMs: null })
  }
}

function readSecrets(given: unknown): readonly string[] {
  if (given === undefined) return []
  const valid = Array.isArray(given) && given.every((value) => typeof value === 'string')
  if (valid) return given
  throw new HttpFinalError('option', 'The option redact must be a list of texts.')
}

/** The first answer that is no redirect, or that is one that is wanted. */
async function follow(exchange: Exchange): Promise<Answer> {
  const { expect, maxRedirects } = exchange.request
  for (let followed = 0; ; followed++) {
    const answer = await send(exchange)
    const location = answer.headers.location
    const wanted = maxRedirects === 0 || expect?.includes(answer.status)
    if (wanted || !isRedirect(answer.status, location)) return answer
    await answer.body.dump({ limit: REDIRECT_BODY_BYTES, signal: exchange.deadline.signal })
    // undici takes its connection back one turn later; at once, the next request would open another
    await setImmediate()
    if (followed === maxRedirects) {
      const message = `There are more than ${maxRedirects} redirects. They are not followed.`
      throw new HttpFinalError('redirect', message)
    }
    exchange.hop = followRedirect(exchange.hop, answer.status, location, exchange.redact)
  }
}

async function send({ hop, policy, deadline }: Exchange): Promise<Answer> {
  const sent = policy.send({
    origin: hop.url.origin,
    path: `${hop.url.pathname}${hop.url.search}`,
    method: hop.method as Dispatcher.HttpMethod,
    headers: Object.fromEntries(hop.headers),
    body: hop.body?.bytes ?? null,
    signal: deadline.signal,
  })
  // undici hears of an abort only once there is a connection
  const { statusCode, headers, body } = await deadline.race(sent, (late) => {
    late.body.on('error', ignore).destroy()
  })
  const raw = headers as unknown as readonly string[]
  body.on('error', ignore)
  return { status: statusCode, headers: readResponseHeaders(raw), body }
}

/** What is thrown into a body that nobody reads any more would end the process. */
function ignore(): void {}

async function readAnswer(
  exchange: Exchange,
  answer: Answer,
  started: number,
): Promise<HttpResult> {
  const { request, deadline } = exchange
  const expected = isExpected(request, answer.status)
  const encoding = [answer.headers['content-encoding'] ?? ''].flat().join(',')
  const most = request.maxResponseBytes
  let read: ResponseBytes
  try {
    read = await readResponseBody(answer.body, encoding, most, deadline.signal)
  } catch (error) {
    answer.body.destroy()
    // a status that fails anyway says more than a body that cannot be read
    if (expected || deadline.signal.aborted) throw error
    read = { bytes: Buffer.alloc(0), truncated: false }
  }
  const type = [answer.headers['content-type'] ?? ''].flat()[0] as string
  const content = parseContent(read.bytes, type, request.response)
  if (!expected) throw statusError(exchange, answer, content)
  if (read.truncated && !request.truncate) throw tooLarge(`more than ${most} bytes`)
  return toResult(exchange, answer, { read, content, started })
}

function toResult(
  { request, mask }: Exchange,
  { status, headers }: Answer,
  { read, content, started }: { read: ResponseBytes; content: Content; started: number },
): HttpResult {
  if (request.response === 'json' && content.invalid && status < 300) {
    throw new HttpFinalError('response', 'The answer is no JSON that a run can keep.')
  }
  const duration_ms = Math.round(performance.now() - started)
  const frame = { status_code: status, headers: maskHeaders(headers, mask), duration_ms }
  const result = fitResult(frame, maskContent(content, mask), read.truncated, request)
  if (result === null) throw tooLarge(`more than ${request.maxResultBytes} bytes as JSON`)
  return result
}

function isExpected({ expect }: PreparedRequest, status: number): boolean {
  return expect === null ? !isPassing(status) : expect.includes(status)
}

/** Statuses of a server that may answer otherwise soon. */
function isPassing(status: number): boolean {
  return status >= 500 || status === 429
}

function statusError(exchange: Exchange, { status, headers }: Answer, { body, text }: Content) {
  const { policy, redact } = exchange
  const shown = toStorable(redact(text ?? String(body ?? '')).slice(0, SHOWN_BODY), 4 * SHOWN_BODY)
  const more: MoreDetails = { status_code: status, ...(shown === '' ? {} : { body: shown }) }
  const message = `The server answered ${status}, which is not expected${sayBody(shown)}.`
  if (!isPassing(status)) return new HttpFinalError('status', message, more)
  const wait = readRetryAfter(headers['retry-after'], Date.now(), policy.maxRetryAfterMs)
  if (wait === null) return new HttpStepError('status', message, more)
  return new HttpRetryAfterError(message, { ...more, retry_after_ms: wait })
}

/** Without quotes of its own: failures that differ only in what is quoted are counted as one. */
function sayBody(shown: string): string {
  const line = shown.replace(/\s+/g, ' ').replaceAll('"', "'").trim().slice(0, SAID_BODY)
  return line === '' ? '' : `: "${line}"`
}

function tooLarge(what: string): HttpFinalError {
  return new HttpFinalError('too_large', `The answer takes ${what}. Ask for less of it.`)
}

function about({ hop, redact }: Exchange): MoreDetails {
  return { method: hop.method, url: showUrl(hop.url, redact) }
}
