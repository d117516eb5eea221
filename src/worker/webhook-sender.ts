import type { Session } from '../client/session.ts'
import type { Surroundings } from '../definition/surroundings.ts'
import type { Database } from '../kernel/database.ts'
import {
  type Post,
  type PostReport,
  reportPosts,
  spreadFeed,
  workWebhooks,
} from '../kernel/webhooks.ts'
import { retryAfterMs } from '../model/errors.ts'
import { readStoredSecret, secretOf, signWebhook } from '../webhook/index.ts'
import { BackgroundWork } from './background-work.ts'

/** Deliveries that are under way at once; of one tenant half as many (work_webhooks). */
const MOST = 100
/** Of one attempt. The kernel takes a delivery for a minute: in that time the attempt has ended, and was reported. */
const TIMEOUT_MS = 15_000
/** Bytes of an answer: it is looked at only where it says why. */
const ANSWER_BYTES = 4096

/** Tells addresses what happens to runs. */
export class WebhookSender {
  readonly #session: Session
  readonly #surroundings: Surroundings
  readonly #underWay = new Map<Promise<void>, number>()
  readonly #stopped = new AbortController()
  readonly #work: BackgroundWork

  constructor(session: Session, surroundings: Surroundings) {
    this.#session = session
    this.#surroundings = surroundings
    this.#work = new BackgroundWork(session, 'sending webhooks', (db) => this.part(db))
  }

  /** Something is due. */
  begin(): void {
    this.#work.begin()
  }

  /** Nothing further is sent; what is under way is cut off, and sent again by another worker. */
  async stop(): Promise<void> {
    this.#stopped.abort()
    await this.#work.stop()
    await this.settled()
  }

  /** When nothing is under way any more. */
  async settled(): Promise<void> {
    await Promise.all(this.#underWay.keys())
  }

  /** Takes what is due, and sends it beside what comes next: one that answers slowly holds up no other. */
  async part(db: Database): Promise<number | null> {
    if (this.#underWay.size >= MOST) await Promise.race(this.#underWay.keys())
    const room = MOST - this.#underWay.size
    const { posts, tenants, ms } = await workWebhooks(db, room, this.#byTenant())
    for (const post of posts) this.#send(db, post)
    let more = false
    for (const tenant of tenants) more = (await spreadFeed(db, tenant)) || more
    return more ? 0 : ms
  }

  #byTenant(): Record<number, number> {
    const counts: Record<number, number> = {}
    for (const tenant of this.#underWay.values()) counts[tenant] = (counts[tenant] ?? 0) + 1
    return counts
  }

  #send(db: Database, post: Post): void {
    const sent = this.#attempt(post)
      .then((report) => (report === null ? undefined : reportPosts(db, [report])))
      .catch((error: unknown) => {
        // another worker sends it again, under the same id
        this.#session.logger.error(`sending delivery ${post.id} failed`, error)
      })
      .finally(() => this.#underWay.delete(sent))
    this.#underWay.set(sent, post.tenant_id)
  }

  /** What became of it; null: it was cut off. */
  async #attempt(post: Post): Promise<PostReport | null> {
    const { id, attempt } = post
    try {
      const { status_code: answer } = await this.#request(post)
      const ok = answer >= 200 && answer < 300
      return { id, attempt, ok, answer, ...(ok ? {} : { ...saidOf(answer), gone: answer === 410 }) }
    } catch (error) {
      if (this.#stopped.signal.aborted) return null
      const { details, message } = error as Error & { details?: { status_code?: number } }
      const wait = retryAfterMs(error, new Date()) ?? undefined
      const answer = details?.status_code
      const why = answer === undefined ? { reason: message } : saidOf(answer)
      return { id, attempt, ok: false, answer, ...why, wait_ms: wait }
    }
  }

  /** To public addresses, unless the operator allows others. */
  async #request({ id, webhook, tenant, url, body, secrets }: Post) {
    const { guardedRequest, HttpPolicy } = await import('../graph/http/index.ts')
    const { http } = this.#surroundings
    const policy = this.#surroundings.share(HttpPolicy, () => new HttpPolicy(http))
    const of = secretOf(tenant, webhook)
    const keys = secrets.map((secret) => readStoredSecret(this.#session.secretBox, of, secret))
    const signed = signWebhook({ id: `msg_${id}`, now: Date.now(), body, secrets: keys })
    return guardedRequest(
      {
        ...{ url, method: 'POST', body, timeout: TIMEOUT_MS, maxRedirects: 0 },
        headers: { 'content-type': 'application/json', ...signed },
        ...{ response: 'text', maxResponseBytes: ANSWER_BYTES, onTooLarge: 'truncate' },
        ...{ redact: keys, signal: this.#stopped.signal },
      },
      policy,
    )
  }
}

function saidOf(answer: number): { reason: string } {
  return { reason: `The other side answered ${answer}.` }
}
