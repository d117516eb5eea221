import { SecretBox } from '../auth/secret-box.ts'
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
  /**
   * What the secrets of tenants are encrypted with: 32 random bytes as base64 or hex. Of several the first encrypts, and
   * all decrypt. An engine with it gives graphs the secrets that were put.
   */
  secretsKey?: string | readonly string[]
}

/** The names of what a client is made with. */
export const sessionOptionNames: OptionNames<SessionOptions> = {
  connectionString: true,
  pool: true,
  logger: true,
  schema: true,
  tenant: true,
  secretsKey: true,
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
  /** Null: secrets can neither be put nor read. */
  readonly secretBox: SecretBox | null
  #known: number | null = null
  #asked: Promise<number> | null = null

  /**
   * @param of another session, whose connections and secrets it shares
   * @throws InvalidInputError for a connection that is missing or given twice, and for a wrong secretsKey
   */
  constructor(options: SessionOptions, of?: Pick<Session, 'db' | 'secretBox'>) {
    this.db = of?.db ?? new Database(options, { schema: options.schema })
    this.logger = options.logger ?? quietLogger
    this.tenantSlug = options.tenant ?? 'default'
    const { secretsKey } = options
    const own = secretsKey === undefined ? null : new SecretBox(secretsKey)
    this.secretBox = of?.secretBox ?? own
  }

  /**
   * As another tenant, over the same connections.
   * @param number of that tenant, where it is known
   */
  forTenant(slug: string, number?: number): Session {
    const { pool } = this.db
    const session = new Session({ pool, logger: this.logger, tenant: slug }, this)
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
