import * as kernel from '../kernel/webhooks.ts'
import { type Duration, parseDuration } from '../model/duration.ts'
import { InvalidInputError, WorkflowRunNotFoundError } from '../model/errors.ts'
import type { Json } from '../model/json.ts'
import { MAX_KEY } from '../model/limits.ts'
import { checkName, checkTags, checkText } from '../model/names.ts'
import { checkOptionNames, type OptionNames } from '../model/options.ts'
import {
  checkScheme,
  checkSecret,
  drawSecret,
  type Scheme,
  secretOf,
  storeSecret,
} from '../webhook/index.ts'
import { type DeliveryPlace, readOneDelivery } from './deliveries.ts'
import type { IdPool } from './id-pool.ts'
import type { Session } from './session.ts'
import { untilHeard } from './until-heard.ts'

/** Of every webhook that is put. */
type PutAny = {
  /** Its name: 1 to 128 letters, digits, spaces, or characters of `_.:-`. */
  id: string
  /** Default: as it is; one that is new gets one that is drawn, and shown once. */
  secret?: string
  /** How long its deliveries are kept, a day to a year; default a week. */
  retention?: Duration
  /** Default: as it is; one that is new is. Given, one that failed for too long begins anew. */
  active?: boolean
  /** Who does it. */
  by?: string
}

/** One that comes in: each delivery starts a run, with `{ payload, headers }` as its input. */
export type PutIncomingWebhook = PutAny & {
  workflowId: string
  /** How its sender signs; default 'standard'. 'none': whoever knows the path may call it. */
  scheme?: Scheme
  /** Default: one that is drawn, which nobody can guess. `wh_` and 24 to 64 letters and digits. */
  path?: string
  /** By which the time of a signature may be off, in both directions; default 5 minutes. */
  tolerance?: Duration
  version?: string
  queue?: string
  priority?: number
  resourceId?: string
  tags?: string[]
  attributes?: Record<string, Json>
  timeout?: Duration
  retries?: number
}

/** One that goes out: it tells an address what happens to runs, signed by Standard Webhooks. */
export type PutOutgoingWebhook = PutAny & {
  url: string
  /**
   * What it tells: run.started, run.completed, run.failed, run.cancelled, run.paused, run.resumed, approval.asked;
   * `run.*`, `*`.
   */
  events: string[]
  /** Only of runs of this workflow; default: of all. */
  workflowId?: string
}

/** A webhook to be made or changed. */
export type PutWebhook = PutIncomingWebhook | PutOutgoingWebhook

/** A webhook. Its secrets are shown to nobody. */
export type Webhook = {
  id: string
  direction: 'in' | 'out'
  /** What it starts; of one that goes out: only of its runs, null for all. */
  workflowId: string | null
  scheme: Scheme
  /** `POST /webhooks/<path>`. */
  path: string | null
  /** Milliseconds. */
  tolerance: number | null
  url: string | null
  events: string[] | null
  active: boolean
  /** The version of the stored graph that it was made for; null: it was put. */
  declaredBy: string | null
  createdAt: Date
  /** How long deliveries are kept, in milliseconds. */
  retention: number
  /** Secrets that count now: two while one takes the place of another. */
  secrets: number
  /** Deliveries that started nothing, in the time for which they are kept. */
  counts: { rejected: number; errors: number; duplicates: number }
  /** Attempts that failed since the last that did not. */
  failures: number
  failingSince: Date | null
  /** Why it sends nothing any more. */
  problem: { code: string; message: string; at: Date } | null
}

/** A webhook, and the secret that was drawn for it, which is shown this once. */
export type WebhookWithSecret = Webhook & { secret?: string }

const putNames: OptionNames<PutIncomingWebhook & PutOutgoingWebhook> = {
  ...{ id: true, secret: true, retention: true, active: true, by: true, workflowId: true },
  ...{ scheme: true, path: true, tolerance: true, version: true, queue: true, priority: true },
  ...{ resourceId: true, tags: true, attributes: true, timeout: true, retries: true },
  ...{ url: true, events: true },
}

/** Sent again after a lost reply it changes nothing. */
export async function putWebhook(session: Session, p: PutWebhook): Promise<WebhookWithSecret> {
  checkOptionNames('putWebhook', p, putNames)
  const all = p as Partial<PutIncomingWebhook & PutOutgoingWebhook>
  const id = checkId(all.id)
  const scheme = checkScheme(all.scheme ?? 'standard')
  if (all.secret !== undefined && scheme === 'none')
    throw new InvalidInputError('A webhook of scheme none has no secret. Leave it out.')
  const given = all.secret === undefined ? undefined : checkSecret(scheme, all.secret)
  // others have a secret that their sender draws
  const drawn =
    given === undefined && (scheme === 'standard' || scheme === 'github') ? drawSecret() : undefined
  const secret = secretToStore(session, id, { secret: given, new_secret: drawn })
  const options = session.options({
    ...{ scheme, url: all.url, events: all.events, path: all.path, active: all.active, by: all.by },
    ...{ workflow_id: all.workflowId, tolerance: ms(all.tolerance), retention: ms(all.retention) },
    ...secret,
    ...runOptions(all),
  })
  const json = await untilHeard(() => kernel.putWebhook(session.db, id, options))
  return readWithSecret(json, drawn)
}

/** At most one of them is there: what there is not cannot be sealed. */
function secretToStore(
  { secretBox, tenantSlug }: Session,
  id: string,
  secrets: { secret: string | undefined; new_secret: string | undefined },
): Record<string, unknown> {
  const name = secrets.secret === undefined ? 'new_secret' : 'secret'
  const secret = secrets[name]
  if (secret === undefined) return {}
  const { text, sealed } = storeSecret(secretBox, secretOf(tenantSlug, id), secret)
  return { [name]: text, ...(sealed ? { sealed } : {}) }
}

/** What else is wrong with them the kernel says. */
function runOptions(p: Partial<PutIncomingWebhook>): Record<string, unknown> {
  if (p.workflowId !== undefined) checkName('workflow id', p.workflowId)
  if (p.resourceId !== undefined) checkText('resourceId', p.resourceId, MAX_KEY)
  if (p.version !== undefined) checkName('version', p.version)
  if (p.queue !== undefined) checkName('queue', p.queue)
  if (p.tags !== undefined) checkTags(p.tags)
  return {
    ...{ version: p.version, queue: p.queue, priority: p.priority, retries: p.retries },
    ...{ resource_id: p.resourceId, tags: p.tags, attributes: p.attributes },
    timeout: ms(p.timeout),
  }
}

export async function readWebhooks(
  session: Session,
  p: { id?: string; workflowId?: string; direction?: 'in' | 'out' },
): Promise<Webhook[]> {
  checkOptionNames('getWebhooks', p, { id: true, workflowId: true, direction: true })
  const { id, workflowId, direction } = p
  const options = session.options({ id, workflow_id: workflowId, direction })
  return (await kernel.getWebhooks(session.db, options)).map(read)
}

/** After a lost reply it may be gone already. */
export async function removeWebhook(
  session: Session,
  p: { id: string; by?: string },
): Promise<void> {
  const id = checkId(p.id)
  const options = session.options({ by: p.by })
  await untilHeard(async (lost) => {
    try {
      await kernel.deleteWebhook(session.db, id, options)
    } catch (error) {
      if (!lost || !(error instanceof WorkflowRunNotFoundError)) throw error
    }
  })
}

/** Which secret takes the place of the one before. */
export type RotateWebhookSecret = {
  id: string
  /** Default: one that is drawn. Of Stripe's and Slack's the sender's new one. */
  secret?: string
  /** How long the one before counts still; default a day, 0: not at all. */
  keepOld?: Duration
  by?: string
}

/** The secret is drawn here: sent again after a lost reply it is the same. */
export async function rotateSecret(
  session: Session,
  p: RotateWebhookSecret,
): Promise<WebhookWithSecret> {
  checkOptionNames('rotateWebhookSecret', p, { id: true, secret: true, keepOld: true, by: true })
  const id = checkId(p.id)
  const [webhook] = await readWebhooks(session, { id })
  if (webhook?.scheme === 'stripe' || webhook?.scheme === 'slack') checkGiven(id, p.secret)
  const secret = p.secret === undefined ? drawSecret() : checkSecret('github', p.secret)
  if (webhook?.scheme === 'standard') checkSecret('standard', secret)
  const stored = storeSecret(session.secretBox, secretOf(session.tenantSlug, id), secret)
  const options = session.options({
    ...{ secret: stored.text, by: p.by, ...(stored.sealed ? { sealed: true } : {}) },
    keep_old: p.keepOld === 0 ? 0 : ms(p.keepOld),
  })
  const json = await untilHeard(() => kernel.rotateWebhookSecret(session.db, id, options))
  return { ...read(json), ...(p.secret === undefined ? { secret } : {}) }
}

function checkGiven(id: string, secret: string | undefined): void {
  if (secret !== undefined) return
  throw new InvalidInputError(`The sender of webhook "${id}" draws its secret. Give the new one.`)
}

/** Delivers again; the same call sent again after a lost reply is the same redelivery. */
export async function deliverAgain(
  session: Session,
  ids: IdPool,
  p: DeliveryPlace & { by?: string },
): Promise<kernel.DeliveryJson> {
  checkOptionNames('redeliver', p, { deliveryId: true, webhookId: true, by: true })
  if (p.webhookId !== undefined) await readOneDelivery(session, p)
  const options = session.options({ dedupe_id: String(await ids.take()), by: p.by })
  return untilHeard(() => kernel.redeliver(session.db, String(p.deliveryId), options))
}

/** Those of stored graphs have a number behind a #. */
function checkId(id: unknown): string {
  const [, name, number] = /^(.*?)(#\d{1,3})?$/s.exec(String(id)) ?? []
  return `${checkName('webhook id', name)}${number ?? ''}`
}

function ms(duration: Duration | undefined): number | undefined {
  return duration === undefined ? undefined : parseDuration(duration)
}

/** The one that was drawn here is shown only where it was needed. */
function readWithSecret(json: kernel.WebhookJson, drawn: string | undefined): WebhookWithSecret {
  const isUsed = json.secret !== undefined && drawn !== undefined
  return { ...read(json), ...(isUsed ? { secret: drawn } : {}) }
}

function read(json: kernel.WebhookJson): Webhook {
  return {
    ...{ id: json.id, direction: json.direction, workflowId: json.workflow_id },
    scheme: json.scheme as Scheme,
    ...{ path: json.path, tolerance: json.tolerance_ms, url: json.url, events: json.events },
    ...{ active: json.active, declaredBy: json.declared, createdAt: new Date(json.created_at) },
    ...{ retention: json.keep_ms, secrets: json.secrets },
    counts: { rejected: json.rejected, errors: json.errors, duplicates: json.duplicates },
    failures: json.failures,
    failingSince: json.failing_since === null ? null : new Date(json.failing_since),
    problem: json.problem && { ...json.problem, at: new Date(json.problem.at) },
  }
}
