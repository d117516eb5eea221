import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PayloadError } from '../../src/model/errors.ts'
import { type RunFailure, toFailure } from '../../src/model/failure.ts'
import { encodePayload } from '../../src/model/json.ts'

const where = { stepId: 'pay', attempt: 2 }
const fail = (error: unknown) => toFailure(error, where)

function expectStorable(failure: RunFailure) {
  expect(encodePayload(failure, { what: 'the failure' })).toBeTypeOf('string')
  expect(Buffer.byteLength(failure.message)).toBeLessThanOrEqual(4096)
  expect(Buffer.byteLength(failure.stack ?? '')).toBeLessThanOrEqual(8192)
  expect(failure.fingerprint).toMatch(/^[0-9a-f]{12}$/)
}

describe('toFailure', () => {
  test('tells what an error was, and where', () => {
    const failure = fail(Object.assign(new TypeError('No seat'), { code: 'SEAT' }))
    expect(failure).toMatchObject({ code: 'SEAT', name: 'TypeError', message: 'No seat', ...where })
    expect(failure.stack).toContain('failure.test.ts')
  })

  test('has a code for errors without one', () => {
    expect(fail(new Error('x')).code).toBe('MR050')
    expect(toFailure(new Error('x'), { stepId: null, attempt: 1 }).code).toBe('MR052')
    expect(fail(new PayloadError('x')).code).toBe('MR002')
    expect(fail({ code: 404 }).code).toBe('404')
    expect(fail({ code: 'has spaces' }).code).toBe('MR050')
  })

  test('never throws, and can always be stored', () => {
    const anything = fc.anything({
      withBigInt: true,
      withSparseArray: true,
      withNullPrototype: true,
    })
    fc.assert(fc.property(anything, (thrown) => expectStorable(fail(thrown))))
    const strings = fc.string({ unit: 'binary' })
    fc.assert(
      fc.property(strings, strings, strings, (message, stack, name) => {
        expectStorable(fail(Object.assign(new Error(message), { stack, name })))
      }),
    )
  })

  const shrug = () => {
    throw new Error('no')
  }
  const revoked = Proxy.revocable({}, {})
  revoked.revoke()
  const getters = { get: shrug, configurable: true }
  const shy = Object.defineProperties(
    {},
    { message: getters, name: getters, stack: getters, cause: getters },
  )
  const all = new Proxy({}, { get: shrug, has: shrug, ownKeys: shrug, getPrototypeOf: shrug })

  test.each([
    ['undefined', undefined, 'Threw undefined.'],
    ['null', null, 'Threw null.'],
    ['a text', 'no luck', 'no luck'],
    ['an empty text', '', ''],
    ['a number', 7, 'Threw 7.'],
    ['a BigInt', 7n, 'Threw 7n.'],
    ['a symbol', Symbol('s'), 'Threw Symbol(s).'],
    ['an object', { status: 404 }, 'Threw {"status":404}.'],
    ['an object with a message', { message: 'gone' }, 'gone'],
    ['getters that throw', shy, 'Threw {}.'],
    ['a proxy that throws', all, 'Threw an unreadable value.'],
    ['a revoked proxy', revoked.proxy, 'Threw an unreadable value.'],
    ['an error without message', new Error(''), 'An error without a message.'],
    ['an aggregate', new AggregateError([new Error('ECONNREFUSED ::1')]), 'ECONNREFUSED ::1'],
  ])('takes %s', (_, thrown, message) => {
    const failure = fail(thrown)
    expect(failure.message).toBe(message)
    expectStorable(failure)
  })

  test('cuts to bytes, and cleans', () => {
    const failure = fail(new Error(`a\0b\ud800${'é'.repeat(1e6)}`))
    expect(failure.message.startsWith('ab\ufffdé')).toBe(true)
    expectStorable(failure)
    expect(Buffer.byteLength(fail('😀'.repeat(5000)).message)).toBe(4096)
  })

  test('appends five causes, and ends with circular ones', () => {
    const chain = (n: number): Error => new Error(`e${n}`, n < 9 ? { cause: chain(n + 1) } : {})
    const short = (error: Error) => {
      for (let e: unknown = error; e instanceof Error; e = e.cause) e.stack = e.message
      return error
    }
    expect(fail(short(chain(0))).stack).toBe(
      'e0\nCaused by: e1\nCaused by: e2\nCaused by: e3\nCaused by: e4\nCaused by: e5',
    )
    const circular = new Error('round')
    circular.cause = circular
    expectStorable(fail(circular))
    expect(fail(new Error('x', { cause: 'a text' })).stack).toMatch(/\nCaused by: a text$/)
  })
})

describe('the fingerprint', () => {
  const print = (message: string, stepId = 'pay') =>
    toFailure(new Error(message), { stepId, attempt: 1 }).fingerprint

  test.each([
    ['Seat 12 is taken.', 'Seat 7 is taken.'],
    [
      'No user 3f2504e0-4f89-41d3-9a0c-0305e82c3301',
      'No user 00000000-0000-8001-8000-000179209efb',
    ],
    ['at 0xdeadbeef', 'at 0x12'],
    ['commit 9fceb02d0ae5', 'commit 1f7a7a472abf'],
    ['key "a b" exists', 'key "c" exists'],
    ["key 'a' exists", "key 'it' exists"],
  ])('is the same for %j and %j', (a, b) => {
    expect(print(a)).toBe(print(b))
  })

  test('differs for another message, step, code or name', () => {
    const first = print('a')
    expect(print('b')).not.toBe(first)
    expect(print('a', 'ship')).not.toBe(first)
    expect(fail(Object.assign(new Error('a'), { code: 'X' })).fingerprint).not.toBe(first)
    expect(fail(new TypeError('a')).fingerprint).not.toBe(first)
  })

  test('does not depend on round, item, attempt or stack', () => {
    expect(print('a', 'pay#2')).toBe(print('a', 'pay'))
    expect(print('a', 'pay[17]')).toBe(print('a', 'pay[3]'))
    expect(fail(new Error('a')).fingerprint).toBe(print('a'))
  })

  test('is stable over releases, because it is stored', () => {
    expect(print('Seat 12 is taken.')).toMatchInlineSnapshot(`"084fea940565"`)
  })
})
