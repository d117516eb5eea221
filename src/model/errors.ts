import { type Duration, parseDuration } from './duration.ts'
import { InvalidInputError } from './engine-errors.ts'
import { MAX_DURATION_MS } from './limits.ts'

// Here, and not beside the others, because duration.ts needs InvalidInputError.
export * from './engine-errors.ts'

// Registered symbols: two copies of this package in one process must know each other's errors.
const nonRetryable = Symbol.for('millrace.nonRetryable')
const retryAfter = Symbol.for('millrace.retryAfter')

/**
 * Thrown by a handler: no further attempt.
 * @example throw new NonRetryableError('The card was stolen.')
 */
export class NonRetryableError extends Error {
  override name = 'NonRetryableError'

  get [nonRetryable](): true {
    return true
  }
}

/**
 * Thrown by a handler: the next attempt comes after this long, or at this instant, instead of after
 * the backoff. It counts as an attempt.
 * @throws InvalidInputError if `after` is neither a duration nor a valid Date.
 * @example throw new RetryAfterError('The bank is closed.', '2 hours')
 */
export class RetryAfterError extends Error {
  override name = 'RetryAfterError'
  /** Milliseconds, or the instant. */
  readonly after: number | Date

  constructor(message: string, after: Duration | Date, options?: ErrorOptions) {
    super(message, options)
    this.after = after instanceof Date ? checkInstant(after) : parseDuration(after)
  }

  get [retryAfter](): number | Date {
    return this.after
  }
}

/** Whether a thrown value is a NonRetryableError, of any copy of this package. Never throws. */
export function isNonRetryable(error: unknown): boolean {
  return readBrand(error, nonRetryable) === true
}

/**
 * How long a thrown RetryAfterError asks to wait, in milliseconds from `now`, 0 to 100 years;
 * null for anything else. Never throws.
 * @example retryAfterMs(new RetryAfterError('busy', '5 s'), new Date()) // 5000
 */
export function retryAfterMs(error: unknown, now: Date): number | null {
  const after = readBrand(error, retryAfter)
  const ms = after instanceof Date ? after.getTime() - now.getTime() : after
  if (typeof ms !== 'number' || Number.isNaN(ms)) return null
  return Math.min(Math.max(ms, 0), MAX_DURATION_MS)
}

/** Handlers throw anything, proxies that throw in turn included. */
function readBrand(error: unknown, brand: symbol): unknown {
  if (typeof error !== 'object' || error === null) return undefined
  try {
    return Reflect.get(error, brand)
  } catch {
    return undefined
  }
}

function checkInstant(date: Date): Date {
  if (!Number.isNaN(date.getTime())) return date
  throw new InvalidInputError(
    'RetryAfterError was given an invalid Date. Give a valid Date or a duration like "5 minutes".',
  )
}
