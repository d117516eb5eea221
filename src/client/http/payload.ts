import { PayloadError } from '../../model/errors.ts'

/**
 * The JSON of a body. The server finds all that is wrong with values; here is refused what JSON would lose without a
 * word on the way there.
 * @throws PayloadError
 */
export function encodeBody(body: unknown): string {
  try {
    return JSON.stringify(body, function (this: Record<string, unknown>, key, value) {
      // a Date has become a text already
      const problem = problemOf(value, this[key])
      if (problem === null) return value
      throw new PayloadError(`A value that was to be sent ${problem}`, {
        details: { path: [key], rule: 'opaque' },
      })
    })
  } catch (error) {
    if (error instanceof PayloadError) throw error
    throw new PayloadError(
      `A value cannot be sent as JSON: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error, details: { rule: 'throws' } },
    )
  }
}

function problemOf(value: unknown, given: unknown): string | null {
  switch (typeof value) {
    case 'function':
    case 'symbol':
      return `is a ${typeof value}, which JSON has not. Leave it out.`
    case 'bigint':
      return 'is a BigInt, which JSON has not. Send String(value).'
    case 'number':
      return Number.isFinite(value)
        ? null
        : `is ${value}, which JSON would turn into null. Send null or a text.`
    case 'object':
      if (value === null)
        return given instanceof Date ? 'is a Date that is not valid. Send null or another.' : null
      return containerProblem(value)
    default:
      return null
  }
}

function containerProblem(value: object): string | null {
  if (value instanceof Map) return 'is a Map, which JSON has not. Send Object.fromEntries(map).'
  if (value instanceof Set) return 'is a Set, which JSON has not. Send [...set].'
  if (value instanceof Promise) return 'is a promise. Await it first.'
  if (value instanceof Error) return 'is an Error, which JSON has not. Send its message.'
  return null
}
