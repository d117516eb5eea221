import {
  errorFromCode,
  type Issue,
  PermissionError,
  UnavailableError,
  WorkflowEngineError,
} from '../model/errors.ts'

/** What pg's errors carry; other drivers' have the same fields. */
type PgError = Error & {
  code?: string
  constraint?: string
  detail?: string
  hint?: string
  severity?: string
}

/** Connection refused, reset, timed out …: the network or a server that is not there. */
const network = /^(ECONN|ENOTFOUND|EAI_|EPIPE|ETIMEDOUT|EHOST|ENET|ENOENT)/
/** SQLSTATEs after which the connection is gone, or the server cannot serve now. */
const away = /^(08|57P0[1-5]|53|58|25006|3D000|28)/

/** Says too that a parallel worker is gone, because the server is about to go. */
const NOT_IN_STATE = '55000'

/**
 * The whole transaction may be repeated: a deadlock, a conflict of snapshots, or a start that was
 * sent again while its first sending was at work.
 */
export function isRetryable(error: unknown): boolean {
  const { code, constraint } = (error ?? {}) as PgError
  if (code === '23505') return /^runs_\d+_pkey$/.test(constraint ?? '')
  return code === '40001' || code === '40P01'
}

/** A row was not free in the time that the statement was given. */
export function isLocked(error: unknown): boolean {
  return (error as PgError | undefined)?.code === '55P03'
}

/**
 * What was sent is at fault: a rule of the kernel, or data that cannot be stored. Anything else (no
 * connection, no room, a cancelled statement, a missing grant) is not, and may pass.
 */
export function isRefused(error: unknown): boolean {
  const code = (error as PgError | undefined)?.code
  return typeof code === 'string' && /^(MR0[0-5]|MR099|22|23|54)/.test(code) && code !== 'MR042'
}

/** The outcome is unknown, or nothing happened: the database could not be reached to the end. */
export function isConnectionLoss(error: unknown): boolean {
  if (error instanceof UnavailableError) return true
  const { code, message } = (error ?? {}) as PgError
  if (typeof code === 'string' && code !== NOT_IN_STATE)
    return network.test(code) || away.test(code)
  return /^SASL|connection (terminated|ended)|lost connection|terminating connection|timeout|not queryable|use a pool after/i.test(
    message ?? '',
  )
}

/**
 * What the database said, as an error of ours: its own codes (MR…) become their class, a lost
 * connection UnavailableError, a missing right PermissionError. Anything else stays as it is.
 */
export function decodeError(error: unknown): unknown {
  if (error instanceof WorkflowEngineError) return error
  const { code, message, detail, hint } = (error ?? {}) as PgError
  if (code?.startsWith('MR')) {
    const { issues, ...details } = parseDetail(detail)
    return errorFromCode(code, hint ? `${message} ${hint}` : (message ?? code), {
      ...{ details, cause: error },
      ...(Array.isArray(issues) && { issues: issues.map(withPath) }),
    })
  }
  if (code === '42501') {
    return new PermissionError(
      `The database role lacks a right: ${message}. Run "millrace migrate --roles" to see the grants it needs.`,
      { cause: error },
    )
  }
  if (code === '3F000' || code === '42883' || code === '42P01') {
    return errorFromCode(
      'MR091',
      `The schema is not installed, or is older than this package: ${message}. Run "millrace migrate".`,
      {
        cause: error,
      },
    )
  }
  if (isConnectionLoss(error)) {
    const why = message || code || 'connection lost'
    return new UnavailableError(
      `The database cannot be reached: ${why}. Check that it runs and that the connection string is right.`,
      {
        cause: error,
      },
    )
  }
  return error
}

/** What the kernel finds in a document has a JSON pointer. */
function withPath(issue: { message: string; pointer?: string }): Issue {
  return { ...issue, path: issue.pointer }
}

function parseDetail(detail: string | undefined): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(detail ?? '{}')
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {}
  } catch {
    return { detail }
  }
}
