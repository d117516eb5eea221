import { type Connection, Database, type Tx } from '../kernel/database.ts'
import { tenantId } from '../kernel/definitions.ts'
import type { SqlOptions } from '../kernel/runs.ts'
import { InvalidInputError } from '../model/errors.ts'
import { quietLogger, type WorkflowLogger } from '../model/logger.ts'
import { checkOptionNames, type OptionNames } from '../model/options.ts'

/** How a client reaches its engine. */
export type SessionOptions = Connection & {
  /** Default: errors to the console. */
  logger?: WorkflowLogger
  /** The schema of the engine. Default 'millrace'. */
  schema?: string
  /** Whose runs these are. Default 'default'. */
  tenant?: string
}

/** The names of what a client is made with. */
export const sessionOptionNames: OptionNames<SessionOptions> = {
  connectionString: true,
  pool: true,
  logger: true,
  schema: true,
  tenant: true,
}

/**
 * Refuses what no client or engine heeds.
 * @throws InvalidInputError
 */
export function checkSessionOptions(what: string, options: unknown, names: object): void {
  if (options === undefined)
    throw new InvalidInputError(
      `The options of ${what} are missing. Give { connectionString } or { pool }.`,
    )
  if (typeof options === 'object' && options !== null && 'boss' in options)
    throw new InvalidInputError(
      `The options of ${what} have no "boss": there is no pg-boss inside. Leave it out.`,
      { details: { option: 'boss' } },
    )
  checkOptionNames(what, options, names)
}

/** One process's connection to one engine, as one tenant. */
export class Session {
  readonly db: Database
  readonly logger: WorkflowLogger
  readonly tenantSlug: string
  #known: number | null = null
  #asked: Promise<number> | null = null

  /**
   * @param db of another session, whose connections it shares
   * @throws InvalidInputError for a connection that is missing or given twice
   */
  constructor(options: SessionOptions, db?: Database) {
    this.db = db ?? new Database(options, { schema: options.schema })
    this.logger = options.logger ?? quietLogger
    this.tenantSlug = options.tenant ?? 'default'
  }

  /**
   * As another tenant, over the same connections.
   * @param number of that tenant, where it is known
   */
  forTenant(slug: string, number?: number): Session {
    const { pool } = this.db
    const session = new Session({ pool, logger: this.logger, tenant: slug }, this.db)
    session.#known = number ?? null
    return session
  }

  /**
   * The tenant's number, asked for once.
   * @param tx a transaction of the caller's, which may hold the only connection of its pool
   */
  async tenant(tx?: Tx): Promise<number> {
    if (tx && this.#known === null) this.#known = await tenantId(this.db, this.tenantSlug, tx)
    if (this.#known !== null) return this.#known
    this.#asked ??= tenantId(this.db, this.tenantSlug).finally(() => {
      this.#asked = null
    })
    this.#known = await this.#asked
    return this.#known
  }

  /** Options of a public SQL function: the tenant is always among them. */
  options(more: SqlOptions = {}): SqlOptions {
    const given = Object.entries(more).filter(([, value]) => value !== undefined && value !== null)
    return { tenant: this.tenantSlug, ...Object.fromEntries(given) }
  }
}
