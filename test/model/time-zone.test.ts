import { expect, test } from 'vitest'
import { checkTimeZone, instantOf, offsetAt } from '../../src/model/time-zone.ts'

const HOUR = 3_600_000
const at = (text: string) => Date.parse(text)
const shown = (zone: string, wall: string) =>
  new Date(instantOf(zone, at(`${wall}Z`))).toISOString().replace('.000Z', 'Z')

test('names of zones are taken as they are, anything else is refused by name', () => {
  for (const zone of ['UTC', 'Europe/Vienna', 'America/New_York', 'Etc/GMT+5'])
    expect(checkTimeZone(zone)).toBe(zone)
  for (const bad of ['Europe/Viena', '', ' ', 'UTC+3', 7, null, {}, 'x'.repeat(500)])
    expect(() => checkTimeZone(bad)).toThrow(/The timezone .* is not valid: it must be the name/)
})

test('how far the clocks of a zone are ahead', () => {
  expect(offsetAt('UTC', 0)).toBe(0)
  expect(offsetAt('Europe/Vienna', at('2026-01-15T12:00:00.5Z'))).toBe(HOUR)
  expect(offsetAt('Europe/Vienna', at('2026-07-15T12:00:00Z'))).toBe(2 * HOUR)
  expect(offsetAt('America/New_York', at('2026-01-15T00:00:00Z'))).toBe(-5 * HOUR)
  expect(offsetAt('Asia/Kolkata', at('2026-01-15T23:59:59Z'))).toBe(5.5 * HOUR)
  expect(offsetAt('Pacific/Kiritimati', at('2026-01-15T12:00:00Z'))).toBe(14 * HOUR)
})

test('when clocks show a time; one they leave out is when they are put forward, of two the first', () => {
  expect(shown('Europe/Vienna', '2026-03-28T02:30:00')).toBe('2026-03-28T01:30:00Z')
  // put forward on 29 March at 2
  expect(shown('Europe/Vienna', '2026-03-29T01:59:59')).toBe('2026-03-29T00:59:59Z')
  expect(shown('Europe/Vienna', '2026-03-29T02:00:00')).toBe('2026-03-29T01:00:00Z')
  expect(shown('Europe/Vienna', '2026-03-29T02:30:00')).toBe('2026-03-29T01:00:00Z')
  expect(shown('Europe/Vienna', '2026-03-29T03:00:00')).toBe('2026-03-29T01:00:00Z')
  // put back on 25 October at 3
  expect(shown('Europe/Vienna', '2026-10-25T01:59:00')).toBe('2026-10-24T23:59:00Z')
  expect(shown('Europe/Vienna', '2026-10-25T02:30:00')).toBe('2026-10-25T00:30:00Z')
  expect(shown('Europe/Vienna', '2026-10-25T03:00:00')).toBe('2026-10-25T02:00:00Z')
  // by half an hour, and at midnight
  expect(shown('Australia/Lord_Howe', '2026-10-04T02:15:00')).toBe('2026-10-03T15:30:00Z')
  expect(shown('America/Sao_Paulo', '2018-11-04T00:00:00')).toBe('2018-11-04T03:00:00Z')
  // a whole day that there was not
  expect(shown('Pacific/Apia', '2011-12-30T12:00:00')).toBe('2011-12-30T10:00:00Z')
})
