import { z } from '@hono/zod-openapi'
import type { TimelineEntry as Entry } from '../../client/timeline.ts'
import { anything } from './anything.ts'
import { instant, instantOf } from './instant.ts'
import { Failure, failureBody } from './run.ts'

/** One thing that happened to a run. */
export const TimelineEntry = z
  .object({
    seq: z.string().openapi({ description: 'A decimal number, gapless within a run.' }),
    step_id: z.string().openapi({ description: 'Empty for what concerns the whole run.' }),
    kind: z.string(),
    status: z.string(),
    attempt: z.int(),
    output: anything,
    timed_out: z.boolean(),
    failure: Failure.nullable(),
    timestamp: instant,
    by: z.string().nullable(),
    reason: z.string().nullable(),
    child_id: z.string().nullable(),
    skip_reason: z.string().nullable(),
  })
  .openapi('TimelineEntry')

export function timelineBody(entry: Entry): z.input<typeof TimelineEntry> {
  return {
    ...{ seq: entry.seq, step_id: entry.stepId, kind: entry.kind, status: entry.status },
    ...{ attempt: entry.attempt, output: entry.output ?? null, timed_out: entry.timedOut },
    failure: entry.failure && failureBody(entry.failure),
    timestamp: instantOf(entry.timestamp),
    ...{ by: entry.by, reason: entry.reason, child_id: entry.childId },
    skip_reason: entry.skipReason,
  }
}
