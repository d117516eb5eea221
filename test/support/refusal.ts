import { expect } from 'vitest'
import { type ErrorCode, isErrorCode } from '../../src/model/error-codes.ts'

type Refusal = Error & { code?: string; hint?: string; detail?: string }

/**
 * Awaits that the kernel refuses: with this code, a message that names the value, a remedy, and the
 * values as JSON. Returns those values.
 */
export async function refusal(
  call: Promise<unknown>,
  code: ErrorCode,
  message: string | RegExp,
): Promise<Record<string, unknown>> {
  const error = (await call.then(
    () => expect.fail(`nothing was refused, ${code} was expected`),
    (refused: unknown) => refused,
  )) as Refusal
  expect(error.message).toMatch(message)
  expect(error.code).toBe(code)
  expect(isErrorCode(error.code)).toBe(true)
  expect(error.hint, 'the remedy').toMatch(/^[A-Z].*[.]$/)
  return JSON.parse(error.detail ?? '{}')
}
