/**
 * What went wrong with an embedded Postgres. The message says what failed, for which value, which
 * rule stood in the way, and what to do about it.
 *
 * `kind` is `'invalid'` where the caller's option is at fault (nothing was started or changed) and
 * `'unavailable'` where the machine is: a port or folder in use, a full disk, a missing package.
 *
 * @example
 * try {
 *   await startPostgres({ port: 5432 })
 * } catch (error) {
 *   if (error instanceof EmbeddedPostgresError) console.error(error.code, error.message)
 * }
 */
export class EmbeddedPostgresError extends Error {
  readonly code = 'MR090'
  readonly kind: 'invalid' | 'unavailable'

  constructor(
    message: string,
    options: { kind?: 'invalid' | 'unavailable'; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'EmbeddedPostgresError'
    this.kind = options.kind ?? 'unavailable'
  }
}

/** The way out that is always open; ends every message about a machine that cannot run Postgres. */
export const useYourOwn = 'Or set DATABASE_URL to a Postgres (15 or newer) that you run yourself.'

/** The code of a system error (`'ENOENT'`), or `''` for anything else. */
export function errorCode(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error)) return ''
  return typeof error.code === 'string' ? error.code : ''
}

/** Turns a system error into a typed one; leaves one that is typed already as it is. */
export function asEmbeddedError(error: unknown, doing: string): EmbeddedPostgresError {
  if (error instanceof EmbeddedPostgresError) return error
  const reason = error instanceof Error ? error.message : String(error)
  return new EmbeddedPostgresError(`${doing} failed: ${reason}. ${remedyFor(reason)}`, {
    cause: error,
  })
}

/** What to do about a failure, judged by the words that Node or Postgres put it in. */
export function remedyFor(reason: string): string {
  if (/ENOSPC|EDQUOT|no space left|quota exceeded/i.test(reason)) {
    return `The disk is full: free at least 200 MB there, or choose another dataDir. ${useYourOwn}`
  }
  if (/EROFS|read-only file system/i.test(reason)) {
    return `The file system is read-only: choose a dataDir on another one. ${useYourOwn}`
  }
  if (/EACCES|EPERM|permission denied|not permitted/i.test(reason)) {
    return `Check who owns that path and its mode, or choose another dataDir. ${useYourOwn}`
  }
  return useYourOwn
}
