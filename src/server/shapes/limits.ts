import { z } from '@hono/zod-openapi'
import type { Limits } from '../../model/limit-rules.ts'
import { duration } from './duration.ts'

const key = z
  .union([z.string(), z.array(z.string())])
  .openapi({ description: 'Paths into the input: which runs share the limit.' })

const slots = z.strictObject({ limit: z.int(), key: key.optional() })
const rate = z.strictObject({
  limit: z.int(),
  period: duration,
  burst: z.int().optional(),
  key: key.optional(),
})

/** Limits of a queue or workflow. What they may be is checked where they are set. */
export const LimitsBody = z
  .strictObject({
    concurrency: z.union([z.int(), slots, z.array(slots)]).optional(),
    rate_limit: z.union([rate, z.array(rate)]).optional(),
    fairness: z.strictObject({ key, weight: z.string().optional() }).optional(),
  })
  .openapi('Limits')

/** They as the client takes them. */
export function toLimits({
  concurrency,
  rate_limit,
  fairness,
}: z.output<typeof LimitsBody>): Limits {
  return {
    ...(concurrency !== undefined && { concurrency }),
    ...(rate_limit !== undefined && { rateLimit: rate_limit }),
    ...(fairness !== undefined && { fairness }),
  } as Limits
}
