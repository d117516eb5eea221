import { z } from 'zod'

/** Arguments that several tools have. */
export const runId = z.string().describe('The id of a run: a UUID.')
export const workflowId = z.string().describe('The id of a workflow, as get_workflows lists it.')
export const maxChars = z
  .number()
  .int()
  .min(50)
  .max(40_000)
  .optional()
  .describe('Longest text of a value before it is cut.')
export const reason = z.string().max(2000).optional().describe('Why; it is kept in the history.')
export const by = z.string().max(256).optional().describe('Who asks for it; kept in the history.')
export const json = z.unknown().describe('Any JSON value.')

/** @param most of what, on one page */
export function page(most: number, usual: number): z.ZodRawShape {
  return {
    limit: z
      .number()
      .int()
      .min(1)
      .max(most)
      .optional()
      .describe(`1 to ${most}; ${usual} if left out.`),
    cursor: z.string().optional().describe('next_cursor of the page before.'),
  }
}

/** The filter of runs. */
export const filter = {
  workflow_id: workflowId.optional(),
  version: z.string().optional(),
  statuses: z
    .array(z.enum(['pending', 'running', 'waiting', 'paused', 'completed', 'failed', 'cancelled']))
    .optional(),
  resource_id: z.string().optional().describe('What the run is about, as it was started with.'),
  tags: z.array(z.string()).optional().describe('Runs that have all of them.'),
  queue: z.string().optional(),
  parent_id: runId.optional(),
  created_after: z.string().optional().describe('ISO 8601.'),
  created_before: z.string().optional().describe('ISO 8601.'),
  fingerprint: z.string().optional().describe('Of a failure, as get_failures lists it.'),
  schedule_id: z.string().optional(),
  attributes: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('{name: value}, {name: {gte, gt, lte, lt}} or {name: {in: [value]}}.'),
}

/** Arguments in the client's own words, without those that were not given. */
export function camel(args: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(args).filter(([, value]) => value !== undefined)
  return Object.fromEntries(
    entries.map(([key, value]) => [
      key === 'cursor' ? 'startingAfter' : key.replace(/_(.)/g, (_, c: string) => c.toUpperCase()),
      value,
    ]),
  )
}
