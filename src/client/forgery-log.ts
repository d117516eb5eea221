import { type DeliveryNote, rejectDelivery } from '../kernel/webhooks.ts'
import type { Session } from './session.ts'

/** The kernel keeps so many of a webhook in a minute: more need not be sent there. */
const KEPT_IN_MINUTE = 10
/** How often what was only counted is written. */
const WRITE_MS = 1000
/** Webhooks of which it counts at once. */
const MAX_WEBHOOKS = 10_000

type Counted = { minute: number; sent: number; unwritten: number; reason: string }

/**
 * Deliveries that were rejected. Of each webhook the first few of a minute are noted; others are counted here, and
 * their number is written once in a second: a flood of forgeries costs the database as much as a trickle.
 */
export class ForgeryLog {
  readonly #session: Session
  readonly #now: () => number
  readonly #counted = new Map<string, Counted>()
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()

  constructor(session: Session, now: () => number) {
    this.#session = session
    this.#now = now
  }

  /** @throws UnavailableError */
  async add(note: DeliveryNote, reason: string): Promise<void> {
    const counted = this.#of(note.webhook)
    counted.reason = reason
    if (counted.sent < KEPT_IN_MINUTE) {
      counted.sent++
      await rejectDelivery(this.#session.db, note, { error: false, reason, count: 1 })
      return
    }
    counted.unwritten++
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#writing = this.#write()
    }, WRITE_MS).unref()
  }

  /** Writes what it has counted. */
  async close(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    await this.#writing
    await this.#write()
  }

  #of(webhook: string): Counted {
    const minute = Math.floor(this.#now() / 60_000)
    const known = this.#counted.get(webhook)
    if (known?.minute === minute) return known
    if (this.#counted.size >= MAX_WEBHOOKS) this.#forget(minute)
    const counted = { minute, sent: 0, unwritten: known?.unwritten ?? 0, reason: '' }
    this.#counted.set(webhook, counted)
    return counted
  }

  /** Those of minutes that are over, and of which everything is written. */
  #forget(minute: number): void {
    for (const [webhook, counted] of this.#counted)
      if (counted.minute !== minute && counted.unwritten === 0) this.#counted.delete(webhook)
  }

  /** What cannot be written now is counted on: nobody waits for it. */
  async #write(): Promise<void> {
    for (const [webhook, counted] of this.#counted) {
      const { unwritten: count, reason } = counted
      if (count === 0) continue
      counted.unwritten = 0
      const note = { webhook, body: null, headers: '{}', key: null, contentKey: null }
      const more = { byContent: false, sourceIp: null }
      try {
        const why = { error: false, reason, count }
        await rejectDelivery(this.#session.db, { ...note, ...more }, why)
      } catch (error) {
        counted.unwritten += count
        this.#session.logger.error('counting forged deliveries failed', error)
      }
    }
  }
}
