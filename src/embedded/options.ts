import { resolve } from 'node:path'
import { EmbeddedPostgresError } from './embedded-error.ts'

/** What {@link startPostgres} may be told; every part has a default. */
export interface StartPostgresOptions {
  /** Where the data lives; relative to the working directory. Default `'./.millrace/pg'`. */
  dataDir?: string
  /**
   * The TCP port on 127.0.0.1. Default: the port of the last time if it is free, else any free one.
   * A port given here is used or the start fails; `0` means the default.
   */
  port?: number
  /** Server settings, passed as `-c name=value`; they win over `postgresql.conf`. */
  settings?: Record<string, string>
  /** Called with each line that the server logs, and with notices that begin with `millrace:`. */
  onLog?: (line: string) => void
  /**
   * Use the server that another process runs in this folder instead of failing. Then `reused` is
   * true and `stop()` leaves it running. Default false.
   */
  reuse?: boolean
  /** How long the server may take until it accepts connections, in ms. Default 60,000. */
  startTimeout?: number
}

/** The options with every default filled in and every value checked. */
export interface Asked {
  dataDir: string
  port: number | null
  settings: Record<string, string>
  onLog: ((line: string) => void) | null
  notify: (line: string) => void
  reuse: boolean
  startTimeout: number
}

/** Settings that the options or the safety of the server decide; a caller must not pass them. */
const ours: Record<string, string> = {
  port: 'use the option `port`',
  data_directory: 'use the option `dataDir`',
  listen_addresses: 'the embedded server listens on 127.0.0.1 only',
  unix_socket_directories: 'the embedded server has no Unix socket',
}

/** Checks the caller's options and fills in the defaults; throws before anything is touched. */
export function checkOptions(options: StartPostgresOptions): Asked {
  const { onLog, port, startTimeout = 60_000, settings = {} } = options
  if (options.dataDir === '') throw invalid('dataDir', '""', 'is the path of a folder')
  checkPort(port)
  if (!Number.isFinite(startTimeout) || startTimeout <= 0) {
    throw invalid('startTimeout', String(startTimeout), 'is a number of milliseconds above 0')
  }
  for (const [name, value] of Object.entries(settings)) checkSetting(name, value)
  return {
    dataDir: resolve(options.dataDir ?? './.millrace/pg'),
    port: port || null,
    settings,
    onLog: onLog ?? null,
    notify: (line) => onLog?.(`millrace: ${line}`),
    reuse: options.reuse ?? false,
    startTimeout,
  }
}

function checkPort(port: number | undefined): void {
  if (port === undefined) return
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return
  throw invalid('port', String(port), 'is a whole number from 1 to 65535 (0 or none: a free port)')
}

function checkSetting(name: string, value: unknown): void {
  if (!/^[a-z_][a-z0-9_.]*$/i.test(name)) {
    throw invalid('settings', JSON.stringify(name), 'has names of Postgres settings, like "fsync"')
  }
  const rule = ours[name.toLowerCase()]
  if (rule) throw invalid('settings', name, `cannot change this one: ${rule}`)
  if (typeof value !== 'string' || value.includes('\0')) {
    throw invalid('settings', `${name}: ${String(value)}`, 'has strings as values')
  }
}

function invalid(option: string, value: string, rule: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `startPostgres: \`${option}\` ${rule}; got ${value}. Nothing was started.`,
    { kind: 'invalid' },
  )
}
