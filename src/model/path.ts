import { InvalidInputError } from './errors.ts'
import { MAX_PATH } from './limits.ts'

/**
 * A dotted property path into `T`, checked by the compiler: `'customer.id'`. At most five deep; not into
 * arrays. A path into what has no known type is any text.
 */
export type Path<T, Depth extends 0[] = []> = unknown extends T
  ? string
  : Depth['length'] extends 4
    ? never
    : T extends readonly unknown[]
      ? never
      : T extends object
        ? {
            [K in keyof T & string]: K | `${K}.${Path<NonNullable<T[K]>, [...Depth, 0]>}`
          }[keyof T & string]
        : never

/**
 * Refuses what is no path into the input.
 * @throws InvalidInputError
 * @example checkPath('fairness.key', 'customer.id')
 */
export function checkPath(what: string, path: unknown): void {
  const isPath = typeof path === 'string' && path !== '' && path.length <= MAX_PATH
  if (isPath && path.split('.').every((name) => name !== '')) return
  throw new InvalidInputError(
    `${what} is ${typeof path === 'string' ? `"${path}"` : `a ${typeof path}`}; it must be a path into the input, like 'customer.id', of at most ${MAX_PATH} characters. Functions cannot be keys: runs are started where no handler is.`,
  )
}

/** What is at a path of a JSON value; undefined if it leads nowhere. */
export function atPath(value: unknown, path: string): unknown {
  let found = value
  for (const name of path.split('.')) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined
    found = (found as Record<string, unknown>)[name]
  }
  return found
}
