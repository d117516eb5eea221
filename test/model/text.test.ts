import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { capitalise, describeValue, isStorable, toStorable } from '../../src/model/text.ts'

describe('toStorable', () => {
  test('gives what can be stored, within its bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(50), (text, maxBytes) => {
        const stored = toStorable(text, maxBytes)
        expect(isStorable(stored)).toBe(true)
        expect(Buffer.byteLength(stored)).toBeLessThanOrEqual(maxBytes)
      }),
    )
  })

  test('changes nothing that can be stored and fits', () => {
    const texts = fc.string({ unit: 'grapheme' }).filter(isStorable)
    fc.assert(
      fc.property(texts, (t) => {
        expect(toStorable(t, Buffer.byteLength(t))).toBe(t)
      }),
    )
  })
})

describe('describeValue', () => {
  test.each([
    ['3 dayz', '"3 dayz"'],
    [10n, '10n'],
    [null, 'null'],
    [undefined, 'undefined'],
    [Number.NaN, 'NaN'],
    [() => 1, 'a function'],
    [{ a: 1 }, '{"a":1}'],
    [new Date(Number.NaN), 'an invalid Date'],
    [{ a: 1n }, 'an unreadable value'],
  ])('of %s', (value, text) => {
    expect(describeValue(value)).toBe(text)
  })

  test('is short and storable, whatever the value', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const text = describeValue(value)
        expect(text.length).toBeLessThanOrEqual(80)
        expect(isStorable(text)).toBe(true)
      }),
    )
    expect(describeValue('x'.repeat(1e6))).toHaveLength(80)
  })
})

test('capitalise leaves the rest', () => {
  expect(capitalise('the Input')).toBe('The Input')
  expect(capitalise('')).toBe('')
})
