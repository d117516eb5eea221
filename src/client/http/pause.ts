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
