import type { Session } from '../client/session.ts'
import { Starter } from '../client/starter.ts'
import { MAX_KNOWN_TENANTS } from '../model/limits.ts'
import type { DatabaseClock } from './database-clock.ts'
import { RecentMap } from './recent-map.ts'
import { Slots } from './slots.ts'
import type { WorkRoute } from './work-source.ts'
import type { HostParts } from './worker-host.ts'
import { WriteLoad, Writer } from './writer.ts'

/** What the runs of an engine's own tenant share; the writer is made here. */
export type HostsParts = Omit<HostParts, 'writer'> & { readonly clock: DatabaseClock }

/**
 * What runs share, tenant by tenant: they start children, and write what they did, as their own tenant. Those of one tenant
 * go together in a call; connections are shared by all.
 */
export class Hosts {
  readonly #clock: DatabaseClock
  readonly #own: HostParts
  readonly #all: boolean
  readonly #load: WriteLoad
  readonly #others = new RecentMap<number, HostParts>(MAX_KNOWN_TENANTS)

  /** @param all runs of other tenants may come */
  constructor({ clock, ...parts }: HostsParts, all: boolean) {
    this.#clock = clock
    this.#all = all
    const { poolSize } = parts.session.db
    this.#load = new WriteLoad(all ? new Slots(Math.max(2, Math.floor(poolSize / 2))) : null)
    this.#own = { ...parts, writer: this.#writer(parts.session, parts.leaseOver) }
  }

  /** Bytes of payloads that are not written yet, of all tenants. */
  get pendingBytes(): number {
    return this.#load.pendingBytes
  }

  /** Of the tenant whose route it is; null where that is not known: the tenant is being deleted. */
  of(route: WorkRoute | undefined): HostParts | null {
    const { tenant, tenantSlug } = route ?? {}
    if (tenant === undefined || tenantSlug === undefined) return this.#all ? null : this.#own
    if (tenantSlug === this.#own.session.tenantSlug) return this.#own
    const known = this.#others.get(tenant)
    if (known) return known
    const session = this.#own.session.forTenant(tenantSlug, tenant)
    const parts = {
      ...this.#own,
      session,
      starter: new Starter(session, this.#own.starter.ids),
      writer: this.#writer(session, this.#own.leaseOver),
    }
    this.#others.set(tenant, parts)
    return parts
  }

  /** Whether its runs are those of the engine's own tenant. */
  isOwn(route: WorkRoute | undefined): boolean {
    return this.of(route) === this.#own
  }

  #writer(session: Session, leaseOver: () => boolean): Writer {
    return new Writer(session, this.#clock, leaseOver, this.#load)
  }
}
