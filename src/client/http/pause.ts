/** Waits, or until the signal, which then throws its reason. */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted()
  await new Promise<void>((resolve, reject) => {
    const aborted = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', aborted)
      resolve()
    }, ms)
    signal?.addEventListener('abort', aborted, { once: true })
  })
}

/**
 * How long to wait before the next try: doubled from 100 ms up to a limit, and at random between half of it and all.
 * @param failures in a row, from 1
 */
export function backoff(failures: number, longestMs: number): number {
  const ms = Math.min(100 * 2 ** (failures - 1), longestMs)
  return ms * (0.5 + Math.random() / 2)
}

/** What a promise gives, unless a signal is aborted before: then it throws the reason of that. */
export async function beforeAbort<T>(given: Promise<T>, signal: AbortSignal): Promise<T> {
  let aborted: () => void = () => {}
  const gone = new Promise<never>((_, reject) => {
    aborted = () => reject(signal.reason)
  })
  signal.addEventListener('abort', aborted, { once: true })
  if (signal.aborted) aborted()
  try {
    return await Promise.race([given, gone])
  } finally {
    signal.removeEventListener('abort', aborted)
  }
}
