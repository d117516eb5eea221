import { toStorable } from '../../model/text.ts'
import { TargetRefused } from './guard.ts'
import {
  HttpFinalError,
  HttpRetryAfterError,
  HttpStepError,
  isHttpError,
  type MoreDetails,
} from './http-error.ts'
import type { Redactor } from './redactor.ts'

/** Bytes of a message, without the place. */
const MAX_MESSAGE_BYTES = 1000

/** What is known beside the error. */
type Circumstances = {
  readonly redact: Redactor
  /** The time-out in milliseconds, if it has passed. */
  readonly timeoutMs: number | null
}

const timeouts = new Set(['UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT'])
const overflows = new Set(['UND_ERR_HEADERS_OVERFLOW', 'HPE_HEADER_OVERFLOW'])

/**
 * Anything that a request threw as an error that says whether it may pass. What lies underneath is not
 * kept as its cause: its message may name addresses and hold what was sent.
 */
export function toHttpError(error: unknown, about: MoreDetails, known: Circumstances) {
  const found = isHttpError(error) ? error : classify(error, known.timeoutMs)
  return complete(found, about, known.redact)
}

function classify(error: unknown, timeoutMs: number | null) {
  if (timeoutMs !== null) {
    return new HttpStepError('timeout', `The request took longer than ${timeoutMs} ms.`)
  }
  if (error instanceof TargetRefused) return refusalError(error)
  const cause = codeOf(error)
  if (timeouts.has(cause)) {
    return new HttpStepError('timeout', 'The connection took too long.', { cause })
  }
  if (overflows.has(cause)) {
    return new HttpFinalError('response', 'The headers of the answer take too many bytes.', {
      cause,
    })
  }
  if (cause.startsWith('Z_') || cause.startsWith('ERR_BROTLI') || cause.startsWith('ERR__ERROR')) {
    return new HttpStepError('network', 'The answer is cut off, or wrongly encoded.', { cause })
  }
  if (cause === 'ENOTFOUND') {
    return new HttpStepError('network', 'The name of the host has no address.', { cause })
  }
  return new HttpStepError('network', `The connection failed (${cause}).`, { cause })
}

function refusalError({ refusal }: TargetRefused): HttpFinalError {
  if (refusal === 'denied') {
    return new HttpFinalError('denied', 'The target is one that the operator has denied.')
  }
  const remedy = 'An operator can allow it in the HTTP policy.'
  const problem =
    refusal === 'port' ? 'has a port of another protocol than HTTP' : 'has no public address'
  return new HttpFinalError(refusal, `The target ${problem}. ${remedy}`)
}

/** The same error with where it happened, in the message and in the details. */
function complete(
  error: ReturnType<typeof classify> | HttpRetryAfterError,
  about: MoreDetails,
  redact: Redactor,
) {
  const { code: _, reason, ...own } = error.details
  const details = { ...about, ...own }
  const place = about.url === undefined ? '' : ` (${about.method} ${about.url})`
  const message = toStorable(redact(error.message), MAX_MESSAGE_BYTES) + place
  const wait = details.retry_after_ms
  if (error instanceof HttpRetryAfterError && wait !== undefined) {
    return new HttpRetryAfterError(message, { ...details, retry_after_ms: wait })
  }
  if (error instanceof HttpFinalError) return new HttpFinalError(reason, message, details)
  return new HttpStepError(reason, message, details)
}

/** Of the error, or of the first of several: one for each address that was tried. */
function codeOf(error: unknown): string {
  const own = read(error, 'code')
  const first = read(read(error, 'errors'), '0')
  const code = own ?? read(first, 'code') ?? read(error, 'name')
  return typeof code === 'string' ? code : 'unknown'
}

function read(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
}
