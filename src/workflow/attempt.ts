import { TimeoutError } from '../model/errors.ts'
import { MAX_TIMER_MS } from '../model/limits.ts'

/** How one try of a handler is bounded. */
export type AttemptLimits = {
  /** `Step` or `Poll`, and its key, for errors. */
  readonly what: string
  readonly key: string
  /** Null: for as long as it takes. */
  readonly ms: number | null
  /** The signal of what the try belongs to, made when it is asked for. */
  readonly signal: () => AbortSignal
  /** Also give up when `signal` is aborted, whatever the handler does. */
  readonly prompt?: boolean
}

/**
 * One try of a handler, with a time limit that is enforced: after it the try has failed, whatever
 * the handler does, and its signal is aborted. `begin` gets a function that gives the signal when
 * asked: most handlers never do, and an AbortController for each step would cost more than the
 * step.
 * @throws what the handler throws; TimeoutError after the limit; what `signal` was aborted with
 */
export function attempt<T>(
  limits: AttemptLimits,
  begin: (signal: () => AbortSignal) => T | Promise<T>,
): T | Promise<T> {
  // the usual case, without a promise of its own
  if (limits.ms === null && !limits.prompt) return begin(limits.signal)
  return limited(limits, begin)
}

async function limited<T>(
  { what, key, ms, signal: parent }: AttemptLimits,
  begin: (signal: () => AbortSignal) => T | Promise<T>,
): Promise<T> {
  const signal = parent()
  const controller = new AbortController()
  let giveUp: (reason: unknown) => void = () => {}
  const given = new Promise<never>((_, reject) => {
    giveUp = (reason) => {
      controller.abort(reason)
      reject(reason)
    }
  })
  given.catch(() => {})
  const forward = () => giveUp(signal.reason)
  signal.addEventListener('abort', forward, { once: true })
  // an owner that lives for longer than Node can count ends by its own timeout, if at all
  const timer =
    ms === null || ms > MAX_TIMER_MS ? undefined : setTimeout(() => giveUp(late(what, key, ms)), ms)
  try {
    if (signal.aborted) forward()
    return await Promise.race([begin(() => controller.signal), given])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', forward)
  }
}

function late(what: string, key: string, ms: number): TimeoutError {
  return new TimeoutError(`${what} "${key}" took longer than its timeout of ${ms} ms.`, {
    details: { timeoutMs: ms },
  })
}
