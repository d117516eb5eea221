import type { Database } from './database.ts'
import type { SqlOptions } from './runs.ts'

/** A webhook as sql/functions/webhook/get_webhooks.sql gives it, in JSON. */
export type WebhookJson = {
  id: string
  direction: 'in' | 'out'
  workflow_id: string | null
  scheme: string
  path: string | null
  tolerance_ms: number | null
  run_options: SqlOptions | null
  url: string | null
  events: string[] | null
  active: boolean
  declared: string | null
  created_at: string
  keep_ms: number
  secrets: number
  rejected: number
  errors: number
  duplicates: number
  failures: number
  failing_since: string | null
  problem: { code: string; message: string; at: string } | null
  /** Only where it was drawn by this call. */
  secret?: string
}

/** A delivery as sql/functions/webhook/get_deliveries.sql gives it, in JSON. */
export type DeliveryJson = {
  id: string
  webhook_id: string
  direction: 'in' | 'out'
  received_at: string
  status: DeliveryStatus
  reason: string | null
  event: string | null
  run_id: string | null
  redelivery_of: string | null
  delivery_key: string | null
  attempts: number
  answer: number | null
  next_at: string | null
  source_ip: string | null
  headers: Record<string, string> | null
  body: string | null
}

export type DeliveryStatus =
  | 'accepted'
  | 'rejected'
  | 'error'
  | 'duplicate'
  | 'pending'
  | 'delivered'
  | 'failed'

/** @see sql/functions/webhook/put_webhook.sql */
export async function putWebhook(
  db: Database,
  id: string,
  options: SqlOptions,
): Promise<WebhookJson> {
  const text = 'select millrace.put_webhook($1, $2) as webhook'
  const rows = await db.call<{ webhook: WebhookJson }>(text, [id, options])
  return rows[0]?.webhook as WebhookJson
}

/** @see sql/functions/webhook/get_webhooks.sql */
export async function getWebhooks(db: Database, options: SqlOptions): Promise<WebhookJson[]> {
  const text = 'select to_json(g) as webhook from millrace.get_webhooks($1) g'
  const rows = await db.call<{ webhook: WebhookJson }>(text, [options])
  return rows.map(({ webhook }) => webhook)
}

/** @see sql/functions/webhook/delete_webhook.sql */
export async function deleteWebhook(db: Database, id: string, options: SqlOptions): Promise<void> {
  await db.call('select millrace.delete_webhook($1, $2)', [id, options])
}

/** @see sql/functions/webhook/rotate_webhook_secret.sql */
export async function rotateWebhookSecret(
  db: Database,
  id: string,
  options: SqlOptions,
): Promise<WebhookJson> {
  const text = 'select millrace.rotate_webhook_secret($1, $2) as webhook'
  const rows = await db.call<{ webhook: WebhookJson }>(text, [id, options])
  return rows[0]?.webhook as WebhookJson
}

/** @see sql/functions/webhook/get_deliveries.sql */
export async function getDeliveries(db: Database, options: SqlOptions): Promise<DeliveryJson[]> {
  const text = 'select to_json(g) as delivery from millrace.get_deliveries($1) g'
  const rows = await db.call<{ delivery: DeliveryJson }>(text, [options])
  return rows.map(({ delivery }) => delivery)
}

/** @see sql/functions/webhook/redeliver.sql */
export async function redeliver(
  db: Database,
  id: string,
  options: SqlOptions,
): Promise<DeliveryJson> {
  const text = 'select millrace.redeliver($1, $2) as delivery'
  const rows = await db.call<{ delivery: DeliveryJson }>(text, [id, options])
  return rows[0]?.delivery as DeliveryJson
}

/** The webhook at a path, and the secrets that count now, as they are stored. */
export type WebhookAt = {
  readonly id: string
  readonly tenant_id: number
  readonly tenant: string
  readonly name: string
  readonly workflow: string
  readonly scheme: string
  readonly tolerance_ms: number
  readonly secrets: readonly string[]
}

/** Null: none, or not active. It shows secrets. @see sql/functions/webhook/webhook_at.sql */
export async function webhookAt(db: Database, path: string): Promise<WebhookAt | null> {
  const text =
    'select id::text, tenant_id, tenant, name, workflow, scheme, tolerance_ms, secrets from millrace.webhook_at($1)'
  return (await db.call<WebhookAt>(text, [path]))[0] ?? null
}

/** What is noted of a delivery. */
export type DeliveryNote = {
  readonly webhook: string
  /** JSON text; of one that is rejected the beginning of what came; null: it is only counted. */
  readonly body: string | null
  /** JSON text. */
  readonly headers: string
  readonly key: string | null
  readonly contentKey: string | null
  readonly byContent: boolean
  readonly sourceIp: string | null
}

export type Accepted = {
  readonly status: 'accepted' | 'duplicate'
  readonly delivery: string
  readonly run: string
}

/**
 * Starts a run. Null: the webhook is not there any more.
 * @see sql/functions/webhook/accept_delivery.sql
 */
export async function acceptDelivery(db: Database, note: DeliveryNote): Promise<Accepted | null> {
  const text = 'select * from millrace.accept_delivery($1, $2, $3, $4, $5, $6, $7)'
  const { webhook, body, headers, key, contentKey, byContent, sourceIp } = note
  const values = [webhook, body, headers, key, contentKey, byContent, sourceIp]
  return (await db.call<Accepted>(text, values))[0] ?? null
}

/** Gives the delivery, if it is kept. @see sql/functions/webhook/reject_delivery.sql */
export async function rejectDelivery(
  db: Database,
  note: DeliveryNote,
  why: { error: boolean; reason: string; count: number },
): Promise<string | null> {
  const text = 'select millrace.reject_delivery($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) as id'
  const rows = await db.call<{ id: string | null }>(text, [
    ...[note.webhook, why.error, why.reason, note.body, note.headers],
    ...[note.key, note.contentKey, note.byContent, note.sourceIp, why.count],
  ])
  return rows[0]?.id ?? null
}

/** A delivery that is to be sent. */
export type Post = {
  readonly id: string
  /** Which attempt this is: an attempt that another has overtaken is not reported any more. */
  readonly attempt: number
  readonly webhook: string
  readonly tenant: string
  readonly tenant_id: number
  readonly url: string
  readonly body: string
  /** As they are stored. */
  readonly secrets: readonly string[]
}

export type WebhookWork = {
  readonly ms: number | null
  readonly posts: readonly Post[]
  readonly tenants: readonly number[]
}

/**
 * Takes what is to be sent, for a minute.
 * @param underWay how many the caller has under way, by tenant
 * @see sql/functions/webhook/work_webhooks.sql
 */
export async function workWebhooks(
  db: Database,
  most: number,
  underWay: Readonly<Record<number, number>>,
): Promise<WebhookWork> {
  const text = 'select millrace.work_webhooks($1, $2) as work'
  const rows = await db.call<{ work: WebhookWork }>(text, [most, underWay])
  return rows[0]?.work as WebhookWork
}

/** What became of an attempt. */
export type PostReport = {
  readonly id: string
  readonly attempt: number
  readonly ok: boolean
  /** The status that was answered. */
  readonly answer?: number | undefined
  readonly reason?: string
  /** What the other side asked to wait. */
  readonly wait_ms?: number | undefined
  /** Nobody is there any more. */
  readonly gone?: boolean
}

/** @see sql/functions/webhook/report_posts.sql */
export async function reportPosts(db: Database, reports: readonly PostReport[]): Promise<void> {
  await db.call('select millrace.report_posts($1)', [JSON.stringify(reports)])
}

/** Whether there may be more now. @see sql/functions/webhook/spread_feed.sql */
export async function spreadFeed(db: Database, tenant: number): Promise<boolean> {
  const rows = await db.call<{ more: boolean }>('select millrace.spread_feed($1) as more', [tenant])
  return rows[0]?.more ?? false
}

/** A secret of a webhook that is encrypted. */
export type WebhookSeal = { readonly id: string; readonly webhook: string; readonly sealed: string }

/** @see sql/functions/webhook/get_webhook_seals.sql */
export async function getWebhookSeals(db: Database, tenant: number): Promise<WebhookSeal[]> {
  const text = 'select id::text, webhook, sealed from millrace.get_webhook_seals($1)'
  return db.call<WebhookSeal>(text, [tenant])
}

/** Whether it was still that. @see sql/functions/webhook/reseal_webhook.sql */
export async function resealWebhook(
  db: Database,
  tenant: number,
  { id, was, sealed }: { id: string; was: string; sealed: string },
): Promise<boolean> {
  const text = 'select millrace.reseal_webhook($1, $2, $3, $4) as done'
  return (await db.call<{ done: boolean }>(text, [tenant, id, was, sealed]))[0]?.done ?? false
}
