import { InvalidInputError } from './engine-errors.ts'
import { MAX_KEY } from './limits.ts'
import { checkText } from './names.ts'
import { describeValue } from './text.ts'

/** How names begin that are nobody's: `role:` and a role of the database, `millrace:` and a part of the engine. */
const RESERVED = /^(role|millrace):/

/** Whether a name stands in trails for what a role of the database or the engine itself does. */
export function isReservedActor(name: string): boolean {
  return RESERVED.test(name)
}

/**
 * Who did something, once it is known that it can be a person, a key or a service.
 * @param what as the error names it
 * @throws InvalidInputError if it is not 1 to 256 characters, or begins with `role:` or `millrace:`
 * @example checkActor('by', 'ada') // 'ada'
 */
export function checkActor(what: string, value: unknown): string {
  const name = checkText(what, value, MAX_KEY)
  if (!isReservedActor(name)) return name
  throw new InvalidInputError(
    `${what} ${describeValue(name)} must not begin with "role:" or "millrace:": such names stand in trails for what a role of the database or the engine itself did. Say who it was, or leave it out.`,
    { details: { [what]: name.slice(0, 300), rule: 'actor' } },
  )
}
