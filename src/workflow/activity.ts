import type { JournalRow } from '../model/journal.ts'

type Active = { readonly since: number; readonly begun: number }
type Waiting = { readonly key: string; readonly start: () => void }

const NOBODY: Waiting[] = []

/** The steps of a run whose handlers are at work, and those that wait until they may begin. */
export class Activity {
  readonly #active = new Map<string, Active>()
  #waiting = NOBODY

  /** Steps at work. */
  get size(): number {
    return this.#active.size
  }

  /** Steps that wait until what came before them is durable. */
  get waiting(): number {
    return this.#waiting.length
  }

  /** One that waits, to tell of it. */
  get firstWaiting(): string | undefined {
    return this.#waiting[0]?.key
  }

  /** The step works. */
  has(key: string): boolean {
    return this.#active.has(key)
  }

  /** The step works from now on. @param begun the length of the journal */
  begin(key: string, begun: number): void {
    this.#active.set(key, { since: performance.now(), begun })
  }

  /** A row of a step, with how long the journal was when its present attempt began. */
  dated(row: JournalRow): JournalRow {
    const active = this.#active.get(row.name)
    return active === undefined ? row : { ...row, begun: active.begun }
  }

  /** Resolves when the step may begin, and has. */
  wait(key: string): Promise<void> {
    return new Promise((start) => {
      if (this.#waiting === NOBODY) this.#waiting = [{ key, start }]
      else this.#waiting.push({ key, start })
    })
  }

  /** All that wait begin. @param begun the length of the journal */
  release(begun: number): void {
    const waiting = this.#waiting
    this.#waiting = NOBODY
    for (const { key, start } of waiting) {
      this.begin(key, begun)
      start()
    }
  }

  /** None that waits will begin. */
  dismiss(): void {
    this.#waiting = NOBODY
  }

  /** The step does nothing any more. Tells whether it did. */
  end(key: string): boolean {
    return this.#active.delete(key)
  }

  /** With the milliseconds (performance.now) at which they began. */
  list(): { step: string; since: number }[] {
    return [...this.#active].map(([step, { since }]) => ({ step, since }))
  }
}
