import { z } from '@hono/zod-openapi'
import type { LogLine } from '../../client/logs.ts'
import type { RunEvent } from '../../model/run-event.ts'
import { anything } from './anything.ts'
import { instant, instantOf } from './instant.ts'
import { Failure, failureBody } from './run.ts'

/** The data of an event of a stream. */
export const RunEventBody = z
  .object({
    id: z.string(),
    type: z.string(),
    run_id: z.string(),
    workflow_id: z.string().optional(),
    at: instant,
    step_id: z.string().optional(),
    status: z.string().optional(),
    attempt: z.int().optional(),
    output: anything,
    error: Failure.optional(),
    data: anything,
    index: z.int().optional().openapi({ description: 'Of a chunk: its number in its attempt.' }),
    stored: z
      .boolean()
      .optional()
      .openapi({ description: 'Of a chunk: all of them are the output of the step.' }),
  })
  .openapi('RunEvent')

/** An event as it is sent: failures without their stacks, which name the workers' files. */
export function runEventBody(event: RunEvent & { readonly workflowId?: string }): object {
  const { id, type, runId, workflowId, at, stepId, status, attempt, output, error, data } = event
  const { index, stored } = event
  return {
    ...{ id, type, run_id: runId, workflow_id: workflowId, at, step_id: stepId, status, attempt },
    ...{ output, error: error && failureBody(error), data: withoutStack(type, data) },
    ...{ index, stored },
  }
}

/** What handlers log of errors has stacks too; so has what is told of the begin of undos and of pauses. */
function withoutStack(type: string, data: RunEvent['data']): RunEvent['data'] {
  if (type === 'chunk' || type === 'state' || type.startsWith('step:')) return data
  return data === undefined
    ? undefined
    : JSON.parse(JSON.stringify(data, (key, value) => (key === 'stack' ? undefined : value)))
}

export const LogLineBody = z
  .object({
    id: z.string(),
    at: instant,
    level: z.enum(['debug', 'info', 'warn', 'error']),
    step_id: z.string().nullable(),
    attempt: z.int().nullable(),
    message: z.string(),
    fields: anything,
    dropped: z.int(),
  })
  .openapi('LogLine')

/** A logged line as it is sent. */
export function logLineBody(line: LogLine): z.input<typeof LogLineBody> {
  const { id, at, level, stepId, attempt, message, fields, dropped } = line
  const shown = withoutStack('log', fields)
  return {
    ...{ id, at: instantOf(at), level, step_id: stepId, attempt, message, fields: shown, dropped },
  }
}
