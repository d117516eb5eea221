import { setTimeout as pause } from 'node:timers/promises'
import type { Session } from '../client/session.ts'
import { isRefused } from '../kernel/database-error.ts'
import { type Advance, advanceTasks } from '../kernel/tasks.ts'
import { Batcher } from '../model/batcher.ts'
import type { Verdict } from '../model/journal.ts'
import { awayPause } from './while-away.ts'

const STALE: Verdict = { kind: 'stale' }
type Answer = { readonly verdict: Verdict } | { readonly error: unknown }

/**
 * Writes what runs have to say: whatever became ready while the previous call was in flight goes
 * together.
 */
export class Writer {
  readonly #session: Session
  readonly #batcher: Batcher<Advance, Answer>
  readonly #leaseOver: () => boolean
  #sendings = 0

  /** @param leaseOver whether this worker's lease is over: then nothing is sent again. */
  constructor(session: Session, leaseOver: () => boolean) {
    this.#session = session
    this.#leaseOver = leaseOver
    this.#batcher = new Batcher({ lanes: 2, max: 500, send: (items) => this.#send(items) })
  }

  /** @throws what the database says to this one item */
  async write(item: Advance): Promise<Verdict> {
    const answer = await this.#batcher.add(item)
    if ('error' in answer) throw answer.error
    return answer.verdict
  }

  /**
   * Sent again as it is while its outcome is unknown: the kernel takes each call as often as it
   * comes. So is what failed for a reason that is not in it, such as a statement that somebody
   * cancelled: a run must not fail for that.
   */
  async #send(items: Advance[]): Promise<Answer[]> {
    for (let turn = 0; ; turn++) {
      try {
        const verdicts = await advanceTasks(this.#session.db, await this.#session.tenant(), items, {
          stamp: ++this.#sendings,
        })
        return verdicts.map((verdict) => ({ verdict }))
      } catch (error) {
        if (isRefused(error)) return this.#apart(items, error)
        if (this.#leaseOver()) return items.map(() => ({ verdict: STALE }))
        if (turn === 3) this.#session.logger.error('a write is sent again and again', error)
        await pause(awayPause(turn))
      }
    }
  }

  /** One item that cannot be stored must not take its batch with it. */
  async #apart(items: Advance[], error: unknown): Promise<Answer[]> {
    if (items.length === 1) return [{ error }]
    const answers: Answer[] = []
    for (const item of items) answers.push(...(await this.#send([item])))
    return answers
  }
}
