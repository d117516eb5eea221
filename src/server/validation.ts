import type { ZodError, ZodType } from 'zod'
import { InvalidInputError } from '../model/errors.ts'
import { describeUnknown, keysAt } from './unknown-keys.ts'

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

/** Of a body with thousands of mistakes so many are told, and of each so many characters: the answer is no echo. */
const MAX_ISSUES = 100
const MAX_MESSAGE = 500

/**
 * What the validators of a route call with what they found.
 * @param schemas of the parts of the request, by their targets: what a part takes is said where it was given something else
 * @throws InvalidInputError with the issues, up to a hundred, and where they are
 */
export function refuseInvalid(
  result: Result,
  schemas: Readonly<Record<string, ZodType | undefined>> = {},
): void {
  if (result.success) return
  const before = places[result.target] ?? []
  const found = result.error?.issues ?? []
  const issues = found.slice(0, MAX_ISSUES).map((issue) => ({
    message: shorten(describe(issue, schemas[result.target])),
    path: [...before, ...issue.path],
    code: issue.code,
  }))
  const first = issues[0]
  const where = first === undefined || first.path.length === 0 ? '' : `/${first.path.join('/')}: `
  const more = found.length > 1 ? ` (and ${found.length - 1} more)` : ''
  throw new InvalidInputError(`${where}${first?.message ?? 'The request is not valid.'}${more}`, {
    issues,
  })
}

function describe(issue: ZodError['issues'][number], schema: ZodType | undefined): string {
  if (issue.code !== 'unrecognized_keys' || schema === undefined) return issue.message
  const known = keysAt(schema, issue.path)
  return known === undefined ? issue.message : describeUnknown(issue.keys, known)
}

function shorten(message: string): string {
  return message.length <= MAX_MESSAGE ? message : `${message.slice(0, MAX_MESSAGE)}…`
}
