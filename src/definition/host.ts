import type { PoolClient } from 'pg'
import type { Change, ChildStart, JournalRow, Successor, Verdict } from '../model/journal.ts'
import type { LogLevel, RunLogger } from '../model/logger.ts'
import type { Startable } from './startable.ts'
import type { Surroundings } from './surroundings.ts'

/** A line that a handler logged: of an attempt of a step, or of the handler of the run (null). */
export type HandlerLine = {
  readonly level: LogLevel
  readonly step: string | null
  readonly attempt: number | null
  readonly message: unknown
  readonly args: readonly unknown[]
}

/** Chunks of an attempt of a step, for those who follow the run. */
export type ChunkSink = {
  /** @param chunk JSON text */
  write(chunk: string): void
  /** None follows. */
  end(): void
}

/** A run that this process owns, as an authoring model sees it. */
export type LeasedRun = {
  /** The UUID that people see. */
  readonly id: string
  readonly workflowId: string
  readonly version: string
  readonly tenant: string
  readonly resourceId: string | null
  readonly tags: readonly string[]
  /** Of a run that a schedule started: for which of its times. */
  readonly scheduledFor?: Date | null
  /** Of a fork: the key of the step whose output a person gave. */
  readonly given?: string | null
  /** Tries after the first, where the start said so. */
  readonly retries: number | null
  /** JSON text, null for undefined. */
  readonly input: string | null
  readonly journal: readonly JournalRow[]
  /** Waits that have not ended: milliseconds left, null without a time; below 0 a wait for time alone is over. */
  readonly waits: ReadonlyMap<string, number | null>
  /** Runs above it that wait for each other: its parent, that of its parent and so on. Default 0. */
  readonly depth?: number
  /** Owners that died in a row. */
  readonly crashes: number
}

/** How a child of a run is started. Durations in milliseconds. */
export type ChildOptions = {
  readonly runId?: string
  readonly resourceId?: string
  readonly queue?: string
  readonly priority?: number
  readonly tags?: readonly string[]
  readonly timeoutMs?: number
  readonly version?: string
  /** When the parent ends: it waits for the child, or the child is cancelled, or goes on. */
  readonly parentClose: ParentClose
}

/** What becomes of a child when its parent ends. */
export type ParentClose = 'wait' | 'cancel' | 'abandon'

/** Isolation of a step.transaction. */
export type Isolation = 'read committed' | 'repeatable read' | 'serializable'

/**
 * Thrown by the work of a transaction whose handler is given up while it may still use the
 * connection.
 */
export class Abandoned extends Error {
  constructor(cause: unknown) {
    super('The transaction was given up.', { cause })
  }
}

/** What the worker does for a run. One `write` or `transact` at a time for each run. */
export interface RunHost {
  readonly logger: RunLogger
  readonly surroundings: Surroundings
  /** The logger of an attempt of a step. */
  stepLogger(step: string, attempt: number): RunLogger
  /** Stores a line with the run, and shows it nowhere. */
  storeLine(line: HandlerLine): void
  /** Somebody follows the run: it is worth telling what nobody records. */
  readonly followed: boolean
  /** Tells them that an attempt of a step begins. */
  began(step: string, attempt: number): void
  /** Chunks of an attempt are to come. @param stored all of them are the output of the step: who comes late gets them too */
  chunks(step: string, attempt: number, stored: boolean): ChunkSink
  /** Writes it, together with what other runs have to say. @throws if it cannot be stored */
  write(change: Change): Promise<Verdict>
  /**
   * Runs `work` in a transaction of the user's database and commits it together with what `change`
   * makes of its result. Repeated as a whole on a conflict. A commit of unknown outcome is looked
   * up.
   * @throws what `work` throws, as it is; what an Abandoned was made of
   */
  transact<T>(
    isolation: Isolation,
    work: (client: PoolClient) => Promise<T>,
    change: (result: T) => Change,
  ): Promise<{ result: T; verdict: Verdict }>
  /** Draws an id for a child and says where its start goes. */
  prepareChild(workflow: Startable, input: unknown, options: ChildOptions): Promise<PreparedChild>
  /** Draws an id for an event: emitted again after an unknown outcome, it is the same event. */
  drawEventId(): Promise<string>
  /** Draws an id for the run as which this one continues, and says where its start goes. */
  prepareSuccessor(input: unknown, options: { version?: string }): Promise<PreparedSuccessor>
  /**
   * Ends what steps that were given up have begun elsewhere: children, by number, and questions, by the key of their step.
   * `reason` is what the children say of it.
   */
  callOff(left: {
    readonly children: readonly string[]
    readonly questions: readonly string[]
    readonly reason: string
  }): Promise<void>
  /** A query of a handler of the user's, apart from what the run writes. @throws what the database says */
  query(text: string, values: readonly unknown[]): Promise<readonly unknown[]>
  /** The time by which runs live: the database's, never ahead of it. */
  now(): Date
}

/** A child that is ready to be started, and the UUID under which people will see it. */
export type PreparedChild = { readonly start: ChildStart; readonly id: string }

/** A run that is ready to go on for another, and the UUID under which people will see it. */
export type PreparedSuccessor = { readonly start: Successor; readonly id: string }
