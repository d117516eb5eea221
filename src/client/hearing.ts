import { randomBytes } from 'node:crypto'
import type { Database } from '../kernel/database.ts'
import { Listener } from '../kernel/listen.ts'

/** One who is told what is notified on a channel. */
export type Ear = {
  /** Suffix of the engine's channel. */
  readonly channel: string
  notice(payload: string): void
  /** It listens (again): something may have been missed. */
  ready(): void
  /** It listens no more, for good. */
  closed?(): void
}

/** The one connection on which a client listens, for all that it wants to hear; opened when something is waited for. */
export class Hearing {
  /** This process's own channel, made of chance: what is told there nobody else hears. */
  readonly own = randomBytes(16).toString('hex')
  readonly db: Database
  readonly #ears: Ear[] = []
  readonly #listener: Listener
  #closed = false
  #ready = false

  constructor(db: Database) {
    this.db = db
    this.#listener = new Listener(
      db,
      [':ended', `:${this.own}`],
      (channel, payload) => {
        for (const ear of this.#ears) if (ear.channel === channel) ear.notice(payload)
      },
      () => {
        this.#ready = true
        for (const ear of this.#ears) ear.ready()
      },
    )
  }

  get closed(): boolean {
    return this.#closed
  }

  /** It has listened: what is told there is heard, but for what is lost with a connection. */
  get ready(): boolean {
    return this.#ready
  }

  add(ear: Ear): void {
    this.#ears.push(ear)
  }

  start(): void {
    if (!this.#closed) this.#listener.start()
  }

  async stop(): Promise<void> {
    this.#closed = true
    for (const ear of this.#ears) ear.closed?.()
    await this.#listener.stop()
  }
}
