import type { PoolClient } from 'pg'
import type { EmissionOptions } from '../definition/emission.ts'
import type { Event } from '../definition/event.ts'
import type {
  ChildOptions as HostChildOptions,
  Isolation,
  ParentClose,
} from '../definition/host.ts'
import type { WaitData, WaitRecord, WaitSource } from '../definition/signal.ts'
import type { Startable } from '../definition/startable.ts'
import type { RetryOptions } from '../model/backoff.ts'
import type { Duration } from '../model/duration.ts'
import type { Json, Jsonify } from '../model/json.ts'
import type { RunLogger } from '../model/logger.ts'
import type { Schema, SchemaOut } from '../model/schema.ts'
import type { ApprovalAnswer, ApprovalOptions } from './approval-step.ts'
import type { ContinueOptions } from './continue-step.ts'

/** What the handler of a step gets. */
export type StepContext = {
  readonly runId: string
  /** The step's id, as the code wrote it. */
  readonly stepId: string
  /** 1, 2, … */
  readonly attempt: number
  /** The same for every attempt of this step: hand it to payment APIs. */
  readonly idempotencyKey: string
  /** Aborted on cancel, time-out, lost lease and shutdown. */
  readonly signal: AbortSignal
  /** Its lines are stored with the run, and told to those who follow it. */
  readonly logger: RunLogger
  /**
   * Gives a piece of what the step does to those who follow the run (`run.stream`, `run.events`), at once. Nothing of it
   * is stored: without a follower it is gone.
   * @example write({ done: 40, of: 100 })
   */
  write(chunk: unknown): void
}

/** Of one step. `retry: false` means a single attempt; without `timeout` there is no limit. */
export type StepOptions = { retry?: RetryOptions | false; timeout?: Duration }

/**
 * Of `step.run` and the items of `step.map`. `undo` gets the output of the step, as it is stored, and takes back what
 * the step did: when the run has failed or was cancelled, those of its completed steps run, the last first. It is
 * tried as a step is, with what the workflow says of retries unless `undoRetry` does; an attempt
 * that takes longer than `undoTimeout` has failed; its `idempotencyKey` is its own.
 * @example await step.run('reserve', () => stock.reserve(sku), { undo: ({ hold }) => stock.release(hold) })
 */
export type RunStepOptions<T = unknown> = StepOptions & {
  undo?: (output: Jsonify<T>, ctx: StepContext) => unknown
  undoRetry?: RetryOptions
  /** Of each attempt of the undo; default: no limit. */
  undoTimeout?: Duration
}

/** A step with a name of its own, for use in several workflows. */
export interface StepDefinition<I = unknown, O = unknown> {
  readonly name: string
  readonly handler: (input: I, ctx: StepContext) => O | Promise<O>
  readonly options: DefinedStepOptions
}

/**
 * Schemas are checked on the way in and out; an output that violates its schema fails without
 * retry.
 */
export type DefinedStepOptions = StepOptions & { inputSchema?: Schema; outputSchema?: Schema }

/**
 * How a child is started. `parentClose` says what becomes of it when its parent ends: it is cancelled (the
 * default), the parent waits for it, or it is left to itself.
 */
export type ChildOptions = Omit<HostChildOptions, 'timeoutMs' | 'tags' | 'parentClose'> & {
  tags?: string[]
  timeout?: Duration
  parentClose?: ParentClose
}

/** What a wait gives when its time may run out. */
export type OnTimeout<D> = D extends undefined ? never : undefined

/** The methods of `step` that every workflow has; plugins add theirs. */
export type StepBaseContext = {
  /**
   * Runs a step that several workflows share, made by `defineStep`, with its input.
   * @example const charge = await step.run('charge', chargeStep, { amount: 90 })
   */
  run<I, O>(
    id: string,
    step: StepDefinition<I, O>,
    input: NoInfer<I>,
    options?: RunStepOptions<O>,
  ): Promise<Jsonify<O>>
  // the last one: what is wrong with a call is told of it, and most calls are like it
  /**
   * Runs `fn`, stores its result as JSON and returns that. A recorded step never runs again; one
   * that was interrupted runs again, with the same idempotency key.
   * @throws StepFailedError when its attempts are used up
   * @example const user = await step.run('create user', ({ idempotencyKey }) => api.create(input, idempotencyKey))
   */
  run<T>(
    id: string,
    fn: (ctx: StepContext) => T | Promise<T>,
    options?: RunStepOptions<T>,
  ): Promise<Jsonify<T>>
  /**
   * Your SQL and the step's result commit together: exactly once. Repeated on a serialization
   * failure.
   * @example await step.transaction('mark paid', (tx) => tx.query('update orders set paid = true where id = $1', [id]))
   */
  transaction<T>(
    id: string,
    fn: (tx: PoolClient, ctx: StepContext) => T | Promise<T>,
    options?: StepOptions & { isolation?: Isolation },
  ): Promise<Jsonify<T>>
  /**
   * One checkpoint for each item, results in order, 10 at a time unless `concurrency` says
   * otherwise. The first failure aborts the rest. `undo` is of each item.
   * @example const sent = await step.map('send', readers, (to) => mail.send(to), { concurrency: 25 })
   */
  map<E, T>(
    id: string,
    items: readonly E[],
    fn: (item: E, ctx: StepContext & { index: number }) => T | Promise<T>,
    options?: RunStepOptions<T> & { concurrency?: number },
  ): Promise<Jsonify<T>[]>
  /**
   * A step whose output comes in pieces: those who follow the run get them at once (`run.stream`), and the array of all is
   * stored when the source ends. An attempt that fails begins anew, and so do they.
   * @example const answer = (await step.stream('answer', ({ signal }) => model.stream(question, { signal }))).join('')
   */
  stream<T>(
    id: string,
    source: (ctx: StepContext) => AsyncIterable<T> | Promise<AsyncIterable<T>>,
    options?: StepOptions,
  ): Promise<Jsonify<T>[]>
  /**
   * Waits for a message to this run, without memory or connection here. It may have come before.
   * With a `timeout`, undefined when nothing came in time; with a `schema`, what that makes of the
   * data. With a `key` it is for an event of that name and key, which any number of runs get.
   * @example const ok = await step.waitFor('approval', { eventName: 'approved', timeout: '2 days' })
   */
  waitFor<S extends Schema = Schema<unknown>, D extends Duration | undefined = undefined>(
    id: string,
    options: { eventName: string; key?: string; schema?: S; timeout?: D },
  ): Promise<SchemaOut<S> | OnTimeout<D>>
  /**
   * Waits for a signal that defineSignal made, or for an event about one thing: typed, and with its schema
   * applied.
   * @example const { by } = await step.waitFor('approval', approved)
   *   const { amount } = await step.waitFor('payment', paid.for('order-7'), { timeout: '3 days' })
   */
  waitFor<T, D extends Duration | undefined = undefined>(
    id: string,
    signal: WaitSource<T>,
    options?: { timeout?: D },
  ): Promise<T | OnTimeout<D>>
  /** The same for an event whose key is among the options. */
  waitFor<T, D extends Duration | undefined = undefined>(
    id: string,
    // biome-ignore lint/suspicious/noExplicitAny: who waits does not care what was given
    event: Event<any, T>,
    options: { key: string; timeout?: D },
  ): Promise<T | OnTimeout<D>>
  /**
   * Waits for the first of several signals or events, and tells which it was. The others stay in the buffer.
   * @example const { name, data } = await step.waitForAny('answer', { yes: approved, no: rejected })
   */
  waitForAny<R extends WaitRecord, D extends Duration | undefined = undefined>(
    id: string,
    signals: R,
    options?: { timeout?: D },
  ): Promise<{ [K in keyof R]: { name: K; data: WaitData<R[K]> } }[keyof R] | OnTimeout<D>>
  /** Waits until each of several signals or events has come. With a `timeout`, undefined if one has not come in time. */
  waitForAll<R extends WaitRecord, D extends Duration | undefined = undefined>(
    id: string,
    signals: R,
    options?: { timeout?: D },
  ): Promise<{ [K in keyof R]: WaitData<R[K]> } | OnTimeout<D>>
  /**
   * Asks people, and waits for the first answer; until then the question is listed by getApprovals. Without an
   * answer in time, what `onTimeout` says.
   * @example const { approved, comment } = await step.approval('big refund', { question: `Refund ${amount}?`, roles: ['finance'], timeout: '2 days' })
   */
  approval<S extends Schema = Schema<undefined>>(
    id: string,
    options: ApprovalOptions<S>,
  ): Promise<ApprovalAnswer<SchemaOut<S>>>
  /** Waits until an instant, by the database's clock; one in the past is over at once. */
  waitUntil(id: string, at: Date | string | { date: Date | string }): Promise<void>
  /** Waits for a duration: `'3 days'`, `{ hours: 2 }`, or milliseconds. */
  delay(id: string, duration: Duration): Promise<void>
  /** The same as `delay`. */
  sleep(id: string, duration: Duration): Promise<void>
  /** Pauses the run until `resumeWorkflow`. */
  pause(id: string): Promise<void>
  /**
   * Calls `fn` every interval (default 30 s, at least 1 s) until it gives something truthy; an
   * error of `fn` counts as "not yet".
   */
  poll<T>(
    id: string,
    fn: (ctx: StepContext) => T | false | Promise<T | false>,
    options?: { interval?: Duration; timeout?: Duration },
  ): Promise<{ timedOut: false; data: Jsonify<T> } | { timedOut: true }>
  /**
   * Runs another workflow and waits for its output.
   * @throws ChildFailedError if it failed or was cancelled
   */
  invoke<I, O>(
    id: string,
    workflow: Startable<I, O>,
    input: NoInfer<I>,
    options?: ChildOptions,
  ): Promise<O>
  /** Starts another workflow, in the same commit as this step, and does not wait for it. */
  startWorkflow<I, O>(
    id: string,
    workflow: Startable<I, O>,
    input: NoInfer<I>,
    options?: ChildOptions,
  ): Promise<{ id: string }>
  /**
   * Tells a fact to all runs that wait for it: emitted once, in the commit that records this step.
   * @example await step.emitEvent('tell', shipped, { parcel }, { key: `order-${input.id}` })
   */
  emitEvent<T>(
    id: string,
    // biome-ignore lint/suspicious/noExplicitAny: what receivers make of it is theirs
    event: Event<T, any>,
    data: NoInfer<T>,
    options: EmissionOptions,
  ): Promise<void>
  /** The time, recorded: the same at every replay. */
  now(id?: string): Promise<Date>
  /** A random number from 0 to 1, recorded. */
  random(id?: string): Promise<number>
  /**
   * Publishes a value of the run: `run.state[name]` shows the last one of each name to everybody, while the
   * run goes on and after it has ended.
   * @example await step.set('progress', { done: 3, of: 10 })
   */
  set(name: string, value: unknown): Promise<void>
  /**
   * Sets attributes of the run, declared ones and others: of each name the last value counts, and null takes it
   * away. What is declared must be of its type; lists find the run by it once this is recorded.
   * @throws InvalidInputError for a value of another type than the attribute's
   * @example await step.setAttributes({ stage: 'shipped' })
   */
  setAttributes(values: Record<string, Json>): Promise<void>
  /**
   * Ends the run, and starts a successor of the same workflow with an empty history, in one commit: for loops that
   * would outgrow their history. It never returns. The successor has the run's resource, tags, attributes, queue,
   * priority, parent, the rest of its timeout, and the messages that no wait has taken; whoever waits for the
   * result gets that of the last. Its version is the newest that a living worker has, unless `version` says otherwise.
   * @example if (await step.continueAsNewSuggested()) return step.continueAsNew({ ...input, since: last })
   */
  continueAsNew(input?: unknown, options?: ContinueOptions): Promise<never>
  /** Whether the history is near its limit (80 % of `maxSteps`), and the run had better continue as new. */
  continueAsNewSuggested(): Promise<boolean>
  /** A random UUID, recorded. */
  uuid(id?: string): Promise<string>
  /**
   * For a change of code under runs that go on: true for a run that comes here for the first time, false
   * for one that was already beyond. The answer is recorded, and is the same whenever the run asks again.
   * @example if (await step.patched('check stock')) await step.run('check stock', () => stock.check(input.sku))
   */
  patched(name: string): Promise<boolean>
}
