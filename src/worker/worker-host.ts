import type { PoolClient } from 'pg'
import type { Session } from '../client/session.ts'
import type { Starter } from '../client/starter.ts'
import type { Startable } from '../definition/definition.ts'
import type { ChildOptions, Isolation, PreparedChild, RunHost } from '../definition/host.ts'
import { decodeError, isConnectionLoss, isRetryable } from '../kernel/database-error.ts'
import { type Advance, advanceTasks, journalLength, type LeasedTask } from '../kernel/tasks.ts'
import type { Change, Verdict } from '../model/journal.ts'
import { type RunLogger, runLogger } from '../model/logger.ts'
import type { Writer } from './writer.ts'

/** Times that a step.transaction is repeated after conflicts, before its attempt fails. */
const MAX_REPEATS = 20

/** What all runs of a worker share. */
export type HostParts = {
  readonly session: Session
  readonly starter: Starter
  readonly writer: Writer
  /** The time by which runs live, never ahead of it. */
  readonly now: () => Date
}

/** What this worker does for one run. */
export class WorkerHost implements RunHost {
  readonly logger: RunLogger
  readonly #parts: HostParts
  readonly #task: LeasedTask
  readonly #parent: string | null
  readonly #leaving: () => void

  /** @param leaving called when the run begins its last write here: its place is free. */
  constructor(
    parts: HostParts,
    task: LeasedTask,
    name: string,
    parent: string | null,
    leaving: () => void,
  ) {
    this.#parts = parts
    this.#task = task
    this.#parent = parent
    this.#leaving = leaving
    this.logger = runLogger(parts.session.logger, name)
  }

  write(change: Change): Promise<Verdict> {
    if (change.op !== 'k') this.#leaving()
    return this.#parts.writer.write(this.#item(change))
  }

  now(): Date {
    return this.#parts.now()
  }

  async prepareChild(
    workflow: Startable,
    input: unknown,
    options: ChildOptions,
  ): Promise<PreparedChild> {
    const { timeoutMs, tags, ...rest } = options
    const { start, id } = await this.#parts.starter.prepare(workflow, input, {
      ...rest,
      ...(tags ? { tags: [...tags] } : {}),
      ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
      parent: this.#task.run,
    })
    return { start: { ...start, meta: start.meta as string }, id }
  }

  async transact<T>(
    isolation: Isolation,
    work: (client: PoolClient) => Promise<T>,
    change: (result: T) => Change,
  ): Promise<{ result: T; verdict: Verdict }> {
    for (let turn = 1; ; turn++) {
      const client = await this.#connect()
      let doubtful: { result: T; length: number } | null = null
      try {
        await client.query(`begin isolation level ${isolation}`)
        const result = await work(client)
        const item = this.#item(change(result))
        const [verdict] = await advanceTasks(
          this.#parts.session.db,
          await this.#parts.session.tenant(),
          [item],
          client,
        )
        if (verdict?.kind === 'stale') {
          await client.query('rollback')
          return { result, verdict }
        }
        doubtful = { result, length: item.length }
        await client.query('commit')
        client.release()
        return { result, verdict: verdict as Verdict }
      } catch (error) {
        const lost = isConnectionLoss(error)
        if (lost) client.release(true)
        else
          await client.query('rollback').then(
            () => client.release(),
            () => client.release(true),
          )
        if (lost && doubtful && (await this.#committed(doubtful.length))) {
          return { result: doubtful.result, verdict: { kind: 'done' } }
        }
        if ((!isRetryable(error) && !(lost && doubtful)) || turn >= MAX_REPEATS)
          throw decodeError(error)
      }
    }
  }

  /** Whether a commit of unknown outcome came to be: the row lock waits until it is through or gone. */
  async #committed(length: number): Promise<boolean> {
    const { session } = this.#parts
    const known = await journalLength(session.db, await session.tenant(), this.#task)
    return known !== null && known >= length
  }

  async #connect(): Promise<PoolClient> {
    try {
      return await this.#parts.session.db.pool.connect()
    } catch (error) {
      throw decodeError(error)
    }
  }

  #item(change: Change): Advance {
    const { run, task, fence } = this.#task
    return { ...change, run, task, fence, parent: this.#parent }
  }
}
