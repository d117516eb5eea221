import type { Definition } from '../definition/definition.ts'
import type { Route } from '../kernel/definitions.ts'
import type { Claimed } from '../kernel/tasks.ts'
import type { ClaimAs } from './claimer.ts'
import type { From } from './queue-order.ts'

/** A route, and whose it is where that is not this engine's own tenant. */
export type WorkRoute = Route & { readonly tenant?: number; readonly tenantSlug?: string }

/** What a claim says beside what it wants. */
export type Look = { readonly idle: boolean; readonly since: Date | null }

/** Where a worker's runs come from: the routes of one tenant, or of all. */
export interface WorkSource {
  /** As whose the kernel knows the worker. */
  number(): Promise<number>
  /** A route from which runs were claimed. */
  route(id: number): WorkRoute | undefined
  /** What its runs are run by; undefined if this process does not have it now. */
  definition(route: WorkRoute): Definition | undefined
  /** Makes routes known from which runs are held, and loads what these are run by. */
  know(routes: readonly number[]): Promise<void>
  /** The workflow versions of this process, as people see them at its worker; stored graphs of many tenants are not among them. */
  workflows(): (readonly [name: string, version: string])[]
  /** Some routes have limits. */
  readonly limited: boolean
  /** What was not offered since something was found has nothing either. */
  readonly exhausted: boolean
  /** Definitions came or went, here or in the database. @returns how long sweeps took others; 0: not worth noting */
  refresh(): Promise<number>
  /** Takes up what was stored, or is needed, since it looked last. @returns whether there was any */
  lookForStored(): Promise<boolean>
  /** There is a route of this number. @returns whether there may be new work in it */
  heardOf(route: number): Promise<boolean>
  /**
   * Before a claim.
   * @param idle the last one found nothing, or the worker was quiet: look again where work may have come
   * @param want how many runs it shall bring
   */
  prepare(idle: boolean, want: number): Promise<void>
  /** One claim from its routes. */
  claim(as: ClaimAs, from: From, look: Look): Promise<Claimed>
  /** A claim from none of them. */
  watch(as: ClaimAs, look: Look): Promise<Claimed>
  /** Up to where the last look found nothing, by route. @see QueueOrder.heads */
  heads(starts: ReadonlyMap<number, string>, seenAll: boolean): Map<number, string>
}
