import type { Json } from '../model/json.ts'

/**
 * Whether a JSON value contains another, as `@>` of Postgres' jsonb says: objects have the pattern's members, each
 * of which contains; arrays have, for each element of the pattern, one that contains it; all else is equal. An
 * array also contains a single value that it has as an element.
 * @example contains({ plan: 'pro', tags: ['a', 'b'] }, { tags: ['b'] }) // true
 */
export function contains(value: Json | undefined, pattern: Json): boolean {
  if (Array.isArray(value) && !isContainer(pattern)) return value.some((one) => one === pattern)
  return containsDeep(value, pattern)
}

/** Below the top an array does not stand for its elements. */
function containsDeep(value: Json | undefined, pattern: Json): boolean {
  if (Array.isArray(pattern)) {
    return (
      Array.isArray(value) &&
      pattern.every((wanted) => value.some((one) => containsDeep(one, wanted)))
    )
  }
  if (!isContainer(pattern)) return value === pattern
  if (!isContainer(value) || Array.isArray(value)) return false
  return Object.entries(pattern).every(
    ([name, wanted]) => Object.hasOwn(value, name) && containsDeep(value[name], wanted),
  )
}

function isContainer(value: Json | undefined): value is Json[] | { [key: string]: Json } {
  return typeof value === 'object' && value !== null
}
