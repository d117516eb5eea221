import { appendAudit } from '../kernel/audit.ts'
import type { Database } from '../kernel/database.ts'
import { RequestLedger } from './request-ledger.ts'
import type { Session } from './session.ts'

/** What a server needs of a tenant's client beside what anybody does. */
export class ServerSide {
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
  }

  /** For authenticators and rates, which work with their own connections' pool. */
  get db(): Database {
    return this.#session.db
  }

  /** Requests that came with a key. */
  get requests(): RequestLedger {
    return new RequestLedger(this.#session)
  }

  /** Writes down who did what where SQL does not. */
  async audit(entry: { subject: string; action: string; target: string | null }): Promise<void> {
    const tenant = await this.#session.tenant()
    await appendAudit(this.#session.db, tenant, { ...entry, detail: null })
  }
}
