import { checkCron } from './cron.ts'
import { type Duration, parseDuration } from './duration.ts'
import { InvalidInputError } from './errors.ts'
import { encodePayload } from './json.ts'
import { MAX_DECLARED, MIN_EVERY_MS } from './limits.ts'
import { checkOptionNames, type OptionNames } from './options.ts'
import { describeValue } from './text.ts'
import type { CatchUp } from './ticks.ts'
import { checkTimeZone } from './time-zone.ts'

/** What happens when a time comes and the last run of the schedule has not ended. */
export type Overlap = 'skip' | 'queue' | 'allow' | 'replace'

type RunRules = {
  /**
   * While the last run has not ended (it may be paused): `skip` starts none, `queue` starts it afterwards,
   * `allow` beside it, `replace` cancels it and starts another. Default 'skip'.
   */
  overlap?: Overlap
  /**
   * Of times that came while there was no worker: `one` runs the newest, `all` each of them (at most 1,000),
   * `none` none. What is late by less than ten seconds is not such a time. Default 'one'.
   */
  catchUp?: CatchUp
  /** Of its runs. */
  input?: unknown
}

/** Runs at the times of a cron. */
export type CronOptions = RunRules & {
  /** 5 fields, like `'0 9 * * 1-5'`, or 6 with seconds first. */
  cron: string
  /** Default 'UTC'. */
  timezone?: string
}

/** Runs once in a period. */
export type EveryOptions = RunRules & {
  /** At least 100 ms; counted from when the schedule was made, so that it does not drift. */
  every: Duration
}

/** When runs are started, and how. */
export type ScheduleOptions = CronOptions | EveryOptions

/** The same as the kernel takes it. */
export type ScheduleRule = {
  readonly cron?: string
  readonly timezone?: string
  /** Milliseconds. */
  readonly every?: number
  readonly overlap?: Overlap
  readonly catch_up?: CatchUp
  readonly input?: unknown
}

export const scheduleRuleNames: OptionNames<CronOptions & EveryOptions> = {
  cron: true,
  timezone: true,
  every: true,
  overlap: true,
  catchUp: true,
  input: true,
}

const overlaps: readonly Overlap[] = ['skip', 'queue', 'allow', 'replace']
const catchUps: readonly CatchUp[] = ['none', 'one', 'all']

/**
 * A rule in the kernel's form.
 * @throws InvalidInputError that names the option, its value and the rule; PayloadError for the input
 * @example parseScheduleRule({ cron: '0 9 * * 1-5', timezone: 'Europe/Vienna' })
 */
export function parseScheduleRule(rule: string | ScheduleOptions): ScheduleRule {
  const given = (typeof rule === 'string' ? { cron: rule } : rule) as CronOptions & EveryOptions
  checkOptionNames('a schedule', given, scheduleRuleNames)
  const { cron, timezone, every, overlap, catchUp, input } = given
  if ((cron === undefined) === (every === undefined))
    throw new InvalidInputError(
      'A schedule needs either cron or every. Give one of the two, like { cron: "0 9 * * *" } or { every: "10 minutes" }.',
    )
  if (timezone !== undefined && cron === undefined)
    throw new InvalidInputError('timezone goes with cron: every counts time that passes.')
  if (input !== undefined) encodePayload(input, { what: 'the input of a schedule' })
  return {
    ...(cron === undefined ? {} : { cron: checkCron(cron) }),
    ...(timezone === undefined ? {} : { timezone: checkTimeZone(timezone) }),
    ...(every === undefined ? {} : { every: parsePeriod(every) }),
    ...(overlap === undefined ? {} : { overlap: oneOf('overlap', overlap, overlaps) }),
    ...(catchUp === undefined ? {} : { catch_up: oneOf('catchUp', catchUp, catchUps) }),
    ...(input === undefined ? {} : { input }),
  }
}

/**
 * Those of a workflow, as they stand in its code.
 * @throws InvalidInputError
 */
export function parseSchedules(
  schedule: string | ScheduleOptions | readonly (string | ScheduleOptions)[] | undefined,
): ScheduleRule[] {
  const all = schedule === undefined ? [] : [schedule].flat()
  if (all.length > MAX_DECLARED)
    throw new InvalidInputError(
      `schedule has ${all.length} rules; at most ${MAX_DECLARED} are allowed. Put others by putSchedule.`,
    )
  return all.map((rule) => parseScheduleRule(rule as string | ScheduleOptions))
}

function parsePeriod(every: Duration): number {
  const ms = parseDuration(every)
  if (ms >= MIN_EVERY_MS) return ms
  throw new InvalidInputError(`every is ${ms} ms; it must be at least ${MIN_EVERY_MS} ms.`, {
    details: { what: 'every', value: ms },
  })
}

function oneOf<T extends string>(what: string, value: unknown, all: readonly T[]): T {
  const known = all.find((one) => one === value)
  if (known !== undefined) return known
  const shown = describeValue(value)
  throw new InvalidInputError(
    `${what} ${shown} is not valid: it must be one of ${all.join(', ')}.`,
    {
      details: { what, value: shown },
    },
  )
}
