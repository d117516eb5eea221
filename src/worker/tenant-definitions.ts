import { registerDefinition } from '../client/definitions.ts'
import type { Session } from '../client/session.ts'
import type { Definition } from '../definition/definition.ts'
import type { Registry } from '../definition/registry.ts'
import { type StoredDocument, storedDocuments, type TenantRoute } from '../kernel/tenant-work.ts'
import { DefinitionError, UnavailableError } from '../model/errors.ts'
import { MAX_KEPT_DOCUMENT_BYTES, MAX_KEPT_DOCUMENTS } from '../model/limits.ts'
import { RecentMap } from './recent-map.ts'
import { type Graphs, type LoadGraph, reasons } from './stored-definitions.ts'

/** What could not be taken up is tried again after this long: the code, or the steps it calls, may have come. */
const REFUSED_MS = 60_000

type Kept = {
  readonly all: readonly Definition[]
  readonly bytes: number
  readonly isShared: boolean
}
type Parts = {
  readonly session: Session
  readonly registry: Registry
  readonly graphs: Graphs
  readonly load: LoadGraph
  /** This process serves more of the installation's than it did. */
  readonly served: () => Promise<void>
  /** Stored definitions that are kept; default MAX_KEPT_DOCUMENTS. */
  readonly most?: number
}

/**
 * What runs of any tenant are run by: the code of this process, for versions of the installation; versions of its flows
 * and graphs that others had; and the graphs that tenants have stored, each under the number of its version, as two
 * tenants may have another content under one name. What is stored is loaded when a run of it is met, and of what was
 * loaded the last used is kept.
 */
export class TenantDefinitions {
  readonly #parts: Parts
  readonly #kept: RecentMap<number, Kept>
  #bytes = 0
  /** When to try again, by performance.now. */
  readonly #refused = new Map<number, number>()
  #revision = -1

  constructor(parts: Parts) {
    this.#parts = parts
    this.#kept = new RecentMap(parts.most ?? MAX_KEPT_DOCUMENTS)
  }

  /** What runs of this route are run by; undefined if it is not here (`load`). */
  get(route: TenantRoute): Definition | undefined {
    const { registry } = this.#parts
    const own = route.sharedId === null ? undefined : registry.get(route.name, route.version)
    if (own || route.documentId === null) return own
    return this.#kept.get(route.documentId)?.all.find(({ id }) => id === route.name)
  }

  /** What of the installation's it has. */
  shared(): Definition[] {
    const kept = [...this.#kept.values()].filter(({ isShared }) => isShared)
    return [...this.#parts.registry.all(), ...kept.flatMap(({ all }) => all)]
  }

  /** Whether this process has what its runs need, or may load it. */
  mayServe(route: TenantRoute): boolean {
    const { registry, graphs } = this.#parts
    if (route.sharedId !== null && registry.get(route.name, route.version)) return true
    if (route.documentId === null || this.#isRefused(route.documentId)) return false
    if (route.sharedId !== null) return this.#reviver(route.documentName ?? '') !== undefined
    if (route.kind !== 'graph' || graphs === false) return false
    return graphs === true || graphs.includes(route.documentName ?? '')
  }

  /** Loads what is missing for these routes; what cannot be loaded is told in the log, and refused for a while. */
  async load(routes: readonly TenantRoute[]): Promise<void> {
    const missing = new Map<number, TenantRoute>()
    for (const route of routes)
      if (route.documentId !== null && !this.get(route) && !this.#isRefused(route.documentId))
        missing.set(route.documentId, route)
    while (missing.size > 0) {
      const rows = await storedDocuments(this.#parts.session.db, [...missing.keys()])
      for (const row of rows) {
        await this.#take(row, missing.get(row.id) as TenantRoute)
        missing.delete(row.id)
      }
      if (rows.length === 0) return
    }
  }

  async #take(row: StoredDocument, route: TenantRoute): Promise<void> {
    try {
      const definition = await this.#make(row, route)
      if (definition?.version !== row.version || definition.id !== row.name)
        throw new DefinitionError('The code has nothing that fits its stored definition.')
      const parts = definition.parts ?? []
      if (route.sharedId === null) await this.#registerParts(parts, route)
      this.#keep(row, { all: [definition, ...parts], isShared: route.sharedId !== null })
    } catch (error) {
      if (error instanceof UnavailableError) throw error
      this.#refused.set(row.id, performance.now() + REFUSED_MS)
      this.#parts.session.logger.error(
        `Runs of "${row.name}" in version "${row.version}" of tenant "${route.tenantSlug}" are left to other workers: ${reasons(error)}`,
      )
    }
  }

  async #make(row: StoredDocument, route: TenantRoute): Promise<Definition | null> {
    if (route.sharedId === null) return this.#parts.load(row.document, row.version)
    return this.#reviver(row.name)?.revive?.(row.document, row.version) ?? null
  }

  #reviver(name: string): Definition | undefined {
    const own = this.#parts.registry.newest(name)
    return own?.revive ? own : undefined
  }

  /** Nodes that are done by runs of their own start them by name, as of the tenant. */
  async #registerParts(parts: readonly Definition[], route: TenantRoute): Promise<void> {
    for (const part of parts) await registerDefinition(this.#parts.session, route.tenant, part)
  }

  #keep({ id, document }: StoredDocument, what: Omit<Kept, 'bytes'>): void {
    this.#kept.set(id, { ...what, bytes: document.length })
    if (what.isShared) void this.#parts.served().catch(() => {})
    this.#bytes = [...this.#kept.values()].reduce((sum, { bytes }) => sum + bytes, 0)
    while (this.#bytes > MAX_KEPT_DOCUMENT_BYTES && this.#kept.size > 1)
      this.#bytes -= this.#kept.dropOldest()?.bytes ?? 0
  }

  /** Of the code that there is now. */
  #isRefused(id: number): boolean {
    const { revision } = this.#parts.registry
    if (revision !== this.#revision) this.#forget(revision)
    const until = this.#refused.get(id)
    if (until === undefined) return false
    if (until > performance.now()) return true
    this.#refused.delete(id)
    return false
  }

  /** What older code made of stored documents may not fit that of now. */
  #forget(revision: number): void {
    this.#revision = revision
    this.#refused.clear()
    this.#kept.clear()
    this.#bytes = 0
  }
}
