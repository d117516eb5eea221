import { isNonRetryable, NonRetryableError, RetryAfterError } from '../../model/errors.ts'

/** The codes of failed http steps; the Workflow Automation Engine's own. */
export type HttpErrorCode = 'HTTP_STEP_ERROR' | 'HTTP_STEP_TIMEOUT'

/** What went wrong, for programs. */
export type HttpErrorReason =
  // the request breaks a rule
  | 'url'
  | 'scheme'
  | 'credentials'
  | 'method'
  | 'header'
  | 'body'
  | 'option'
  // the guard refuses its target
  | 'address'
  | 'port'
  | 'denied'
  | 'redirect'
  // the answer
  | 'status'
  | 'too_large'
  | 'response'
  // on the way
  | 'network'
  | 'timeout'

/** JSON, and free of the values of `redact` and of queries. */
export type HttpErrorDetails = {
  readonly code: HttpErrorCode
  readonly reason: HttpErrorReason
  readonly method?: string
  /** Without its query. */
  readonly url?: string
  readonly status_code?: number
  /** The beginning of the answer, at most 500 characters. */
  readonly body?: string
  /** What the server asked for, bounded by the policy. */
  readonly retry_after_ms?: number
  /** Of the system or of undici: `'ECONNREFUSED'`. */
  readonly cause?: string
}

/** Details beside code and reason. */
export type MoreDetails = Omit<HttpErrorDetails, 'code' | 'reason'>

function detailsOf(reason: HttpErrorReason, more: MoreDetails): HttpErrorDetails {
  return { code: reason === 'timeout' ? 'HTTP_STEP_TIMEOUT' : 'HTTP_STEP_ERROR', reason, ...more }
}

/** A failure that may pass: a 5xx or 429, the network, a time-out. The step tries again after its backoff. */
export class HttpStepError extends Error {
  override name = 'HttpStepError'
  readonly details: HttpErrorDetails

  constructor(reason: HttpErrorReason, message: string, more: MoreDetails = {}) {
    super(message)
    this.details = detailsOf(reason, more)
  }

  get code(): HttpErrorCode {
    return this.details.code
  }
}

/** A 5xx or 429 whose server says when to come again (Retry-After). */
export class HttpRetryAfterError extends RetryAfterError {
  override name = 'HttpRetryAfterError'
  readonly details: HttpErrorDetails

  constructor(message: string, more: MoreDetails & { retry_after_ms: number }) {
    super(message, more.retry_after_ms)
    this.details = detailsOf('status', more)
  }

  get code(): HttpErrorCode {
    return this.details.code
  }
}

/** A failure that every further attempt would have: a bad request, a forbidden target, an unexpected status. */
export class HttpFinalError extends NonRetryableError {
  override name = 'HttpFinalError'
  readonly details: HttpErrorDetails

  constructor(reason: HttpErrorReason, message: string, more: MoreDetails = {}) {
    super(message)
    this.details = detailsOf(reason, more)
  }

  get code(): HttpErrorCode {
    return this.details.code
  }
}

/** Any of the three. */
export type HttpError = HttpStepError | HttpRetryAfterError | HttpFinalError

/** Whether an error comes from an outgoing request. @example if (isHttpError(e)) e.details.reason */
export function isHttpError(error: unknown): error is HttpError {
  return (
    error instanceof HttpStepError ||
    error instanceof HttpRetryAfterError ||
    error instanceof HttpFinalError
  )
}

/** Whether an error of a request is worth another attempt; of others, what the engine's retry says. */
export function isRetryableHttpError(error: unknown): boolean {
  return !isNonRetryable(error)
}
