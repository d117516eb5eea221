import { InvalidInputError } from '../model/errors.ts'
import { formatPath } from '../model/json-path.ts'
import { findTextProblem } from '../model/json-problem.ts'

/** What Postgres says of U+0000 and of halves of surrogate pairs; the last of any text that is no JSON. */
const codes = ['22P05', '22021', '22P02']

/**
 * An error by which Postgres refused a text that it cannot store, as one that says which; any other as it is.
 * Options are looked through only now, so that a call without such texts costs nothing.
 * @param values what the statement was given
 */
export function nameUnstorable(error: unknown, values: readonly unknown[]): unknown {
  if (!codes.includes((error as { code?: string } | null)?.code ?? '')) return error
  for (const value of values) {
    const problem = findTextProblem(value)
    if (problem === null) continue
    const { path, sentence } = problem
    const place = path.length === 0 ? 'A value that was given' : `The option ${formatPath(path)}`
    return new InvalidInputError(`${place} ${sentence}`, {
      ...{ details: { path: formatPath(path) }, cause: error },
      issues: [{ message: sentence, path }],
    })
  }
  return error
}
