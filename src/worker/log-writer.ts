import { setTimeout as pause } from 'node:timers/promises'
import type { Session } from '../client/session.ts'
import type { HandlerLine } from '../definition/host.ts'
import { isRefused } from '../kernel/database-error.ts'
import { addLogs, type LogLine } from '../kernel/streams.ts'
import { MAX_PENDING_LOG_BYTES, MAX_PENDING_LOG_LINES } from '../model/limits.ts'
import { LOG_LEVELS, storableFields, storableMessage } from '../model/log-line.ts'
import type { LogLevel } from '../model/logger.ts'

/** Lines in one call. */
const MAX_LINES = 500
const FIRST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 5000
/** Runs whose lost lines are counted one by one. */
const MAX_COUNTED = 10_000

type Pending = Omit<LogLine, 'age'> & {
  /** Of the tenant whose run it is. */
  readonly session: Session
  readonly since: number
  readonly bytes: number
}

/**
 * Stores what handlers log, beside everything else: what came while the last call was under way goes together.
 * While the database is away it holds a bounded number of lines; of those that it drops, the next line of the
 * same run has the count.
 */
export class LogWriter {
  readonly #session: Session
  /** Place of the least level that is stored; beyond all: none is. */
  readonly #least: number
  #pending: Pending[] = []
  #bytes = 0
  readonly #dropped = new Map<string, number>()
  #under: Promise<void> | null = null
  #stopped = false

  /** @param least the least level that is stored; null: nothing is */
  constructor(session: Session, least: LogLevel | null) {
    this.#session = session
    this.#least = least === null ? LOG_LEVELS.length : LOG_LEVELS.indexOf(least)
  }

  /** Takes a line of a run of the session's tenant; never throws, and waits for nothing. */
  add(session: Session, run: string, { level, step, attempt, message, args }: HandlerLine): void {
    if (LOG_LEVELS.indexOf(level) < this.#least || this.#stopped) return
    if (this.#pending.length >= MAX_PENDING_LOG_LINES || this.#bytes > MAX_PENDING_LOG_BYTES) {
      if (this.#dropped.has(run) || this.#dropped.size < MAX_COUNTED)
        this.#dropped.set(run, (this.#dropped.get(run) ?? 0) + 1)
      return
    }
    const [text, fields] = [storableMessage(message), storableFields(args)]
    const bytes = text.length + (fields?.length ?? 0) + 200
    const dropped = this.#dropped.get(run) ?? 0
    if (dropped > 0) this.#dropped.delete(run)
    const letter = level.charAt(0) as LogLine['level']
    const since = performance.now()
    this.#pending.push({
      ...{ session, run, level: letter, step, attempt, message: text, fields, dropped },
      ...{ since, bytes },
    })
    this.#bytes += bytes
    this.#under ??= this.#write().finally(() => {
      this.#under = null
    })
  }

  /** Takes no further line. @returns when those that it has are stored, or cannot be */
  async stop(): Promise<void> {
    this.#stopped = true
    await this.#under
  }

  async #write(): Promise<void> {
    // what is logged in the same turn goes together
    await new Promise((resolve) => setImmediate(resolve))
    for (let ms = FIRST_PAUSE_MS; this.#pending.length > 0; ) {
      const lines = this.#next()
      try {
        await this.#send(lines)
        ms = FIRST_PAUSE_MS
      } catch (error) {
        const refused = isRefused(error)
        if (refused) this.#session.logger.error(`${lines.length} logged lines were refused`, error)
        else if (this.#stopped) return
        else {
          await pause(ms, undefined, { ref: false })
          ms = Math.min(ms * 2, LONGEST_PAUSE_MS)
          continue
        }
      }
      const done = new Set(lines)
      this.#pending = this.#pending.filter((line) => !done.has(line))
      for (const { bytes } of lines) this.#bytes -= bytes
    }
  }

  /** The first that wait, and what else is of their tenant. */
  #next(): Pending[] {
    const tenant = this.#pending[0]?.session
    return this.#pending.filter(({ session }) => session === tenant).slice(0, MAX_LINES)
  }

  async #send(lines: readonly Pending[]): Promise<void> {
    const now = performance.now()
    const { session } = lines[0] as Pending
    const aged = lines.map((line) => ({ ...line, age: Math.round(now - line.since) }))
    await addLogs(session.db, await session.tenant(), aged)
  }
}
