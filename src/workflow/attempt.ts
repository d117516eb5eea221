import { TimeoutError } from '../model/errors.ts'
import { MAX_TIMER_MS } from '../model/limits.ts'

/** Over which a handler's promise is waited for. `limit` null: for as long as it takes. */
export type AttemptLimits = {
  readonly what: string
  readonly ms: number | null
  readonly signal: AbortSignal
}

/**
 * One try of a handler, with a time limit that is enforced: after it the try has failed, whatever the
 * handler does, and its signal is aborted. `begin` gets a function that gives the signal when asked:
 * most handlers never do, and an AbortController for each step would cost more than the step.
 * @throws what the handler throws; TimeoutError after the limit
 */
export async function attempt<T>(
  limits: AttemptLimits,
  begin: (signal: () => AbortSignal) => T | Promise<T>,
): Promise<T> {
  if (limits.ms === null) return begin(() => limits.signal)
  const controller = new AbortController()
  const forward = () => controller.abort(limits.signal.reason)
  limits.signal.addEventListener('abort', forward, { once: true })
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => {
        const error = new TimeoutError(
          `${limits.what} took longer than its timeout of ${limits.ms} ms.`,
          {
            details: { timeoutMs: limits.ms },
          },
        )
        controller.abort(error)
        reject(error)
      },
      Math.min(limits.ms as number, MAX_TIMER_MS),
    )
  })
  try {
    return await Promise.race([begin(() => controller.signal), late])
  } finally {
    clearTimeout(timer)
    limits.signal.removeEventListener('abort', forward)
  }
}
