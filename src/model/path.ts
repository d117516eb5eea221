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

/** What is at a path of a JSON value; undefined if it leads nowhere. */
export function atPath(value: unknown, path: string): unknown {
  let found = value
  for (const name of path.split('.')) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined
    found = (found as Record<string, unknown>)[name]
  }
  return found
}
