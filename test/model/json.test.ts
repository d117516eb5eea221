import fc from 'fast-check'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { PayloadError } from '../../src/model/errors.ts'
import { copyPlain, decodePayload, encodePayload, type Jsonify } from '../../src/model/json.ts'
import { MAX_PAYLOAD_BYTES } from '../../src/model/limits.ts'

const what = 'the result of step "pay"'
const encode = (value: unknown) => encodePayload(value, { what })

function refusal(value: unknown, limits: { maxBytes?: number; maxDepth?: number } = {}) {
  try {
    encodePayload(value, { what, ...limits })
  } catch (error) {
    if (error instanceof PayloadError) return error
    throw error
  }
  throw new Error('It was not refused.')
}

function nest(depth: number): unknown {
  let value: unknown = 1
  for (let i = 0; i < depth; i++) value = i % 2 ? [value] : { v: value }
  return value
}

class Money {
  constructor(amount: number) {
    this.#amount = amount
  }
  #amount: number
  toJSON(key: string) {
    return { amount: this.#amount, key }
  }
}

describe('encodePayload', () => {
  test('agrees with JSON.stringify, and decodePayload with JSON.parse', () => {
    const values = fc.jsonValue({ maxDepth: 6 })
    fc.assert(
      fc.property(values, (value) => {
        const text = encode(value)
        expect(text).toBe(JSON.stringify(value))
        expect(decodePayload(text)).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  test('stores any value in the form of JSON, or says PayloadError', () => {
    const anything = fc.anything({ withBigInt: true, withMap: true, withSet: true, withDate: true })
    fc.assert(
      fc.property(anything, (value) => {
        try {
          const text = encode(value)
          expect(text).toBe(JSON.stringify(value) ?? null)
        } catch (error) {
          expect(error).toBeInstanceOf(PayloadError)
        }
      }),
      { numRuns: 1000 },
    )
  })

  test('has null for undefined, and back', () => {
    expect(encode(undefined)).toBeNull()
    expect(decodePayload(null)).toBeUndefined()
    expect(encode(null)).toBe('null')
    expect(decodePayload('null')).toBeNull()
  })

  test('drops undefined inside of objects', () => {
    const value = { a: undefined, [Symbol('s')]: 1, list: [undefined], at: new Date(0) }
    expect(encode(value)).toBe('{"list":[null],"at":"1970-01-01T00:00:00.000Z"}')
  })

  test('calls toJSON with its key, and not that of its result', () => {
    expect(encode({ price: new Money(3) })).toBe('{"price":{"amount":3,"key":"price"}}')
    expect(() => encode({ toJSON: () => new Money(1) })).toThrow('is a Money')
  })

  test('refuses what shows nothing of what it holds', () => {
    const values = [new Response('a'), /x/, new Error('x'), new ArrayBuffer(1), new WeakMap()]
    for (const value of [...values, new Uint8Array(1), () => 1, Symbol('s')]) {
      expect(() => encode({ at: [value] })).toThrow(
        expect.objectContaining({ code: 'MR002', message: expect.stringContaining('$.at[0] is ') }),
      )
    }
    expect(encode([Buffer.from('a'), new URL('http://a.b')])).toBe(
      '[{"type":"Buffer","data":[97]},"http://a.b/"]',
    )
  })

  test('takes of a result of pg what the database said', () => {
    class Result {
      command = 'SELECT'
      rowCount = 1
      oid = null
      fields = [{ name: 'a' }]
      rows = [{ a: 1 }]
      _parsers = [() => 1]
    }
    const plain = '{"command":"SELECT","rowCount":1,"rows":[{"a":1}]}'
    expect(encode(new Result())).toBe(plain)
    expect(encode([new Result(), new Result()])).toBe(`[${plain},${plain}]`)
  })

  test('takes escapes that only look bad', () => {
    for (const text of ['\\u0000', '\\ud800', '\u001b[0m', '😀', '"\\"']) {
      expect(decodePayload(encode({ text }))).toEqual({ text })
    }
  })

  test('takes objects that are shared, without prototype, or of a class', () => {
    const shared = { n: 1 }
    const bare = Object.assign(Object.create(null), { n: 2 })
    class Point {
      x = 1
    }
    expect(encode([shared, shared, bare, new Point()])).toBe('[{"n":1},{"n":1},{"n":2},{"x":1}]')
  })

  const cyclic: { name: string; items: unknown[] } = { name: 'a', items: [0] }
  cyclic.items.push({ parent: cyclic })
  const shrug = () => {
    throw new Error('no luck')
  }
  const promise = Promise.resolve(1)
  const revoked = Proxy.revocable({}, {})
  revoked.revoke()

  test.each([
    ['bigint', '$.items[1].id', { items: [1, { id: 10n }] }],
    ['number', '$.rate', { rate: Number.NaN }],
    ['number', '$[0]', [Number.POSITIVE_INFINITY]],
    ['number', '$', Number.NEGATIVE_INFINITY],
    ['number', '$.n', { n: Object(Number.NaN) }],
    ['date', '$.at', { at: new Date(Number.NaN) }],
    ['collection', '$.byId', { byId: new Map() }],
    ['collection', '$["first name"]', { 'first name': new Set([1]) }],
    ['promise', '$.user', { user: promise }],
    ['cycle', '$.items[1].parent', cyclic],
    ['depth', '$.v[0].v[0].v', nest(65)],
    ['throws', '$.a.b', { a: Object.defineProperty({}, 'b', { enumerable: true, get: shrug }) }],
    ['throws', '$.money', { money: { toJSON: shrug } }],
    ['throws', '$[0]', [revoked.proxy]],
    ['throws', '$', new Proxy({}, { ownKeys: shrug })],
    ['text', '$.items[3].name', { items: [0, 0, 0, { name: 'a\0' }] }],
    ['text', '$.s', { s: '\ud800' }],
    ['text', '$.s', { s: 'x\udc00x' }],
    ['text', '$.o["k\\u0000"]', { o: { 'k\0': 1 } }],
    ['text', '$', '\0'],
    ['text', '$.m.amount', { m: { toJSON: () => ({ amount: '\0' }) } }],
    ['nothing', '$', () => 1],
    ['nothing', '$', Symbol('s')],
    ['nothing', '$', { toJSON: () => undefined }],
  ])('refuses by rule %s at %s', (rule, path, value) => {
    const error = refusal(value)
    expect(error.code).toBe('MR002')
    expect(error.details).toMatchObject({ rule, what })
    expect(String(error.details.path).slice(0, path.length)).toBe(path)
    expect(error.message).toMatch(/^The result of step "pay" cannot be stored: \$.*\. .*\.$/)
    expect(() => JSON.stringify(error)).not.toThrow()
  })

  test('says what a cycle refers back to', () => {
    expect(refusal(cyclic).message).toContain('$.items[1].parent refers back to $.')
  })

  test('keeps the cause of what throws', () => {
    expect(refusal({ toJSON: shrug }).cause).toEqual(new Error('no luck'))
  })

  test('takes 64 levels and refuses 65, and 100,000 without a stack overflow', () => {
    expect(() => encode(nest(64))).not.toThrow()
    expect(refusal(nest(65)).details.rule).toBe('depth')
    expect(refusal(nest(100_000)).details.rule).toBe('depth')
    expect(refusal(nest(3), { maxDepth: 2 }).details.rule).toBe('depth')
    const endless: object = { toJSON: () => ({ again: endless }) }
    expect(refusal(endless).details.rule).toBe('depth')
  })

  test('counts the bytes of UTF-8', () => {
    const fits = 'a'.repeat(MAX_PAYLOAD_BYTES - 2)
    expect(encode(fits)).toHaveLength(MAX_PAYLOAD_BYTES)
    expect(refusal(`${fits}a`).details).toMatchObject({ rule: 'size', maxBytes: MAX_PAYLOAD_BYTES })
    expect(encodePayload('ééé', { what, maxBytes: 8 })).toBe('"ééé"')
    expect(refusal('éééé', { maxBytes: 8 }).details.rule).toBe('size')
    expect(refusal('\n\n\n\n', { maxBytes: 8 }).details.rule).toBe('size')
  })

  test('refuses no value for its size that fits', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const maxBytes = Buffer.byteLength(JSON.stringify(value))
        expect(encodePayload(value, { what, maxBytes })).toBe(JSON.stringify(value))
        expect(refusal(value, { maxBytes: maxBytes - 1 }).details.rule).toBe('size')
      }),
    )
  })

  test('refuses at once what would be huge, however small it is to write', () => {
    let bomb: unknown = 'x'.repeat(1000)
    for (let i = 0; i < 60; i++) bomb = [bomb, bomb]
    expect(refusal(bomb).details.rule).toBe('size')
    expect(refusal(new Array(4e9)).details.rule).toBe('size')
  })
})

test('decodePayload refuses what is not JSON', () => {
  expect(() => decodePayload('{')).toThrow(PayloadError)
})

test('BigInt.prototype.toJSON is respected, as JSON.stringify does', () => {
  Object.assign(BigInt.prototype, { toJSON: () => 'big' })
  try {
    expect(encode({ id: 1n })).toBe('{"id":"big"}')
  } finally {
    Reflect.deleteProperty(BigInt.prototype, 'toJSON')
  }
})

test('Jsonify is what JSON makes of a type', () => {
  expectTypeOf<Jsonify<{ at: Date[]; b?: bigint }>>().toEqualTypeOf<{
    at: string[]
    b?: undefined
  }>()
  expectTypeOf<Jsonify<{ at: Date; id: number; f(): void }>>().toEqualTypeOf<{
    at: string
    id: number
  }>()
  expectTypeOf<Jsonify<unknown>>().toBeUnknown()
  expectTypeOf<Jsonify<void>>().toBeVoid()
  expectTypeOf<Jsonify<Map<string, number>>>().toBeNever()
  expectTypeOf<Jsonify<[Date, number]>>().toEqualTypeOf<[string, number]>()
  expectTypeOf<Jsonify<{ n: string | null }>>().toEqualTypeOf<{ n: string | null }>()
})

test('copyPlain copies what is plain, whatever its properties are called, and keeps what is not', () => {
  const at = new Date(0)
  const given = { ...JSON.parse('{"__proto__": {"a": [1]}, "list": [{"b": 2}]}'), at }
  const copy = copyPlain(given)
  expect(Object.keys(copy)).toEqual(['__proto__', 'list', 'at'])
  expect(Object.getPrototypeOf(copy)).toBe(Object.prototype)
  copy.list[0].b = 3
  Object.getOwnPropertyDescriptor(copy, '__proto__')?.value.a.push(2)
  expect(JSON.stringify(given)).toBe(
    '{"__proto__":{"a":[1]},"list":[{"b":2}],"at":"1970-01-01T00:00:00.000Z"}',
  )
  expect(copy.at).toBe(at)
})
