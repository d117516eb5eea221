import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'
import { Database } from '../../src/kernel/database.ts'
import { isConnectionLoss, isRetryable } from '../../src/kernel/database-error.ts'
import type { Random } from './random.ts'
import type { World } from './world.ts'

/** No answer came: the call may have had no effect, all of it, or may have it later. */
export class Lost extends Error {}

/**
 * How an answer gets lost, and how often. Only `cut` and `terminated` cost a connection, which is what
 * makes histories slow: a new backend plans every function anew.
 */
const FAULTS = { unsent: 15, late: 15, unheard: 40, cut: 2, terminated: 2, none: 926 } as const

/** A way to the database on which answers get lost, as long as the world's chaos lasts. */
export class FaultyDatabase extends Database {
  readonly #world: World
  readonly #random: Random

  constructor(world: World, random: Random) {
    super({ pool: world.lab.pool })
    this.#world = world
    this.#random = random
  }

  override async call<Row>(text: string, values: unknown[]): Promise<Row[]> {
    return (await this.#send({ text, values })) as Row[]
  }

  override async callArrays<Row extends unknown[]>(
    text: string,
    values: unknown[],
  ): Promise<Row[]> {
    return (await this.#send({ text, values, rowMode: 'array' } as pg.QueryConfig)) as Row[]
  }

  async #send(config: pg.QueryConfig): Promise<unknown[]> {
    this.#world.lab.figures.add('calls')
    const fault = this.#world.phase === 'chaos' ? this.#random.weighted(FAULTS) : 'none'
    if (fault !== 'none') this.#world.lab.figures.add(`cut: ${fault}`)
    switch (fault) {
      case 'none':
        return this.#run(config)
      case 'unsent':
        throw new Lost('unsent')
      case 'late': {
        const delay = this.#random.next() * 6
        this.#world.background(pause(delay).then(() => this.#run(config)))
        throw new Lost('late')
      }
      case 'unheard':
        await this.#run(config)
        throw new Lost('unheard')
      default:
        return this.#cut(config, fault === 'terminated')
    }
  }

  /** Cuts the connection while the statement runs, or just before or after that. */
  async #cut(config: pg.QueryConfig, terminate: boolean): Promise<never> {
    const client = await this.pool.connect().catch(lost)
    const pid = (client as unknown as { processID: number }).processID
    const answer = client.query(config).then(ignore, ignore)
    await pause(this.#random.next() * 2)
    if (terminate) await this.pool.query('select pg_terminate_backend($1)', [pid]).catch(ignore)
    else
      (
        client as unknown as { connection: { stream: { destroy(): void } } }
      ).connection.stream.destroy()
    await Promise.race([answer, pause(5000)])
    client.release(true)
    throw new Lost('cut')
  }

  async #run(config: pg.QueryConfig): Promise<unknown[]> {
    for (;;) {
      try {
        return (await this.pool.query(config)).rows
      } catch (error) {
        if (isRetryable(error)) this.#world.lab.figures.add('deadlocks retried')
        else if (isConnectionLoss(error)) throw new Lost('connection lost')
        else throw error
      }
    }
  }
}

function lost(): never {
  throw new Lost('no connection')
}

function ignore(): void {}
