import { InvalidInputError } from '../model/errors.ts'
import { MAX_PAGE } from '../model/limits.ts'
import { isUuid } from '../model/run-id.ts'

/**
 * One page of a list. Cursors are opaque: pass them as `startingAfter` or `endingBefore`. A page under
 * a rare filter may be short, or empty, and still have more behind it.
 */
export type Page<T> = {
  items: T[]
  nextCursor: string | null
  prevCursor: string | null
  hasMore: boolean
  hasPrev: boolean
}

/** Which page. `limit` 1 to 100, default 20. */
export type PageRequest = {
  limit?: number
  startingAfter?: string | null
  endingBefore?: string | null
}

type Fetched<T> = { items: T[]; lastSeen: string | null }
type SqlPage = { limit: number; after?: string; before?: string }

/** How the pages of a list are told from each other. */
type Cursors<T> = { of(item: T): string; is(text: string): boolean }

/** Newest first a cursor is an id. */
const ids: Cursors<{ id: string }> = { of: ({ id }) => id, is: isUuid }

/** In the order of an attribute it is what the kernel says of each run. */
export function cursorsOf<T>(places: ReadonlyMap<T, string>): Cursors<T> {
  return {
    of: (item) => places.get(item) as string,
    is: (text) => /^[0-9a-f]+\.\d{1,18}$/.test(text),
  }
}

/**
 * Asks for one item more than a page holds, to know whether there is a next. `lastSeen` tells how far
 * a short page has looked, if there is more.
 * @throws InvalidInputError
 */
export async function readPage<T extends { id: string }>(
  request: PageRequest,
  fetch: (page: SqlPage) => Promise<Fetched<T>>,
  cursors: Cursors<T> = ids,
): Promise<Page<T>> {
  const limit = checkPageLimit(request.limit)
  const after = checkCursor(request.startingAfter, cursors)
  const before = checkCursor(request.endingBefore, cursors)
  if (after && before) throw new InvalidInputError('Give startingAfter or endingBefore, not both.')
  const { items: found, lastSeen } = await fetch({
    limit: limit + 1,
    ...(after ? { after } : {}),
    ...(before ? { before } : {}),
  })
  const full = found.length > limit
  const more = full || lastSeen !== null
  // newest first: the one too many is the newest when paging backwards, the oldest else
  const items = before && full ? found.slice(1) : found.slice(0, limit)
  const hasMore = before ? true : more
  const hasPrev = before ? more : after !== null
  const cursorOf = (item: T | undefined) => (item === undefined ? undefined : cursors.of(item))
  return {
    items,
    hasMore,
    hasPrev,
    nextCursor: hasMore ? ((before || full ? cursorOf(items.at(-1)) : lastSeen) ?? null) : null,
    prevCursor: hasPrev ? ((after || full ? cursorOf(items[0]) : lastSeen) ?? null) : null,
  }
}

function checkCursor<T>(cursor: string | null | undefined, { is }: Cursors<T>): string | null {
  if (cursor === null || cursor === undefined) return null
  if (is(cursor)) return cursor
  throw new InvalidInputError(`Cursor "${cursor}" is not one that a page gave.`)
}

/** How many a page has: 20 unless it is said. @throws InvalidInputError */
export function checkPageLimit(given: number | null | undefined): number {
  const limit = given ?? 20
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_PAGE) return limit
  throw new InvalidInputError(`A limit of ${limit} is not a whole number from 1 to ${MAX_PAGE}.`)
}
