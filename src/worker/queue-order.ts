import type { Route } from '../kernel/definitions.ts'

/**
 * Which routes a claim asks for, and after which place in the queue. Routes of equal priority take
 * turns at being first, or a flood in one would starve the others.
 */
export class QueueOrder {
  #groups: Route[][] = []
  #turn = 0
  readonly #after = new Map<number, string>()
  readonly #routes = new Map<number, Route>()

  /** @param routes highest priority first, as the kernel gives them. */
  set(routes: readonly Route[]): void {
    this.#routes.clear()
    this.#groups = []
    for (const route of routes) {
      this.#routes.set(route.route, route)
      const group = this.#groups.at(-1)
      if (group?.[0]?.priority === route.priority) group.push(route)
      else this.#groups.push([route])
    }
  }

  get(route: number): Route | undefined {
    return this.#routes.get(route)
  }

  /** The highest route known; 0 without any. */
  get newest(): number {
    return Math.max(0, ...this.#routes.keys())
  }

  /** @param sweep from the head of each queue: finds runs that committed late. */
  next(sweep: boolean): { routes: number[]; after: string[] } {
    this.#turn++
    const routes = this.#groups.flatMap((group) => {
      const first = this.#turn % group.length
      return [...group.slice(first), ...group.slice(0, first)].map((route) => route.route)
    })
    return { routes, after: routes.map((route) => (sweep ? '0' : (this.#after.get(route) ?? '0'))) }
  }

  /** Where a claim ended, for each route that it took from. */
  note(ends: ReadonlyMap<number, string>): void {
    for (const [route, end] of ends) {
      const known = this.#after.get(route)
      if (known === undefined || BigInt(end) > BigInt(known)) this.#after.set(route, end)
    }
  }
}
