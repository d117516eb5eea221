import type { ChunkSink, PreparedChild, PreparedSuccessor, RunHost } from '../definition/host.ts'
import { noSurroundings } from '../definition/surroundings.ts'
import type { Change, Verdict } from '../model/journal.ts'
import { type RunLogger, runLogger } from '../model/logger.ts'

const never = new Promise<never>(() => {})
const quiet = { log: () => {}, error: () => {} }

type Paused = { reason: string; failure?: { message: string } }

/** A host that writes nothing: the first thing that a run would write ends its replay. */
export class ReplayHost implements RunHost {
  readonly logger = runLogger(quiet, 'replay')
  readonly surroundings = noSurroundings
  /** The message of what did not fit, or null. */
  readonly ended: Promise<string | null>
  readonly #now: Date
  end!: (mismatch: string | null) => void

  /** @param now the time of the last thing that happened. */
  constructor(now: Date) {
    this.#now = now
    this.ended = new Promise((resolve) => {
      this.end = resolve
    })
  }

  readonly followed = false

  stepLogger(): RunLogger {
    return this.logger
  }

  storeLine(): void {}

  began(): void {}

  chunks(): ChunkSink {
    return { write: () => {}, end: () => {} }
  }

  write(change: Change): Promise<Verdict> {
    // recorded values (step.now and the like) go on by themselves
    if (change.op === 'k') return Promise.resolve({ kind: 'done' })
    const row = change.rows.find(({ kind }) => kind === 'p')
    const { reason, failure } = JSON.parse(row?.data ?? '{}') as Partial<Paused>
    this.end(reason === 'history_mismatch' ? (failure?.message ?? '') : null)
    return never
  }

  transact(): Promise<never> {
    this.end(null)
    return never
  }

  callOff(): Promise<never> {
    this.end(null)
    return never
  }

  query(): Promise<never> {
    this.end(null)
    return never
  }

  prepareChild(): Promise<PreparedChild> {
    this.end(null)
    return never
  }

  drawEventId(): Promise<string> {
    this.end(null)
    return never
  }

  prepareSuccessor(): Promise<PreparedSuccessor> {
    this.end(null)
    return never
  }

  now(): Date {
    return this.#now
  }
}
