import { expect } from 'vitest'
import type { HttpError, HttpErrorReason, HttpRequest } from '../../../src/graph/http/index.ts'
import { guardedRequest, type HttpPolicy, isHttpError } from '../../../src/graph/http/index.ts'

/** Awaits that a request fails for this reason, and returns the error. */
export async function failing(
  request: HttpRequest,
  policy: HttpPolicy,
  reason: HttpErrorReason,
): Promise<HttpError> {
  const error = await guardedRequest(request, policy).then(
    (result) => expect.fail(`it answered ${JSON.stringify(result).slice(0, 200)}`),
    (thrown: unknown) => thrown,
  )
  if (!isHttpError(error)) throw error
  expect(error.details, error.message).toMatchObject({ reason })
  return error
}
