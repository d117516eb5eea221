import { setTimeout as pause } from 'node:timers/promises'
import { encodeRunId } from '../../src/model/run-id.ts'
import { FaultyDatabase, Lost } from './faulty-database.ts'
import type { Lab, Slot } from './lab.ts'
import { Ledger } from './ledger.ts'
import type { Input } from './program.ts'
import { Random } from './random.ts'

/** chaos: all goes wrong that can · healing: nothing does any more · over: everybody leaves. */
export type Phase = 'chaos' | 'healing' | 'over'

/** What all actors of one history share. */
export class World {
  readonly lab: Lab
  readonly slot: Slot
  readonly random: Random
  readonly ledger = new Ledger()
  phase: Phase = 'chaos'
  /** The first of the ids drawn for this history: the slot had other runs before. */
  readonly base: string
  /** What this history has beside runs, messages and people: a share of them each. */
  readonly has: { readonly events: boolean; readonly rules: boolean; readonly schedule: boolean }
  /** Workers whose lease is over. */
  readonly dead = new Set<string>()
  #drawn = 0n
  readonly #background = new Set<Promise<unknown>>()

  constructor(lab: Lab, slot: Slot, seed: string, base: string) {
    this.lab = lab
    this.slot = slot
    this.base = base
    this.random = new Random(seed)
    const share = this.random.fork('shares')
    this.has = {
      events: share.chance(0.35),
      rules: share.chance(0.35),
      schedule: share.chance(0.25),
    }
  }

  /** What all inputs of this history have. */
  get common(): Pick<Input, 'key'> {
    return this.has.events ? { key: this.base } : {}
  }

  database(name: string): FaultyDatabase {
    return new FaultyDatabase(this, this.random.fork(`faults of ${name}`))
  }

  /** An id for a new run; there are 1,024 for each history. */
  drawId(): string {
    return String(BigInt(this.base) + ++this.#drawn)
  }

  /** Something goes on that nobody waits for, such as a call that arrives late. */
  background(work: Promise<unknown>): void {
    const quiet = work.then(
      () => {},
      (error: unknown) => {
        const absent = (error as { code?: string }).code === 'MR041' // its start came later still
        if (!isRefusal(error) && !absent && !(error instanceof Lost))
          this.broke('background', error)
      },
    )
    this.#background.add(quiet)
    void quiet.then(() => this.#background.delete(quiet))
  }

  async quiet(): Promise<void> {
    while (this.#background.size > 0) await Promise.all(this.#background)
  }

  /** Repeats a call until it is answered. `times`: how often it was sent. */
  async surely<T>(call: () => Promise<T>): Promise<{ answer: T; times: number }> {
    for (let times = 1; ; times++) {
      try {
        return { answer: await call(), times }
      } catch (error) {
        if (!(error instanceof Lost)) throw error
        this.lab.figures.add('sent again')
        await pause(this.lab.down ? 20 : this.random.next() * 2)
      }
    }
  }

  /** An error that no actor may get. */
  broke(who: string, error: unknown): void {
    const { message, code } = error as Error & { code?: string }
    this.ledger.violated(`${who} got an error: ${code ?? ''} ${message}`)
  }
}

/** Whether the kernel refused what was asked: another actor was faster. */
export function isRefusal(error: unknown): boolean {
  return /^MR0(11|14|55)$/.test((error as { code?: string }).code ?? '')
}

export function uuid(run: string): string {
  return encodeRunId(BigInt(run))
}
