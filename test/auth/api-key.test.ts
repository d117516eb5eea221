import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isLikeApiKey, makeApiKey, parseApiKey } from '../../src/auth/api-key.ts'

test('a key is what its form says, and no two are alike', () => {
  const made = Array.from({ length: 100 }, makeApiKey)
  for (const { key, id, hash } of made) {
    expect(key).toMatch(/^mr_live_[0-9a-f]{16}_[0-9a-f]{72}$/)
    expect(parseApiKey(key)).toEqual({ id, hash })
    expect(isLikeApiKey(key)).toBe(true)
  }
  expect(new Set(made.map(({ key }) => key.slice(25))).size).toBe(100)
})

test('one wrong character anywhere is found without the database', () => {
  const { key } = makeApiKey()
  fc.assert(
    fc.property(fc.nat(key.length - 1), fc.constantFrom(...'0123456789abcdef_x'), (at, other) => {
      const typed = key.slice(0, at) + other + key.slice(at + 1)
      expect(parseApiKey(typed) === null).toBe(typed !== key)
    }),
  )
})

test('anything else is no key', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => parseApiKey(text) === null))
  const { key } = makeApiKey()
  for (const text of ['', key.toUpperCase(), `${key} `, `${key}0`, key.slice(0, -1), `x${key}`])
    expect(parseApiKey(text)).toBeNull()
})
