/** What a shell reports of a program that Ctrl-C ended. */
const INTERRUPTED = 130

/**
 * Resolves when somebody asks this process to end: Ctrl-C, SIGTERM, a closed terminal. Who asks
 * again does not want to wait: then it ends at once, and the watchdog of an embedded server ends that.
 */
export function stopRequested(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let asked = false
    const ask = (signal: NodeJS.Signals) => {
      if (asked) process.exit(INTERRUPTED)
      asked = true
      resolve(signal)
    }
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, ask)
  })
}
