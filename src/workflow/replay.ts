import { HistoryMismatchError } from '../model/errors.ts'
import { type Journal, patchOf } from './journal.ts'

/**
 * How long a handler that already waits for something else may take to ask for a step that is
 * recorded. Code between steps may do something slow in one branch while another branch waits; a
 * mismatch that is found late costs nothing, one that is none would pause a healthy run.
 */
const GRACE_MS = 5000

/** Watches a replay: the handler shall ask for all that is recorded. */
export class Replay {
  readonly #journal: Journal
  #size = -1
  #until = 0

  constructor(journal: Journal) {
    this.#journal = journal
  }

  /**
   * Whether the handler, which has come to rest, still asks for what is recorded.
   * @param found what it asks for and does not get before it has
   * @returns when to look again, in milliseconds; null: when something has happened
   */
  look(found: string | undefined, isThrough: boolean): number | HistoryMismatchError | null {
    if (isThrough) return this.#mismatch(undefined)
    if (found === undefined) return null
    const left = this.#patience()
    return left > 0 ? left : this.#mismatch(found)
  }

  /** Milliseconds left. */
  #patience(): number {
    const now = performance.now()
    const { size } = this.#journal.unseen
    if (this.#size !== size) {
      this.#size = size
      this.#until = now + GRACE_MS
    }
    return this.#until - now
  }

  /** @param found what the code asks for instead; undefined if it returned */
  #mismatch(found: string | undefined): HistoryMismatchError {
    const unseen = [...this.#journal.unseen]
    const patch = unseen.flatMap((key) => patchOf(key) ?? [])[0]
    if (patch !== undefined) return removedTooEarly(patch)
    const expected = unseen[0] as string
    const instead = found === undefined ? 'returns' : `calls "${found}"`
    return new HistoryMismatchError(
      `The history holds step "${expected}", but the code ${instead} there. Restore the step, register the changed code under a new version, or resume with code that fits.`,
      { details: { expected, found: found ?? null, unseen: unseen.slice(0, 20) } },
    )
  }
}

function removedTooEarly(patch: string): HistoryMismatchError {
  return new HistoryMismatchError(
    `The run took the old way at step.patched("${patch}"), but the code does not ask for that any more. Restore it, with the old way, until the runs that took it have ended (their timelines hold "$patch:${patch}" with false), and resume.`,
    { code: 'MR033', details: { patch } },
  )
}
