import { InvalidInputError } from './engine-errors.ts'
import { MAX_DURATION_MS } from './limits.ts'
import { describeValue } from './text.ts'

/** Parts of a duration, which are added up; fractions are allowed. */
export type DurationObject = {
  weeks?: number
  days?: number
  hours?: number
  minutes?: number
  seconds?: number
}

/** `'3 days'`, `'2 days 12 hours'`, `'1.5h'`, `{ hours: 2 }`, or a number of milliseconds. */
export type Duration = number | string | DurationObject

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour
const week = 7 * day

const unitNames: readonly (readonly [ms: number, names: string])[] = [
  [1, 'ms msec msecs millisecond milliseconds'],
  [second, 's sec secs second seconds'],
  [minute, 'm min mins minute minutes'],
  [hour, 'h hr hrs hour hours'],
  [day, 'd day days'],
  [week, 'w week weeks'],
]
const units = new Map(unitNames.flatMap(([ms, names]) => names.split(' ').map((n) => [n, ms])))
const objectUnits = new Map(
  Object.entries({ weeks: week, days: day, hours: hour, minutes: minute }),
)
objectUnits.set('seconds', second)

const accepted =
  'Give milliseconds, a text like "3 days", "2 days 12 hours", "1.5h" or "500ms", or an object ' +
  'like { hours: 2 }'

/**
 * A duration in whole milliseconds.
 * @throws InvalidInputError if it has no accepted form, or is not in 0 < d <= 100 years.
 * @example parseDuration('2 days 12 hours') // 216_000_000
 * @example parseDuration({ minutes: 1.5 }) // 90_000
 */
export function parseDuration(duration: Duration): number {
  const ms = toMilliseconds(duration)
  if (Number.isNaN(ms)) refuse(duration, 'is not a duration')
  if (ms <= 0) refuse(duration, 'is not more than zero')
  if (ms > MAX_DURATION_MS) refuse(duration, 'is more than 100 years')
  return Math.max(1, Math.round(ms))
}

/**
 * A duration for people, in its two largest units.
 * @param ms milliseconds
 * @example formatDuration(183_600_000) // '2 days 3 h'
 * @example formatDuration(1234) // '1.2 s'
 */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms)) return `${ms} ms`
  if (ms < 0) return `-${formatDuration(-ms)}`
  // Rounded before the unit is chosen, so that 59.99 s is '1 min', not '60 s'.
  if (Math.round(ms) < second) return `${Math.round(ms)} ms`
  const tenths = Math.round(ms / 100)
  if (tenths < 600) return `${tenths / 10} s`
  const seconds = Math.round(ms / second)
  if (seconds < 3600) return join(seconds, 60, 'min', 's')
  const minutes = Math.round(ms / minute)
  if (minutes < 24 * 60) return join(minutes, 60, 'h', 'min')
  const hours = Math.round(ms / hour)
  return join(hours, 24, hours < 48 ? 'day' : 'days', 'h')
}

/** Milliseconds; NaN for what has no accepted form. */
function toMilliseconds(duration: unknown): number {
  if (typeof duration === 'number') return duration
  if (typeof duration === 'string') return parseText(duration)
  if (typeof duration === 'object' && duration !== null) return parseObject(duration)
  return Number.NaN
}

function parseText(text: string): number {
  const part = /\s*(\d+(?:\.\d+)?|\.\d+)\s*([a-z]+)\s*/y
  let total = 0
  do {
    const match = part.exec(text)
    total += Number(match?.[1]) * (units.get(match?.[2] ?? '') ?? Number.NaN)
  } while (!Number.isNaN(total) && part.lastIndex < text.length)
  return total
}

function parseObject(duration: object): number {
  let total = 0
  for (const [name, value] of Object.entries(duration)) {
    if (value === undefined) continue
    const valid = typeof value === 'number' && value >= 0
    total += valid ? value * (objectUnits.get(name) ?? Number.NaN) : Number.NaN
  }
  return total
}

function join(total: number, per: number, large: string, small: string): string {
  const rest = total % per
  return `${Math.floor(total / per)} ${large}${rest === 0 ? '' : ` ${rest} ${small}`}`
}

function refuse(duration: unknown, problem: string): never {
  const value = describeValue(duration)
  throw new InvalidInputError(`The duration ${value} ${problem}. ${accepted}, up to 100 years.`, {
    details: { value },
  })
}
