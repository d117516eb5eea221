import { describe, expect, test } from 'vitest'
import { ERROR_CODES, type ErrorCode, isErrorCode } from '../../src/model/error-codes.ts'
import * as errors from '../../src/model/errors.ts'

const codes = Object.keys(ERROR_CODES) as ErrorCode[]

describe('the table of codes', () => {
  test.each(codes)('%s has a class, statuses and a sentence', (code) => {
    const { name, httpStatus, exitCode, summary } = ERROR_CODES[code]
    const error = errors.errorFromCode(code, 'It broke.')
    expect(error).toBeInstanceOf(Reflect.get(errors, name))
    expect(error).toMatchObject({ code, name, message: 'It broke.', details: {} })
    expect(error.help).toBe(`https://millrace.dev/errors/${code}`)
    expect(httpStatus).toBeGreaterThanOrEqual(400)
    expect(exitCode).toBeGreaterThanOrEqual(1)
    expect(summary).toMatch(/^[A-Z].*\.$/)
  })

  test('every class has a code of its own name', () => {
    const classes = Object.values(errors).filter(
      (c): c is typeof errors.WorkflowEngineError =>
        typeof c === 'function' &&
        (c === errors.WorkflowEngineError || c.prototype instanceof errors.WorkflowEngineError),
    )
    expect(classes).toHaveLength(27)
    for (const ErrorClass of classes) {
      const error = new ErrorClass('x')
      expect(error.constructor).toBe(ErrorClass)
      expect(error.name).toBe(ErrorClass.name)
      expect(ERROR_CODES[error.code as ErrorCode].name).toBe(ErrorClass.name)
    }
  })

  test('knows its codes from others', () => {
    expect(isErrorCode('MR010')).toBe(true)
    for (const other of ['MR999', '23505', 'toString', '', 10, null])
      expect(isErrorCode(other)).toBe(false)
  })
})

describe('WorkflowEngineError', () => {
  test('carries what it is given', () => {
    const cause = new Error('below')
    const issues = [{ message: 'Required', path: ['a'] }]
    const given = { details: { a: 1 }, cause, issues, workflowId: 'order', runId: 'r' }
    const error = new errors.InvalidInputError('No.', given)
    expect(error).toMatchObject(given)
    expect(error.code).toBe('MR001')
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      code: 'MR001',
      name: 'InvalidInputError',
      message: 'No.',
      help: 'https://millrace.dev/errors/MR001',
      details: { a: 1 },
      issues,
      workflowId: 'order',
      runId: 'r',
    })
  })

  test('has no cause where it was given none', () => {
    expect('cause' in new errors.LimitError('x')).toBe(false)
  })

  test('keeps a code that this version does not know', () => {
    const error = errors.errorFromCode('MR077', 'New.')
    expect(error).toMatchObject({ code: 'MR077', name: 'WorkflowEngineError' })
    expect(error.help).toContain('MR077')
  })

  test('RunFailedError has the failure, in JSON too', () => {
    const failure = {
      code: 'E',
      name: 'Error',
      message: 'm',
      stack: null,
      stepId: 's',
      attempt: 2,
      fingerprint: 'f',
    }
    const error = new errors.RunFailedError('x', { failure })
    expect(error.failure).toEqual(failure)
    expect(JSON.parse(JSON.stringify(error)).failure).toEqual(failure)
    const fromSql = errors.errorFromCode('MR052', 'x', { details: { failure } })
    expect((fromSql as errors.RunFailedError).failure).toEqual(failure)
    expect(new errors.RunFailedError('x').failure).toMatchObject({ code: 'MR052', message: 'x' })
  })

  test('RateLimitedError has milliseconds', () => {
    expect(new errors.RateLimitedError('x', { details: { retryAfter: 250 } }).retryAfter).toBe(250)
    expect(new errors.RateLimitedError('x').retryAfter).toBe(1000)
    expect(new errors.RateLimitedError('x')).toBeInstanceOf(errors.LimitError)
  })
})

describe('errors that handlers throw', () => {
  const now = new Date('2027-01-01T00:00:00Z')

  test('isNonRetryable knows its own, and those of another copy', () => {
    expect(errors.isNonRetryable(new errors.NonRetryableError('x'))).toBe(true)
    expect(errors.isNonRetryable({ [Symbol.for('millrace.nonRetryable')]: true })).toBe(true)
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    for (const other of [new Error('x'), 'x', null, undefined, {}, proxy]) {
      expect(errors.isNonRetryable(other)).toBe(false)
      expect(errors.retryAfterMs(other, now)).toBeNull()
    }
  })

  test('retryAfterMs takes durations and instants', () => {
    const ms = (after: string | number | Date) =>
      errors.retryAfterMs(new errors.RetryAfterError('x', after), now)
    expect(ms('5 s')).toBe(5000)
    expect(ms(70)).toBe(70)
    expect(ms(new Date('2027-01-01T00:01:00Z'))).toBe(60_000)
    expect(ms(new Date('2026-01-01T00:00:00Z'))).toBe(0)
    expect(errors.retryAfterMs({ [Symbol.for('millrace.retryAfter')]: 'soon' }, now)).toBeNull()
  })

  test('RetryAfterError refuses what is no time', () => {
    expect(() => new errors.RetryAfterError('x', 'soon')).toThrow(errors.InvalidInputError)
    expect(() => new errors.RetryAfterError('x', new Date(Number.NaN))).toThrow(
      errors.InvalidInputError,
    )
  })

  test('both are errors with a name and a cause', () => {
    expect(new errors.NonRetryableError('x', { cause: 1 })).toMatchObject({
      name: 'NonRetryableError',
      cause: 1,
    })
    expect(new errors.RetryAfterError('x', 1, { cause: 1 })).toMatchObject({
      name: 'RetryAfterError',
      cause: 1,
    })
  })
})
