import { z } from '@hono/zod-openapi'

/** Every error of the server (RFC 9457). */
export const Problem = z
  .object({
    type: z.string().openapi({ description: 'The page about the code.' }),
    title: z.string().openapi({ description: 'What the code means, whatever the request.' }),
    status: z.int(),
    detail: z.string().openapi({ description: 'What is wrong here, and what to do.' }),
    code: z.string().openapi({ example: 'MR001' }),
    details: z
      .record(z.string(), z.unknown())
      .openapi({ description: 'The values that are at fault.' }),
    issues: z
      .array(
        z.object({
          message: z.string(),
          pointer: z.string().openapi({
            description:
              'Where, as a JSON pointer: into the body, or below /query, /path, /header.',
          }),
          code: z.string().optional(),
        }),
      )
      .optional(),
    request_id: z.string(),
    error: z
      .object({ code: z.string(), message: z.string(), details: z.array(z.unknown()) })
      .openapi({ description: 'The same as the Workflow Automation Engine says it.' }),
  })
  .openapi('Problem')
