/**
 * `millrace/graph`: workflows as documents, and the guarded requests that their steps send.
 * @module
 */
export {
  guardedRequest,
  type HttpError,
  type HttpErrorCode,
  type HttpErrorDetails,
  type HttpErrorReason,
  HttpFinalError,
  HttpPolicy,
  type HttpPolicyOptions,
  type HttpRequest,
  type HttpResult,
  HttpRetryAfterError,
  HttpStepError,
  isHttpError,
  type Lookup as HttpLookup,
} from './http/index.ts'
