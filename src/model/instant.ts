import { InvalidInputError } from './engine-errors.ts'
import { describeValue } from './text.ts'

const isoForm = /^(\d{4})-(\d\d)-(\d\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d))?$/

const accepted =
  'Give a Date, or a text of ISO 8601 with its offset like "2027-03-01T09:00:00Z" or ' +
  '"2027-03-01T09:00:00+02:00", in the years 1 to 9999.'

/**
 * The instant that a Date, a text of ISO 8601, or an object with either in `date` stands for. A
 * date alone is midnight UTC. A time without offset is refused: what it means would depend on the
 * worker.
 * @throws InvalidInputError if it is none of these, or no such day exists.
 * @example parseInstant('2027-03-01T09:00:00Z').getTime() // 1803891600000
 */
export function parseInstant(instant: Date | string | { date: Date | string }): Date {
  const value = isHolder(instant) ? instant.date : instant
  const date = value instanceof Date ? new Date(value.getTime()) : parseIso(value)
  // Postgres reads no years of more than four digits in the form that toISOString gives them.
  const year = date?.getUTCFullYear() ?? Number.NaN
  if (date && year >= 1 && year <= 9999) return date
  const shown = describeValue(value)
  throw new InvalidInputError(`The instant ${shown} is not valid. ${accepted}`, {
    details: { value: shown },
  })
}

/**
 * An instant as ISO 8601 in UTC, with milliseconds.
 * @throws InvalidInputError if the instant is not valid.
 * @example toIso(new Date(0)) // '1970-01-01T00:00:00.000Z'
 */
export function toIso(instant: Date | string | { date: Date | string }): string {
  return parseInstant(instant).toISOString()
}

function isHolder(instant: unknown): instant is { date: Date | string } {
  return typeof instant === 'object' && instant !== null && !(instant instanceof Date)
}

function parseIso(text: unknown): Date | null {
  const match = typeof text === 'string' ? isoForm.exec(text) : null
  if (!match) return null
  // Date accepts 30 February, and makes it 1 March.
  const [year, month, day] = match.slice(1, 4).map(Number) as [number, number, number]
  const midnight = new Date(0)
  midnight.setUTCFullYear(year, month - 1, day)
  return midnight.getUTCMonth() === month - 1 && midnight.getUTCDate() === day
    ? new Date(match[0])
    : null
}
