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

/** Where nobody gave a logger: errors go to the console, the rest nowhere. */
export const quietLogger: WorkflowLogger = {
  log: () => {},
  error: (message, ...args) => console.error(message, ...args),
}

/** A logger whose lines begin with where they come from. @example runLogger(console, 'order 0192… charge') */
export function runLogger(logger: WorkflowLogger, where: string): RunLogger {
  const line = (level: string, message: string, fields?: object) =>
    `${level} ${where}: ${message}${fields ? ` ${JSON.stringify(fields)}` : ''}`
  return {
    log: (message) => logger.log(line('info', message)),
    debug: (message, fields) => logger.log(line('debug', message, fields)),
    info: (message, fields) => logger.log(line('info', message, fields)),
    warn: (message, fields) => logger.log(line('warn', message, fields)),
    error: (message, ...args) => logger.error(line('error', message), ...args),
  }
}
