import type { Route } from '../kernel/definitions.ts'

const NOWHERE: ReadonlyMap<number, string> = new Map()

/**
 * From where a claim looks: the heads of the queues (a sweep), where the last sweep found this worker,
 * or where the last claim ended.
 */
export type From = 'head' | 'sweep' | 'end'

/**
 * Which routes a claim asks for, and after which place in the queue. Routes of equal priority take
 * turns at being first, or a flood in one would starve the others.
 */
export class QueueOrder {
  #groups: Route[][] = []
  #turn = 0
  readonly #after = new Map<number, string>()
  /** What #after was when the last sweep began. */
  #swept = new Map<number, string>()
  /** And when the last claim did. */
  #looked = new Map<number, string>()
  readonly #routes = new Map<number, Route>()
  #limited = false

  /** @param routes highest priority first, as the kernel gives them. */
  set(routes: readonly Route[]): void {
    this.#routes.clear()
    this.#groups = []
    this.#limited = routes.some(({ limited }) => limited)
    for (const route of routes) {
      this.#routes.set(route.route, route)
      if (!this.#after.has(route.route)) this.#after.set(route.route, route.head)
      const group = this.#groups.at(-1)
      if (group?.[0]?.priority === route.priority) group.push(route)
      else this.#groups.push([route])
    }
  }

  get(route: number): Route | undefined {
    return this.#routes.get(route)
  }

  /** Whether some have limits. */
  get limited(): boolean {
    return this.#limited
  }

  /** The highest route known; 0 without any. */
  get newest(): number {
    return Math.max(0, ...this.#routes.keys())
  }

  next(from: From): { routes: number[]; after: string[] } {
    this.#turn++
    const routes = this.#groups.flatMap((group) => {
      const first = this.#turn % group.length
      return [...group.slice(first), ...group.slice(0, first)].map((route) => route.route)
    })
    this.#looked = new Map(this.#after)
    if (from === 'head') this.#swept = this.#looked
    const places = { head: NOWHERE, sweep: this.#swept, end: this.#after }[from]
    return { routes, after: routes.map((route) => places.get(route) ?? '0') }
  }

  /** Where a claim ended, for each route that it took from. */
  note(ends: ReadonlyMap<number, string>): void {
    for (const [route, end] of ends) {
      const known = this.#after.get(route)
      if (known === undefined || BigInt(end) > BigInt(known)) this.#after.set(route, end)
    }
  }

  /**
   * Up to where the last look found nothing: before where it began nothing had been found earlier.
   * @param starts the first places that it took from
   * @param seenAll whether it looked at all queues to their ends
   */
  heads(starts: ReadonlyMap<number, string>, seenAll: boolean): Map<number, string> {
    const heads = new Map(seenAll ? this.#looked : [])
    for (const [route, start] of starts) heads.set(route, String(BigInt(start) - 1n))
    return heads
  }
}
