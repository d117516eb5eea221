import { type RunLogger, stepLogger } from '../model/logger.ts'
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
    return stepLogger(this.#x.host.logger, `${this.#key} (attempt ${this.attempt})`)
  }
}
