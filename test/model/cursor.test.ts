import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeCursor, encodeCursor } from '../../src/model/cursor.ts'
import { InvalidInputError } from '../../src/model/errors.ts'

describe('cursor', () => {
  test('stands for an id', () => {
    expect(encodeCursor('7')).toBe('bXI6Nw')
    const ids = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 80 })
    fc.assert(
      fc.property(ids, (id) => {
        expect(encodeCursor(id)).toMatch(/^[\w-]+$/)
        expect(decodeCursor(encodeCursor(id))).toBe(id)
      }),
    )
  })

  test.each([
    '',
    'abcd',
    '7',
    'bXI6',
    'bXI6Nw==',
    'bXI6Nw\n',
    ' bXI6Nw',
    'é',
    encodeCursor('x'.repeat(5000)),
  ])('refuses %j', (text) => {
    expect(() => decodeCursor(text)).toThrow(InvalidInputError)
  })

  test('refuses what is no text', () => {
    expect(() => decodeCursor(7 as unknown as string)).toThrow(InvalidInputError)
  })
})
