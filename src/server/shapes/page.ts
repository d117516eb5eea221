import { z } from '@hono/zod-openapi'
import type { Page } from '../../client/page.ts'
import { MAX_PAGE } from '../../model/limits.ts'
import { wholeNumber } from './whole-number.ts'

const cursor = z.string().max(256).optional()

/** How many, and from where on. */
export const forwardQuery = {
  limit: wholeNumber(MAX_PAGE, 'How many; default 20.'),
  starting_after: cursor.openapi({ description: 'A `next_cursor`.' }),
}

/** Which page of a list that goes both ways. */
export const pageQuery = {
  ...forwardQuery,
  ending_before: cursor.openapi({ description: 'A `prev_cursor`.' }),
}

/** A page of a list of these. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({
    data: z.array(item),
    next_cursor: z.string().nullable(),
    prev_cursor: z.string().nullable(),
    has_more: z.boolean(),
    has_prev: z.boolean(),
  })
}

/** A page as it is sent. */
export function pageBody<T, B>(page: Page<T>, toBody: (item: T) => B) {
  return {
    data: page.items.map(toBody),
    next_cursor: page.nextCursor,
    prev_cursor: page.prevCursor,
    has_more: page.hasMore,
    has_prev: page.hasPrev,
  }
}

/** A list that is always whole, as a page. */
export function wholeBody<T, B>(items: readonly T[], toBody: (item: T) => B) {
  const none = { nextCursor: null, prevCursor: null, hasMore: false, hasPrev: false }
  return pageBody({ items: [...items], ...none }, toBody)
}

/** The query of a page as lists take it. */
export function pageRequest(query: {
  limit?: number | undefined
  starting_after?: string | undefined
  ending_before?: string | undefined
}) {
  const { limit, starting_after, ending_before } = query
  return {
    ...(limit !== undefined && { limit }),
    ...(starting_after !== undefined && { startingAfter: starting_after }),
    ...(ending_before !== undefined && { endingBefore: ending_before }),
  }
}
