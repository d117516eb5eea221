import { z } from '@hono/zod-openapi'
import type { DeliveryWithBody, Delivery as ReadDelivery } from '../../client/deliveries.ts'
import type { PutWebhook as Put, WebhookWithSecret } from '../../client/webhooks.ts'
import { SCHEMES } from '../../webhook/index.ts'
import { duration } from './duration.ts'
import { instant } from './instant.ts'
import { laterStartOptions } from './start.ts'
import { toBody, toOptions } from './to-body.ts'

const scheme = z.enum(SCHEMES as ['github', 'stripe', 'slack', 'standard', 'none'])
const direction = z.enum(['in', 'out'])

/** A webhook: its secrets are shown to nobody. */
export const Webhook = z
  .object({
    id: z.string(),
    direction: direction.openapi({ description: 'in: it starts runs; out: it tells of them.' }),
    workflow_id: z.string().nullable(),
    scheme,
    path: z
      .string()
      .nullable()
      .openapi({ description: 'It is called at POST /webhooks/{path}. Nobody can guess it.' }),
    tolerance: z
      .int()
      .nullable()
      .openapi({ description: 'Milliseconds by which a signature may be off.' }),
    url: z.string().nullable(),
    events: z.array(z.string()).nullable(),
    active: z.boolean(),
    declared_by: z.string().nullable().openapi({
      description: 'The version of the stored graph that it was made for; null: it was put.',
    }),
    created_at: instant,
    retention: z.int().openapi({ description: 'Milliseconds for which deliveries are kept.' }),
    secrets: z.int().openapi({ description: 'How many count now.' }),
    counts: z.object({ rejected: z.int(), errors: z.int(), duplicates: z.int() }),
    failures: z.int().openapi({ description: 'Attempts since the last that was delivered.' }),
    failing_since: instant.nullable(),
    problem: z.object({ code: z.string(), message: z.string(), at: instant }).nullable(),
    secret: z.string().nullable().optional().openapi({
      description:
        'Where it was drawn by this request: it is shown this once, and null where an Idempotency-Key has the answer again.',
    }),
  })
  .openapi('Webhook')

export function webhookBody(webhook: WebhookWithSecret): object {
  return toBody(webhook) as object
}

/** A webhook to be made or changed: with `url` it goes out, else it comes in and starts `workflow_id`. */
export const PutWebhook = z
  .strictObject({
    workflow_id: z.string().optional(),
    scheme: scheme.optional(),
    secret: z.string().max(256).optional().openapi({
      description: 'Left out it stays as it is; one that is new gets one that is drawn.',
    }),
    path: z.string().max(128).optional(),
    tolerance: duration.optional(),
    retention: duration.optional(),
    active: z.boolean().optional(),
    url: z.string().max(2000).optional(),
    events: z.array(z.string().max(64)).max(32).optional(),
    ...laterStartOptions,
    by: z.string().max(256).optional(),
  })
  .openapi('PutWebhook')

/** It as the client takes it. */
export function toPutWebhook(
  id: string,
  body: Omit<z.output<typeof PutWebhook>, 'by'>,
  by: string,
): Put {
  return { ...toOptions(body), id, by } as Put
}

/** Which secret takes the place of the one before. */
export const RotateSecret = z
  .strictObject({
    secret: z.string().max(256).optional(),
    keep_old: duration.optional(),
    by: z.string().max(256).optional(),
  })
  .openapi('RotateWebhookSecret')

const statuses = [
  ...(['accepted', 'rejected', 'error', 'duplicate', 'pending', 'delivered', 'failed'] as const),
] as const

export const deliveryStatus = z.enum(statuses)

/** What a webhook was sent, or has sent. */
export const Delivery = z
  .object({
    id: z.string(),
    webhook_id: z.string(),
    direction,
    received_at: instant,
    status: deliveryStatus,
    reason: z.string().nullable(),
    event: z.string().nullable(),
    run_id: z.string().nullable(),
    redelivery_of: z.string().nullable(),
    delivery_key: z.string().nullable(),
    attempts: z.int(),
    answer: z.int().nullable(),
    next_attempt_at: instant.nullable(),
    source_ip: z.string().nullable(),
    headers: z.record(z.string(), z.string()).nullable(),
    body: z
      .string()
      .nullable()
      .optional()
      .openapi({ description: 'Where one delivery is asked for.' }),
  })
  .openapi('Delivery')

export function deliveryBody(delivery: ReadDelivery | DeliveryWithBody): object {
  return toBody(delivery, ['headers']) as object
}
