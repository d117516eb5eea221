/** What is known of an error by its code alone. */
export type ErrorCodeEntry = {
  /** The name of the class that carries the code. */
  readonly name: string
  /** The HTTP status with which the server answers. */
  readonly httpStatus: number
  /** The exit code with which the CLI ends. */
  readonly exitCode: number
  /** What happened, in one sentence. */
  readonly summary: string
}

type Row = readonly [name: string, httpStatus: number, exitCode: number, summary: string]

const rows = {
  MR001: ['InvalidInputError', 422, 2, 'An argument or an input breaks a rule.'],
  MR002: ['PayloadError', 422, 2, 'A value cannot be stored as JSON, or is too large.'],
  MR003: ['InvalidInputError', 422, 2, 'An option is impossible on this transport.'],
  MR004: ['InvalidInputError', 422, 2, 'A filter is empty or too wide.'],
  MR010: ['IdempotencyConflictError', 409, 4, 'The key was used before with another input.'],
  MR011: ['IllegalMoveError', 409, 4, 'The run cannot do this in its present status.'],
  MR012: ['TransitionConflictError', 409, 4, 'The entity is not in the state that was expected.'],
  MR013: ['TransitionNotAllowedError', 403, 4, 'A guard or a role forbids this transition.'],
  MR014: ['ConflictError', 409, 4, 'A live run holds this singleton key.'],
  MR015: ['ConflictError', 409, 4, 'The version of a definition exists with another content.'],
  MR016: ['ConflictError', 409, 4, 'The workflow is not active: no run of it can be started.'],
  MR017: ['ConflictError', 409, 4, 'The workflow has unfinished runs, and cannot be deleted.'],
  MR018: ['ConflictError', 409, 4, 'A live instance of this machine is there for the entity.'],
  MR020: ['LimitError', 422, 2, 'A limit was reached.'],
  MR021: ['RateLimitedError', 429, 2, 'Too many calls, or a quota is used up; try again later.'],
  MR022: ['LimitError', 422, 2, 'The history of the run is full; the run is paused.'],
  MR030: ['DefinitionError', 422, 2, 'A definition is not valid.'],
  MR031: ['DuplicateWorkflowError', 422, 2, 'Two workflows have the same id and version.'],
  MR032: [
    'HistoryMismatchError',
    422,
    2,
    'The code no longer fits the history; the run is paused.',
  ],
  MR033: ['HistoryMismatchError', 422, 2, 'A patch was removed while runs still need it.'],
  MR040: ['WorkflowNotFoundError', 404, 3, 'There is no such workflow.'],
  MR041: ['WorkflowRunNotFoundError', 404, 3, 'There is no such run, or it is not yours.'],
  MR042: ['PermissionError', 403, 5, 'The caller may not do this.'],
  MR043: [
    'EntityNotFoundError',
    404,
    3,
    'There is no such instance of a machine, or it is not yours.',
  ],
  MR050: ['StepFailedError', 500, 1, 'A step used up its attempts.'],
  MR051: ['ChildFailedError', 500, 1, 'A child run failed or was cancelled.'],
  MR052: ['RunFailedError', 500, 1, 'The run failed.'],
  MR053: ['RunCancelledError', 409, 1, 'The run was cancelled.'],
  MR054: ['TimeoutError', 504, 1, 'The time allowed has passed.'],
  MR055: ['LeaseLostError', 409, 1, 'Another worker owns this task now.'],
  MR056: ['UndoFailedError', 500, 1, 'The undo of a step used up its attempts; the run is paused.'],
  MR060: ['RequestError', 400, 2, 'The request cannot be read.'],
  MR061: ['RequestError', 404, 3, 'The server has nothing at this address.'],
  MR062: ['RequestError', 405, 2, 'The address does not take this method.'],
  MR063: ['RequestError', 415, 2, 'The body is of a type that is not taken here.'],
  MR064: ['RequestError', 421, 2, 'The server does not answer for this host.'],
  MR065: [
    'IdempotencyConflictError',
    422,
    2,
    'The Idempotency-Key was used before with another request.',
  ],
  MR066: ['ConflictError', 409, 4, 'A request with this Idempotency-Key is under way.'],
  MR090: ['UnavailableError', 503, 6, 'The database cannot be reached.'],
  MR091: ['SchemaVersionError', 503, 6, 'The database schema and this version do not fit.'],
  MR099: ['WorkflowEngineError', 500, 6, 'An error that this version has no class for.'],
} as const satisfies Record<string, Row>

/** A code of the table below, such as `'MR010'`. */
export type ErrorCode = keyof typeof rows

function toEntry([name, httpStatus, exitCode, summary]: Row): ErrorCodeEntry {
  return { name, httpStatus, exitCode, summary }
}

/**
 * Every error of the engine: class, HTTP status, CLI exit code and meaning. SQL, HTTP, CLI and docs
 * all read this one table. Two rows have a second status: MR002 is 413 where `details.rule` is
 * `'size'`, MR042 is 401 where nobody is logged in.
 * @example ERROR_CODES.MR010.httpStatus // 409
 */
export const ERROR_CODES = Object.fromEntries(
  Object.entries(rows).map(([code, row]) => [code, toEntry(row)]),
) as Readonly<Record<ErrorCode, ErrorCodeEntry>>

/** Whether a text is a code of the table: SQLSTATEs of Postgres itself are not. */
export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(rows, code)
}

/**
 * The page of the documentation about a code.
 * @example helpUrl('MR010') // 'https://millrace.dev/errors/MR010'
 */
export function helpUrl(code: string): string {
  return `https://millrace.dev/errors/${code}`
}
