/** What a person or a supervisor says to end the demo, and the exit codes that shells know for it. */
const codes = { SIGINT: 130, SIGTERM: 143 } as const

/** The demo was told to stop. */
export class Stopped extends Error {
  readonly exitCode: number

  constructor(name: keyof typeof codes) {
    super(`stopped by ${name}`)
    this.exitCode = codes[name]
  }
}

/** Aborted by the first Ctrl-C; the second ends the process as usual. */
export function stopSignal(): { signal: AbortSignal; dispose(): void } {
  const controller = new AbortController()
  const names = Object.keys(codes) as (keyof typeof codes)[]
  const listeners = names.map((name) => [name, () => stop(name)] as const)
  const dispose = () => {
    for (const [name, listener] of listeners) process.off(name, listener)
  }
  const stop = (name: keyof typeof codes) => {
    dispose()
    controller.abort(new Stopped(name))
  }
  for (const [name, listener] of listeners) process.on(name, listener)
  return { signal: controller.signal, dispose }
}
