import { TimeoutError } from '../model/errors.ts'
import { MAX_TIMER_MS } from '../model/limits.ts'
import { LazySignal } from './lazy-signal.ts'

/** How one try of a handler is bounded. */
export type AttemptLimits = {
  /** `Step` or `Poll`, and its key, for errors. */
  readonly what: string
  readonly key: string
  /** Null: for as long as it takes. */
  readonly ms: number | null
  /** What the try is given up with: the run, and those that it is given up with beside it. */
  readonly with: readonly LazySignal[]
  /** Also give up when one of those is aborted, whatever the handler does. */
  readonly prompt?: boolean
}

/**
 * One try of a handler, with a time limit that is enforced: after it the try has failed, whatever
 * the handler does, and its signal is aborted. `begin` gets a function that gives the signal when
 * asked: most handlers never do, and an AbortController for each step would cost more than the
 * step. What a handler has at once needs no limit.
 * @throws what the handler throws; TimeoutError after the limit; what the try was given up with
 */
export function attempt<T>(
  limits: AttemptLimits,
  begin: (signal: () => AbortSignal) => T | Promise<T>,
): T | Promise<T> {
  if (limits.ms === null && !limits.prompt) return begin(() => signalOf(limits.with))
  const began = performance.now()
  const own = new LazySignal()
  const made = begin(() => {
    for (const one of limits.with) if (one.aborted) own.abort(one.reason)
    return own.signal
  })
  return isThenable(made) ? limited(limits, own, made, began) : made
}

/** Whether it is a promise, or works like one. */
export function isThenable(value: unknown): value is PromiseLike<never> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
}

/** Aborted when the first of them is. */
function signalOf(all: readonly LazySignal[]): AbortSignal {
  const [first] = all as readonly [LazySignal]
  return all.length === 1 ? first.signal : AbortSignal.any(all.map(({ signal }) => signal))
}

function limited<T>(
  { what, key, ms, with: all }: AttemptLimits,
  own: LazySignal,
  made: PromiseLike<T>,
  began: number,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined
    const leave = () => {
      clearTimeout(timer)
      for (const one of all) one.unlisten(giveUp)
    }
    const giveUp = (reason: unknown) => {
      leave()
      own.abort(reason)
      reject(reason)
    }
    const through = (value: T) => {
      leave()
      resolve(value)
    }
    const failed = (error: unknown) => {
      leave()
      reject(error)
    }
    made.then(through, failed)
    // an owner that lives for longer than Node can count ends by its own timeout, if at all
    if (ms !== null && ms <= MAX_TIMER_MS) {
      const left = Math.max(0, ms - (performance.now() - began))
      timer = setTimeout(() => giveUp(late(what, key, ms)), left)
    }
    for (const one of all) one.listen(giveUp)
  })
}

function late(what: string, key: string, ms: number): TimeoutError {
  return new TimeoutError(`${what} "${key}" took longer than its timeout of ${ms} ms.`, {
    details: { timeoutMs: ms },
  })
}
