import { z } from '@hono/zod-openapi'

/** A duration: a text, or milliseconds. What it may be is checked where it is used. */
export const duration = z.union([z.string().max(64), z.number()]).openapi('Duration', {
  description: "'30 s', '2 hours'; a number is milliseconds.",
  example: '30 s',
})
