import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { ERROR_CODES, helpUrl, isErrorCode } from '../model/error-codes.ts'
import {
  errorFromCode,
  type Issue,
  RateLimitedError,
  RequestError,
  UnavailableError,
  WorkflowEngineError,
} from '../model/errors.ts'
import { CompatError } from './compat/compat-error.ts'
import { compatCode } from './compat-code.ts'
import type { ServerEnv } from './server-parts.ts'

/** Of these only the code is told: their texts name hosts, roles and statements. */
const INNER = new Set(['MR090', 'MR091', 'MR099'])

/**
 * What an error is answered with: application/problem+json, whatever was thrown. What is not the caller's fault goes
 * to the logger with the id of the request, and the answer says no more than that.
 */
export function answerProblem(error: unknown, c: Context<ServerEnv>): Response {
  const known = toEngineError(error)
  const status = statusOf(known)
  if (status >= 500) logFault(known, error, c)
  const { speaksCompat, speaksPostgrest } = c.var
  const type = speaksCompat || speaksPostgrest ? 'application/json' : 'application/problem+json'
  const headers = new Headers({ 'content-type': type })
  if (status === 401) headers.set('www-authenticate', 'Bearer realm="millrace"')
  if (known instanceof RateLimitedError)
    headers.set('retry-after', String(Math.ceil(known.retryAfter / 1000)))
  if (status === 503) headers.set('retry-after', '1')
  const allow = known.details.allow
  if (status === 405 && typeof allow === 'string') headers.set('allow', allow)
  const problem = describe(known, status, c.var.requestId)
  const body = speaksPostgrest
    ? asPostgrest(problem)
    : speaksCompat
      ? { error: problem.error }
      : problem
  // not c.json: headers that middleware had set for the answer stay
  for (const [name, value] of headers) c.header(name, value)
  return c.newResponse(JSON.stringify(body), status as 400)
}

/** The status of an error: that of its code, but for the codes that have two. */
export function statusOf(error: WorkflowEngineError): number {
  const { code, details } = error
  if (error instanceof CompatError) return error.status
  if (code === 'MR060' && details.status === 406) return 406
  if (code === 'MR002' && details.rule === 'size') return 413
  if (code === 'MR042' && (details.status === 401 || details.authenticated === false)) return 401
  return isErrorCode(code) ? ERROR_CODES[code].httpStatus : 500
}

function describe(error: WorkflowEngineError, status: number, requestId: string) {
  const { code, issues } = error
  const title = isErrorCode(code) ? ERROR_CODES[code].summary : 'Something went wrong.'
  const inner = INNER.has(code) || isOfDatabase(error)
  const detail = inner ? `${title} The log has more under request ${requestId}.` : error.message
  const found = issues?.map(describeIssue)
  return {
    type: helpUrl(code),
    title,
    status,
    detail,
    code,
    details: inner ? {} : error.details,
    ...(found && { issues: found }),
    request_id: requestId,
    error: { code: compatCode(error, status), message: detail, details: found ?? [] },
  }
}

/** What PostgREST answers: hints are part of our messages. */
function asPostgrest({ code, detail, details, issues }: ReturnType<typeof describe>) {
  return { code, message: detail, details: issues ?? details, hint: null }
}

/** `path` of Standard Schema becomes a JSON pointer. */
function describeIssue({ message, path, code }: Issue): object {
  const parts = Array.isArray(path) ? path : path === undefined ? [] : [path]
  const keys = parts.map((part) => (isSegment(part) ? part.key : part))
  const pointer =
    keys.length === 1 && typeof keys[0] === 'string' && keys[0].startsWith('/')
      ? keys[0]
      : keys.map((key) => `/${String(key).replace(/~/g, '~0').replace(/\//g, '~1')}`).join('')
  return { message, pointer, ...(code === undefined ? {} : { code }) }
}

function isSegment(part: unknown): part is { key: unknown } {
  return typeof part === 'object' && part !== null && 'key' in part
}

function toEngineError(error: unknown): WorkflowEngineError {
  if (error instanceof HTTPException) return fromHono(error)
  if (!(error instanceof WorkflowEngineError))
    return new WorkflowEngineError('The server made a mistake.', { cause: error })
  // a right that the server's own role lacks is none that the caller could have
  return isOfDatabase(error) ? new WorkflowEngineError(error.message, { cause: error }) : error
}

function isOfDatabase({ code, cause }: WorkflowEngineError): boolean {
  return code === 'MR042' && (cause as { code?: unknown } | undefined)?.code === '42501'
}

function fromHono(error: HTTPException): WorkflowEngineError {
  if (error.status === 415)
    return new RequestError(
      'The body is of a type that is not taken here. Send JSON, with content-type: application/json.',
      { code: 'MR063' },
    )
  if (error.status < 500) return new RequestError(`The request cannot be read: ${error.message}.`)
  return errorFromCode('MR099', error.message, { cause: error })
}

function logFault(known: WorkflowEngineError, error: unknown, c: Context<ServerEnv>): void {
  const { parts, requestId } = c.var
  const what = `request ${requestId}: ${c.req.method} ${c.req.path}: ${known.code}`
  if (known instanceof UnavailableError) parts.logger.log(`${what}: ${known.message}`)
  else parts.logger.error(what, error)
}
