import { backoffDelay, type ResolvedRetry } from '../model/backoff.ts'
import { InvalidInputError, isNonRetryable, PayloadError, retryAfterMs } from '../model/errors.ts'

/**
 * Milliseconds until the next attempt; null if there is none.
 * @param tries attempts so far, the failed one included
 */
export function retryDelay(
  retry: ResolvedRetry,
  error: unknown,
  tries: number,
  now: Date,
): number | null {
  if (tries >= retry.maxAttempts || isNonRetryable(error) || isHopeless(error)) return null
  if (retry.retryIf && !safely(retry.retryIf, error)) return null
  return retryAfterMs(error, now) ?? backoffDelay(retry, tries)
}

/** What breaks a rule or cannot be stored will do so again. */
function isHopeless(error: unknown): boolean {
  return error instanceof PayloadError || error instanceof InvalidInputError
}

function safely(retryIf: (error: unknown) => boolean, error: unknown): boolean {
  try {
    return retryIf(error)
  } catch {
    return true
  }
}
