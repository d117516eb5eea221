import { isIP } from 'node:net'
import { RateLimiter } from '../auth/rate-limiter.ts'
import {
  type Accepted,
  acceptDelivery,
  type DeliveryNote,
  rejectDelivery,
  type WebhookAt,
  webhookAt,
} from '../kernel/webhooks.ts'
import { PayloadError, UnavailableError, WorkflowEngineError } from '../model/errors.ts'
import { encodePayload } from '../model/json.ts'
import { MAX_PAYLOAD_BYTES } from '../model/limits.ts'
import { toStorable } from '../model/text.ts'
import {
  cleanPayload,
  deliveryIdOf,
  type HeadersLike,
  isWebhookPath,
  type Refusal,
  readPayload,
  readStoredSecret,
  type Scheme,
  safeHeaders,
  secretOf,
  slackChallenge,
  type Verdict,
  verifyWebhook,
} from '../webhook/index.ts'
import { ForgeryLog } from './forgery-log.ts'
import type { Session } from './session.ts'

/** What came to `POST /webhooks/<path>`. */
export type IncomingDelivery = {
  path: string
  headers: HeadersLike
  /** As it came over the wire. */
  body: Uint8Array
  /** Of whoever sent it, as the server knows it. */
  sourceIp?: string | null
}

/** What became of a delivery. */
export type Receipt =
  /** It is durable: its run is there. A duplicate started that run before. */
  | { kind: 'accepted' | 'duplicate'; runId: string; deliveryId: string; tenant: string }
  /** Slack wants to see this text again. */
  | { kind: 'challenge'; text: string; tenant: string }
  /** There is no such webhook, or it is not active. */
  | { kind: 'unknown' }
  | { kind: 'rejected'; reason: Refusal; tenant: string }
  /** Its body is over the limit. */
  | { kind: 'too_large'; tenant: string }
  /** The tenant has had too many; after so long it may have more. */
  | { kind: 'limited'; retryAfterSeconds: number; tenant: string }
  /** No run could be made of it; it can be delivered again once that is remedied. */
  | { kind: 'error'; error: WorkflowEngineError; deliveryId: string | null; tenant: string }

/** A webhook that is called, and when that was looked for. */
export type CalledWebhook = { readonly hook: WebhookAt; readonly at: number }

export type ReceiverOptions = {
  /** Bytes of a body; default 1 MiB. */
  maxBytes?: number
  /** Milliseconds since 1970; default the clock of this process. */
  now?: () => number
}

/** A secret that was taken away does not count for longer than that, however slowly a body comes. */
const FRESH_MS = 1000
/** Bytes of what was rejected that are kept. */
const KEPT_BYTES = 1000

const reasons: Readonly<Record<Refusal, string>> = {
  no_secret: 'The webhook has no secret.',
  signature_missing: 'The headers of the signature are missing.',
  signature_malformed: 'The headers of the signature are not of the form of the scheme.',
  signature_wrong: 'The signature is wrong.',
  time_wrong: 'The time of the signature is too far from ours.',
}

/**
 * Takes deliveries of webhooks, of all tenants: checks them, starts their runs, and notes what became of each. Make one
 * for a process: it counts forgeries here, so that they do not reach the database one by one.
 */
export class WebhookReceiver {
  readonly #session: Session
  readonly #forgeries: ForgeryLog
  readonly #maxBytes: number
  readonly #now: () => number
  readonly #rates: RateLimiter

  constructor(session: Session, options: ReceiverOptions = {}) {
    this.#session = session
    this.#rates = new RateLimiter(session)
    this.#maxBytes = options.maxBytes ?? MAX_PAYLOAD_BYTES
    this.#now = options.now ?? Date.now
    this.#forgeries = new ForgeryLog(session, this.#now)
  }

  /** Writes what it has counted. */
  async close(): Promise<void> {
    await this.#forgeries.close()
  }

  /**
   * Who is called at a path, before its body is read: a server need not read what nobody wants. What this found is good
   * for the delivery that comes.
   * @returns null: nobody
   * @throws UnavailableError
   */
  async look(path: string): Promise<CalledWebhook | null> {
    const at = performance.now()
    const hook = isWebhookPath(path) ? await webhookAt(this.#session.db, path) : null
    return hook && { hook, at }
  }

  /**
   * Notes a delivery whose body was over the limit of the server, which did not read it.
   * @throws UnavailableError
   */
  async tooLarge({ path, headers, sourceIp }: Omit<IncomingDelivery, 'body'>): Promise<Receipt> {
    const called = await this.look(path)
    if (called === null) return { kind: 'unknown' }
    const came = { headers, body: new Uint8Array(), sourceIp: sourceIp ?? null }
    return this.#tooLarge(called.hook, came)
  }

  /**
   * What is accepted is durable when this resolves.
   * @param seen what `look` has found; it is looked for again if its body took long to come
   * @throws UnavailableError: the sender should try again; nothing is known of the delivery
   */
  async receive(delivery: IncomingDelivery, seen?: CalledWebhook): Promise<Receipt> {
    const { path, headers, body, sourceIp } = delivery
    const isFresh = seen !== undefined && performance.now() - seen.at < FRESH_MS
    const called = isFresh ? seen : await this.look(path)
    if (called === null) return { kind: 'unknown' }
    const { hook } = called
    const { tenant } = hook
    const came = { headers, body, sourceIp: sourceIp ?? null }
    if (body.byteLength > this.#maxBytes) return this.#tooLarge(hook, came)
    const verdict = this.#verify(hook, came)
    if (!verdict.ok) {
      await this.#forgeries.add(noteOf(hook, came), reasons[verdict.reason])
      return { kind: 'rejected', reason: verdict.reason, tenant }
    }
    // only now: forgeries shall not use up what genuine ones need
    const { allowed, resetSeconds } = await this.#rates.take(tenant, 'webhook')
    if (!allowed) return { kind: 'limited', retryAfterSeconds: resetSeconds, tenant }
    const payload = readPayload(body, headers)
    const text = slackChallenge(hook.scheme as Scheme, payload)
    if (text !== null) return { kind: 'challenge', text, tenant }
    return this.#start(hook, came, payload, verdict.contentKey)
  }

  async #tooLarge(hook: WebhookAt, came: Came): Promise<Receipt> {
    await this.#forgeries.add(
      noteOf(hook, came),
      `The body is over the limit of ${this.#maxBytes} bytes.`,
    )
    return { kind: 'too_large', tenant: hook.tenant }
  }

  #verify(hook: WebhookAt, came: Came): Verdict {
    const of = secretOf(hook.tenant, hook.name)
    const secrets = hook.secrets.map((one) => readStoredSecret(this.#session.secretBox, of, one))
    const scheme = hook.scheme as Scheme
    return verifyWebhook(came, {
      ...{ scheme, secrets, now: this.#now(), toleranceMs: hook.tolerance_ms },
    })
  }

  async #start(
    hook: WebhookAt,
    came: Came,
    payload: unknown,
    contentKey: string,
  ): Promise<Receipt> {
    const { id: key, byContent } = deliveryIdOf(hook.scheme as Scheme, came.headers, payload)
    const note = { ...noteOf(hook, came), key, contentKey, byContent }
    const { tenant } = hook
    let body = '{}'
    try {
      body = bodyOf(payload)
      const done = await acceptDelivery(this.#session.db, { ...note, body })
      return done === null ? { kind: 'unknown' } : receiptOf(done, tenant)
    } catch (error) {
      if (!(error instanceof WorkflowEngineError) || error instanceof UnavailableError) throw error
      // what cannot be stored cannot be delivered again
      const isKept = !(error instanceof PayloadError)
      const why = { error: isKept, reason: `${error.code}: ${error.message}`, count: 1 }
      const kept = isKept ? { ...note, body } : noteOf(hook, came)
      const deliveryId = await rejectDelivery(this.#session.db, kept, why)
      return { kind: 'error', error, deliveryId, tenant }
    }
  }
}

/** A delivery, without its path. */
type Came = { headers: HeadersLike; body: Uint8Array; sourceIp: string | null }

/** What is noted of one that is rejected. */
function noteOf(hook: WebhookAt, { headers, body, sourceIp }: Came): DeliveryNote {
  return {
    webhook: hook.id,
    body: toStorable(new TextDecoder().decode(body.subarray(0, KEPT_BYTES)), KEPT_BYTES),
    headers: JSON.stringify(safeHeaders(headers)),
    ...{ key: null, contentKey: null, byContent: false },
    sourceIp: sourceIp !== null && isIP(sourceIp) !== 0 ? sourceIp : null,
  }
}

/** As JSON that can be stored. @throws PayloadError */
function bodyOf(payload: unknown): string {
  const what = { what: 'the payload of a webhook' }
  try {
    return encodePayload(payload, what) ?? '{}'
  } catch (error) {
    const isText = error instanceof PayloadError && error.details.rule === 'text'
    if (!isText) throw error
    return encodePayload(cleanPayload(payload), what) ?? '{}'
  }
}

function receiptOf({ status, delivery, run }: Accepted, tenant: string): Receipt {
  return { kind: status, runId: run, deliveryId: delivery, tenant }
}
