import { z } from '@hono/zod-openapi'
import type { AttributeCondition, RunFilter, RunOrder } from '../../client/run-filter.ts'
import { InvalidInputError } from '../../model/errors.ts'
import { WorkflowStatus } from '../../model/status.ts'
import { several } from './several.ts'

const text = z.string().max(256).optional()
const instant = z.string().max(64).optional().openapi({ format: 'date-time' })

/** Which runs, as a query says it: all of these hold. */
export const filterQuery = {
  workflow_id: text,
  version: text,
  status: several(z.enum(Object.values(WorkflowStatus)), 'One of these.'),
  resource_id: text,
  tag: several(z.string().max(256), 'All of them.'),
  queue: text,
  parent_id: text,
  created_after: instant,
  created_before: instant,
  ended_before: instant,
  fingerprint: text.openapi({ description: 'Of the failure.' }),
  schedule_id: text,
  run_id: several(z.string().max(64), 'One of these; at most 1,000.'),
  attributes: z.string().max(8192).optional().openapi({
    description: 'Conditions on attributes by name, as JSON.',
    example: '{"amount":{"gte":100},"country":"AT"}',
  }),
}

type Given = { [K in keyof typeof filterQuery]?: z.output<(typeof filterQuery)[K]> | undefined }

/** The filter as the client takes it. @throws InvalidInputError for attributes that are no JSON object */
export function toFilter(q: Given): RunFilter {
  const filter: Record<string, unknown> = {
    workflowId: q.workflow_id,
    version: q.version,
    statuses: q.status,
    resourceId: q.resource_id,
    tags: q.tag,
    queue: q.queue,
    parentId: q.parent_id,
    createdAfter: q.created_after,
    createdBefore: q.created_before,
    endedBefore: q.ended_before,
    fingerprint: q.fingerprint,
    scheduleId: q.schedule_id,
    runIds: q.run_id,
    attributes: q.attributes === undefined ? undefined : parseAttributes(q.attributes),
  }
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined))
}

function parseAttributes(json: string): Record<string, AttributeCondition> {
  const refused = (why: string) =>
    new InvalidInputError(
      `attributes is ${why}. Give conditions by name, such as {"amount":{"gte":100}}.`,
      { issues: [{ message: `It is ${why}.`, path: ['query', 'attributes'] }] },
    )
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    throw refused('no JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw refused('no JSON object')
  return value as Record<string, AttributeCondition>
}

/** By which attribute a list is ordered. */
export const orderQuery = {
  order_by: text.openapi({ description: 'The name of an attribute; default: newest first.' }),
  order: z.enum(['asc', 'desc']).optional(),
}

export function toOrder(q: { order_by?: string | undefined; order?: 'asc' | 'desc' | undefined }): {
  orderBy?: RunOrder
} {
  if (q.order_by === undefined) return {}
  return { orderBy: { attribute: q.order_by, direction: q.order ?? 'asc' } }
}

const strings = z.array(z.string().max(256)).optional()

/** Which runs, as a body says it; attributes are an object there. */
export const RunFilterBody = z
  .strictObject({
    workflow_id: text,
    version: text,
    statuses: z.array(z.enum(Object.values(WorkflowStatus))).optional(),
    resource_id: text,
    tags: strings,
    queue: text,
    parent_id: text,
    created_after: instant,
    created_before: instant,
    ended_before: instant,
    fingerprint: text,
    schedule_id: text,
    run_ids: strings,
    attributes: z.record(z.string(), z.unknown()).optional(),
  })
  .openapi('RunFilter')
