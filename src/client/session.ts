import { type Connection, Database } from '../kernel/database.ts'
import { tenantId } from '../kernel/definitions.ts'
import type { SqlOptions } from '../kernel/runs.ts'
import { quietLogger, type WorkflowLogger } from '../model/logger.ts'

/** How a client reaches its engine. */
export type SessionOptions = Connection & {
  /** Default: errors to the console. */
  logger?: WorkflowLogger
  /** The schema of the engine. Default 'millrace'. */
  schema?: string
  /** Whose runs these are. Default 'default'. */
  tenant?: string
}

/** One process's connection to one engine, as one tenant. */
export class Session {
  readonly db: Database
  readonly logger: WorkflowLogger
  readonly tenantSlug: string
  #tenant: Promise<number> | undefined

  /** @throws InvalidInputError for a connection that is missing or given twice */
  constructor(options: SessionOptions) {
    this.db = new Database(options, { schema: options.schema })
    this.logger = options.logger ?? quietLogger
    this.tenantSlug = options.tenant ?? 'default'
  }

  /** The tenant's number, asked for once. */
  tenant(): Promise<number> {
    this.#tenant ??= tenantId(this.db, this.tenantSlug).catch((error: unknown) => {
      this.#tenant = undefined
      throw error
    })
    return this.#tenant
  }

  /** Options of a public SQL function: the tenant is always among them. */
  options(more: SqlOptions = {}): SqlOptions {
    const given = Object.entries(more).filter(([, value]) => value !== undefined && value !== null)
    return { tenant: this.tenantSlug, ...Object.fromEntries(given) }
  }
}
