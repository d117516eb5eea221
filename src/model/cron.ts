import { Cron } from 'croner'
import { InvalidInputError } from './engine-errors.ts'
import { MAX_CRON } from './limits.ts'
import { countOf, describeValue } from './text.ts'
import { instantOf, offsetAt } from './time-zone.ts'

/** The times of a rule. */
export interface Times {
  /** The first one after an instant, in milliseconds; null: there is none any more. */
  next(after: number): number | null
}

const accepted =
  'Give 5 fields (minute, hour, day, month, day of the week), like "0 9 * * 1-5", or 6, with seconds before them'

/**
 * A cron, once it is known that it can be followed.
 * @throws InvalidInputError that says which field is wrong
 * @example checkCron('0 9 * * 1-5') // '0 9 * * 1-5'
 */
export function checkCron(value: unknown): string {
  if (typeof value !== 'string' || value.length > MAX_CRON)
    refuse(value, `is not a text of at most ${MAX_CRON} characters`)
  const text = value.trim().replace(/\s+/g, ' ')
  const { length } = text.split(' ')
  if (length !== 5 && length !== 6) refuse(value, `has ${countOf(length, 'field')}`)
  if (read(text, 'UTC').nextRun() === null) refuse(value, 'is never')
  return text
}

/**
 * The times of a cron by the clocks of a zone. A time that they leave out, when they are put forward, is the
 * instant at which that is done; one that they show twice comes once, the first time. Only where every hour
 * is meant (`*`) it is time that passes which counts: then both of those hours are as any other.
 */
export function cronTimes(cron: string, timeZone: string): Times {
  const isEveryHour = /^(\*|\?|\*\/1|0-23)$/.test(cron.split(' ').at(-4) ?? '')
  if (isEveryHour) {
    const pattern = read(cron, timeZone)
    return { next: (after) => pattern.nextRun(new Date(after))?.getTime() ?? null }
  }
  const pattern = read(cron, 'UTC')
  return { next: (after) => nextByClock(pattern, timeZone, after) }
}

/** What clocks show is looked for as if it were UTC: several that they leave out may be one instant. */
function nextByClock(pattern: Cron, timeZone: string, after: number): number | null {
  for (let wall = after + offsetAt(timeZone, after); ; ) {
    const found = pattern.nextRun(new Date(wall))
    if (found === null) return null
    wall = found.getTime()
    const at = instantOf(timeZone, wall)
    if (at > after) return at
  }
}

function read(text: string, timezone: string): Cron {
  try {
    return new Cron(text, { mode: '5-or-6-parts', timezone, paused: true })
  } catch (error) {
    return refuse(text, `cannot be read (${(error as Error).message.replace(/^\w+: /, '')})`)
  }
}

function refuse(value: unknown, problem: string): never {
  const shown = describeValue(value)
  throw new InvalidInputError(`The cron ${shown} is not valid: it ${problem}. ${accepted}.`, {
    details: { what: 'cron', value: shown },
  })
}
