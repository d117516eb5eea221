import { z } from '@hono/zod-openapi'
import type { PutSchedule as Put, Schedule as Read } from '../../client/schedules.ts'
import { anything } from './anything.ts'
import { duration } from './duration.ts'
import { instant } from './instant.ts'
import { laterStartOptions } from './start.ts'
import { toBody, toOptions } from './to-body.ts'

const overlap = z.enum(['skip', 'queue', 'allow', 'replace'])
const catchUp = z.enum(['none', 'one', 'all'])
const note = z.object({ code: z.string(), message: z.string(), at: instant })

/** A rule by which runs are started. */
export const Schedule = z
  .object({
    id: z.string(),
    workflow_id: z.string(),
    cron: z.string().nullable(),
    timezone: z.string().nullable(),
    every: z.int().nullable().openapi({ description: 'Milliseconds; null: it has a cron.' }),
    overlap,
    catch_up: catchUp,
    input: anything,
    declared_by: z
      .string()
      .nullable()
      .openapi({ description: 'The version of the workflow whose code has it; null: it was put.' }),
    created_at: instant,
    paused: z.boolean(),
    paused_at: instant.nullable(),
    paused_by: z.string().nullable(),
    pause_reason: z.string().nullable(),
    next_runs: z.array(instant).openapi({ description: 'The next five.' }),
    last_run_at: instant.nullable(),
    last_run_id: z.string().nullable(),
    waiting: z.int(),
    skipped: z.int(),
    problem: note
      .nullable()
      .openapi({ description: 'Why it starts nothing, or did not last time.' }),
    note: note.nullable(),
  })
  .openapi('Schedule')

export function scheduleBody(schedule: Read): object {
  return toBody(schedule, ['input']) as object
}

/** The times that come. */
export const NextTimes = z.object({ data: z.array(instant) })

/** A schedule to be made or changed: by `cron` (and `timezone`), or by `every`. */
export const PutSchedule = z
  .strictObject({
    workflow_id: z.string(),
    cron: z.string().max(256).optional(),
    timezone: z.string().max(128).optional(),
    every: duration.optional(),
    overlap: overlap.optional(),
    catch_up: catchUp.optional(),
    input: anything,
    paused: z.boolean().optional(),
    ...laterStartOptions,
    by: z.string().max(256).optional(),
  })
  .openapi('PutSchedule')

/** It as the client takes it. */
export function toPutSchedule(
  id: string,
  body: Omit<z.output<typeof PutSchedule>, 'by'>,
  by: string,
): Put {
  return { ...toOptions(body), id, by } as Put
}
