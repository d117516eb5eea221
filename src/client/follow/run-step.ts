import { type Duration, parseDuration } from '../../model/duration.ts'
import { IllegalMoveError, TimeoutError } from '../../model/errors.ts'
import type { RunFailure } from '../../model/failure.ts'
import { MAX_TIMER_MS } from '../../model/limits.ts'
import type { RunEvent } from '../../model/run-event.ts'
import { isTerminal, type SkipReason, type StepStatus } from '../../model/status.ts'
import type { Listener, RunEmitter } from './run-emitter.ts'

export type StepWaitOptions = { timeout?: Duration; timeoutMs?: number; signal?: AbortSignal }

/** A step of a run, as far as was heard of it: it follows its run until that has ended. */
export interface RunStep<T = unknown> {
  readonly id: string
  /** `pending` until something is heard of it. */
  readonly status: StepStatus
  readonly output: T | null
  readonly failure: RunFailure | null
  readonly skipReason: SkipReason | null
  /** Calls back with each event of the step of that kind, also with those that have been. @returns the unsubscribe */
  on(event: StepStatus | 'retrying' | '*', listener: (event: RunEvent) => void): () => void
  /**
   * Until the step has one of these statuses.
   * @throws IllegalMoveError once it, or its run, has ended otherwise; TimeoutError
   */
  waitForStatus(status: StepStatus | StepStatus[], options?: StepWaitOptions): Promise<RunStep<T>>
}

/** @see RunStep */
export class FollowedStep implements RunStep {
  readonly id: string
  readonly #emitter: RunEmitter
  readonly #listeners = new Map<string, Set<Listener>>()
  /** What was heard of the step, for listeners that come later. */
  readonly #heard: RunEvent[] = []
  readonly #changed = new Set<() => void>()
  #status: StepStatus = 'pending'
  #output: unknown = null
  #failure: RunFailure | null = null
  #skipReason: SkipReason | null = null

  constructor(id: string, emitter: RunEmitter) {
    this.id = id
    this.#emitter = emitter
    const off = emitter.on('*', (event) => {
      if (event.stepId === id) this.#take(event)
    })
    emitter.onEnd(() => {
      off()
      for (const changed of [...this.#changed]) changed()
    })
  }

  get status(): StepStatus {
    return this.#status
  }

  get output(): unknown {
    return this.#output
  }

  get failure(): RunFailure | null {
    return this.#failure
  }

  get skipReason(): SkipReason | null {
    return this.#skipReason
  }

  on(event: StepStatus | 'retrying' | '*', listener: Listener): () => void {
    const type = event === '*' ? '*' : `step:${event}`
    const listeners = this.#listeners.get(type) ?? new Set()
    this.#listeners.set(type, listeners)
    for (const one of [...this.#heard])
      if (type === '*' || one.type === type) queueMicrotask(() => listener(one))
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  async waitForStatus(
    status: StepStatus | StepStatus[],
    options: StepWaitOptions = {},
  ): Promise<RunStep> {
    const wanted = [status].flat()
    const given = options.timeout ?? options.timeoutMs
    const ms = given === undefined ? null : parseDuration(given)
    let late = false
    const timer = ms === null ? undefined : setTimeout(() => wake(), Math.min(ms, MAX_TIMER_MS))
    const since = performance.now()
    let wake: () => void = () => {}
    const woken = () => wake()
    this.#changed.add(woken)
    options.signal?.addEventListener('abort', woken, { once: true })
    try {
      for (;;) {
        options.signal?.throwIfAborted()
        if (wanted.includes(this.#status)) return this
        if (isTerminal(this.#status) || this.#emitter.ended) throw this.#willNot(wanted)
        late = ms !== null && performance.now() - since >= ms - 1
        if (late) throw this.#isLate(wanted, ms as number)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    } finally {
      clearTimeout(timer)
      options.signal?.removeEventListener('abort', woken)
      this.#changed.delete(woken)
    }
  }

  #willNot(wanted: readonly StepStatus[]): IllegalMoveError {
    const why = isTerminal(this.#status)
      ? `is ${this.#status}`
      : 'is not there, and its run has ended:'
    return new IllegalMoveError(
      `Step "${this.id}" ${why} and will not become ${wanted.join(' or ')}.`,
    )
  }

  #isLate(wanted: readonly StepStatus[], ms: number): TimeoutError {
    return new TimeoutError(
      `Step "${this.id}" is still ${this.#status}, not ${wanted.join(' or ')}, after ${ms} ms.`,
      { details: { timeoutMs: ms } },
    )
  }

  #take(event: RunEvent): void {
    const { type, status } = event
    if (!type.startsWith('step:')) return
    this.#heard.push(event)
    if (status !== undefined) this.#status = status
    if (type === 'step:retrying') this.#status = 'running'
    if (status === 'completed') this.#output = event.output ?? null
    if (event.error) this.#failure = event.error
    if (status === 'skipped') this.#skipReason = reasonOf(event)
    for (const kind of [type, '*'])
      for (const listener of this.#listeners.get(kind) ?? []) listener(event)
    for (const changed of [...this.#changed]) changed()
  }
}

function reasonOf({ data }: RunEvent): SkipReason | null {
  return ((data as { reason?: SkipReason } | undefined)?.reason ?? null) as SkipReason | null
}
