import { describe, expect, test } from 'vitest'
import { checkCron, cronTimes } from '../../src/model/cron.ts'

/** The next times, in short. */
function times(cron: string, zone: string, after: string, count: number): string[] {
  const { next } = cronTimes(checkCron(cron), zone)
  const found: string[] = []
  for (let at = next(Date.parse(after)); at !== null && found.length < count; at = next(at))
    found.push(new Date(at).toISOString().replace(':00.000Z', 'Z').replace('.000Z', 'Z'))
  return found
}

test('5 fields, or 6 with seconds', () => {
  expect(times('0 9 * * 1-5', 'Europe/Vienna', '2026-11-20T12:00:00Z', 3)).toEqual([
    '2026-11-23T08:00Z',
    '2026-11-24T08:00Z',
    '2026-11-25T08:00Z',
  ])
  expect(times('*/20 0 9 * * *', 'UTC', '2026-11-20T12:00:00Z', 4)).toEqual([
    '2026-11-21T09:00Z',
    '2026-11-21T09:00:20Z',
    '2026-11-21T09:00:40Z',
    '2026-11-22T09:00Z',
  ])
  expect(times('0 0 29 2 *', 'UTC', '2026-01-01T00:00:00Z', 2)).toEqual([
    '2028-02-29T00:00Z',
    '2032-02-29T00:00Z',
  ])
  expect(times('0 12 * * *', 'UTC', '2026-11-20T12:00:00Z', 1)).toEqual(['2026-11-21T12:00Z'])
  expect(times('0 12 * * *', 'UTC', '2026-11-20T11:59:59.999Z', 1)).toEqual(['2026-11-20T12:00Z'])
})

describe('when clocks are put forward', () => {
  test('a time that they leave out is the next that there is, once', () => {
    const zone = 'Europe/Vienna' // on 29 March from 2 to 3
    expect(times('30 2 * * *', zone, '2026-03-28T00:00:00Z', 3)).toEqual([
      '2026-03-28T01:30Z',
      '2026-03-29T01:00Z',
      '2026-03-30T00:30Z',
    ])
    expect(times('0 2,3 * * *', zone, '2026-03-28T12:00:00Z', 3)).toEqual([
      '2026-03-29T01:00Z',
      '2026-03-30T00:00Z',
      '2026-03-30T01:00Z',
    ])
    expect(times('*/20 2 * * *', zone, '2026-03-28T12:00:00Z', 2)).toEqual([
      '2026-03-29T01:00Z',
      '2026-03-30T00:00Z',
    ])
    expect(times('30 2,3 * * *', zone, '2026-03-28T12:00:00Z', 2)).toEqual([
      '2026-03-29T01:00Z',
      '2026-03-29T01:30Z',
    ])
  })

  test('at midnight, by half an hour, and in the other half of the world', () => {
    expect(times('0 0 * * *', 'America/Sao_Paulo', '2018-11-03T12:00:00Z', 2)).toEqual([
      '2018-11-04T03:00Z',
      '2018-11-05T02:00Z',
    ])
    expect(times('15 2 * * *', 'Australia/Lord_Howe', '2026-10-03T00:00:00Z', 2)).toEqual([
      '2026-10-03T15:30Z',
      '2026-10-04T15:15Z',
    ])
    expect(times('30 2 * * *', 'America/New_York', '2026-03-07T12:00:00Z', 2)).toEqual([
      '2026-03-08T07:00Z',
      '2026-03-09T06:30Z',
    ])
  })

  test('every hour goes on as time passes', () => {
    expect(times('30 * * * *', 'Europe/Vienna', '2026-03-29T00:00:00Z', 3)).toEqual([
      '2026-03-29T00:30Z',
      '2026-03-29T01:30Z',
      '2026-03-29T02:30Z',
    ])
  })
})

describe('when clocks are put back', () => {
  const zone = 'Europe/Vienna' // on 25 October from 3 to 2

  test('a time that they show twice comes once, the first time', () => {
    expect(times('30 2 * * *', zone, '2026-10-24T12:00:00Z', 2)).toEqual([
      '2026-10-25T00:30Z',
      '2026-10-26T01:30Z',
    ])
    expect(times('*/30 2 * * *', zone, '2026-10-24T12:00:00Z', 3)).toEqual([
      '2026-10-25T00:00Z',
      '2026-10-25T00:30Z',
      '2026-10-26T01:00Z',
    ])
    expect(times('0 */2 * * *', zone, '2026-10-24T21:00:00Z', 3)).toEqual([
      '2026-10-24T22:00Z',
      '2026-10-25T00:00Z',
      '2026-10-25T03:00Z',
    ])
  })

  test('also where one looks between the two', () => {
    expect(times('30 2 * * *', zone, '2026-10-25T01:10:00Z', 1)).toEqual(['2026-10-26T01:30Z'])
    expect(times('30 2 * * *', zone, '2026-10-25T00:30:00Z', 1)).toEqual(['2026-10-26T01:30Z'])
  })

  test('every hour goes on as time passes', () => {
    expect(times('*/30 * * * *', zone, '2026-10-25T00:00:00Z', 5)).toEqual([
      '2026-10-25T00:30Z',
      '2026-10-25T01:00Z',
      '2026-10-25T01:30Z',
      '2026-10-25T02:00Z',
      '2026-10-25T02:30Z',
    ])
  })
})

test.each([
  ['61 * * * *', /minute: 61/],
  ['* * * *', /has 4 fields/],
  ['0 0 1 1 * 2030 *', /has 7 fields/],
  ['@daily', /has 1 field\./],
  ['2026-12-01T00:00:00', /has 1 field\./],
  ['5-1 * * * *', /larger/],
  ['0 0 30 2 *', /is never/],
  ['a b c d e', /cannot be read/],
  ['', /has 1 field\./],
  [7, /is not a text/],
  [`${'1,'.repeat(200)}1 * * * *`, /at most 256/],
])('%s is refused, by its fault', (cron, fault) => {
  expect(() => checkCron(cron)).toThrow(fault)
  expect(() => checkCron(cron)).toThrow(/The cron .* is not valid: .*Give 5 fields/)
})

test('spaces do not matter', () => {
  expect(checkCron('  0  9\t* * 1-5 ')).toBe('0 9 * * 1-5')
})
