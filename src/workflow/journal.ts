import { HistoryMismatchError } from '../model/errors.ts'
import type { Change, JournalKind, JournalRow } from '../model/journal.ts'

/** What the journal holds under one key. */
export type Entry = {
  /** The row that ended it: a result, a failure for good, a message or the end of its time. */
  end: JournalRow | null
  /** The child that was started. */
  child: JournalRow | null
  /** Attempts that failed. */
  failures: number
}

type Recorded = {
  readonly entries: Map<string, Entry>
  readonly unseen: Set<string>
  readonly ended: Set<string>
}

/** The name under which the journal keeps what a run took at a change of its code. */
export function patchKey(name: string): string {
  return `${PATCH}${name}`
}

/** Whether a name is one of these. @returns the patch, or null */
export function patchOf(key: string): string | null {
  return key.startsWith(PATCH) ? key.slice(PATCH.length) : null
}

const PATCH = '$patch:'

/** Under which a run waits, at its end, for the child that a step started. */
export function closeKey(step: string): string {
  return `${CLOSE}${step}`
}

const CLOSE = '$close:'

/** What a new run has behind it. */
const NOTHING = newRecorded()

const EMPTY: Readonly<Entry> = Object.freeze({ end: null, child: null, failures: 0 })

/**
 * What a run has behind it, by key. Replay takes the entries one by one as the handler asks for
 * them; what it does not ask for, although it does other things already, tells that the code has
 * changed.
 */
export class Journal {
  /** Rows that are durable, control rows included. */
  length: number
  /** Of its payloads. */
  bytes = 0
  /** Attempts of the handler that failed. */
  handlerFailures = 0
  /** It holds the row that says that it is long. */
  warned = false
  /** The steps of the run are being undone, or that shall begin. */
  undoing = false
  /** Nothing was recorded since the present attempt of the handler began. */
  fresh = true
  #recorded: Recorded = NOTHING
  #patches: Map<string, boolean> | null = null

  /** @param late rows that are as good as recorded, and will be with the next write */
  constructor(rows: readonly JournalRow[], late: readonly JournalRow[]) {
    this.length = rows.length
    for (const row of rows) {
      this.#read(row)
      this.bytes += row.data?.length ?? 0
    }
    for (const row of late) this.#read(row)
  }

  /** Keys that the handler has not asked for. */
  get unseen(): ReadonlySet<string> {
    return this.#recorded.unseen
  }

  /** Among them are steps, not only changes of the code. */
  get hasUnseenSteps(): boolean {
    for (const key of this.unseen) if (patchOf(key) === null) return true
    return false
  }

  /** Keys of the steps that had ended when this process got the run, in the order of their ends. */
  get ended(): Iterable<string> {
    return this.#recorded.ended
  }

  /** What is recorded under a key, without asking for it. */
  peek(key: string): Readonly<Entry> {
    return this.#recorded.entries.get(key) ?? EMPTY
  }

  /** What the run took at a change of its code; undefined if it has not come there. */
  patch(key: string): boolean | undefined {
    this.#recorded.unseen.delete(key)
    return this.#patches?.get(key)
  }

  /** It takes this from now on. */
  decide(key: string, isNew: boolean): void {
    this.#patches ??= new Map()
    this.#patches.set(key, isNew)
  }

  /** Nobody will ask for it, and that is as it should be. */
  see(key: string): void {
    this.#recorded.unseen.delete(key)
  }

  /**
   * What is recorded under a key.
   * @throws HistoryMismatchError if it was recorded by another kind of step than the one that asks.
   */
  take(key: string, what: string, kinds: string): Readonly<Entry> {
    const entry = this.#recorded.entries.get(key)
    if (entry === undefined) return EMPTY
    this.#recorded.unseen.delete(key)
    const odd = oddKind(entry, kinds)
    if (odd === undefined) return entry
    const expected = described[odd] ?? odd
    throw new HistoryMismatchError(
      `Step "${key}" is recorded as ${expected}, but the code now calls ${what} there. Restore the step, register the changed code under a new version, or resume with code that fits.`,
      { details: { step: key, expected, found: what } },
    )
  }

  /** A write is through. */
  grow({ length, rows }: Change): void {
    this.length = length
    for (const row of rows) this.bytes += row.data?.length ?? 0
  }

  /** The kernel knows better how long it is: the reply to an earlier write was lost. */
  relearn(length: number): void {
    this.length = length
  }

  /** News of a wait: recorded by the kernel, and asked for already. */
  add(row: JournalRow): void {
    if (row.kind === '~') return
    this.length++
    this.bytes += row.data?.length ?? 0
    this.#read(row)
    this.#recorded.unseen.delete(row.name)
  }

  #read(row: JournalRow): void {
    if (row.kind === 'h') {
      this.handlerFailures++
      this.fresh = true
    }
    if (row.kind === 'm') return this.#readPatch(row)
    if (row.kind === 'w') this.warned = true
    if (!recorded.includes(row.kind)) {
      this.undoing ||= row.kind === 'b'
      return
    }
    this.fresh = false
    if (this.#recorded === NOTHING) this.#recorded = newRecorded()
    const { entries, unseen, ended } = this.#recorded
    let entry = entries.get(row.name)
    if (entry === undefined) {
      entry = { end: null, child: null, failures: 0 }
      entries.set(row.name, entry)
      if (!row.name.startsWith(CLOSE)) unseen.add(row.name)
    }
    if (row.kind === 'e') {
      entry.failures++
      return
    }
    if (row.kind === 'c') entry.child = row
    else entry.end = row
    if (row.name.startsWith(CLOSE)) return
    // a second end (an answer that came with the end of its time) counts, and so does its place
    ended.delete(row.name)
    ended.add(row.name)
  }

  /** A run that took the old way must be asked for it: else the old way has gone from the code too early. */
  #readPatch({ name, data }: JournalRow): void {
    const isNew = data === 'true'
    this.decide(name, isNew)
    if (isNew) return
    if (this.#recorded === NOTHING) this.#recorded = newRecorded()
    this.#recorded.unseen.add(name)
  }
}

function newRecorded(): Recorded {
  return { entries: new Map(), unseen: new Set(), ended: new Set() }
}

function oddKind({ end, child, failures }: Entry, kinds: string): JournalKind | undefined {
  if (end && !kinds.includes(end.kind)) return end.kind
  if (child && !kinds.includes('c')) return 'c'
  return failures > 0 && !kinds.includes('e') ? 'e' : undefined
}

/** The kinds that belong to a step; the others are about the run. */
const recorded = 'refgtocslk'

const described: { [K in JournalKind]?: string } = {
  r: 'a step with a result',
  e: 'a step with a failed attempt',
  f: 'a step that failed',
  g: 'a wait that got a message',
  t: 'a delay',
  o: 'a wait that timed out',
  c: 'a child workflow',
  s: 'a published value',
  l: 'attributes that were set',
  k: 'a step that was skipped',
}
