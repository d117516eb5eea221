import { InvalidInputError } from '../model/errors.ts'
import { describeValue } from '../model/text.ts'

/**
 * What names the event of a call, once it does: a mere text is taken for nothing, as who writes one has left out
 * for whom it is.
 * @param how the call as it is written, by the name of the event
 * @throws InvalidInputError that says how
 */
export function checkNamed<T extends { eventName: string }>(
  call: string,
  given: T,
  how: (name: string) => string,
): T {
  if ((given as T | null | undefined)?.eventName !== undefined) return given
  const name = typeof given === 'string' ? given : 'paid'
  throw new InvalidInputError(
    `${call} was given ${describeValue(given)}, which names no event. Write ${how(describeValue(name))}.`,
  )
}
