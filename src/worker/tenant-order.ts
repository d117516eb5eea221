import type { TenantRoute } from '../kernel/tenant-work.ts'

/** Routes that one claim asks for: each is a look into an index. For few runs there is no need to look at many. */
export const MAX_ROUTES_A_CLAIM = 256
const LEAST_ROUTES = 32
const ROUTES_FOR_A_RUN = 2
/** Of one tenant: however many queues and priorities it uses, others have their turn. */
const MAX_ROUTES_OF_TENANT = 32
/** Each so many claims a tenant with more routes than that is asked for others than its first. */
const OTHERS_EACH = 4

/** Which routes a claim asks for, those of one tenant one after the other, and whose they are. */
export type Offer = { readonly routes: readonly TenantRoute[]; readonly tenants: readonly number[] }

/** How a claim went: `full`, as many runs came as were wanted; `share`, at most so many for a tenant. */
export type Turn = { readonly full: boolean; readonly share: number }

/**
 * Whose turn it is. Tenants take turns at being first, from the one after whoever was given runs last; within a
 * tenant higher priorities come first, and those of one priority take turns. Priority is a tenant's own affair:
 * one that gives all of its runs a high one is not served before others for it.
 */
export class TenantOrder {
  #ready = new Map<number, TenantRoute[]>()
  /** Ascending. */
  #tenants: number[] = []
  /** Who had its turn last. */
  #last = 0
  #turn = 0
  #numbers: ReadonlySet<number> = new Set()
  /** Routes that were offered since something was found. */
  #offered = 0

  /** @param routes all that have runs in their queues, and that may be served here */
  set(routes: readonly TenantRoute[]): void {
    const numbers = new Set(routes.map(({ route }) => route))
    // a round that has come to nothing goes on to its end; for what was not there when it began it begins anew
    if (routes.some(({ route }) => !this.#numbers.has(route))) this.#offered = 0
    this.#numbers = numbers
    this.#ready = new Map()
    for (const route of routes) {
      const known = this.#ready.get(route.tenant)
      if (known) known.push(route)
      else this.#ready.set(route.tenant, [route])
    }
    for (const all of this.#ready.values())
      all.sort((a, b) => b.priority - a.priority || a.route - b.route)
    this.#tenants = [...this.#ready.keys()].sort((a, b) => a - b)
  }

  /** All were offered since something was found: there is nothing. */
  get exhausted(): boolean {
    return this.#offered >= this.#numbers.size
  }

  /** The next to be asked for. @param want how many runs a claim shall bring */
  next(want: number): Offer {
    this.#turn++
    const most = Math.min(Math.max(want * ROUTES_FOR_A_RUN, LEAST_ROUTES), MAX_ROUTES_A_CLAIM)
    const start = this.#tenants.findIndex((tenant) => tenant > this.#last)
    const first = Math.max(start, 0)
    const turns = [...this.#tenants.slice(first), ...this.#tenants.slice(0, first)]
    const [routes, tenants]: [TenantRoute[], number[]] = [[], []]
    for (const tenant of turns) {
      const mine = inOrder(this.#ready.get(tenant) as TenantRoute[], this.#turn)
      if (routes.length + mine.length > most) break
      routes.push(...mine)
      tenants.push(tenant)
    }
    this.#offered += routes.length
    return { routes, tenants }
  }

  /**
   * What became of an offer. Where the places came to an end, those behind have not had their turn; nor has the tenant for
   * which too few were left: it is the next.
   * @param given how many runs each tenant was given
   */
  note({ tenants }: Offer, given: ReadonlyMap<number, number>, { full, share }: Turn): void {
    if (given.size > 0) this.#offered = 0
    const end = full ? tenants.findLastIndex((tenant) => given.has(tenant)) : tenants.length - 1
    const cut = full && end > 0 && (given.get(tenants[end] as number) ?? 0) < share
    const last = tenants[cut ? end - 1 : end]
    if (last !== undefined) this.#last = last
  }
}

/** Those of equal priority take turns. @param routes highest priority first */
function inOrder(routes: readonly TenantRoute[], turn: number): TenantRoute[] {
  const turned: TenantRoute[] = []
  for (let from = 0; from < routes.length; ) {
    const { priority } = routes[from] as TenantRoute
    let to = from
    while (routes[to]?.priority === priority) to++
    const first = from + (turn % (to - from))
    turned.push(...routes.slice(first, to), ...routes.slice(from, first))
    from = to
  }
  if (turned.length <= MAX_ROUTES_OF_TENANT) return turned
  const round = Math.floor(turn / OTHERS_EACH)
  const start = turn % OTHERS_EACH === 0 ? (round * MAX_ROUTES_OF_TENANT) % turned.length : 0
  return turned.slice(start, start + MAX_ROUTES_OF_TENANT)
}
