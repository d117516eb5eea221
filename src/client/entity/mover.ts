import type { Tx } from '../../kernel/database.ts'
import { isRefused } from '../../kernel/database-error.ts'
import {
  type DoneTransition,
  type EntityStart,
  type EntityTransition,
  executeTransitions,
  type ItemResult,
  type StartedEntity,
  startEntities,
} from '../../kernel/entities.ts'
import { Batcher } from '../../model/batcher.ts'
import { errorFromCode } from '../../model/errors.ts'
import { MAX_WRITE_BYTES } from '../../model/limits.ts'
import type { IdPool } from '../id-pool.ts'
import type { Session } from '../session.ts'
import { untilHeard } from '../until-heard.ts'

/** What is sent, and how many bytes of JSON it carries. */
type Sized<Item> = { readonly item: Item; readonly bytes: number }
/** `lost`: an earlier sending of it may have been carried out. */
type Told<Done> = { readonly result: ItemResult<Done>; readonly lost: boolean }
type Answer<Done> = Told<Done> | { readonly error: unknown }
type Send<Item, Done> = (
  db: Session['db'],
  tenant: number,
  items: readonly Item[],
  tx?: Tx,
) => Promise<ItemResult<Done>[]>

/** One kind of calls, of which those that became ready together are sent together. */
class Lane<Item, Done> {
  readonly #session: Session
  readonly #ids: IdPool
  readonly #send: Send<Item, Done>
  readonly #batcher: Batcher<Sized<Item>, Answer<Done>>

  constructor(session: Session, ids: IdPool, send: Send<Item, Done>) {
    this.#session = session
    this.#ids = ids
    this.#send = send
    this.#batcher = new Batcher({
      lanes: 2,
      max: 500,
      weight: { of: ({ bytes }) => bytes, max: MAX_WRITE_BYTES },
      send: (items) => this.#sendAll(items),
    })
  }

  async call(one: Sized<Item>, tx?: Tx): Promise<Done & { lost: boolean }> {
    const answer: Answer<Done> = tx
      ? await this.#within(one.item, tx)
      : await this.#batcher.add(one)
    if ('error' in answer) throw answer.error
    const { result, lost } = answer
    if (typeof result !== 'object' || result === null || !('problem' in result))
      return { ...(result as Done), lost }
    const { code, message, hint, details } = result.problem
    throw errorFromCode(code, `${message} ${hint}`, { details: { ...details } })
  }

  async #within(item: Item, tx: Tx): Promise<Told<Done>> {
    const tenant = await this.#session.tenant(tx)
    const [result] = await this.#send(this.#session.db, tenant, [item], tx)
    return { result: result as ItemResult<Done>, lost: false }
  }

  /** Sent again while the outcome is unknown: each has its request, and is done once. */
  async #sendAll(batch: Sized<Item>[]): Promise<Answer<Done>[]> {
    const tenant = await this.#session.tenant()
    const items = batch.map(({ item }) => item)
    try {
      return await untilHeard(async (lost) => {
        const results = await this.#send(this.#session.db, tenant, items)
        // it may have been set back while it was away, and hand out again what was drawn before
        if (lost) this.#ids.drop()
        return results.map((result) => ({ result, lost }))
      })
    } catch (error) {
      if (isRefused(error)) return this.#apart(batch, error)
      throw error
    }
  }

  /** One that is refused as a call must not take those of others with it. */
  async #apart(batch: Sized<Item>[], error: unknown): Promise<Answer<Done>[]> {
    if (batch.length === 1) return [{ error }]
    const answers: Answer<Done>[] = []
    for (const one of batch) answers.push(...(await this.#sendAll([one])))
    return answers
  }
}

/** Starts and moves entities, those of one client that became ready together in one call. */
export class Mover {
  readonly #ids: IdPool
  readonly #starts: Lane<EntityStart, StartedEntity>
  readonly #transitions: Lane<EntityTransition, DoneTransition>

  constructor(session: Session, ids: IdPool) {
    this.#ids = ids
    this.#starts = new Lane(session, ids, startEntities)
    this.#transitions = new Lane(session, ids, executeTransitions)
  }

  /** A name for a call that its caller has none for: sent again after a lost reply, it is the same call. */
  async drawRequest(tx?: Tx): Promise<string> {
    return `$${await this.#ids.take(tx)}`
  }

  start(one: Sized<EntityStart>, tx?: Tx): Promise<StartedEntity & { lost: boolean }> {
    return this.#starts.call(one, tx)
  }

  transition(one: Sized<EntityTransition>, tx?: Tx): Promise<DoneTransition & { lost: boolean }> {
    return this.#transitions.call(one, tx)
  }
}
