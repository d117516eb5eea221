import {
  beginRequest,
  finishRequest,
  type RequestKey,
  type RequestVerdict,
  renewRequest,
} from '../kernel/requests.ts'
import type { Session } from './session.ts'

/** A key is kept so long. */
const KEEP_MS = 24 * 60 * 60 * 1000

/** How a request was answered. */
export type KeptAnswer = { status: number; headers: string; body: string | null }

/** Requests with an Idempotency-Key, of a tenant, and how they were answered. */
export class RequestLedger {
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
  }

  /** Whether it is to be carried out. @param hash of its content */
  async begin(key: string, hash: string): Promise<RequestVerdict> {
    return beginRequest(this.#session.db, await this.#session.tenant(), key, hash, KEEP_MS)
  }

  /** @param answer null: none, whoever sends it again carries it out */
  async finish(key: string, firstId: bigint, answer: KeptAnswer | null): Promise<void> {
    await finishRequest(this.#session.db, await this.#key(key, firstId), answer)
  }

  /** It is still being carried out. */
  async renew(key: string, firstId: bigint): Promise<void> {
    await renewRequest(this.#session.db, await this.#key(key, firstId))
  }

  async #key(key: string, firstId: bigint): Promise<RequestKey> {
    return { tenant: await this.#session.tenant(), key, firstId }
  }
}
