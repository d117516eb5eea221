import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SecretBox } from '../../src/auth/secret-box.ts'
import { InvalidInputError } from '../../src/index.ts'

const makeKey = () => randomBytes(32).toString('base64')
const of = { tenant: 'acme', name: 'token' }

test('what is sealed is opened again, and twice the same is sealed differently', () => {
  const box = new SecretBox(makeKey())
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (value) => {
      const sealed = box.seal(of, value)
      expect(sealed).toMatch(/^v1\.[0-9a-f]{8}\.[A-Za-z0-9+/]+={0,2}$/)
      expect(box.open(of, sealed)).toBe(value)
      expect(box.seal(of, value)).not.toBe(sealed)
    }),
  )
})

test('one that was put in another’s place, or was changed, cannot be opened', () => {
  const box = new SecretBox(makeKey())
  const sealed = box.seal(of, 'hunter2')
  for (const other of [
    { tenant: 'acme', name: 'other' },
    { tenant: 'evil', name: 'token' },
    { tenant: 'acme\0token', name: '' },
  ])
    expect(() => box.open(other, sealed)).toThrow(/changed, or is another/)
  const [version, key, text] = sealed.split('.') as [string, string, string]
  const bytes = Buffer.from(text, 'base64')
  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes)
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at)
    const forged = `${version}.${key}.${changed.toString('base64')}`
    expect(() => box.open(of, forged)).toThrow(InvalidInputError)
  }
  for (const length of [0, 5, 12, 27]) {
    const short = `${version}.${key}.${bytes.subarray(0, length).toString('base64')}`
    expect(() => box.open(of, short)).toThrow(InvalidInputError)
  }
})

test('of several keys the first encrypts, and all decrypt; without the right one it says which', () => {
  const [old, fresh] = [makeKey(), randomBytes(32).toString('hex')]
  const sealed = new SecretBox(old).seal(of, 'hunter2')
  const both = new SecretBox([fresh, old])
  expect(both.open(of, sealed)).toBe('hunter2')
  expect(both.seal(of, 'x').split('.')[1]).toBe(new SecretBox(fresh).keyId)
  expect(() => new SecretBox(fresh).open(of, sealed)).toThrow(new SecretBox(old).keyId)
})

test('what is no key is refused, and not shown', () => {
  for (const key of ['', 'hunter2', 'x'.repeat(32), randomBytes(16).toString('base64')]) {
    const refused = () => new SecretBox(key)
    expect(refused).toThrow(/secretsKey is not valid.*openssl/)
    if (key !== '') expect(refused).not.toThrow(key)
  }
  expect(() => new SecretBox([])).toThrow('no secretsKey')
  expect(new SecretBox(randomBytes(32).toString('base64url')).keyId).toMatch(/^[0-9a-f]{8}$/)
})

test('a value is a text of at most 64 KiB', () => {
  const box = new SecretBox(makeKey())
  expect(() => box.seal(of, '')).toThrow('no value')
  expect(() => box.seal(of, 7 as unknown as string)).toThrow('no value')
  expect(() => box.seal(of, 'ä'.repeat(32_769))).toThrow('65538 bytes')
  const largest = 'x'.repeat(65_536)
  expect(box.open(of, box.seal(of, largest))).toBe(largest)
})
