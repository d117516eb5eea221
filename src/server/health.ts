import type { WorkflowClient } from '../client/workflow-client.ts'

/** What a look at the engine found. */
export type Health = {
  /** Null: requests can be served; else why not. */
  readonly notReady: string | null
  readonly body: object
}

/** Nobody asks the database more often: these routes are open to all. */
const FRESH_MS = 1000
/** The files of the schema are compared with the database not more often. */
const SCHEMA_FRESH_MS = 30_000
/** A database that takes longer is not there. */
const PATIENCE_MS = 5000

/**
 * Looks whether requests can be served: the database answers, and its schema fits. That workers live, and how far
 * they are behind, is told, but a server without workers still takes starts.
 */
export class HealthLook {
  readonly #engine: WorkflowClient
  #last: Promise<Health> | null = null
  #schemaGood = 0

  constructor(engine: WorkflowClient) {
    this.#engine = engine
  }

  /** The last look, if it is a second old at most, else a new one; one for all who ask meanwhile. */
  look(): Promise<Health> {
    if (this.#last !== null) return this.#last
    const look = this.#look()
    this.#last = look
    const forget = () => setTimeout(() => this.#forget(look), FRESH_MS).unref()
    void look.finally(forget)
    return look
  }

  #forget(look: Promise<Health>): void {
    if (this.#last === look) this.#last = null
  }

  async #look(): Promise<Health> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      const refuse = () => reject(new Error(`no answer within ${PATIENCE_MS / 1000} s`))
      timer = setTimeout(refuse, PATIENCE_MS)
      timer.unref()
    })
    try {
      return await Promise.race([this.#ask(), late])
    } catch (error) {
      return refusal('database', error)
    } finally {
      clearTimeout(timer)
    }
  }

  async #ask(): Promise<Health> {
    if (Date.now() - this.#schemaGood > SCHEMA_FRESH_MS) {
      const bad = await this.#engine.checkSchema().then(
        () => null,
        (error: { code?: string }) => error,
      )
      if (bad !== null) return refusal(bad.code === 'MR091' ? 'schema' : 'database', bad)
      this.#schemaGood = Date.now()
    }
    const state = await this.#engine.getEngineState()
    const body = {
      status: 'ready',
      ...{ database: 'ok', schema: 'ok', workers: state.workers, silent_workers: state.silent },
      lag_seconds: round(state.due_seconds),
      oldest_snapshot_seconds: round(state.snapshot_seconds),
      warnings: warningsOf(state),
    }
    return { notReady: null, body }
  }
}

function refusal(what: 'database' | 'schema', error: unknown): Health {
  // the message may name an address; the code says enough to those who may not see it
  const { code = 'MR090' } = error as { code?: string }
  const notReady =
    what === 'schema' ? 'the schema is not up to date' : 'the database is not reached'
  return { notReady, body: { status: 'not ready', reason: notReady, [what]: code } }
}

function warningsOf(state: {
  workers: number
  draining: number
  due_seconds: number
  snapshot_seconds: number
}): string[] {
  return [
    ...(state.workers - state.draining <= 0 ? ['no worker takes runs'] : []),
    ...(state.due_seconds > 60 ? ['due runs wait for longer than a minute'] : []),
    ...(state.snapshot_seconds > 3600 ? ['a transaction is open for longer than an hour'] : []),
  ]
}

function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000
}
