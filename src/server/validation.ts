import type { ZodError } from 'zod'
import { InvalidInputError } from '../model/errors.ts'

type Result = {
  readonly success: boolean
  readonly target: string
  readonly error?: Pick<ZodError, 'issues'>
}

/** Where each part of a request stands in a pointer; a body's pointers are into it. */
const places: Record<string, readonly string[]> = {
  query: ['query'],
  param: ['path'],
  header: ['header'],
}

/**
 * What the validators of a route call with what they found.
 * @throws InvalidInputError with all issues and where they are
 */
export function refuseInvalid(result: Result): void {
  if (result.success) return
  const before = places[result.target] ?? []
  const issues = (result.error?.issues ?? []).map(({ message, path, code }) => ({
    message,
    path: [...before, ...path],
    code,
  }))
  const first = issues[0]
  const where = first === undefined || first.path.length === 0 ? '' : `/${first.path.join('/')}: `
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : ''
  throw new InvalidInputError(`${where}${first?.message ?? 'The request is not valid.'}${more}`, {
    issues,
  })
}
