import type { JournalRow, UndoBegin } from '../model/journal.ts'

/** What a journal says of undos. */
export type UndoRecord = {
  /** The first step with an undo was about to begin, or has. */
  readonly armed: boolean
  /** They have begun; null before. */
  readonly begin: UndoBegin | null
  /**
   * The results of steps, in the order of the journal, from where the run is armed: what came before was copied
   * from another run, whose steps are its own to undo.
   */
  readonly results: readonly JournalRow[]
  /** Children that were started there and end with the run: their numbers, by step. */
  readonly children: ReadonlyMap<string, string>
  /** Steps that are undone. */
  readonly undone: ReadonlySet<string>
  /** Attempts that failed, by step; and those of them since somebody resumed the run: a resume gives all attempts anew. */
  readonly failures: ReadonlyMap<string, { all: number; since: number }>
}

/** Reads the part of a journal that is about undos. */
export function readUndos(rows: readonly JournalRow[]): UndoRecord {
  let armed = false
  let begin: UndoBegin | null = null
  const results: JournalRow[] = []
  const children = new Map<string, string>()
  const undone = new Set<string>()
  const failures = new Map<string, { all: number; since: number }>()
  for (const row of rows) {
    if (row.kind === 'a') armed = true
    else if (row.kind === 'b') begin = JSON.parse(row.data as string) as UndoBegin
    else if (row.kind === 'r' && armed) results.push(row)
    else if (row.kind === 'c' && armed) {
      const run = childOf(row)
      if (run !== null) children.set(row.name, run)
    } else if (row.kind === 'n') undone.add(row.name)
    else if (row.kind === 'i') {
      const { all, since } = failures.get(row.name) ?? { all: 0, since: 0 }
      failures.set(row.name, { all: all + 1, since: since + 1 })
    } else if (row.kind === 'u') {
      for (const [step, { all }] of failures) failures.set(step, { all, since: 0 })
    }
  }
  return { armed, begin, results, children, undone, failures }
}

/** The number of the child that a row is about; null if it is about none, or one that is left to itself. */
export function childOf({ kind, data }: JournalRow): string | null {
  if (kind !== 'c') return null
  const { run, abandon } = JSON.parse(data as string) as { run: string; abandon?: true }
  return abandon ? null : run
}
