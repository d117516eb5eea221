import { closeKey, type Journal } from './journal.ts'
import type { Waits } from './waits.ts'

/** Children for which a run waits before it ends, by the step that started each. */
export class OpenChildren {
  readonly #journal: Journal
  readonly #waits: Waits
  // most runs have none
  #runs: Map<string, string> | null = null
  #waiting: Set<string> | null = null

  constructor(journal: Journal, waits: Waits) {
    this.#journal = journal
    this.#waits = waits
  }

  get size(): number {
    return this.#runs?.size ?? 0
  }

  /** The handler is through, and the run waits for them: nothing begins any more. */
  get closing(): boolean {
    return this.#waiting !== null
  }

  /** The run does not end before this child has. */
  keepOpen(step: string, run: string): void {
    if (this.#journal.peek(closeKey(step)).end !== null) return
    this.#runs ??= new Map()
    this.#runs.set(step, run)
  }

  /** The end of the child was heard. */
  closed(step: string): void {
    this.#runs?.delete(step)
  }

  /** Waits for their ends. @param heard called for each */
  close(heard: () => void): void {
    for (const [step, run] of this.#runs ?? []) {
      this.#waiting ??= new Set()
      if (this.#waiting.has(step)) continue
      this.#waiting.add(step)
      // nobody listens to it any more, and the message is for one wait only
      this.#waits.drop(step)
      void this.#waits.add({ key: closeKey(step), name: `$child:${run}`, ms: null }).then(() => {
        this.#runs?.delete(step)
        heard()
      })
    }
  }
}
