import type { SqlOptions } from '../kernel/runs.ts'
import { InvalidInputError } from '../model/errors.ts'
import { toIso } from '../model/instant.ts'
import { checkOptionNames, type OptionNames } from '../model/options.ts'
import { isUuid } from '../model/run-id.ts'
import type { WorkflowStatus } from '../model/status.ts'
import { describeValue } from '../model/text.ts'

/** What an attribute is compared with: of its type; an instant is a Date, or a text of ISO 8601. */
export type AttributeValue = string | number | boolean | Date

/** A value, bounds, or values of which one must be the attribute's. */
export type AttributeCondition =
  | AttributeValue
  | { gte?: AttributeValue; gt?: AttributeValue; lte?: AttributeValue; lt?: AttributeValue }
  | { in: AttributeValue[] }

/** By which attribute a list is ordered: its name, or also the direction; default 'asc'. */
export type RunOrder = string | { attribute: string; direction?: 'asc' | 'desc' }

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
  /** Of the failure; of failed runs and those that the engine paused, unless `statuses` says otherwise. */
  fingerprint?: string
  /** Runs that this schedule started, and their retries and forks. */
  scheduleId?: string
  /** At most 1,000. */
  runIds?: string[]
  /** Of those that workflows declare; all of them must hold. */
  attributes?: Record<string, AttributeCondition>
}

export const filterNames: OptionNames<RunFilter> = {
  ...{ workflowId: true, version: true, statuses: true, resourceId: true, tags: true, queue: true },
  ...{ parentId: true, createdAfter: true, createdBefore: true, endedBefore: true },
  ...{ fingerprint: true, runIds: true, scheduleId: true, attributes: true },
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
    attributes: encodeConditions(p.attributes),
  }
}

/** An order as the kernel takes it. @throws InvalidInputError */
export function encodeOrder(order: RunOrder): object {
  if (typeof order === 'string') return { attribute: order }
  checkOptionNames('orderBy', order, { attribute: true, direction: true })
  return order
}

/** What JSON would leave out would let the filter match more than was meant. @throws InvalidInputError */
function encodeConditions(conditions: RunFilter['attributes']): object | undefined {
  if (conditions === undefined || Object.keys(conditions).length === 0) return undefined
  for (const [name, condition] of Object.entries(conditions)) {
    const parts = isPlain(condition) ? Object.values(condition).flat() : [condition]
    if (parts.length > 0 && parts.every((part) => part !== undefined && part !== null)) continue
    throw new InvalidInputError(
      `The filter by attribute "${name}" has no value to compare with. Leave it out, or give a value, bounds, or { in: [...] }.`,
      { details: { attribute: name } },
    )
  }
  return conditions
}

function isPlain(condition: unknown): condition is object {
  return typeof condition === 'object' && condition !== null && !(condition instanceof Date)
}

/** @throws InvalidInputError */
export function checkRunId(runId: string): string {
  if (typeof runId === 'string' && isUuid(runId)) return runId
  throw new InvalidInputError(
    `runId ${describeValue(runId)} is not a UUID. Give the id of a run as startWorkflow returned it.`,
  )
}
