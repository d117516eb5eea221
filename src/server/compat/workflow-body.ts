import { z } from '@hono/zod-openapi'
import type { ListedDefinition } from '../../client/listed-definitions.ts'
import { anything } from '../shapes/anything.ts'
import { instant, instantOf } from '../shapes/instant.ts'

const text = z.string()

/** What of a workflow is given. Its steps are checked as a document, with that engine's codes. */
const fields = {
  name: text.min(1).max(200),
  description: text.max(10_000).nullable(),
  trigger_type: z.enum(['manual', 'webhook', 'cron']),
  trigger_config: z.record(z.string(), z.unknown()).nullable(),
  steps: z.array(z.unknown()).openapi({ description: 'The nodes of a graph.' }),
  is_active: z.boolean(),
  webhook_secret: text.min(1).max(1000).nullable(),
}

/** A workflow that is made. */
export const NewWorkflow = z
  .object({
    name: fields.name,
    description: fields.description.optional(),
    trigger_type: fields.trigger_type.optional(),
    trigger_config: fields.trigger_config.optional(),
    steps: fields.steps,
    is_active: fields.is_active.optional(),
    webhook_secret: fields.webhook_secret.optional(),
  })
  .openapi('CompatNewWorkflow')

/** What of a workflow is changed; what is not given stays. */
export const ChangedWorkflow = z
  .object({
    name: fields.name.optional(),
    description: fields.description.optional(),
    trigger_type: fields.trigger_type.optional(),
    trigger_config: fields.trigger_config.optional(),
    steps: fields.steps.optional(),
    is_active: fields.is_active.optional(),
    webhook_secret: fields.webhook_secret.optional(),
  })
  .openapi('CompatChangedWorkflow')

/** A workflow as that engine tells it; its secret is shown to nobody. */
export const CompatWorkflow = z
  .object({
    id: text,
    name: text,
    description: text.nullable(),
    version: text.openapi({ description: 'Ours: the version that runs now take.' }),
    trigger_type: text,
    trigger_config: z.record(z.string(), z.unknown()),
    steps: z.array(anything),
    is_active: z.boolean(),
    webhook_path: text.nullable().openapi({ description: 'POST /webhooks/<path> starts a run.' }),
    created_at: instant,
    updated_at: instant,
  })
  .openapi('CompatWorkflow')

type Document = {
  name?: string
  description?: string | null
  trigger_type?: string
  trigger_config?: Record<string, unknown> | null
  steps?: unknown[]
}

/** A stored graph as that engine tells it. */
export function workflowBody(one: ListedDefinition): z.input<typeof CompatWorkflow> {
  const { workflowId, version, active, webhookPath, createdAt, updatedAt } = one
  const given = one.document as Document
  return {
    id: workflowId,
    name: given.name ?? workflowId,
    description: given.description ?? null,
    version,
    trigger_type: given.trigger_type ?? 'manual',
    trigger_config: given.trigger_config ?? {},
    steps: given.steps ?? [],
    is_active: active,
    webhook_path: webhookPath,
    created_at: instantOf(createdAt),
    updated_at: instantOf(updatedAt),
  }
}
