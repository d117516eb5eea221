import type { SqlOptions } from '../kernel/runs.ts'
import { InvalidInputError } from '../model/errors.ts'
import { toIso } from '../model/instant.ts'
import type { OptionNames } from '../model/options.ts'
import { isUuid } from '../model/run-id.ts'
import type { WorkflowStatus } from '../model/status.ts'
import { describeValue } from '../model/text.ts'

/** Which runs: those that are all of this. */
export type RunFilter = {
  workflowId?: string
  version?: string
  statuses?: WorkflowStatus[]
  resourceId?: string
  /** All of them. */
  tags?: string[]
  queue?: string
  parentId?: string
  createdAfter?: Date | string
  createdBefore?: Date | string
  endedBefore?: Date | string
  /** Of the failure; of failed runs, unless `statuses` says otherwise. */
  fingerprint?: string
  /** Runs that this schedule started, and their retries and forks. */
  scheduleId?: string
  /** At most 1,000. */
  runIds?: string[]
}

export const filterNames: OptionNames<RunFilter> = {
  ...{ workflowId: true, version: true, statuses: true, resourceId: true, tags: true, queue: true },
  ...{ parentId: true, createdAfter: true, createdBefore: true, endedBefore: true },
  ...{ fingerprint: true, runIds: true, scheduleId: true },
}

/** A filter as the kernel takes it. @throws InvalidInputError for what is no id or instant */
export function encodeFilter(p: RunFilter): SqlOptions {
  return {
    workflow_id: p.workflowId,
    version: p.version,
    statuses: p.statuses,
    resource_id: p.resourceId,
    tags: p.tags?.length ? p.tags : undefined,
    queue: p.queue,
    parent_id: p.parentId === undefined ? undefined : checkRunId(p.parentId),
    created_after: p.createdAfter === undefined ? undefined : toIso(p.createdAfter),
    created_before: p.createdBefore === undefined ? undefined : toIso(p.createdBefore),
    ended_before: p.endedBefore === undefined ? undefined : toIso(p.endedBefore),
    fingerprint: p.fingerprint,
    run_ids: p.runIds?.map(checkRunId),
    schedule_id: p.scheduleId,
  }
}

/** @throws InvalidInputError */
export function checkRunId(runId: string): string {
  if (typeof runId === 'string' && isUuid(runId)) return runId
  throw new InvalidInputError(
    `runId ${describeValue(runId)} is not a UUID. Give the id of a run as startWorkflow returned it.`,
  )
}
