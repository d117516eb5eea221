import { InvalidInputError } from './engine-errors.ts'
import { describeValue } from './text.ts'

const HOUR_MS = 3_600_000

const formats = new Map<string, Intl.DateTimeFormat>()

/**
 * The name of a time zone, once it is known to be one.
 * @throws InvalidInputError
 * @example checkTimeZone('Europe/Vienna') // 'Europe/Vienna'
 */
export function checkTimeZone(value: unknown): string {
  try {
    if (typeof value === 'string' && value.length <= 64) {
      formatOf(value)
      return value
    }
  } catch {}
  const shown = describeValue(value)
  throw new InvalidInputError(
    `The timezone ${shown} is not valid: it must be the name of a time zone, like "Europe/Vienna" or "UTC".`,
    { details: { what: 'timezone', value: shown } },
  )
}

/** Milliseconds by which the clocks of a zone are ahead of UTC at an instant. */
export function offsetAt(timeZone: string, at: number): number {
  const second = Math.floor(at / 1000) * 1000
  const parts = formatOf(timeZone).formatToParts(second)
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value)
  const wall = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  )
  return wall - second
}

/**
 * When the clocks of a zone first show a time. One that they leave out, because they are put forward, is
 * the instant at which that is done; of one that they show twice this is the first.
 * @param wall what they show, as if it were UTC
 * @example instantOf('Europe/Vienna', Date.UTC(2026, 2, 29, 2, 30)) // 2026-03-29T01:00:00Z
 */
export function instantOf(timeZone: string, wall: number): number {
  // no zone is further from UTC than 14 hours, nor changes its clocks twice within three days
  const before = offsetAt(timeZone, wall - 36 * HOUR_MS)
  const after = offsetAt(timeZone, wall + 36 * HOUR_MS)
  const early = wall - before
  if (before === after || offsetAt(timeZone, early) === before) return early
  const late = wall - after
  if (offsetAt(timeZone, late) === after) return late
  return changeBetween(timeZone, late, early)
}

/** When the clocks are changed, to the second. @param low before that @param high not before that */
function changeBetween(timeZone: string, low: number, high: number): number {
  const old = offsetAt(timeZone, low)
  let [from, to] = [Math.floor(low / 1000), Math.ceil(high / 1000)]
  while (to - from > 1) {
    const middle = Math.floor((from + to) / 2)
    if (offsetAt(timeZone, middle * 1000) === old) from = middle
    else to = middle
  }
  return to * 1000
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone)
  if (known) return known
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    ...{ hourCycle: 'h23', calendar: 'gregory', numberingSystem: 'latn' },
    ...{ year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  } as Intl.DateTimeFormatOptions)
  formats.set(timeZone, format)
  return format
}
