import pg from 'pg'
import type { Database } from './database.ts'
import { destroy } from './destroy.ts'

/** Between attempts to connect again; doubles up to the second. */
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5000
/** A half-open connection hears nothing and says nothing: ask it now and then. */
const PING_MS = 15_000
/** A server that is cut off does not answer a farewell. */
const FAREWELL_MS = 1000

/**
 * One connection of its own that listens, and comes back by itself. Notifications are hints:
 * whoever listens also polls, and after every (re)connect `onReady` says that some may have been
 * missed.
 */
export class Listener {
  readonly #db: Database
  readonly #channels: readonly string[]
  readonly #onNotice: (channel: string, payload: string) => void
  readonly #onReady: () => void
  #client: pg.Client | null = null
  #timer: NodeJS.Timeout | null = null
  #pause = FIRST_PAUSE_MS
  #stopped = true

  /** @param channels suffixes of the engine's channel: '' for work, ':ended' for ended runs. */
  constructor(
    db: Database,
    channels: readonly string[],
    onNotice: (channel: string, payload: string) => void,
    onReady: () => void,
  ) {
    this.#db = db
    this.#channels = channels
    this.#onNotice = onNotice
    this.#onReady = onReady
  }

  start(): void {
    if (!this.#stopped) return
    this.#stopped = false
    void this.#connect()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    if (this.#timer) clearTimeout(this.#timer)
    const client = this.#client
    this.#client = null
    client?.removeAllListeners('end')
    if (client) await leave(client)
  }

  async #connect(): Promise<void> {
    const client = new pg.Client({
      ...this.#db.connectionOptions,
      application_name: 'millrace listener',
    })
    this.#client = client
    client.on('error', () => this.#lost(client))
    client.on('end', () => this.#lost(client))
    client.on('notification', ({ channel, payload }) => {
      this.#onNotice(channel.slice(this.#db.schema.length), payload ?? '')
    })
    try {
      await client.connect()
      for (const suffix of this.#channels)
        await client.query(`listen "${this.#db.schema}${suffix}"`)
      this.#pause = FIRST_PAUSE_MS
      if (this.#client !== client) return
      this.#onReady()
      this.#ping(client)
    } catch {
      this.#lost(client)
    }
  }

  #ping(client: pg.Client): void {
    this.#timer = setTimeout(() => {
      const config = { text: 'select 1', query_timeout: 5000 } as pg.QueryConfig
      client.query(config).then(
        () => {
          if (this.#client === client) this.#ping(client)
        },
        () => this.#lost(client),
      )
    }, PING_MS)
    this.#timer.unref()
  }

  #lost(client: pg.Client): void {
    if (this.#client !== client) return
    this.#client = null
    if (this.#timer) clearTimeout(this.#timer)
    client.end().catch(() => {})
    if (this.#stopped) return
    const pause = this.#pause * (0.5 + Math.random() / 2)
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE_MS)
    this.#timer = setTimeout(() => void this.#connect(), pause)
    this.#timer.unref()
  }
}

async function leave(client: pg.Client): Promise<void> {
  const timer = setTimeout(() => destroy(client), FAREWELL_MS)
  await client.end().catch(() => {})
  clearTimeout(timer)
}
