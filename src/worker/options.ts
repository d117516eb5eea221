import { type Duration, parseDuration } from '../model/duration.ts'
import { InvalidInputError } from '../model/errors.ts'
import { MAX_CONCURRENCY } from '../model/limits.ts'
import { LOG_LEVELS } from '../model/log-line.ts'
import type { LogLevel } from '../model/logger.ts'
import { checkName } from '../model/names.ts'
import { checkOptionNames, type OptionNames } from '../model/options.ts'

/** Of a worker. */
export type WorkerOptions = {
  /** Runs whose handlers are at work at once. Default 100. */
  concurrency?: number
  /** Default: all. */
  queues?: string[]
  /** Runs that a claim takes at most; default: as many as it will soon have room for. */
  batchSize?: number
  /** Between two heartbeats. Default 5; a third of the lease where that is less. */
  heartbeatSeconds?: number
  /** How long a dead worker goes unnoticed. Default 15 s. */
  lease?: Duration
  /**
   * Between two looks for work while there is none and nothing is heard. Default 1 s, at least 50
   * ms.
   */
  pollInterval?: Duration
  /** How long `stop` waits for running steps before it aborts them. Default 30 s. */
  drainTimeout?: Duration
  /** The least grave lines of handlers' loggers that are stored with their runs; false: none. Default 'info'. */
  storeLogs?: LogLevel | false
  /** An operator told this worker to end (`drainWorkers`): stop the engine. Default: just that. */
  onDrain?: () => void
}

const workerOptionNames: OptionNames<WorkerOptions> = {
  concurrency: true,
  queues: true,
  batchSize: true,
  heartbeatSeconds: true,
  lease: true,
  pollInterval: true,
  drainTimeout: true,
  storeLogs: true,
  onDrain: true,
}

/** The same, with defaults and in milliseconds. */
export type ResolvedWorkerOptions = {
  readonly concurrency: number
  readonly queues: readonly string[] | null
  readonly batchSize: number
  readonly heartbeatMs: number
  readonly leaseMs: number
  readonly pollMs: number
  readonly drainMs: number
  /** The least level of what is stored; null: nothing is. */
  readonly logLevel: LogLevel | null
  readonly onDrain: (() => void) | null
}

/** @throws InvalidInputError that names the option, its value and the rule */
export function resolveWorkerOptions(options: WorkerOptions): ResolvedWorkerOptions {
  checkOptionNames('a worker', options, workerOptionNames)
  const leaseMs = ms('lease', options.lease ?? '15 s', 1000, 3_600_000)
  const heartbeatMs = Math.min((options.heartbeatSeconds ?? 5) * 1000, leaseMs / 3)
  for (const queue of options.queues ?? []) checkName('queue', queue)
  return {
    concurrency: whole('concurrency', options.concurrency ?? 100, MAX_CONCURRENCY),
    queues: options.queues ?? null,
    batchSize: whole('batchSize', options.batchSize ?? 1000, 1000),
    heartbeatMs: ms('heartbeatSeconds (in ms)', heartbeatMs, 100, leaseMs),
    leaseMs,
    pollMs: ms('pollInterval', options.pollInterval ?? '1 s', 50, 60_000),
    drainMs: ms('drainTimeout', options.drainTimeout ?? '30 s', 1, 3_600_000),
    logLevel: levelOf(options.storeLogs ?? 'info'),
    onDrain: options.onDrain ?? null,
  }
}

function levelOf(level: LogLevel | false): LogLevel | null {
  if (level === false) return null
  if (LOG_LEVELS.includes(level)) return level
  throw new InvalidInputError(
    `storeLogs is ${level}; it must be ${LOG_LEVELS.join(', ')} or false.`,
  )
}

function ms(name: string, value: Duration, least: number, most: number): number {
  const parsed = parseDuration(value)
  if (parsed >= least && parsed <= most) return parsed
  throw new InvalidInputError(`${name} is ${parsed} ms; it must be from ${least} to ${most} ms.`)
}

function whole(name: string, value: number, most: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= most) return value
  throw new InvalidInputError(`${name} is ${value}; it must be a whole number from 1 to ${most}.`)
}
