import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvalidInputError } from '../../src/model/errors.ts'
import { decodeRunId, encodeRunId, isUuid } from '../../src/model/run-id.ts'

const ids = fc.bigInt({ min: 1n, max: 2n ** 60n - 1n })
const partitions = fc.integer({ min: 0, max: 16_383 })

/** The layout in bigint arithmetic, as it is specified. */
function specified(id: bigint, partition: bigint): string {
  const first = ((id % 2147483647n) * 48271n + partition + 1n) % 2147483647n
  const second = ((id % 2147483629n) * 40692n + partition + 7n) % 2147483629n
  const high = ((id >> 12n) << 16n) | 0x8000n | (id & 0xfffn)
  const low = (2n << 62n) | (partition << 48n) | (first << 17n) | (second & 0x1ffffn)
  const hex = ((high << 64n) | low).toString(16).padStart(32, '0')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

describe('encodeRunId', () => {
  test('gives what SQL gives', () => {
    expect(encodeRunId(1n)).toBe('00000000-0000-8001-8000-000179209efb')
    expect(encodeRunId(123456789012345678n, 16_383)).toBe('1b69b4ba-630f-834e-bfff-cc3c20731c14')
    expect(encodeRunId(999999999999n, 7)).toBe('00000e8d-4a50-8fff-8007-02945fd22d1d')
  })

  test('has the specified layout', () => {
    fc.assert(
      fc.property(ids, partitions, (id, partition) => {
        expect(encodeRunId(id, partition)).toBe(specified(id, BigInt(partition)))
      }),
    )
  })

  test('sorts by id', () => {
    fc.assert(
      fc.property(ids, ids, (a, b) => {
        expect(encodeRunId(a) < encodeRunId(b)).toBe(a < b)
      }),
    )
  })

  test.each([
    [0n, 0],
    [-1n, 0],
    [2n ** 60n, 0],
    [1n, -1],
    [1n, 16_384],
    [1n, 1.5],
    [1n, Number.NaN],
  ])('refuses id %s in partition %s', (id, partition) => {
    expect(() => encodeRunId(id, partition)).toThrow(InvalidInputError)
  })
})

describe('decodeRunId', () => {
  test('takes back what encodeRunId gave, in either case', () => {
    fc.assert(
      fc.property(ids, partitions, (id, partition) => {
        const uuid = encodeRunId(id, partition)
        expect(isUuid(uuid)).toBe(true)
        expect(decodeRunId(uuid)).toEqual({ id, partition })
        expect(decodeRunId(uuid.toUpperCase())).toEqual({ id, partition })
      }),
    )
  })

  test('gives null for UUIDs of others', () => {
    fc.assert(
      fc.property(fc.uuid(), (uuid) => {
        expect(decodeRunId(uuid)).toBeNull()
      }),
    )
  })

  test('gives null when any digit is changed', () => {
    const digit = fc.integer({ min: 0, max: 35 }).filter((i) => ![8, 13, 18, 23].includes(i))
    fc.assert(
      fc.property(ids, digit, fc.integer({ min: 1, max: 15 }), (id, at, by) => {
        const uuid = encodeRunId(id)
        const changed = (Number.parseInt(uuid.charAt(at), 16) ^ by).toString(16)
        expect(decodeRunId(uuid.slice(0, at) + changed + uuid.slice(at + 1))).toBeNull()
      }),
    )
  })

  test.each([
    '',
    'x',
    `${'0'.repeat(36)}`,
    '00000000-0000-8000-8000-000000000000',
    specified(0n, 0n),
    ` ${encodeRunId(1n)}`,
    `${encodeRunId(1n)}\n`,
  ])('gives null for %j', (text) => {
    expect(decodeRunId(text)).toBeNull()
  })
})

test('isUuid takes any version and case, and nothing else', () => {
  expect(isUuid('00000000-0000-0000-0000-000000000000')).toBe(true)
  expect(isUuid('FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF')).toBe(true)
  expect(isUuid('{00000000-0000-0000-0000-000000000000}')).toBe(false)
  expect(isUuid('00000000000000000000000000000000')).toBe(false)
})
