import { z } from '@hono/zod-openapi'
import { anything } from './anything.ts'
import { duration } from './duration.ts'
import { instant } from './instant.ts'
import { LimitsBody } from './limits.ts'

const name = z.string().max(256)

/** A graph or a machine: an object, or text of JSON or YAML. */
export const Document = z
  .union([z.string(), z.record(z.string(), z.unknown())])
  .openapi({ description: 'A graph or a machine: an object, or text of JSON or YAML.' })

/** A version that somebody registered. */
export const WorkflowBody = z
  .object({
    id: z.string(),
    version: z.string(),
    kind: z.string(),
    live: z.int().openapi({ description: 'Unfinished runs.' }),
    workers: z.int().openapi({ description: 'Living workers that have it.' }),
    state: z.enum(['active', 'inactive', 'deleted']),
  })
  .openapi('Workflow')

/** A workflow that is a document, in the version that starts take. */
export const ListedBody = z
  .object({
    workflow_id: z.string(),
    version: z.string(),
    kind: z.string(),
    document: anything,
    active: z.boolean().openapi({ description: 'Whether runs of it may be started.' }),
    created_at: instant.openapi({ description: 'Of its first version.' }),
    updated_at: instant.openapi({ description: 'When it was last put or registered.' }),
    webhook_path: z
      .string()
      .nullable()
      .openapi({ description: 'Of a graph that a webhook starts: POST /webhooks/{path}.' }),
  })
  .openapi('ListedDefinition')

/** What is stored of a version. */
export const DefinitionBody = z
  .object({
    workflow_id: z.string(),
    version: z.string(),
    kind: z.string(),
    document: anything,
    hash: z.string(),
    created_at: instant,
  })
  .openapi('Definition')

/** A version, and who needs it. */
export const VersionBody = z
  .object({
    workflow_id: z.string(),
    version: z.string(),
    kind: z.string(),
    live: z.int(),
    pending: z.int(),
    running: z.int(),
    waiting: z.int(),
    paused: z.int(),
    workers: z.int(),
    oldest: instant.nullable(),
    registered_at: instant,
    orphaned: z.boolean().openapi({ description: 'Its unfinished runs wait for a worker.' }),
    retirable: z.boolean().openapi({ description: 'No run needs it any more.' }),
  })
  .openapi('Version')

/** A graph to be stored. */
export const PutBody = z.strictObject({
  document: Document,
  version: name.optional(),
  queue: name.optional(),
  priority: z.int().min(-1000).max(1000).optional(),
  retries: z.int().min(0).optional(),
  timeout: duration.optional(),
  limits: LimitsBody.optional(),
})

/** What was stored. */
export const Stored = z.object({
  workflow_id: z.string(),
  version: z.string(),
  created: z.boolean(),
  notes: z
    .array(anything)
    .optional()
    .openapi({ description: 'Of a machine: conditions that are not enforced, and the like.' }),
})
