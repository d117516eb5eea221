import { z } from '@hono/zod-openapi'
import { instant } from './instant.ts'

/** How far an operation on many runs is. */
export const BulkOperation = z
  .object({
    id: z.string().nullable().openapi({ description: 'Null of a dry run, which is not kept.' }),
    verb: z.string(),
    status: z.enum(['running', 'completed', 'cancelled']),
    matched: z.int().openapi({ description: 'Runs that matched when it began.' }),
    sample: z.array(z.string()),
    done: z.int(),
    failed: z.int().openapi({ description: 'Runs for which it was refused.' }),
    failures: z.array(
      z.object({ run_id: z.string().nullable(), code: z.string(), message: z.string() }),
    ),
    by: z.string().nullable(),
    created_at: instant,
    ended_at: instant.nullable(),
  })
  .openapi('BulkOperation')

/** How it goes about it. */
export const bulkOptions = {
  dry_run: z
    .boolean()
    .optional()
    .openapi({ description: 'Counts and samples, and changes nothing.' }),
  per_second: z.int().min(1).optional().openapi({ description: 'Runs a second at most.' }),
  by: z.string().max(256).optional(),
}
