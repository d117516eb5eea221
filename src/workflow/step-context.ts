import type { ChunkSink } from '../definition/host.ts'
import { encodePayload } from '../model/json.ts'
import type { RunLogger } from '../model/logger.ts'
import type { Execution } from './execution.ts'
import type { StepContext } from './step-types.ts'

/**
 * The context of one attempt. Most of it is made when it is asked for: there are tens of thousands
 * of attempts a second, and few handlers use it.
 */
export class AttemptContext implements StepContext {
  readonly stepId: string
  readonly attempt: number
  readonly #x: Execution
  readonly #key: string
  readonly #signal: (() => AbortSignal) | null
  #chunks: ChunkSink | null = null

  /** @param signal null: that of the run */
  constructor(
    x: Execution,
    id: string,
    key: string,
    attempt: number,
    signal: (() => AbortSignal) | null,
  ) {
    this.stepId = id
    this.attempt = attempt
    this.#x = x
    this.#key = key
    this.#signal = signal
  }

  get runId(): string {
    return this.#x.lease.id
  }

  get idempotencyKey(): string {
    return `${this.runId}:${this.#key}`
  }

  get signal(): AbortSignal {
    return this.#signal === null ? this.#x.signal : this.#signal()
  }

  get logger(): RunLogger {
    return this.#x.host.stepLogger(this.#key, this.attempt)
  }

  write(chunk: unknown): void {
    const text = encodePayload(chunk, { what: `a chunk of step "${this.#key}"` })
    if (this.#x.over) return
    this.#chunks ??= this.#x.host.chunks(this.#key, this.attempt, false)
    this.#chunks.write(text ?? 'null')
  }

  /** For the chunks that are the output of the step. */
  stored(): ChunkSink {
    return this.#x.host.chunks(this.#key, this.attempt, true)
  }
}
