import { z } from '@hono/zod-openapi'
import type { Page } from '../../client/page.ts'
import { decodeCursor, encodeCursor } from '../../model/cursor.ts'
import { MAX_PAGE } from '../../model/limits.ts'
import { wholeNumber } from '../shapes/whole-number.ts'
import { CompatError } from './compat-error.ts'

/** Its page: 25 unless it is said, oldest first. */
export const compatPageQuery = {
  limit: wholeNumber(MAX_PAGE, 'How many; default 25.'),
  cursor: z.string().max(512).optional().openapi({ description: 'The `next_cursor` of a page.' }),
}

/** How many are asked for. */
export function limitOf({ limit }: { limit?: number | undefined }): number {
  return limit ?? 25
}

/** The place in a cursor. @throws CompatError (400 INVALID_CURSOR) for what no page gave */
export function placeOf({ cursor }: { cursor?: string | undefined }): string | null {
  if (cursor === undefined || cursor === '') return null
  try {
    return decodeCursor(cursor)
  } catch {
    throw invalidCursor(cursor)
  }
}

export function invalidCursor(cursor: string): CompatError {
  return new CompatError(
    400,
    'INVALID_CURSOR',
    `The cursor "${cursor.slice(0, 100)}" is none that a page gave. Give next_cursor as it was, or none for the first page.`,
  )
}

/** What a page of these is. */
export function compatPageOf<T extends z.ZodType>(item: T) {
  return z.object({
    data: z.array(item),
    next_cursor: z.string().nullable(),
    has_more: z.boolean(),
  })
}

/** A page as it is sent. @param next the place at which it goes on */
export function compatPage<T, B>(
  page: Pick<Page<T>, 'items' | 'hasMore'>,
  next: string | null | undefined,
  toBody: (item: T) => B,
) {
  const more = page.hasMore && next !== null && next !== undefined
  return {
    data: page.items.map(toBody),
    next_cursor: more ? encodeCursor(next) : null,
    has_more: more,
  }
}
