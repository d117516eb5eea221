/** The end of a request: its time-out, or the caller's signal. */
export type Deadline = Disposable & {
  /** Aborted by either. */
  readonly signal: AbortSignal
  hasPassed(): boolean
  abortedByCaller(): boolean
  /**
   * What a promise gives, unless the end comes before.
   * @param discard gets what it gives too late
   */
  race<T>(promise: Promise<T>, discard: (late: T) => void): Promise<T>
}

/** A deadline in so many milliseconds. Dispose it, or its timer and listener stay. */
export function createDeadline(ms: number, caller: AbortSignal | undefined): Deadline {
  const controller = new AbortController()
  const { signal } = controller
  let passed = false
  const timer = setTimeout(() => {
    passed = true
    controller.abort(new Error('The time-out has passed.'))
  }, ms)
  const onAbort = () => controller.abort(caller?.reason)
  caller?.addEventListener('abort', onAbort, { once: true })
  return {
    signal,
    hasPassed: () => passed,
    abortedByCaller: () => !passed && signal.aborted,
    race: (promise, discard) => raceWith(signal, promise, discard),
    [Symbol.dispose]() {
      clearTimeout(timer)
      caller?.removeEventListener('abort', onAbort)
    },
  }
}

function raceWith<T>(signal: AbortSignal, promise: Promise<T>, discard: (late: T) => void) {
  return new Promise<T>((resolve, reject) => {
    const onAbort = () => {
      promise.then(discard, () => undefined)
      reject(signal.reason)
    }
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
    if (signal.aborted) onAbort()
  })
}
