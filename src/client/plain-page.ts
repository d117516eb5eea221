import type { Page } from './page.ts'

/**
 * A page of a list that only goes forwards.
 * @param found one item more than a page has, if there are so many
 */
export function pageOf<T>(
  found: readonly T[],
  limit: number,
  startingAfter: string | null | undefined,
  cursorOf: (item: T) => string,
  lastSeen: string | null = null,
): Page<T> {
  const items = found.slice(0, limit)
  const full = found.length > limit
  const last = items.at(-1)
  const hasMore = full || lastSeen !== null
  const next = full && last !== undefined ? cursorOf(last) : lastSeen
  return {
    items,
    hasMore,
    nextCursor: hasMore ? next : null,
    hasPrev: startingAfter != null,
    prevCursor: null,
  }
}
