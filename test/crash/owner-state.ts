import type { JournalRow, UndoBegin, Wait } from '../../src/model/journal.ts'
import { eventMessage } from '../../src/workflow/event-message.ts'
import type { Item, Program } from './program.ts'

/** What the journal says under one key. */
export type Entry = {
  readonly end: JournalRow | null
  readonly failures: number
  readonly child: string | null
}

const EMPTY: Entry = { end: null, failures: 0, child: null }

/** What the undo of a step is known by. */
export function undoKey(step: string): string {
  return `$undo:${step}`
}

/** The kinds of rows that belong to a key; the others are about the run. */
const OF_A_KEY = 'refgtoc'

/**
 * Where a run stands: its journal by key, and the waits it is in. A wait's `ms` is null once the kernel
 * keeps its time.
 */
export class OwnerState {
  readonly #program: Program
  readonly #entries: Map<string, Entry>
  readonly pending: Map<string, Wait>
  /** The journal says that there is something to undo, from here on. */
  armed = false
  /** The undos have begun. */
  begin: UndoBegin | null = null
  /** Steps with an undo that have a result, in the order of the journal. */
  results: readonly string[] = []

  constructor(
    program: Program,
    entries = new Map<string, Entry>(),
    pending = new Map<string, Wait>(),
  ) {
    this.#program = program
    this.#entries = entries
    this.pending = pending
  }

  copy(): OwnerState {
    const copy = new OwnerState(this.#program, new Map(this.#entries), new Map(this.pending))
    const { armed, begin, results } = this
    return Object.assign(copy, { armed, begin, results })
  }

  entry(key: string): Entry {
    return this.#entries.get(key) ?? EMPTY
  }

  /** @throws if the row can't follow what is recorded already */
  add(row: JournalRow): void {
    this.#addUndo(row)
    if (!OF_A_KEY.includes(row.kind)) return
    const entry = this.entry(row.name)
    if (entry.end) throw new Error(`${row.kind} "${row.name}" follows its end ${entry.end.kind}`)
    if (row.kind === 'e') this.#entries.set(row.name, { ...entry, failures: entry.failures + 1 })
    else if (row.kind === 'c') {
      if (entry.child) throw new Error(`"${row.name}" has a second child`)
      this.#entries.set(row.name, {
        ...entry,
        child: (JSON.parse(row.data ?? '') as { run: string }).run,
      })
    } else this.#entries.set(row.name, { ...entry, end: row })
    if (row.kind !== 'e' && row.kind !== 'c') this.pending.delete(row.name)
  }

  #addUndo({ kind, name, data }: JournalRow): void {
    const undo = undoKey(name)
    const entry = this.entry(undo)
    if (kind === 'a') this.armed = true
    else if (kind === 'r' && this.armed && this.#undoes(name))
      this.results = [...this.results, name]
    else if (kind === 'i') this.#entries.set(undo, { ...entry, failures: entry.failures + 1 })
    else if (kind === 'n') {
      if (entry.end) throw new Error(`"${name}" is undone twice`)
      this.#entries.set(undo, { ...entry, end: { kind, name, data } })
      this.pending.delete(`~${undo}`)
    } else if (kind === 'b') {
      if (this.begin) throw new Error('the undos begin twice')
      this.begin = JSON.parse(data as string) as UndoBegin
      this.pending.clear()
    }
  }

  #undoes(key: string): boolean {
    return this.#program.stages
      .flat()
      .some((item) => item.key === key && 'undo' in item && item.undo)
  }

  /** The step that is to be undone next; undefined when all are. */
  get toUndo(): string | undefined {
    return this.results.filter((key) => !this.entry(undoKey(key)).end).at(-1)
  }

  /** A wait that leaves no row is over. */
  quiet(key: string): void {
    this.pending.delete(key)
  }

  /** The stage the run is in; undefined when all is done, or a step has failed for good. */
  get stage(): readonly Item[] | undefined {
    if (this.failed) return undefined
    return this.#program.stages.find((items) => items.some((item) => !this.entry(item.key).end))
  }

  /** The step that failed for good. */
  get failed(): string | undefined {
    return [...this.#entries].find(([, entry]) => entry.end?.kind === 'f')?.[0]
  }

  /** What could be done now. */
  runnable(): Item[] {
    return this.#open().filter((item) => {
      if (item.kind === 'step' || item.kind === 'transaction')
        return !this.pending.has(`~${item.key}`)
      if (item.kind === 'poll') return !this.pending.has(`?${item.key}`)
      if (item.kind === 'emit') return true
      return item.kind === 'child' && !this.entry(item.key).child
    })
  }

  /** All that the run waits for in this stage. */
  waits(): Wait[] {
    return this.#open().flatMap((item): Wait[] => {
      const again = this.pending.get(`~${item.key}`) ?? this.pending.get(`?${item.key}`)
      const fresh = this.#fresh(item)
      const kept = this.pending.get(item.key)
      return [
        ...(again ? [again] : []),
        ...(fresh ? [kept ? { ...fresh, ms: kept.ms } : fresh] : []),
      ]
    })
  }

  /** A journal that holds rows of a stage before the stage before it is done is nobody's history. */
  check(): void {
    const open = this.#program.stages.findIndex((items) =>
      items.some((item) => !this.entry(item.key).end),
    )
    if (open < 0) return
    for (const item of this.#program.stages.slice(open + 1).flat()) {
      if (this.#entries.has(item.key)) throw new Error(`"${item.key}" came before its time`)
    }
  }

  #open(): Item[] {
    return (this.stage ?? []).filter((item) => !this.entry(item.key).end)
  }

  #fresh(item: Item): Wait | null {
    const { key } = item
    if (item.kind === 'sleep') return { key, name: null, ms: item.ms }
    if (item.kind === 'wait') return { key, name: item.name, ms: item.ms }
    if (item.kind === 'event') {
      const { event, ms } = item
      return { key, name: eventMessage(event), ms, event }
    }
    if (item.kind === 'pause') return { key, name: '$resume', ms: null }
    if (item.kind === 'poll')
      return item.deadline === null ? null : { key, name: null, ms: item.deadline }
    if (item.kind !== 'child') return null
    const { child } = this.entry(key)
    return child ? { key, name: `$child:${child}`, ms: null } : null
  }
}
