import { z } from '@hono/zod-openapi'

/** A whole number from 1 to `most` in a query, which may be left out. */
export function wholeNumber(most: number, description: string) {
  return z
    .string()
    .regex(/^\d{1,9}$/, 'It is not a whole number.')
    .transform(Number)
    .pipe(z.int().min(1).max(most))
    .optional()
    .openapi({ description, type: 'integer', minimum: 1, maximum: most })
}
