import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Duration, formatDuration, parseDuration } from '../../src/model/duration.ts'
import { InvalidInputError } from '../../src/model/errors.ts'
import { MAX_DURATION_MS } from '../../src/model/limits.ts'

const hour = 3_600_000
const day = 24 * hour

describe('parseDuration', () => {
  test.each<[Duration, number]>([
    [1, 1],
    [0.2, 1],
    [MAX_DURATION_MS, MAX_DURATION_MS],
    ['3 days', 3 * day],
    ['1h', hour],
    ['2 days 12 hours', 2.5 * day],
    ['2d12h', 2.5 * day],
    ['1.5 hours', 1.5 * hour],
    ['.5 h', 0.5 * hour],
    ['500ms', 500],
    ['90 s', 90_000],
    ['1 minute', 60_000],
    ['24 hours', day],
    ['1w', 7 * day],
    [' 1 week ', 7 * day],
    ['1.1 s', 1100],
    [{ hours: 2 }, 2 * hour],
    [{ weeks: 1, days: 1, hours: 1, minutes: 1, seconds: 1.5 }, 8 * day + hour + 61_500],
    [{ days: 0, seconds: 3 }, 3000],
  ])('%j is %d ms', (duration, ms) => {
    expect(parseDuration(duration)).toBe(ms)
  })

  test.each([
    '',
    ' ',
    '5',
    'soon',
    '3 dayz',
    '3 days ago',
    '1M',
    'P1D',
    '-1 s',
    '1e3 s',
    '1 s,',
    '0 s',
    '0',
    0,
    -1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    MAX_DURATION_MS + 1,
    '101 years',
    '6000 weeks',
    `${'9'.repeat(400)} s`,
    {},
    { days: 0 },
    { hour: 1 },
    { days: -1, weeks: 1 },
    { days: '1' },
    { days: Number.NaN },
    null,
    undefined,
    true,
    [],
    new Date(),
  ])('refuses %j, naming it and the forms', (duration) => {
    const parse = () => parseDuration(duration as Duration)
    expect(parse).toThrow(InvalidInputError)
    expect(parse).toThrow(/^The duration .+ is .+\. Give milliseconds, a text like "3 days"/)
  })

  test('texts add up', () => {
    const part = fc.integer({ min: 1, max: 1000 })
    fc.assert(
      fc.property(part, part, part, (d, h, s) => {
        const sum = d * day + h * hour + s * 1000
        expect(parseDuration(`${d} days ${h}h ${s} seconds`)).toBe(sum)
        expect(parseDuration({ days: d, hours: h, seconds: s })).toBe(sum)
      }),
    )
  })
})

describe('formatDuration', () => {
  test.each([
    [0, '0 ms'],
    [15, '15 ms'],
    [999.6, '1 s'],
    [1234, '1.2 s'],
    [59_940, '59.9 s'],
    [59_990, '1 min'],
    [61_000, '1 min 1 s'],
    [hour - 400, '1 h'],
    [hour * 1.5, '1 h 30 min'],
    [day - 1, '1 day'],
    [day, '1 day'],
    [2 * day + 3 * hour, '2 days 3 h'],
    [2 * day - 1, '2 days'],
    [-1500, '-1.5 s'],
    [Number.POSITIVE_INFINITY, 'Infinity ms'],
  ])('%d ms is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })

  test('gives what parseDuration takes, within the smaller unit shown', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: MAX_DURATION_MS }), (ms) => {
        const again = parseDuration(formatDuration(ms))
        expect(Math.abs(again - ms)).toBeLessThanOrEqual(ms < day ? ms * 0.05 + 1 : hour / 2)
      }),
    )
  })
})
