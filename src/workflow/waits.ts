import type { Change, JournalRow, Wait } from '../model/journal.ts'
import type { Deliveries } from './deliveries.ts'
import type { EventPlace } from './event-message.ts'
import type { Journal } from './journal.ts'

type Pending = {
  /** Any of these messages ends it; null: only time does. */
  readonly names: readonly (string | null)[]
  /** Those of the messages that are events. */
  readonly events: ReadonlyMap<string, EventPlace> | undefined
  /** performance.now() at which its time is over; null: only its message ends it. */
  readonly dueAt: number | null
  readonly resolve: (row: JournalRow) => void
}

/** A wait of the handler: for one message, for the first of several, or for time alone. */
export type OneWait = {
  readonly key: string
  readonly name: string | null | readonly string[]
  readonly ms: number | null
  /** Those of the messages that are events, by message. */
  readonly events?: ReadonlyMap<string, EventPlace> | undefined
}

/** Of most writes. */
const NONE: readonly Wait[] = []

/** Ends a wait only together with the whole run's pause. */
const RESUME = '$resume'

/** What a run waits for: in this process, and as far as the kernel has been told. */
export class Waits {
  readonly #pending = new Map<string, Pending>()
  /** Waits whose time the kernel keeps, with what was left of it when the run came here. */
  readonly #kept: Map<string, number | null>
  #changes = 0
  #told = 0

  constructor(kept: ReadonlyMap<string, number | null>) {
    this.#kept = new Map(kept)
  }

  get size(): number {
    return this.#pending.size
  }

  /** The kernel does not know yet what the run waits for now, or shall look again. */
  get changed(): boolean {
    return this.#changes !== this.#told
  }

  /** One of them is step.pause. */
  get asksForPause(): boolean {
    return [...this.#pending.values()].some((wait) => wait.names.includes(RESUME))
  }

  /** Its key, to tell of it. */
  get first(): string | undefined {
    return this.#pending.keys().next().value
  }

  /** Whether the kernel knew of it when the run came here, and it has not ended since. */
  isKept(key: string): boolean {
    return this.#kept.has(key)
  }

  /** Resolves with the row that ends it, here or, after a replay, elsewhere. */
  add(wait: OneWait): Promise<JournalRow> {
    return new Promise((resolve) => {
      const left = this.#kept.has(wait.key) ? (this.#kept.get(wait.key) ?? null) : wait.ms
      const dueAt = left === null ? null : performance.now() + left
      this.#pending.set(wait.key, {
        names: [wait.name].flat(),
        events: wait.events,
        dueAt,
        resolve,
      })
      this.#changes++
    })
  }

  /** It is of no interest any more. */
  drop(key: string): void {
    if (!this.#pending.delete(key)) return
    this.#kept.delete(key)
    this.#changes++
  }

  /** The kernel's time for it does not count any more. */
  forget(key: string): void {
    this.#kept.delete(key)
  }

  clear(): void {
    this.#pending.clear()
  }

  /** The kernel knows of waits for which the handler has not asked here. */
  get unasked(): boolean {
    for (const key of this.#kept.keys()) if (!this.#pending.has(key)) return true
    return false
  }

  /** Something may have ended one of them. */
  look(): void {
    this.#changes++
  }

  /**
   * As the kernel takes them with a change; it is told of the present ones by this. A run that is handed back or
   * suspended keeps the waits that the kernel knows, also those that were not asked for again; one that has ended has
   * none.
   */
  describe(op: Change['op'], suspended: boolean): readonly Wait[] {
    if (op !== 'k' && op !== 'w' && (op !== 'p' || suspended)) return NONE
    this.#told = this.#changes
    if (this.#pending.size === 0) return NONE
    const now = performance.now()
    return [...this.#pending].flatMap(([key, { names, events, dueAt }]) => {
      const ms = this.#kept.has(key) || dueAt === null ? null : Math.max(dueAt - now, 0)
      return names.map((name): Wait => {
        const event = name === null ? undefined : events?.get(name)
        return event ? { key, name, ms, event } : { key, name, ms }
      })
    })
  }

  /** The kernel keeps their times from now on. */
  keep(waits: readonly Wait[]): void {
    for (const { key } of waits) if (this.#pending.has(key)) this.#kept.set(key, null)
  }

  /** A wait ended. Tells whether anybody waited. */
  hear(row: JournalRow): boolean {
    this.#kept.delete(row.name)
    this.#changes++
    const wait = this.#pending.get(row.name)
    this.#pending.delete(row.name)
    wait?.resolve(row)
    return wait !== undefined
  }

  /** News of the kernel: rows that ended waits. */
  hearAll(rows: readonly JournalRow[], journal: Journal, deliveries: Deliveries): void {
    for (const row of rows) {
      journal.add(row)
      if (this.hear(row) && row.kind !== '~') deliveries.place(row.name, false)
    }
  }

  /** Milliseconds until the first time that is over; Infinity without one. */
  nextDueIn(): number {
    if (this.#pending.size === 0) return Number.POSITIVE_INFINITY
    const dues = [...this.#pending.values()].map((wait) => wait.dueAt ?? Number.POSITIVE_INFINITY)
    return Math.min(...dues) - performance.now()
  }
}
