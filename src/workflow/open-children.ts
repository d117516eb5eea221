import { closeKey } from './journal.ts'
import type { Waits } from './waits.ts'

/** Children for which a run waits before it ends, by the step that started each. */
export class OpenChildren {
  readonly #runs = new Map<string, string>()
  readonly #waiting = new Set<string>()

  get size(): number {
    return this.#runs.size
  }

  /** The handler is through, and the run waits for them: nothing begins any more. */
  get closing(): boolean {
    return this.#waiting.size > 0
  }

  add(step: string, run: string): void {
    this.#runs.set(step, run)
  }

  delete(step: string): void {
    this.#runs.delete(step)
  }

  /** Waits for their ends. @param heard called for each */
  close(waits: Waits, heard: () => void): void {
    for (const [step, run] of this.#runs) {
      if (this.#waiting.has(step)) continue
      this.#waiting.add(step)
      // nobody listens to it any more, and the message is for one wait only
      waits.drop(step)
      void waits.add({ key: closeKey(step), name: `$child:${run}`, ms: null }).then(() => {
        this.#runs.delete(step)
        heard()
      })
    }
  }
}
