/** What an engine takes: `console` fits. */
export interface WorkflowLogger {
  log(message: string): void
  error(message: string, ...args: unknown[]): void
}

/** What handlers get: the same with levels and fields; each line names its run and step. */
export interface RunLogger extends WorkflowLogger {
  debug(message: string, fields?: object): void
  info(message: string, fields?: object): void
  warn(message: string, fields?: object): void
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** Takes one line. `args` are the fields, or what `error` was given. */
export type LogSink = (level: LogLevel, message: string, args: readonly unknown[]) => void

/** Where nobody gave a logger: errors go to the console, the rest nowhere. */
export const quietLogger: WorkflowLogger = {
  log: () => {},
  error: (message, ...args) => console.error(message, ...args),
}

/** A logger whose lines go to `sink`. */
export function makeRunLogger(sink: LogSink): RunLogger {
  return {
    log: (message) => sink('info', message, []),
    debug: (message, ...fields) => sink('debug', message, fields),
    info: (message, ...fields) => sink('info', message, fields),
    warn: (message, ...fields) => sink('warn', message, fields),
    error: (message, ...args) => sink('error', message, args),
  }
}

/** The logger of a run. @example runLogger(console, 'order 0192…').warn('late') // warn order 0192…: late */
export function runLogger(logger: WorkflowLogger, run: string): RunLogger {
  return makeRunLogger((level, message, args) => {
    if (level === 'error') logger.error(`error ${run}: ${message}`, ...args)
    else logger.log(`${level} ${run}: ${withFields(message, args)}`)
  })
}

/** The logger of a step, in that of its run. */
export function stepLogger(logger: RunLogger, step: string): RunLogger {
  return makeRunLogger((level, message, args) =>
    logger[level](`${step}: ${message}`, ...(args as object[])),
  )
}

/** Says nothing while `quiet()`: a handler that is replayed has said it all before. */
export function replayLogger(logger: RunLogger, quiet: () => boolean): RunLogger {
  return makeRunLogger((level, message, args) => {
    if (!quiet()) logger[level](message, ...(args as object[]))
  })
}

/** A line with its fields, as JSON. */
export function withFields(message: string, fields: readonly unknown[]): string {
  const parts = fields.filter((field) => field !== undefined).map(toText)
  return [message, ...parts].join(' ')
}

/** What is no JSON must not make the handler fail that logs it. */
function toText(field: unknown): string {
  try {
    return JSON.stringify(field)
  } catch (error) {
    return `(${(error as Error)?.message?.split('\n')[0]})`
  }
}
