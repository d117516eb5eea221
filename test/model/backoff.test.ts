import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  backoffDelay,
  DEFAULT_RETRY,
  type RetryOptions,
  resolveRetry,
  retryOptionsProblem,
} from '../../src/model/backoff.ts'
import { InvalidInputError } from '../../src/model/errors.ts'

describe('resolveRetry', () => {
  test('is 3 attempts, exponential from 1 s up to 5 min, with jitter, where nobody says else', () => {
    expect(resolveRetry({})).toEqual({
      maxAttempts: 3,
      backoff: 'exponential',
      baseDelayMs: 1000,
      maxDelayMs: 300_000,
      jitter: true,
    })
  })

  test('takes each option from call, definition, workflow.retry, retries, in this order', () => {
    const layers = {
      call: { baseDelay: '1 min' },
      definition: { baseDelay: '2 min', backoff: 'fixed' },
      workflow: { baseDelay: '3 min', backoff: 'linear', maxAttempts: 7 },
      retries: 1,
    } as const
    expect(resolveRetry(layers)).toMatchObject({
      baseDelayMs: 60_000,
      backoff: 'fixed',
      maxAttempts: 7,
    })
    expect(resolveRetry({ ...layers, workflow: undefined })).toMatchObject({ maxAttempts: 2 })
    expect(resolveRetry({ ...layers, call: { baseDelay: undefined } }).baseDelayMs).toBe(120_000)
  })

  test('makes false one attempt, and retries the tries after the first', () => {
    expect(resolveRetry({ call: false, workflow: { maxAttempts: 9 } }).maxAttempts).toBe(1)
    expect(resolveRetry({ call: { maxAttempts: 2 }, definition: false }).maxAttempts).toBe(2)
    expect(resolveRetry({ retries: 0 }).maxAttempts).toBe(1)
    expect(resolveRetry({ retries: 999 }).maxAttempts).toBe(1000)
  })

  test('keeps the longest delay no shorter than the base', () => {
    expect(resolveRetry({ call: { baseDelay: '10 min' } }).maxDelayMs).toBe(600_000)
    expect(resolveRetry({ call: { maxDelay: 100 } })).toMatchObject({
      baseDelayMs: 100,
      maxDelayMs: 100,
    })
  })

  test('keeps retryIf', () => {
    const retryIf = () => false
    expect(resolveRetry({ workflow: { retryIf } }).retryIf).toBe(retryIf)
  })

  test.each([
    { maxAttempts: 0 },
    { maxAttempts: 1001 },
    { maxAttempts: 1.5 },
    { maxAttempts: '3' },
    { backoff: 'quadratic' },
    { baseDelay: 0 },
    { maxDelay: 'soon' },
    { baseDelay: '2 s', maxDelay: '1 s' },
    { jitter: 1 },
    { retryIf: true },
    { attempts: 3 },
    true,
    null,
  ])('refuses %j', (retry) => {
    expect(() => resolveRetry({ call: retry as RetryOptions })).toThrow(InvalidInputError)
    expect(retryOptionsProblem(retry as RetryOptions)).toMatch(/\.$/)
  })

  test('names an option that there is not, and those that there are', () => {
    expect(retryOptionsProblem({ initialDelay: '1 s' } as RetryOptions)).toBe(
      'There is no option retry.initialDelay. Use maxAttempts, backoff, baseDelay, maxDelay, jitter, retryIf.',
    )
  })

  test('refuses retries that are no count', () => {
    for (const retries of [-1, 0.5, 1000, Number.NaN]) {
      expect(() => resolveRetry({ retries })).toThrow(/^The option retries must be an integer/)
    }
  })

  test('finds no problem in options that are valid', () => {
    expect(retryOptionsProblem({ maxAttempts: 5, backoff: 'fixed' })).toBeNull()
    expect(retryOptionsProblem(false)).toBeNull()
  })
})

describe('backoffDelay', () => {
  const plain = { ...DEFAULT_RETRY, jitter: false }

  test.each([
    ['exponential', [1000, 2000, 4000, 8000]],
    ['linear', [1000, 2000, 3000, 4000]],
    ['fixed', [1000, 1000, 1000, 1000]],
  ] as const)('grows %s', (backoff, delays) => {
    expect([1, 2, 3, 4].map((n) => backoffDelay({ ...plain, backoff }, n))).toEqual(delays)
  })

  test('is capped, at the thousandth attempt too', () => {
    expect(backoffDelay(plain, 10)).toBe(300_000)
    expect(backoffDelay({ ...plain, baseDelayMs: 3e12, maxDelayMs: 3e12 }, 1000)).toBe(3e12)
  })

  test('is multiplied by 0.5 to 1 with jitter', () => {
    expect(backoffDelay(DEFAULT_RETRY, 1, () => 0)).toBe(500)
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), (attempt) => {
        const whole = backoffDelay(plain, attempt)
        const delay = backoffDelay(DEFAULT_RETRY, attempt)
        expect(delay).toBeGreaterThanOrEqual(whole / 2)
        expect(delay).toBeLessThanOrEqual(whole)
      }),
    )
  })
})
