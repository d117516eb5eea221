/** What must be undone however the run ends, last thing first: processes, databases, the server. */
const undone: (() => Promise<void> | void)[] = []
let ending: Promise<void> | null = null

/** Registers one; returns a function that takes it back. */
export function onEnd(undo: () => Promise<void> | void): () => void {
  undone.push(undo)
  return () => {
    const at = undone.indexOf(undo)
    if (at >= 0) undone.splice(at, 1)
  }
}

/** Undoes all; what fails is told and does not stop the rest. Again: the same promise. */
export function cleanUp(): Promise<void> {
  ending ??= (async () => {
    while (undone.length > 0) {
      const undo = undone.pop()
      try {
        await undo?.()
      } catch (error) {
        console.error(`bench: cleaning up: ${(error as Error).message}`)
      }
    }
  })()
  return ending
}

/** Whether the end has begun: failures from then on are its consequence. */
export function isEnding(): boolean {
  return ending !== null
}

/** An error that nobody caught, of a connection say, ends the run as well, and leaves nothing. */
export function cleanUpOnErrors(): void {
  process.on('uncaughtException', (error) => {
    console.error(`bench: ${error.stack ?? error}`)
    void cleanUp().then(() => process.exit(1))
  })
}

/**
 * Ctrl-C and kill leave nothing behind. A second one, later than the first's echo, ends at once.
 */
export function cleanUpOnSignals(): void {
  let first = 0
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      first ||= Date.now()
      if (Date.now() - first > 1000) process.exit(130)
      if (isEnding()) return
      console.error('bench: stopping')
      void cleanUp().then(() => process.exit(130))
    })
  }
}
