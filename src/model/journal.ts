import type { RunFailure } from './failure.ts'
import type { SkipReason } from './status.ts'

/**
 * A run's journal, as the kernel keeps it. Kinds: r result of a step · e an attempt failed · f a step
 * failed for good · g a wait ended by a message · t its time is over · o no message came in time ·
 * c a child was started · h an attempt of the handler failed · p paused · u resumed · d its owner died ·
 * x cancelled · v moved to another version · m what the run took at a change of its code ·
 * s a value that it published · l attributes that it set · z it continued as another run · w its history is
 * long · a the first step with an undo is about to begin · b the undos begin (UndoBegin) · i an attempt of an undo failed ·
 * n a step is undone · k a step of a flow or graph was skipped (Skip). A row of kind ~ is never stored: it is news of a wait that ends without a row.
 */
export type JournalKind =
  | 'r'
  | 'e'
  | 'f'
  | 'g'
  | 't'
  | 'o'
  | 'c'
  | 'h'
  | 'p'
  | 'u'
  | 'd'
  | 'x'
  | 'v'
  | 'm'
  | 's'
  | 'l'
  | 'z'
  | 'w'
  | 'a'
  | 'b'
  | 'i'
  | 'n'
  | 'k'
  | '~'

/** One row. `name` is the step's key; `data` is JSON text, null for undefined. */
export type JournalRow = {
  readonly kind: JournalKind
  readonly name: string
  readonly data: string | null
  /** Of an attempt of a step: the length of the journal when it began; more came in between if others ran beside it. */
  readonly begun?: number
}

/**
 * A wait of a run: for the message `name`, or for time alone. `ms` null: as it was before, and where
 * it was not, only the message ends it. A key that begins with ~ or ? ends without a journal row. Several of
 * one key are one wait: the first message ends it, and the others stay in the buffer; the data of its row are
 * then [name, data].
 */
export type Wait = {
  readonly key: string
  readonly name: string | null
  readonly ms: number | null
  /** Where `name` is that of an event: which. */
  readonly event?: { readonly name: string; readonly key: string }
}

/** An event that a run emits in the transaction that writes it into its journal. */
export type Emission = {
  /** A decimal string, drawn before: sent again, it is the same event. */
  readonly id: string
  readonly name: string
  readonly key: string
  /** JSON text; null for undefined. */
  readonly data: string | null
  readonly dedupeId: string | null
  /** Milliseconds for which runs that begin to wait later get it. */
  readonly keepMs: number
}

/** A child to start in the transaction that writes it into its parent's journal. Ids are decimal strings. */
export type ChildStart = {
  readonly id: string
  readonly route: number
  readonly input: string | null
  readonly meta: string
}

/** The run as which another continues, started in the transaction that ends that one. */
export type Successor = Omit<ChildStart, 'meta'> & { readonly meta: string | null }

/** A question to people that a run asks: who may answer, and for how long. */
export type Ask = {
  /** The key of the step. */
  readonly step: string
  readonly question: string
  /** JSON text; null for undefined. */
  readonly details: string | null
  readonly assignees: readonly string[]
  readonly roles: readonly string[]
  /** Milliseconds; null: until it is answered. */
  readonly ms: number | null
}

/** What an owner says about its run; rows are appended to the journal, which then has `length` rows. */
export type Change = {
  /** k keep · c completed · f failed · x cancelled, once its undos have ended · w wait · y back to the queue · p pause */
  readonly op: 'k' | 'c' | 'f' | 'x' | 'w' | 'y' | 'p'
  readonly length: number
  readonly rows: readonly JournalRow[]
  /** c, f: the last checkpoints, recorded with the outcome. */
  readonly tail?: readonly JournalRow[]
  /** c: the output, f: the failure, both JSON text; p: one letter, the reason. */
  readonly output?: string | null
  readonly waits?: readonly Wait[]
  /** performance.now() from which the times of `waits` count; default: from when the kernel gets them. */
  readonly waitsFrom?: number
  /** Milliseconds from then until the first of all its waits is over by time, kept ones too. */
  readonly dueIn?: number
  readonly children?: readonly ChildStart[]
  readonly asks?: readonly Ask[]
  readonly emits?: readonly Emission[]
  /** Attributes that its rows set, each JSON of values by name; of a name the last counts. */
  readonly values?: readonly string[]
  /** c: the run goes on as another: it has no output, and its parent hears nothing yet. */
  readonly successor?: Successor
}

/**
 * The kernel's answer: written, or the run is not the caller's any more, or a wait had ended already. `undo`: it
 * was cancelled and its steps have undos, so that nothing of the change was taken; it is to be said again, with a
 * row of kind b that has these data. `length` is that of the journal: more than the owner knows, if an earlier
 * sending of the change was taken.
 */
export type Verdict =
  | { readonly kind: 'done' | 'stale' | 'paused' }
  | { readonly kind: 'news'; readonly rows: JournalRow[] }
  | { readonly kind: 'undo'; readonly data: string; readonly length: number }

/** What a row of kind k says: why a step was skipped. */
export type Skip = {
  readonly reason: SkipReason
  /** Of a handler that failed: what it threw. */
  readonly failure?: RunFailure
}

/** What a row of kind b says: how the run ends once its steps are undone, and who wanted that. */
export type UndoBegin = {
  readonly status: 'x' | 'f'
  /** The failure; null of a cancelled run. */
  readonly failure: object | null
  readonly reason: string | null
  readonly by: string | null
}
