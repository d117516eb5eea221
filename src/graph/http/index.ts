// Outgoing HTTP for requests that somebody else wrote: see docs/http-steps.md.
export type { Lookup } from './connector.ts'
export type { ResponseKind } from './content.ts'
export { guardedRequest } from './guarded-request.ts'
export {
  type HttpError,
  type HttpErrorCode,
  type HttpErrorDetails,
  type HttpErrorReason,
  HttpFinalError,
  HttpRetryAfterError,
  HttpStepError,
  isHttpError,
  isRetryableHttpError,
} from './http-error.ts'
export { type HttpRequest, MAX_REDIRECTS } from './http-request.ts'
export type { HttpResult, ResponseHeaders } from './http-result.ts'
export { HttpPolicy, type HttpPolicyOptions } from './policy.ts'
