import type { Session } from '../client/session.ts'
import type { Definition } from '../definition/definition.ts'
import type { Registry } from '../definition/registry.ts'
import { getRoutes } from '../kernel/definitions.ts'
import { type Claimed, claimTasks } from '../kernel/tasks.ts'
import type { ClaimAs } from './claimer.ts'
import { type From, QueueOrder } from './queue-order.ts'
import type { StoredDefinitions } from './stored-definitions.ts'
import type { Look, WorkRoute, WorkSource } from './work-source.ts'

/** What the runs of one tenant need. */
export type OneTenantParts = {
  readonly session: Session
  readonly registry: Registry
  readonly stored: StoredDefinitions
  readonly queues: readonly string[] | null
  /** This process serves more than it did. */
  readonly served: () => Promise<void>
}

/** The runs of one tenant: a worker asks for all routes of what it has. */
export class OneTenant implements WorkSource {
  readonly #parts: OneTenantParts
  readonly #order = new QueueOrder()
  /** There are definitions of which nobody was told. */
  #untold = false
  #refreshed: Promise<number> = Promise.resolve(0)
  #newestRoute = 0

  constructor(parts: OneTenantParts) {
    this.#parts = parts
  }

  readonly exhausted = true

  number(): Promise<number> {
    return this.#parts.session.tenant()
  }

  route(id: number): WorkRoute | undefined {
    return this.#order.get(id)
  }

  definition({ name, version }: WorkRoute): Definition | undefined {
    return this.#parts.registry.get(name, version)
  }

  async know(): Promise<void> {}

  workflows(): (readonly [name: string, version: string])[] {
    return this.#parts.registry.served().map(({ id, version }) => [id, version] as const)
  }

  get limited(): boolean {
    return this.#order.limited
  }

  /** One after the other: an answer that is overtaken by a later one would take away the routes that came in between. */
  refresh(): Promise<number> {
    this.#refreshed = this.#refreshed.catch(() => 0).then(() => this.#refresh())
    return this.#refreshed
  }

  async lookForStored(): Promise<boolean> {
    const found = this.#refreshed
      .catch(() => {})
      .then(async () => {
        if (!(await this.#parts.stored.look())) return false
        this.#untold = true
        await this.#refresh()
        return true
      })
    // whoever asked hears of a failure
    this.#refreshed = found.then(
      () => 0,
      () => 0,
    )
    return found
  }

  async #refresh(): Promise<number> {
    const { session, stored, queues, served } = this.#parts
    if (await stored.look()) this.#untold = true
    if (this.#untold) await served()
    this.#untold = false
    const routes = await getRoutes(session.db, await this.number(), this.workflows(), queues)
    this.#order.set(routes)
    return Math.max(0, ...routes.map((route) => route.sweepMs))
  }

  async heardOf(route: number): Promise<boolean> {
    if (route <= this.#newestRoute) return false
    await this.refresh()
    this.#newestRoute = route
    return true
  }

  async prepare(): Promise<void> {}

  async claim(as: ClaimAs, from: From, look: Look): Promise<Claimed> {
    const { routes, after } = this.#order.next(from)
    const claimed = await this.#call(as, routes, after, look)
    this.#order.note(claimed.ends)
    return claimed
  }

  watch(as: ClaimAs, look: Look): Promise<Claimed> {
    return this.#call(as, [], [], look)
  }

  heads(starts: ReadonlyMap<number, string>, seenAll: boolean): Map<number, string> {
    return this.#order.heads(starts, seenAll)
  }

  async #call(as: ClaimAs, routes: number[], after: string[], look: Look): Promise<Claimed> {
    const { db } = this.#parts.session
    return claimTasks(db, await this.number(), { ...as, routes, after, ...look })
  }
}
