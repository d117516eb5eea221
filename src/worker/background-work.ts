import type { Session } from '../client/session.ts'
import { workBulk } from '../kernel/bulk.ts'
import type { Database } from '../kernel/database.ts'
import { workEntities } from '../kernel/entities.ts'
import { workEvents } from '../kernel/events.ts'
import { pruneHistory } from '../kernel/retention.ts'
import { closeChildren } from '../kernel/runs.ts'
import { pruneLive } from '../kernel/streams.ts'
import { Wake } from './wake.ts'

/** Does a part of some work. Gives the milliseconds until there is more, null if there is none. */
type Part = (db: Database) => Promise<number | null>

/**
 * Work that the kernel does part by part, beside the claims: these must not wait for it.
 */
export class BackgroundWork {
  readonly #session: Session
  readonly #what: string
  readonly #part: Part
  readonly #wake = new Wake()
  #under: Promise<void> | null = null
  #stopped = false

  /** @param what as the log tells of a part that failed */
  constructor(session: Session, what: string, part: Part) {
    this.#session = session
    this.#what = what
    this.#part = part
  }

  /** Something is due. */
  begin(): void {
    if (this.#stopped) return
    this.#under ??= this.#work().finally(() => {
      this.#under = null
    })
  }

  /** No further part begins. @returns when the one that is under way is through */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#wake.now()
    await this.#under
  }

  /**
   * Until there is nothing for a while. What fails is due still, and is begun again with a later claim: not
   * with each of hundreds a second.
   */
  async #work(): Promise<void> {
    try {
      while (!this.#stopped) {
        const ms = await this.#part(this.#session.db)
        if (ms === null || ms > LONG_MS) return
        await this.#wake.sleep(ms)
      }
    } catch (error) {
      this.#session.logger.error(`${this.#what} failed`, error)
      await this.#wake.sleep(FAILED_MS)
    }
  }
}

/** For what is due later than this a claim wakes us. */
const LONG_MS = 1000

/** From a part that failed to the next try. */
const FAILED_MS = 1000

/** Bulk operations, batch by batch. */
export function bulkWork(session: Session): BackgroundWork {
  return new BackgroundWork(session, 'a batch of a bulk operation', workBulk)
}

/** Runs whose retention is over, some at a time. */
export function retentionWork(session: Session): BackgroundWork {
  return new BackgroundWork(session, 'deleting runs whose retention is over', pruneHistory)
}

/** Children whose parents have ended. */
export function closingWork(session: Session): BackgroundWork {
  return new BackgroundWork(session, 'cancelling children whose parents have ended', closeChildren)
}

/** Events for runs that wait for them, many at a time, and their end. */
export function eventWork(session: Session): BackgroundWork {
  return new BackgroundWork(session, 'giving events to runs that wait for them', workEvents)
}

/** Entities that timers move, many at a time. */
export function entityWork(session: Session): BackgroundWork {
  return new BackgroundWork(session, 'moving entities whose time has come', workEntities)
}

/** What is over of followers, chunks, feeds and logs. */
export function liveWork(session: Session): BackgroundWork {
  const part: Part = async (db) => ((await pruneLive(db)) ? PRUNE_GAP_MS : null)
  return new BackgroundWork(session, 'taking away old logs and feeds', part)
}

/** Between two parts of it: others shall have the database too. */
const PRUNE_GAP_MS = 100
