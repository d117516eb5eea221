import type { Session } from '../client/session.ts'
import type { Definition } from '../definition/definition.ts'
import type { Claimed } from '../kernel/tasks.ts'
import {
  ALL_TENANTS,
  claimTenants,
  describeRoutes,
  readyRoutes,
  type TenantClaim,
  type TenantRoute,
} from '../kernel/tenant-work.ts'
import { MAX_KNOWN_ROUTES } from '../model/limits.ts'
import type { ClaimAs } from './claimer.ts'
import type { From } from './queue-order.ts'
import { RecentMap } from './recent-map.ts'
import type { TenantDefinitions } from './tenant-definitions.ts'
import { MAX_ROUTES_A_CLAIM, type Offer, TenantOrder, type Turn } from './tenant-order.ts'
import type { Look, WorkSource } from './work-source.ts'

/** A walk over the queues of all tenants costs this many times its own duration before the next. */
const WALK_SHARE = 20
const LONGEST_WALK_PAUSE_MS = 5000
/** What is known of a route is asked for again after this long: it may have limits by now, or another definition. */
const ROUTE_FRESH_MS = 10_000
/** Routes described in one call. */
const MAX_DESCRIBED = 5000

type Known = {
  readonly route: TenantRoute
  readonly at: number
  /** Where the last claim ended in its queue, and where it had when the last sweep began. */
  after: string
  swept: string
}

/** What the runs of all tenants need. */
export type AllTenantsParts = {
  readonly session: Session
  readonly definitions: TenantDefinitions
  readonly queues: readonly string[] | null
}

/**
 * The runs of all tenants: a worker asks which routes have runs in their queues, whoever's they are, and lets tenants
 * take turns. It knows the routes that it met last, not all that there are.
 */
export class AllTenants implements WorkSource {
  readonly #parts: AllTenantsParts
  readonly #order = new TenantOrder()
  readonly #known = new RecentMap<number, Known>(MAX_KNOWN_ROUTES)
  /** Those from which runs were claimed last: some of these may sleep here, and come due. */
  readonly #recent = new RecentMap<number, number>(MAX_ROUTES_A_CLAIM)
  #offer: Offer = { routes: [], tenants: [] }
  #looked = new Map<number, string>()
  #walkAt = Number.NEGATIVE_INFINITY
  #foundNothing = true

  constructor(parts: AllTenantsParts) {
    this.#parts = parts
  }

  async number(): Promise<number> {
    return ALL_TENANTS
  }

  route(id: number): TenantRoute | undefined {
    return this.#known.peek(id)?.route
  }

  definition(route: TenantRoute): Definition | undefined {
    return this.#parts.definitions.get(route)
  }

  workflows(): (readonly [name: string, version: string])[] {
    return this.#parts.definitions.shared().map(({ id, version }) => [id, version] as const)
  }

  get limited(): boolean {
    return this.#offer.routes.some(({ limited }) => limited)
  }

  get exhausted(): boolean {
    return this.#order.exhausted
  }

  async refresh(): Promise<number> {
    this.#walkAt = Number.NEGATIVE_INFINITY
    return 0
  }

  /** It is loaded when a run of it is met. */
  async lookForStored(): Promise<boolean> {
    return false
  }

  /** The walk finds it when it has a run. */
  async heardOf(): Promise<boolean> {
    return false
  }

  async know(routes: readonly number[]): Promise<void> {
    await this.#describe(routes, ROUTE_FRESH_MS)
    await this.#parts.definitions.load(this.#routesOf(routes))
  }

  async prepare(idle: boolean, want: number): Promise<void> {
    if (idle || this.#foundNothing || performance.now() >= this.#walkAt) await this.#walk()
    const offer = this.#order.next(want)
    const ids = offer.routes.map(({ route }) => route)
    await this.#describe(ids, ROUTE_FRESH_MS)
    const mine = this.#routesOf(ids).filter((route) => this.#parts.definitions.mayServe(route))
    await this.#parts.definitions.load(mine)
    this.#offer = { ...offer, routes: mine.filter((route) => this.definition(route)) }
  }

  async claim(as: ClaimAs, from: From, look: Look): Promise<Claimed> {
    const { routes, tenants } = this.#offer
    const share = Math.ceil(as.want / Math.max(tenants.length, 1))
    const claimed = await this.#call(as, [...routes, ...this.#sleepers(routes)], from, {
      ...{ ready: routes.length, share },
      ...look,
    })
    this.#note(claimed, { full: claimed.tasks.length >= as.want, share })
    return claimed
  }

  watch(as: ClaimAs, look: Look): Promise<Claimed> {
    return this.#call(as, [], 'head', { ready: 0, share: 0, ...look })
  }

  heads(starts: ReadonlyMap<number, string>, seenAll: boolean): Map<number, string> {
    const heads = new Map(seenAll ? this.#looked : [])
    for (const [route, start] of starts) heads.set(route, String(BigInt(start) - 1n))
    return heads
  }

  /** Which routes have runs in their queues, and may be served here. */
  async #walk(): Promise<void> {
    const began = performance.now()
    const ready = await readyRoutes(this.#parts.session.db)
    const pause = (performance.now() - began) * WALK_SHARE
    await this.#describe(ready, Infinity)
    const { queues, definitions } = this.#parts
    this.#order.set(
      this.#routesOf(ready).filter(
        (route) => (queues === null || queues.includes(route.queue)) && definitions.mayServe(route),
      ),
    )
    this.#walkAt = performance.now() + Math.min(pause, LONGEST_WALK_PAUSE_MS)
  }

  /** Asks for what is not known of these, or was asked for longer ago than this. */
  async #describe(ids: readonly number[], freshMs: number): Promise<void> {
    const now = performance.now()
    const stale = ids.filter((id) => {
      const known = this.#known.get(id)
      return known === undefined || now - known.at > freshMs
    })
    for (let i = 0; i < stale.length; i += MAX_DESCRIBED) {
      const asked = stale.slice(i, i + MAX_DESCRIBED)
      const found = await describeRoutes(this.#parts.session.db, asked)
      for (const route of found) {
        const { after, swept } = this.#known.peek(route.route) ?? { after: route.head, swept: '0' }
        this.#known.set(route.route, { route, at: now, after, swept })
      }
      const gone = new Set(asked)
      for (const { route } of found) gone.delete(route)
      for (const id of gone) this.#known.delete(id)
    }
  }

  #routesOf(ids: readonly number[]): TenantRoute[] {
    return [...new Set(ids)].flatMap((id) => this.route(id) ?? [])
  }

  /** Runs of these may come due; they are not looked for in queues. */
  #sleepers(offered: readonly TenantRoute[]): TenantRoute[] {
    const mine = new Set(offered.map(({ route }) => route))
    const others = this.#recent.newestFirst().filter((id) => !mine.has(id))
    return this.#routesOf(others.slice(0, MAX_ROUTES_A_CLAIM - offered.length)).filter((route) =>
      this.definition(route),
    )
  }

  #note({ tasks, ends }: Claimed, turn: Turn): void {
    for (const [route, end] of ends) {
      const known = this.#known.peek(route)
      if (known && BigInt(end) > BigInt(known.after)) known.after = end
    }
    const given = new Map<number, number>()
    for (const { route } of tasks) {
      this.#recent.set(route, route)
      const tenant = this.route(route)?.tenant ?? 0
      given.set(tenant, (given.get(tenant) ?? 0) + 1)
    }
    this.#order.note(this.#offer, given, turn)
    this.#foundNothing = tasks.length === 0 && this.#order.exhausted
  }

  #call(
    as: ClaimAs,
    routes: readonly TenantRoute[],
    from: From,
    look: Look & Pick<TenantClaim, 'ready' | 'share'>,
  ): Promise<Claimed> {
    this.#looked = new Map()
    const after = routes.map(({ route }) => {
      const known = this.#known.peek(route) as Known
      this.#looked.set(route, known.after)
      if (from === 'head') known.swept = known.after
      return { head: '0', sweep: known.swept, end: known.after }[from]
    })
    return claimTenants(this.#parts.session.db, { ...as, routes, after, ...look })
  }
}
