import { setTimeout as pause } from 'node:timers/promises'
import type { Session } from '../client/session.ts'
import { isLocked, isRefused } from '../kernel/database-error.ts'
import { type Advance, advanceTasks } from '../kernel/tasks.ts'
import { Batcher } from '../model/batcher.ts'
import type { Verdict } from '../model/journal.ts'
import { MAX_WRITE_BYTES } from '../model/limits.ts'
import type { DatabaseClock } from './database-clock.ts'
import { Slots } from './slots.ts'
import { awayPause } from './while-away.ts'

const STALE: Verdict = { kind: 'stale' }
/** How long a batch waits for rows that others hold for a moment; and a run that is known to be held. */
const PATIENCE_MS = 300
const HELD_PATIENCE_MS = 10
/** Between two tries of a run whose row somebody else holds, in an open transaction say. */
const BUSY_MS = 50
const MOST_BUSY_MS = 1000

/** What the writers of a worker share, one for each tenant whose runs it has. */
export class WriteLoad {
  /** Rises with each sending, whoever's runs it is about: a run may be written by another writer than before. */
  sendings = 0
  /** Bytes of payloads that are not written yet. */
  pendingBytes = 0
  /** Runs that are held are asked for one at a time: they must not take all connections. */
  readonly held = new Slots(1)
  /** Calls under way at once, where there are many writers. */
  readonly calls: Slots | null

  constructor(calls: Slots | null = null) {
    this.calls = calls
  }
}

/** A promise where it failed, or comes later than that of others in its batch. */
type Answer = Verdict | Promise<Verdict>

/**
 * Writes what runs have to say: whatever became ready while the previous call was in flight goes
 * together.
 */
export class Writer {
  readonly #session: Session
  readonly #clock: DatabaseClock
  readonly #batcher: Batcher<Advance, Verdict>
  readonly #leaseOver: () => boolean
  readonly #load: WriteLoad

  /** @param leaseOver whether this worker's lease is over: then nothing is sent again. */
  constructor(
    session: Session,
    clock: DatabaseClock,
    leaseOver: () => boolean,
    load: WriteLoad = new WriteLoad(),
  ) {
    this.#session = session
    this.#load = load
    this.#clock = clock
    this.#leaseOver = leaseOver
    const weight = { of: bytesOf, max: MAX_WRITE_BYTES }
    this.#batcher = new Batcher({
      lanes: 2,
      max: 500,
      weight,
      send: (items) => this.#sendAll(items),
    })
  }

  /** @throws what the database says to this one item */
  write(item: Advance): Promise<Verdict> {
    this.#load.pendingBytes += bytesOf(item)
    return this.#batcher.add(item)
  }

  async #sendAll(items: Advance[]): Promise<Answer[]> {
    try {
      return await this.#send(items)
    } finally {
      for (const item of items) this.#load.pendingBytes -= bytesOf(item)
    }
  }

  /**
   * Sent again as it is while its outcome is unknown: the kernel takes each call as often as it
   * comes. So is what failed for a reason that is not in it, such as a statement that somebody
   * cancelled: a run must not fail for that.
   */
  async #send(items: Advance[], patienceMs = PATIENCE_MS): Promise<Answer[]> {
    for (let turn = 0; ; turn++) {
      try {
        return await this.#call(items, patienceMs)
      } catch (error) {
        if (isLocked(error) && items.length === 1) return [this.#later(items[0] as Advance)]
        if (isLocked(error)) return this.#apart(items, error, HELD_PATIENCE_MS)
        if (isRefused(error) || error instanceof RangeError)
          return this.#apart(items, error, patienceMs)
        if (this.#leaseOver()) return items.map(() => STALE)
        if (turn === 3) this.#session.logger.error('a write is sent again and again', error)
        await pause(awayPause(turn))
      }
    }
  }

  async #call(items: Advance[], patienceMs: number): Promise<Verdict[]> {
    const tenant = await this.#session.tenant()
    const send = () => {
      const options = { stamp: ++this.#load.sendings, patienceMs, clock: this.#clock }
      return advanceTasks(this.#session.db, tenant, items, options)
    }
    return this.#load.calls ? this.#load.calls.use(send) : send()
  }

  /** Somebody holds the row of this run, in an open transaction: the others do not wait for that. */
  #later(item: Advance): Answer {
    const bytes = bytesOf(item)
    this.#load.pendingBytes += bytes
    return handled(this.#whenFree(item).finally(() => (this.#load.pendingBytes -= bytes)))
  }

  async #whenFree(item: Advance): Promise<Verdict> {
    for (let ms = BUSY_MS; ; ms = Math.min(ms * 2, MOST_BUSY_MS)) {
      await pause(ms)
      if (this.#leaseOver()) return STALE
      try {
        const [verdict] = await this.#load.held.use(() => this.#call([item], HELD_PATIENCE_MS))
        return verdict as Verdict
      } catch (error) {
        if (isRefused(error)) throw error
      }
    }
  }

  /** One item that cannot be stored, or is held, must not take its batch with it. */
  async #apart(items: Advance[], error: unknown, patienceMs: number): Promise<Answer[]> {
    if (items.length === 1) return [handled(Promise.reject(error))]
    const answers: Answer[] = []
    for (const item of items) answers.push(...(await this.#send([item], patienceMs)))
    return answers
  }
}

/** Whoever waits for it hears of its error; until then it must not count as one that nobody hears of. */
function handled(promise: Promise<Verdict>): Promise<Verdict> {
  promise.catch(() => {})
  return promise
}

function bytesOf({ rows, tail, output, children, emits }: Advance): number {
  let sum = output?.length ?? 0
  for (const { data } of rows) sum += data?.length ?? 0
  if (tail) for (const { data } of tail) sum += data?.length ?? 0
  if (children) for (const { input } of children) sum += input?.length ?? 0
  if (emits) for (const { data } of emits) sum += data?.length ?? 0
  return sum
}
