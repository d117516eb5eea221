import { z } from '@hono/zod-openapi'
import type { TimelineEntry } from '../../client/timeline.ts'
import type { WorkflowRun } from '../../client/workflow-run.ts'
import { isDelivery } from '../../graph/trigger.ts'
import { isTerminal, type WorkflowStatus } from '../../model/status.ts'
import { anything } from '../shapes/anything.ts'
import { instant, instantOf } from '../shapes/instant.ts'
import { replayedFrom } from './replay.ts'

/** That engine knows no waits and pauses: what is under way runs. */
export const COMPAT_STATUSES = ['pending', 'running', 'completed', 'failed', 'cancelled'] as const
export type CompatStatus = (typeof COMPAT_STATUSES)[number]

const text = z.string()
const Mistake = z.object({ code: text, message: text })

/** An execution as that engine tells it. */
export const CompatExecution = z
  .object({
    id: text,
    workflow_id: text,
    status: z.enum(COMPAT_STATUSES),
    trigger_type: text,
    trigger_data: anything,
    error: Mistake.nullable(),
    replayed_from: text.nullable(),
    created_at: instant,
    completed_at: instant.nullable(),
    duration_ms: z.int().nullable(),
  })
  .openapi('CompatExecution')

/** A step of it. */
export const CompatStep = z
  .object({
    step_id: text,
    step_type: text,
    status: text.openapi({ description: 'pending, running, completed, failed or skipped.' }),
    output: anything,
    error: Mistake.nullable(),
    attempt: z.int().openapi({ description: 'Tries so far.' }),
    completed_at: instant.nullable(),
  })
  .openapi('CompatStep')

export const CompatExecutionDetail = CompatExecution.extend({
  output: anything,
  steps: z.array(CompatStep),
}).openapi('CompatExecutionDetail')

export function executionBody(run: WorkflowRun): z.input<typeof CompatExecution> {
  const { createdAt, completedAt } = run
  return {
    id: run.id,
    workflow_id: run.workflowId,
    status: compatStatus(run.status),
    trigger_type: triggerType(run),
    trigger_data: run.input ?? null,
    error: mistake(run.failure),
    replayed_from: replayedFrom(run),
    created_at: instantOf(createdAt),
    completed_at: instantOf(completedAt),
    duration_ms: completedAt && completedAt.getTime() - createdAt.getTime(),
  }
}

function compatStatus(status: WorkflowStatus): CompatStatus {
  return status === 'waiting' || status === 'paused' ? 'running' : status
}

/** Ours that are one of theirs. */
export function ownStatuses(status: CompatStatus): WorkflowStatus[] {
  return status === 'running' ? ['running', 'waiting', 'paused'] : [status]
}

function triggerType({ scheduleId, parentId, input }: WorkflowRun): string {
  if (scheduleId !== null) return 'cron'
  if (parentId !== null) return 'sub_workflow'
  return isDelivery(input) ? 'webhook' : 'manual'
}

/** The steps of a graph as they are: what of them is recorded, and the rest as it stands. */
export function stepBodies(
  run: WorkflowRun,
  steps: readonly { id: string; type: string }[],
  timeline: readonly TimelineEntry[],
): z.input<typeof CompatStep>[] {
  const last = new Map(timeline.map((entry) => [entry.stepId, entry]))
  const open = new Set(run.waits.map(({ stepId }) => stepId))
  if (run.currentStepId !== null) open.add(run.currentStepId)
  return steps.map(({ id, type }) => {
    const entry = last.get(id)
    const idle = open.has(id) ? 'running' : run.status === 'cancelled' ? 'skipped' : 'pending'
    const status = entry === undefined ? idle : stepStatus(entry, run)
    return {
      ...{ step_id: id, step_type: type, status, output: entry?.output ?? null },
      ...{ error: mistake(entry?.failure ?? null), attempt: entry?.attempt ?? 0 },
      completed_at: entry && isTerminalStep(status) ? instantOf(entry.timestamp) : null,
    }
  })
}

/** What has not ended when its execution is cancelled is skipped, as there. */
function stepStatus({ status }: TimelineEntry, run: WorkflowRun): string {
  if (isTerminalStep(status)) return status
  if (status === 'cancelled' || run.status === 'cancelled') return 'skipped'
  return isTerminal(run.status) ? 'failed' : 'running'
}

function isTerminalStep(status: string): boolean {
  return status === 'completed' || status === 'failed' || status === 'skipped'
}

function mistake(
  failure: { code: string; message: string } | null,
): { code: string; message: string } | null {
  return failure && { code: failure.code, message: failure.message }
}
