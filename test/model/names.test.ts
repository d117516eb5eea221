import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvalidInputError } from '../../src/model/errors.ts'
import { checkName, checkStepId, checkTags, checkText } from '../../src/model/names.ts'

describe('checkName', () => {
  test.each(['order', 'Order_2.1:eu-west 3', 'a'.repeat(128)])('takes %j', (name) => {
    expect(checkName('queue', name)).toBe(name)
  })

  test.each(['', 'a'.repeat(129), 'naïve', 'a\n', 'a/b', '\0', null, undefined, 7, {}])(
    'refuses %j',
    (name) => {
      expect(() => checkName('queue', name)).toThrow(InvalidInputError)
      expect(() => checkName('queue', name)).toThrow(
        /^The queue .+ is not valid: it must be 1 to 128/,
      )
    },
  )
})

describe('checkStepId', () => {
  test.each(['pay', 'Größe prüfen', '支払い', '👩‍👩‍👧', 'a$b', 'a/b "c"', 'x'.repeat(256)])(
    'takes %j',
    (id) => {
      expect(checkStepId(id)).toBe(id)
    },
  )

  test.each([
    '',
    'x'.repeat(257),
    '$pay',
    'a#2',
    'a[0]',
    'a]',
    '~a',
    'a~',
    'a\n',
    '\0',
    '\u007f',
    '\u0085',
    '\u2028',
    '\ud800',
    null,
    7,
  ])('refuses %j', (id) => {
    expect(() => checkStepId(id)).toThrow(InvalidInputError)
  })
})

describe('checkText', () => {
  test('takes any well-formed text up to its length', () => {
    const texts = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(
        texts.filter((t) => !t.includes('\0')),
        (t) => {
          expect(checkText('k', t, 1000)).toBe(t)
        },
      ),
    )
  })

  test.each(['', 'abcd', 'a\0', '\udfff', 1, null])('refuses %j', (text) => {
    expect(() => checkText('idempotencyKey', text, 3)).toThrow(
      /^The idempotencyKey .+ 1 to 3 characters/,
    )
  })
})

describe('checkTags', () => {
  test('takes 32 tags of 64 characters', () => {
    const tags = Array.from({ length: 32 }, () => 'x'.repeat(64))
    expect(checkTags(tags)).toEqual(tags)
  })

  test.each([['x'.repeat(65)], [''], [1], 'vip', null, Array.from({ length: 33 }, () => 'x')])(
    'refuses %j',
    (tags) => {
      expect(() => checkTags(typeof tags === 'string' && tags !== 'vip' ? [tags] : tags)).toThrow(
        InvalidInputError,
      )
    },
  )
})
