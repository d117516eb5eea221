import { z } from 'zod'
import type { WorkflowRun } from '../../client/workflow-run.ts'
import type { Tool } from '../tool.ts'
import { camel, filter, maxChars, page, runId, workflowId } from './arguments.ts'

/** Of a run in a list: what it takes to choose one. */
function summary(run: WorkflowRun): object {
  const { id, workflowId, version, status, reason, phase, resourceId, tags, attributes } = run
  const { currentStepId, error, createdAt, completedAt, parentId, retriedFrom } = run
  return {
    ...{ id, workflowId, version, status, reason, phase, resourceId, tags, attributes },
    ...{ currentStepId, error: error?.slice(0, 500) ?? null, parentId, retriedFrom },
    ...{ createdAt, completedAt },
  }
}

/** Tools that look at runs. */
export const readingTools: readonly Tool[] = [
  {
    name: 'get_runs',
    title: 'List runs',
    description:
      'Lists runs, newest first, as summaries. All parts of the filter must hold. Read one with get_run.',
    scope: 'runs:read',
    effect: 'read',
    payload: 500,
    input: z.strictObject({ ...filter, ...page(50, 10) }),
    async run({ client }, args) {
      const p = camel({ limit: 10, ...args })
      const { items, nextCursor, hasMore } = await client.getRuns(p)
      return { runs: items.map(summary), nextCursor, hasMore }
    },
  },
  {
    name: 'get_run',
    title: 'Read a run',
    description:
      'Reads one run: status, input, output, failure, what it waits for. Long values are cut; max_chars shows more.',
    scope: 'runs:read',
    effect: 'read',
    payload: 4000,
    input: z.strictObject({ run_id: runId, max_chars: maxChars }),
    run: ({ client }, args) => client.getRun({ runId: args.run_id }),
  },
  {
    name: 'get_timeline',
    title: 'History of a run',
    description:
      'What happened to a run, in order: every attempt of every step with its output or error, waits, pauses. Use it to find out why a run failed, or from which step to fork.',
    scope: 'runs:read',
    effect: 'read',
    payload: 500,
    input: z.strictObject({ run_id: runId, ...page(200, 50), max_chars: maxChars }),
    async run({ client }, { run_id, max_chars: _, ...args }) {
      const p = { runId: run_id as string, ...camel({ limit: 50, ...args }) }
      const { items, nextCursor, hasMore } = await client.getTimeline(p)
      return { entries: items, nextCursor, hasMore }
    },
  },
  {
    name: 'get_logs',
    title: 'Logs of a run',
    description: 'What the handlers of a run logged, the oldest first.',
    scope: 'runs:read',
    effect: 'read',
    payload: 500,
    input: z.strictObject({
      run_id: runId,
      step_id: z.string().optional(),
      level: z
        .enum(['debug', 'info', 'warn', 'error'])
        .optional()
        .describe('This and what is graver; all if left out.'),
      ...page(100, 50),
    }),
    async run({ client }, { run_id, ...args }) {
      const p = { runId: run_id as string, ...camel({ limit: 50, ...args }) }
      const { items, nextCursor, hasMore } = await client.getLogs(p)
      const lines = items.map((line) => ({ ...line, message: line.message.slice(0, 2000) }))
      return { lines, nextCursor, hasMore }
    },
  },
  {
    name: 'check_progress',
    title: 'Progress of a run',
    description: 'How far a run is: steps done, steps in all, per cent.',
    scope: 'runs:read',
    effect: 'read',
    payload: 500,
    input: z.strictObject({ run_id: runId }),
    async run({ client }, args) {
      const { id, status, completedSteps, totalSteps, completionPercentage } =
        await client.checkProgress({ runId: args.run_id })
      return { id, status, completedSteps, totalSteps, completionPercentage }
    },
  },
  {
    name: 'get_failures',
    title: 'List failures',
    description:
      'Failed runs that nobody has retried or discarded, and runs that the engine paused, in groups with the same cause. sample is the newest run of a group; the others are listed by get_runs with its fingerprint.',
    scope: 'runs:read',
    effect: 'read',
    payload: 500,
    input: z.strictObject({ workflow_id: workflowId.optional(), ...page(50, 10) }),
    async run({ client }, args) {
      const p = camel({ limit: 10, ...args })
      const { items, nextCursor, hasMore } = await client.getFailures(p)
      const failures = items.map((group) => ({ ...group, message: group.message.slice(0, 1000) }))
      return { failures, nextCursor, hasMore }
    },
  },
  {
    name: 'get_approvals',
    title: 'List open questions',
    description: 'Questions to people that are open, with their ids for answer_approval.',
    scope: 'runs:read',
    effect: 'read',
    payload: 2000,
    input: z.strictObject({
      workflow_id: workflowId.optional(),
      run_id: runId.optional(),
      assignee: z.string().optional().describe('Only those that this person may answer.'),
      ...page(50, 10),
    }),
    async run({ client }, args) {
      const p = camel({ limit: 10, ...args })
      const { items, nextCursor, hasMore } = await client.getApprovals(p)
      return { approvals: items, nextCursor, hasMore }
    },
  },
  {
    name: 'get_metrics',
    title: 'Numbers of the runs',
    description:
      'How the runs that were started lately did: counts by status and workflow, durations with percentiles, which steps failed how often, ready runs by queue.',
    scope: 'runs:read',
    effect: 'read',
    payload: 500,
    input: z.strictObject({
      workflow_id: workflowId.optional(),
      since: z.string().optional().describe('ISO 8601; a day ago if left out.'),
    }),
    async run({ client }, args) {
      const metrics = await client.getMetrics(camel(args))
      return { ...metrics, steps: metrics.steps.slice(0, 50) }
    },
  },
]
