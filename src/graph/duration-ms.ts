import { type Duration, parseDuration } from '../model/duration.ts'

/** Milliseconds of a duration of a document, in which a bare number is seconds. */
export function durationMs(value: number | string): number {
  return parseDuration(typeof value === 'number' ? value * 1000 : (value as Duration))
}
