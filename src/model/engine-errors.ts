import { ERROR_CODES, type ErrorCode, helpUrl, isErrorCode } from './error-codes.ts'
import type { RunFailure } from './failure.ts'

/** One problem of an input or a definition; `path` is where, as Standard Schema gives it. */
export type Issue = { readonly message: string; readonly path?: unknown; readonly code?: string }

/** What an error of the engine may carry beside its message. */
export type EngineErrorOptions = {
  /** Default: the code of the class. A code of a newer engine is kept as it is. */
  code?: string | undefined
  /** The offending values; must be JSON, so that the error can be logged and sent. */
  details?: Record<string, unknown> | undefined
  /** The error underneath. */
  cause?: unknown
  issues?: readonly Issue[] | undefined
  workflowId?: string | undefined
  runId?: string | undefined
}

/**
 * The base of everything that the engine throws. `code` is stable and documented under `help`, the
 * message says what to do, `details` holds the offending values.
 * @example if (error instanceof WorkflowEngineError) console.log(error.code, error.help)
 */
export class WorkflowEngineError extends Error {
  /** The code that instances get unless they are given another. */
  static readonly defaultCode: ErrorCode = 'MR099'
  readonly code: string
  readonly help: string
  readonly details: Record<string, unknown>
  declare readonly workflowId?: string
  declare readonly runId?: string
  declare readonly issues?: readonly Issue[]

  constructor(message: string, options: EngineErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    // From the table, not from new.target.name, which a bundler may shorten.
    this.name = ERROR_CODES[new.target.defaultCode].name
    this.code = options.code ?? new.target.defaultCode
    this.help = helpUrl(this.code)
    this.details = options.details ?? {}
    if (options.workflowId !== undefined) this.workflowId = options.workflowId
    if (options.runId !== undefined) this.runId = options.runId
    if (options.issues !== undefined) this.issues = options.issues
  }

  /** The data of the error, without stack and cause, which may hold secrets. */
  toJSON(): Record<string, unknown> {
    const { code, name, message, help, details, workflowId, runId, issues } = this
    return { code, name, message, help, details, workflowId, runId, issues }
  }
}

/** MR001: an argument or an input breaks a rule; `issues` has what a schema found. */
export class InvalidInputError extends WorkflowEngineError {
  static override readonly defaultCode: ErrorCode = 'MR001'
}

/** MR002: a value cannot be stored as JSON; `details.path` is where, `details.rule` which rule. */
export class PayloadError extends WorkflowEngineError {
  static override readonly defaultCode: ErrorCode = 'MR002'
}

/** MR030: a definition is not valid; all its problems are in `issues`. */
export class DefinitionError extends WorkflowEngineError {
  static override readonly defaultCode: ErrorCode = 'MR030'
}

/** MR031: two workflows have the same id and version. */
export class DuplicateWorkflowError extends DefinitionError {
  static override readonly defaultCode: ErrorCode = 'MR031'
}

/** MR040: there is no such workflow. */
export class WorkflowNotFoundError extends WorkflowEngineError {
  static override readonly defaultCode: ErrorCode = 'MR040'
}

/** MR041: there is no such run, or it is another tenant's or resource's. */
export class WorkflowRunNotFoundError extends WorkflowEngineError {
  static override readonly defaultCode: ErrorCode = 'MR041'
}

/** MR043: there is no such instance of a machine, or it is another tenant's. */
export class EntityNotFoundError extends WorkflowEngineError {
  static override readonly defaultCode: ErrorCode = 'MR043'
}

/** MR014 to MR018, and the base of all conflicts: what was asked contradicts what is. */
export class ConflictError extends WorkflowEngineError {
  static override readonly defaultCode: ErrorCode = 'MR014'
}

/** MR010: the idempotency key was used before with another input. */
export class IdempotencyConflictError extends ConflictError {
  static override readonly defaultCode: ErrorCode = 'MR010'
}

/** MR011: the run cannot do this in its present status. */
export class IllegalMoveError extends ConflictError {
  static override readonly defaultCode: ErrorCode = 'MR011'
}

/** MR012: the entity is not in the state that was expected. */
export class TransitionConflictError extends ConflictError {
  static override readonly defaultCode: ErrorCode = 'MR012'
}

/** MR013: a guard or a role forbids this transition. */
export class TransitionNotAllowedError extends WorkflowEngineError {
  static override readonly defaultCode: ErrorCode = 'MR013'
}

/** MR055: another worker owns this task now; nothing was written. */
export class LeaseLostError extends WorkflowEngineError {
  static override readonly defaultCode: ErrorCode = 'MR055'
}

/** MR032: the code no longer fits the history of a run; the run is paused, not failed. */
export class HistoryMismatchError extends WorkflowEngineError {
  static override readonly defaultCode: ErrorCode = 'MR032'
}

/** MR050: a step used up its attempts; `cause` is the last error. */
export class StepFailedError extends WorkflowEngineError {
  static override readonly defaultCode: ErrorCode = 'MR050'
}

/** MR051: a child run failed or was cancelled. */
export class ChildFailedError extends StepFailedError {
  static override readonly defaultCode: ErrorCode = 'MR051'
}

/** MR052: the run failed; `failure` tells what its handler threw. */
export class RunFailedError extends WorkflowEngineError {
  static override readonly defaultCode: ErrorCode = 'MR052'
  readonly failure: RunFailure

  /** @param options `failure`, or it is taken from `details.failure`. */
  constructor(message: string, options: EngineErrorOptions & { failure?: RunFailure } = {}) {
    super(message, options)
    this.failure =
      options.failure ??
      (options.details?.failure as RunFailure | undefined) ??
      unknownFailure(message)
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), failure: this.failure }
  }
}

/** MR053: the run was cancelled. */
export class RunCancelledError extends WorkflowEngineError {
  static override readonly defaultCode: ErrorCode = 'MR053'
}

/** MR054: the time allowed has passed. */
export class TimeoutError extends WorkflowEngineError {
  static override readonly defaultCode: ErrorCode = 'MR054'
}

/** MR020: a limit of `limits.ts` was reached; `details` has the limit and the value. */
export class LimitError extends WorkflowEngineError {
  static override readonly defaultCode: ErrorCode = 'MR020'
}

/** MR021: too many calls; `retryAfter` is `details.retryAfter` in milliseconds, else 1,000. */
export class RateLimitedError extends LimitError {
  static override readonly defaultCode: ErrorCode = 'MR021'
  readonly retryAfter: number

  constructor(message: string, options: EngineErrorOptions = {}) {
    super(message, options)
    const after = options.details?.retryAfter
    this.retryAfter = typeof after === 'number' ? after : 1000
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), retryAfter: this.retryAfter }
  }
}

/** MR056: the undo of a step used up its attempts; `cause` is the last error. The run is paused, not failed. */
export class UndoFailedError extends WorkflowEngineError {
  static override readonly defaultCode: ErrorCode = 'MR056'
}

/** MR042: the caller may not do this. */
export class PermissionError extends WorkflowEngineError {
  static override readonly defaultCode: ErrorCode = 'MR042'
}

/** MR060 to MR064: what is wrong with a request over HTTP before anybody has looked at what it wants. */
export class RequestError extends WorkflowEngineError {
  static override readonly defaultCode: ErrorCode = 'MR060'
}

/** MR090: the database cannot be reached; the call may be repeated. */
export class UnavailableError extends WorkflowEngineError {
  static override readonly defaultCode: ErrorCode = 'MR090'
}

/** MR091: the schema in the database and this version of the package do not fit. */
export class SchemaVersionError extends WorkflowEngineError {
  static override readonly defaultCode: ErrorCode = 'MR091'
}

const classes: Record<ErrorCode, new (m: string, o?: EngineErrorOptions) => WorkflowEngineError> = {
  MR001: InvalidInputError,
  MR002: PayloadError,
  MR003: InvalidInputError,
  MR004: InvalidInputError,
  MR010: IdempotencyConflictError,
  MR011: IllegalMoveError,
  MR012: TransitionConflictError,
  MR013: TransitionNotAllowedError,
  MR014: ConflictError,
  MR015: ConflictError,
  MR016: ConflictError,
  MR017: ConflictError,
  MR018: ConflictError,
  MR020: LimitError,
  MR021: RateLimitedError,
  MR022: LimitError,
  MR030: DefinitionError,
  MR031: DuplicateWorkflowError,
  MR032: HistoryMismatchError,
  MR033: HistoryMismatchError,
  MR040: WorkflowNotFoundError,
  MR041: WorkflowRunNotFoundError,
  MR042: PermissionError,
  MR043: EntityNotFoundError,
  MR050: StepFailedError,
  MR051: ChildFailedError,
  MR052: RunFailedError,
  MR053: RunCancelledError,
  MR054: TimeoutError,
  MR055: LeaseLostError,
  MR056: UndoFailedError,
  MR060: RequestError,
  MR061: RequestError,
  MR062: RequestError,
  MR063: RequestError,
  MR064: RequestError,
  MR065: IdempotencyConflictError,
  MR066: ConflictError,
  MR090: UnavailableError,
  MR091: SchemaVersionError,
  MR099: WorkflowEngineError,
}

/**
 * The error of the right class for a code, as SQL and HTTP give it. A code that this version does
 * not know gives a WorkflowEngineError that keeps it.
 * @example throw errorFromCode('MR041', 'There is no run 0192….', { details: { runId } })
 */
export function errorFromCode(
  code: string,
  message: string,
  options: Omit<EngineErrorOptions, 'code'> = {},
): WorkflowEngineError {
  const ErrorClass = isErrorCode(code) ? classes[code] : WorkflowEngineError
  return new ErrorClass(message, { ...options, code })
}

function unknownFailure(message: string): RunFailure {
  const nowhere = { stack: null, stepId: null, attempt: 0, fingerprint: '' }
  return { code: 'MR052', name: 'Error', message, ...nowhere }
}
