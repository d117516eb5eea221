import { appendAudit } from '../kernel/audit.ts'
import type { Database } from '../kernel/database.ts'
import { findMachine, readPypgflow } from '../kernel/pypgflow.ts'
import type { SqlOptions } from '../kernel/runs.ts'
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

  /** Rows of a list as pypgflow has it. @param query filters, order, limit and offset, as read_pypgflow takes them */
  async readPypgflow(relation: string, query: SqlOptions): Promise<Record<string, unknown>[]> {
    return readPypgflow(this.#session.db, relation, this.#session.options(query))
  }

  /**
   * The machine that a caller names by the id that pypgflow's lists show, or by its name.
   * @throws WorkflowNotFoundError for an id that is none of the tenant's
   */
  async findMachine(id: string): Promise<{ name: string; version: string | null }> {
    return findMachine(this.#session.db, await this.#session.tenant(), id)
  }

  /** Writes down who did what where SQL does not. */
  async audit(entry: { subject: string; action: string; target: string | null }): Promise<void> {
    const tenant = await this.#session.tenant()
    await appendAudit(this.#session.db, tenant, { ...entry, detail: null })
  }
}
