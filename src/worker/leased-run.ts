import type { LeasedRun } from '../definition/host.ts'
import type { Route } from '../kernel/definitions.ts'
import type { LeasedTask } from '../kernel/tasks.ts'
import type { JournalRow } from '../model/journal.ts'
import { encodeRunId } from '../model/run-id.ts'

type Meta = {
  id?: string
  resource?: string
  tags?: string[]
  retries?: number
  /** ISO 8601 */
  scheduled_for?: string
  given?: string
  /** The number of the run that waits for its end. */
  parent?: string
  depth?: number
}

const NOTHING: Meta = {}

/** A leased task as an authoring model sees it. */
export class LeasedTaskRun implements LeasedRun {
  readonly tenant: string
  readonly #task: LeasedTask
  readonly #route: Route
  readonly #meta: Meta
  #id: string | null = null

  constructor(task: LeasedTask, route: Route, tenant: string) {
    this.#task = task
    this.#route = route
    this.#meta = task.meta === null ? NOTHING : (JSON.parse(task.meta) as Meta)
    this.tenant = tenant
  }

  get id(): string {
    this.#id ??= this.#meta.id ?? encodeRunId(BigInt(this.#task.run))
    return this.#id
  }

  get workflowId(): string {
    return this.#route.name
  }

  get version(): string {
    return this.#route.version
  }

  get queue(): string {
    return this.#route.queue
  }

  get priority(): number {
    return this.#route.priority
  }

  get resourceId(): string | null {
    return this.#meta.resource ?? null
  }

  get tags(): readonly string[] {
    return this.#meta.tags ?? []
  }

  get scheduledFor(): Date | null {
    const at = this.#meta.scheduled_for
    return at === undefined ? null : new Date(at)
  }

  get given(): string | null {
    return this.#meta.given ?? null
  }

  get retries(): number | null {
    return this.#meta.retries ?? null
  }

  get depth(): number {
    return this.#meta.depth ?? (this.#meta.parent === undefined ? 0 : 1)
  }

  get parent(): string | null {
    return this.#meta.parent ?? null
  }

  get input(): string | null {
    return this.#task.input
  }

  get journal(): readonly JournalRow[] {
    return this.#task.journal
  }

  get waits(): ReadonlyMap<string, number | null> {
    return this.#task.waits
  }

  get crashes(): number {
    return this.#task.crashes
  }
}
