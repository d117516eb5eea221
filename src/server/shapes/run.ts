import { z } from '@hono/zod-openapi'
import type { WorkflowRun } from '../../client/workflow-run.ts'
import type { RunFailure } from '../../model/failure.ts'
import { WorkflowStatus } from '../../model/status.ts'
import { anything } from './anything.ts'
import { instant, instantOf } from './instant.ts'

export const Status = z
  .enum(Object.values(WorkflowStatus) as [WorkflowStatus, ...WorkflowStatus[]])
  .openapi('Status')

/** What went wrong in a run. */
export const Failure = z
  .object({
    code: z.string(),
    name: z.string(),
    message: z.string(),
    step_id: z.string().nullable(),
    attempt: z.int(),
    fingerprint: z.string(),
  })
  .openapi('Failure')

/** What is known of a run. */
export const Run = z
  .object({
    id: z.string(),
    workflow_id: z.string(),
    version: z.string(),
    status: Status,
    reason: z.string().nullable().openapi({ description: 'Of a paused run: why.' }),
    phase: z.string().nullable().openapi({ description: '`undoing`: its steps are being undone.' }),
    queue: z.string(),
    priority: z.int(),
    resource_id: z.string().nullable(),
    idempotency_key: z.string().nullable(),
    parent_id: z.string().nullable(),
    retried_from: z.string().nullable(),
    forked_from: z.string().nullable(),
    forked_at: z.string().nullable(),
    schedule_id: z.string().nullable(),
    scheduled_for: instant.nullable(),
    continued_from: z.string().nullable(),
    continued_as: z.string().nullable(),
    input: anything,
    output: anything,
    failure: Failure.nullable(),
    state: z.record(z.string(), anything),
    tags: z.array(z.string()),
    attributes: z.record(z.string(), anything),
    current_step_id: z.string().nullable(),
    starts_at: instant.nullable(),
    waits: z.array(
      z.object({
        step_id: z.string(),
        event: z.string().nullable(),
        key: z.string().optional(),
        until: instant.nullable(),
      }),
    ),
    created_at: instant,
    updated_at: instant,
    paused_at: instant.nullable(),
    resumed_at: instant.nullable(),
    completed_at: instant.nullable(),
    timeout_at: instant.nullable(),
    retry_count: z.int(),
    max_retries: z.int(),
  })
  .openapi('Run')

/** Without the stack, which is the workers' own: it names their files. */
export function failureBody(failure: RunFailure): z.input<typeof Failure> {
  const { code, name, message, stepId, attempt, fingerprint } = failure
  return { code, name, message, step_id: stepId, attempt, fingerprint }
}

/** A run as it is sent. */
export function runBody(run: WorkflowRun): z.input<typeof Run> {
  const { failure } = run
  return {
    id: run.id,
    workflow_id: run.workflowId,
    version: run.version,
    status: run.status,
    reason: run.reason,
    phase: run.phase,
    queue: run.queue,
    priority: run.priority,
    resource_id: run.resourceId,
    idempotency_key: run.idempotencyKey,
    parent_id: run.parentId,
    retried_from: run.retriedFrom,
    forked_from: run.forkedFrom,
    forked_at: run.forkedAt,
    schedule_id: run.scheduleId,
    scheduled_for: instantOf(run.scheduledFor),
    continued_from: run.continuedFrom,
    continued_as: run.continuedAs,
    input: run.input ?? null,
    output: run.output ?? null,
    failure: failure && failureBody(failure),
    state: run.state,
    tags: run.tags,
    attributes: run.attributes,
    current_step_id: run.currentStepId,
    starts_at: instantOf(run.startsAt),
    waits: run.waits.map(({ stepId, event, key, until }) => ({
      ...{ step_id: stepId, event, until: instantOf(until) },
      ...(key === undefined ? {} : { key }),
    })),
    created_at: run.createdAt.toISOString(),
    updated_at: run.updatedAt.toISOString(),
    paused_at: instantOf(run.pausedAt),
    resumed_at: instantOf(run.resumedAt),
    completed_at: instantOf(run.completedAt),
    timeout_at: instantOf(run.timeoutAt),
    retry_count: run.retryCount,
    max_retries: run.maxRetries,
  }
}
