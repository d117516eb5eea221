import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvalidInputError } from '../../src/model/errors.ts'
import { parseInstant, toIso } from '../../src/model/instant.ts'

describe('parseInstant', () => {
  test.each([
    ['2027-03-01T09:00:00Z', '2027-03-01T09:00:00.000Z'],
    ['2027-03-01T09:00Z', '2027-03-01T09:00:00.000Z'],
    ['2027-03-01T09:00:00.123456+02:00', '2027-03-01T07:00:00.123Z'],
    ['2025-01-01', '2025-01-01T00:00:00.000Z'],
    ['2028-02-29', '2028-02-29T00:00:00.000Z'],
    [{ date: '2025-01-01' }, '2025-01-01T00:00:00.000Z'],
    [{ date: new Date(0) }, '1970-01-01T00:00:00.000Z'],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
  ])('%j is %s', (instant, iso) => {
    expect(parseInstant(instant).toISOString()).toBe(iso)
    expect(toIso(instant)).toBe(iso)
  })

  test.each([
    '',
    'tomorrow',
    '2027-03-01T09:00:00',
    '2027-03-01 09:00:00Z',
    '2027-02-30',
    '2027-13-01',
    '2027-03-01T25:00:00Z',
    '2027-03-01T23:59:61Z',
    '0000-01-01',
    '+012027-03-01T00:00:00Z',
    new Date(Number.NaN),
    new Date(8.64e15),
    { date: null },
    {},
    [],
    null,
    undefined,
    1_700_000_000_000,
  ])('refuses %j', (instant) => {
    const parse = () => parseInstant(instant as string)
    expect(parse).toThrow(InvalidInputError)
    expect(parse).toThrow(/^The instant .+ is not valid\. Give a Date/)
  })

  test('takes back what toIso gives', () => {
    const dates = fc.date({
      min: new Date('0001-01-01'),
      max: new Date('9999-12-31'),
      noInvalidDate: true,
    })
    fc.assert(
      fc.property(dates, (date) => {
        expect(parseInstant(toIso(date))).toEqual(date)
      }),
    )
  })

  test('gives a Date of its own', () => {
    const date = new Date(0)
    parseInstant(date).setTime(1)
    expect(date.getTime()).toBe(0)
  })
})
