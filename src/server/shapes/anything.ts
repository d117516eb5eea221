import { z } from '@hono/zod-openapi'

/** Any JSON, also none. */
export const anything = z.unknown().optional().openapi({ description: 'Any JSON.' })
