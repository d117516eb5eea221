import { copyPlain, type Json } from '../model/json.ts'
import type { RunLogger } from '../model/logger.ts'
import type { StepContext } from '../workflow/step-types.ts'
import type { FlowStep } from './flow-step.ts'
import type { Place } from './place.ts'

/** The environment that handlers see: what the engine was given as `env`. */
export interface Env {
  [key: string]: string | undefined
}

/** What the handler of a step gets beside its input; what the engine has as `resources` is in it as well. */
export interface FlowContext<E extends Env = Env, I = unknown> {
  readonly runId: string
  readonly stepSlug: string
  /** 1, 2, … */
  readonly attempt: number
  /** The same for every attempt of this step, or item: hand it to payment APIs. */
  readonly idempotencyKey: string
  /** Aborted on cancel, time-out, lost lease and shutdown. */
  readonly signal: AbortSignal
  readonly logger: RunLogger
  readonly env: E
  /** The input of the run: use it, or await it. It is frozen, for every step sees the same. */
  readonly flowInput: I extends object ? I & PromiseLike<I> : Promise<I>
  /**
   * A query on a connection of the engine's pool, apart from what the run records.
   * @example const rows = await ctx.sql`select name from customers where id = ${id}`
   */
  // biome-ignore lint/suspicious/noExplicitAny: rows are any in pg's own types
  sql<T = any>(query: TemplateStringsArray, ...values: unknown[]): Promise<T[]>
  /** As `signal`, under pgflow's name. */
  readonly shutdownSignal: AbortSignal
  readonly stepTask: {
    flow_slug: string
    run_id: string
    step_slug: string
    msg_id: string
    input: Json
  }
  readonly rawMessage: {
    msg_id: string
    read_ct: number
    enqueued_at: string
    vt: string
    message: Json
  }
  /** Of pgflow's worker what handlers ask it: how many attempts there are. */
  readonly workerConfig: { readonly retry: { readonly limit: number } }
}

/** The context of one attempt. What few handlers use is made when they ask for it. */
export class AttemptOfStep implements FlowContext {
  readonly #ctx: StepContext
  readonly #place: Place
  readonly #step: FlowStep
  readonly #input: unknown
  readonly #index: number | undefined

  /** @param index of an item of a map: its place, from 0 */
  constructor(ctx: StepContext, place: Place, step: FlowStep, input: unknown, index?: number) {
    this.#ctx = ctx
    this.#place = place
    this.#step = step
    this.#input = input
    this.#index = index
    Object.assign(this, place.engine.surroundings.resources)
  }

  /** Of an item of a map: its place, from 0. */
  get index(): number | undefined {
    return this.#index
  }

  get runId(): string {
    return this.#ctx.runId
  }

  get stepSlug(): string {
    return this.#step.id
  }

  get attempt(): number {
    return this.#ctx.attempt
  }

  get idempotencyKey(): string {
    return this.#ctx.idempotencyKey
  }

  get signal(): AbortSignal {
    return this.#ctx.signal
  }

  get shutdownSignal(): AbortSignal {
    return this.#ctx.signal
  }

  get logger(): RunLogger {
    return this.#ctx.logger
  }

  get env(): Env {
    return this.#place.engine.surroundings.env
  }

  get flowInput(): never {
    return awaitable(this.#place.flowInput) as never
  }

  get sql() {
    return <T>(query: TemplateStringsArray, ...values: unknown[]): Promise<T[]> => {
      const text = query.reduce((before, part, i) => `${before}$${i}${part}`)
      return this.#place.engine.query(text, values) as Promise<T[]>
    }
  }

  get stepTask(): FlowContext['stepTask'] {
    return {
      flow_slug: this.#place.flow,
      run_id: this.runId,
      step_slug: this.stepSlug,
      msg_id: this.idempotencyKey,
      input: copyPlain(this.#input) as Json,
    }
  }

  get rawMessage(): FlowContext['rawMessage'] {
    const now = new Date().toISOString()
    return {
      msg_id: this.idempotencyKey,
      read_ct: this.attempt,
      enqueued_at: now,
      vt: now,
      message: this.stepTask as Json,
    }
  }

  get workerConfig(): FlowContext['workerConfig'] {
    return { retry: { limit: this.#step.retry?.maxAttempts ?? this.#place.maxAttempts } }
  }
}

/** Made once a run, when the first handler asks for it: by the input that it is made of. */
const inputs = new WeakMap<object, object>()

/** A value that can be used at once, or awaited: pgflow's documentation does the one, its code the other. */
function awaitable(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return Promise.resolve(value)
  const known = inputs.get(value)
  if (known) return known
  const frozen = deepFreeze(copyPlain(value)) as object
  const both = Object.defineProperty(Array.isArray(frozen) ? [...frozen] : { ...frozen }, 'then', {
    value: <A, B>(resolve?: (value: unknown) => A, reject?: (error: unknown) => B) =>
      Promise.resolve(frozen).then(resolve, reject),
  })
  inputs.set(value, Object.freeze(both))
  return both
}

/** So that a handler that would change it for others is told. */
function deepFreeze(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  for (const inner of Object.values(value)) deepFreeze(inner)
  return Object.freeze(value)
}
