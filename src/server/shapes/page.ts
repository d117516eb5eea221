import { z } from '@hono/zod-openapi'
import type { Page } from '../../client/page.ts'
import { MAX_PAGE } from '../../model/limits.ts'

/** Which page of a list. */
export const pageQuery = {
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_PAGE)
    .optional()
    .openapi({ description: 'How many; default 20.', type: 'integer' }),
  starting_after: z.string().max(256).optional().openapi({ description: 'A `next_cursor`.' }),
  ending_before: z.string().max(256).optional().openapi({ description: 'A `prev_cursor`.' }),
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
