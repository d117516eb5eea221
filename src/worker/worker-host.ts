import type { PoolClient } from 'pg'
import type { Session } from '../client/session.ts'
import type { Starter } from '../client/starter.ts'
import type {
  ChildOptions,
  ChunkSink,
  HandlerLine,
  Isolation,
  PreparedChild,
  PreparedSuccessor,
  RunHost,
} from '../definition/host.ts'
import type { Startable } from '../definition/startable.ts'
import type { Surroundings } from '../definition/surroundings.ts'
import {
  type Advance,
  advanceTasks,
  callOff,
  journalLength,
  type LeasedTask,
} from '../kernel/tasks.ts'
import { UnavailableError } from '../model/errors.ts'
import type { Change, Verdict } from '../model/journal.ts'
import { MAX_TIMER_MS } from '../model/limits.ts'
import { makeRunLogger, type RunLogger, runLogger, stepLogger } from '../model/logger.ts'
import type { LeasedTaskRun } from './leased-run.ts'
import type { LiveSender } from './live-sender.ts'
import type { LogWriter } from './log-writer.ts'
import { runTransaction } from './run-transaction.ts'
import type { Slots } from './slots.ts'
import { whileAway } from './while-away.ts'
import type { Writer } from './writer.ts'

/** What a run says last: it ends, or goes to others. */
const LEAVING = 'cfxy'

/** What all runs of a worker share. */
export type HostParts = {
  readonly session: Session
  readonly starter: Starter
  readonly writer: Writer
  /** Transactions of users may not take all connections: the kernel needs some. */
  readonly transactions: Slots
  /** The time by which runs live, never ahead of it. */
  readonly now: () => Date
  /** Whether this worker's lease is over. */
  readonly leaseOver: () => boolean
  readonly surroundings: Surroundings
  readonly live: LiveSender
  readonly logs: LogWriter
  /** In so many milliseconds the wait of a run that left is over. */
  readonly dueIn: (ms: number) => void
}

/** What this worker does for one run. */
export class WorkerHost implements RunHost {
  readonly #parts: HostParts
  readonly #task: LeasedTask
  readonly #lease: LeasedTaskRun
  readonly #leaving: () => void
  #logger: RunLogger | null = null

  /** @param leaving called when the run begins its last write here: its place is free. */
  constructor(parts: HostParts, task: LeasedTask, lease: LeasedTaskRun, leaving: () => void) {
    this.#parts = parts
    this.#task = task
    this.#lease = lease
    this.#leaving = leaving
  }

  get logger(): RunLogger {
    this.#logger ??= this.#storing(this.#printer, null, null)
    return this.#logger
  }

  stepLogger(step: string, attempt: number): RunLogger {
    const printer = stepLogger(this.#printer, `${step} (attempt ${attempt})`)
    return this.#storing(printer, step, attempt)
  }

  /** What the process's own logger shows. */
  get #printer(): RunLogger {
    const { workflowId, id } = this.#lease
    return runLogger(this.#parts.session.logger, `${workflowId} ${id}`)
  }

  /** Shown, and stored. */
  #storing(printer: RunLogger, step: string | null, attempt: number | null): RunLogger {
    return makeRunLogger((level, message, args) => {
      printer[level](message, ...(args as object[]))
      this.storeLine({ level, step, attempt, message, args })
    })
  }

  storeLine(line: HandlerLine): void {
    const { logs, session } = this.#parts
    logs.add(session, this.#task.run, line)
  }

  get followed(): boolean {
    return this.#parts.live.follows(this.#task.run)
  }

  began(step: string, attempt: number): void {
    const { live, session } = this.#parts
    live.began(session, this.#task.run, step, attempt)
  }

  chunks(step: string, attempt: number, stored: boolean): ChunkSink {
    const { run, fence } = this.#task
    const { live, session } = this.#parts
    return live.open(session, { run, step, attempt, epoch: fence, stored })
  }

  get surroundings(): Surroundings {
    return this.#parts.surroundings
  }

  write(change: Change): Promise<Verdict> {
    // a run that wants to wait may hear that its wait has ended, and goes on: it keeps its place
    if (LEAVING.includes(change.op)) this.#leaving()
    const written = this.#parts.writer.write(this.#item(change))
    return change.op === 'w' ? this.#parked(change, written) : written
  }

  async #parked(
    { waitsFrom = 0, dueIn = Number.POSITIVE_INFINITY }: Change,
    written: Promise<Verdict>,
  ): Promise<Verdict> {
    const verdict = await written
    if (verdict.kind === 'done' && dueIn < MAX_TIMER_MS)
      this.#parts.dueIn(dueIn - (performance.now() - waitsFrom))
    return verdict
  }

  now(): Date {
    return this.#parts.now()
  }

  async prepareChild(
    workflow: Startable,
    input: unknown,
    options: ChildOptions,
  ): Promise<PreparedChild> {
    const { timeoutMs, tags, parentClose, ...rest } = options
    const { starter, leaseOver } = this.#parts
    const all = {
      ...rest,
      ...(tags ? { tags: [...tags] } : {}),
      ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
      parent: this.#task.run,
      parentClose,
      ...depthBelow(this.#lease.depth),
      // its parts were deleted with it
      deleted: workflow.id.startsWith(`${this.#lease.workflowId}.`),
    }
    const { start, id } = await whileAway(() => starter.prepare(workflow, input, all), leaseOver)
    return { start: { ...start, meta: start.meta as string }, id }
  }

  async drawEventId(): Promise<string> {
    const { starter, leaseOver } = this.#parts
    return String(await whileAway(() => starter.ids.take(), leaseOver))
  }

  async prepareSuccessor(
    input: unknown,
    options: { version?: string },
  ): Promise<PreparedSuccessor> {
    const { starter, leaseOver } = this.#parts
    const { workflowId, queue, priority, resourceId, tags, retries } = this.#lease
    const { parent, depth } = this.#lease
    const all = {
      ...options,
      ...{ queue, priority, tags: [...tags] },
      ...(resourceId === null ? {} : { resourceId }),
      ...(retries === null ? {} : { retries }),
      ...(parent === null ? {} : { parent, ...depthBelow(depth - 1) }),
      continues: true,
      deleted: true,
    }
    const workflow = { id: workflowId }
    return whileAway(() => starter.prepare(workflow, input, all), leaseOver)
  }

  async transact<T>(
    isolation: Isolation,
    work: (client: PoolClient) => Promise<T>,
    change: (result: T) => Change,
  ): Promise<{ result: T; verdict: Verdict }> {
    const { session, transactions, leaseOver } = this.#parts
    const tenant = await session.tenant()
    const transaction = `${this.#task.fence} ${this.#task.run}`
    const write = async (client: PoolClient, result: T): Promise<Verdict> => {
      const item = this.#item(change(result))
      return (
        await advanceTasks(session.db, tenant, [item], { tx: client, transaction })
      )[0] as Verdict
    }
    const committed = (result: T) => this.#isCommitted(tenant, change(result).length)
    return transactions.use(() =>
      runTransaction(session.db, {
        isolation,
        name: transaction,
        work,
        write,
        committed,
        over: leaseOver,
      }),
    )
  }

  async callOff(left: {
    children: readonly string[]
    questions: readonly string[]
    reason: string
  }): Promise<void> {
    const { session, leaseOver } = this.#parts
    const tenant = await session.tenant()
    await whileAway(() => callOff(session.db, tenant, this.#task, left), leaseOver)
  }

  query(text: string, values: readonly unknown[]): Promise<readonly unknown[]> {
    const { session, transactions } = this.#parts
    return transactions.use(async () => (await session.db.pool.query(text, [...values])).rows)
  }

  /**
   * The row lock waits until the commit is through or gone. Null if the run is not ours any more.
   */
  async #isCommitted(tenant: number, length: number): Promise<boolean | null> {
    const { session, leaseOver } = this.#parts
    try {
      const known = await whileAway(() => journalLength(session.db, tenant, this.#task), leaseOver)
      return known === null ? null : known >= length
    } catch (error) {
      if (error instanceof UnavailableError) return null
      throw error
    }
  }

  #item(change: Change): Advance {
    const { run, task, fence } = this.#task
    // the parent hears of the end of the last of those that continue each other
    const parent = change.successor ? null : this.#lease.parent
    return { ...change, run, task, fence, parent }
  }
}

/** Noted from the second on: of the first it is told by its parent. */
function depthBelow(depth: number): { depth?: number } {
  return depth < 1 ? {} : { depth: depth + 1 }
}
