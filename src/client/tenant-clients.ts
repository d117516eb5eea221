import type { Startable } from '../definition/startable.ts'
import type { Results } from './results.ts'
import type { Session } from './session.ts'
import type { Starter } from './starter.ts'

/** A client that is kept longer than this is made anew: its tenant may be another one of that name by then. */
const KEPT_MS = 60_000
/** Tenants whose clients are kept; the one that was made first goes first. */
const MOST_KEPT = 1000

/** What the clients of all tenants of one database share with the one that they were asked of. */
export type SharedParts = {
  readonly session: Session
  readonly ids: Starter['ids']
  readonly results: Results
  /** Makes what the first client knows known before a start. */
  prepare(): Promise<void>
  /** What the first client knows of a workflow, for one of the same tenant. */
  known?: (workflow: Startable) => Startable & { version?: string }
  readonly clients: TenantClients<unknown>
}

/** Clients by tenant, each made when it is first asked for. */
export class TenantClients<Client> {
  readonly #kept = new Map<string, { readonly client: Client; readonly at: number }>()

  get(tenant: string, make: () => Client): Client {
    const known = this.#kept.get(tenant)
    if (known && performance.now() - known.at < KEPT_MS) return known.client
    const client = make()
    this.#kept.delete(tenant)
    this.#kept.set(tenant, { client, at: performance.now() })
    if (this.#kept.size > MOST_KEPT) {
      const [first] = this.#kept.keys()
      this.#kept.delete(first as string)
    }
    return client
  }
}
