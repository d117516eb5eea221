import { randomUUID } from 'node:crypto'
import type { EmissionOptions } from '../definition/emission.ts'
import type { Event } from '../definition/event.ts'
import type { Startable } from '../definition/startable.ts'
import type { AttributeRules } from '../model/attribute-rules.ts'
import { type ResolvedRetry, type RetryOptions, resolveRetry } from '../model/backoff.ts'
import { parseDuration } from '../model/duration.ts'
import { HistoryMismatchError, InvalidInputError } from '../model/errors.ts'
import { decodePayload, encodePayload, type Json } from '../model/json.ts'
import { checkStepId } from '../model/names.ts'
import { type Schema, validate } from '../model/schema.ts'
import { approval } from './approval-step.ts'
import { attempt } from './attempt.ts'
import { ATTRIBUTES, setAttributes } from './attributes-step.ts'
import { invoke, startWorkflow } from './child-step.ts'
import { type ContinueOptions, continueAsNew, continueAsNewSuggested } from './continue-step.ts'
import { emitEvent } from './emit-step.ts'
import type { Execution } from './execution.ts'
import { forever } from './forever.ts'
import { checkGiven } from './given-output.ts'
import { insideStep, refuseInside } from './inside.ts'
import { mapItems } from './map-step.ts'
import { patched } from './patch-step.ts'
import type { Hooks } from './plugin.ts'
import { poll } from './poll-step.ts'
import { type RunStep, runStep } from './run-step.ts'
import { publish, stateId } from './state-step.ts'
import { AttemptContext } from './step-context.ts'
import type {
  ChildOptions,
  RunStepOptions,
  StepBaseContext,
  StepContext,
  StepDefinition,
  StepOptions,
} from './step-types.ts'
import { performTransaction, type TransactionStep } from './transaction-step.ts'
import { type Undo, undoName } from './undoing.ts'
import { delay, pause, waitFor, waitForAll, waitForAny, waitUntil } from './wait-step.ts'

/** What the workflow says about all its steps. */
export type StepDefaults = { readonly retry?: RetryOptions; readonly retries?: number }

/** What the workflow takes: its input, and its attributes. */
export type StepRules = {
  readonly inputSchema: Schema | undefined
  readonly attributes: AttributeRules
}

type StepFn = (ctx: StepContext) => unknown
type TransactionOptions = NonNullable<Parameters<StepBaseContext['transaction']>[2]>
type MapFn = (item: unknown, ctx: StepContext & { index: number }) => unknown
type MapOptions = NonNullable<Parameters<StepBaseContext['map']>[3]>

const DEFAULT_MAP_CONCURRENCY = 10

/**
 * The `step` object of one execution. Keys are given in the order of the calls, before anything is
 * awaited. Methods are made when they are asked for, and each stands for itself: a handler may take
 * them out of the object.
 */
export class Steps {
  readonly #x: Execution
  readonly #maker: StepMaker
  readonly #rules: StepRules

  constructor(x: Execution, defaults: StepDefaults, hooks: Hooks | null, rules: StepRules) {
    this.#x = x
    this.#rules = rules
    this.#maker = new StepMaker(x, defaults, hooks)
  }

  get run() {
    return (id: string, what: StepFn | StepDefinition, second?: unknown, third?: RunStepOptions) =>
      this.#call(id, (key) =>
        typeof what === 'function'
          ? runStep(this.#x, this.#maker.step(id, key, what, second as RunStepOptions | undefined))
          : this.#defined(id, key, what, second, third),
      )
  }

  #defined(
    id: string,
    key: string,
    step: StepDefinition,
    input: unknown,
    options?: RunStepOptions,
  ) {
    const ended = runStep(this.#x, this.#maker.defined(id, key, step, input, options))
    const { outputSchema } = step.options
    return outputSchema && this.#x.lease.given === key
      ? checkGiven(key, outputSchema, ended)
      : ended
  }

  get transaction() {
    return (id: string, fn: TransactionStep['fn'], options: TransactionOptions = {}) =>
      this.#call(id, (key) => runStep(this.#x, this.#maker.transaction(id, key, fn, options)))
  }

  get map() {
    return (id: string, items: readonly unknown[], fn: MapFn, options: MapOptions = {}) =>
      this.#callAsync(id, (key) =>
        mapItems(this.#x, {
          key,
          count: checkItems(key, items).length,
          concurrency: options.concurrency ?? DEFAULT_MAP_CONCURRENCY,
          item: (index, group) =>
            this.#maker.item(id, `${key}[${index}]`, index, items[index], { fn, options, group }),
        }),
      )
  }

  get waitFor() {
    return this.#wait(waitFor)
  }

  get waitForAny() {
    return this.#wait(waitForAny)
  }

  get waitForAll() {
    return this.#wait(waitForAll)
  }

  get approval() {
    return this.#wait(approval)
  }

  get waitUntil() {
    return this.#wait(waitUntil)
  }

  get delay() {
    return this.#wait(delay)
  }

  get sleep() {
    return this.#wait(delay)
  }

  get pause() {
    return this.#wait(pause)
  }

  get poll() {
    return (id: string, fn: StepFn, options: Parameters<typeof poll>[4] = {}) =>
      this.#callAsync(id, (key) => poll(this.#x, id, key, fn, options))
  }

  get invoke() {
    return this.#child(invoke)
  }

  get startWorkflow() {
    return this.#child(startWorkflow)
  }

  get emitEvent() {
    return (id: string, event: Event, data: unknown, options: EmissionOptions) =>
      this.#callAsync(id, (key) =>
        emitEvent(this.#x, { id, key, event, data, options, retry: this.#maker.retry({}) }),
      )
  }

  get now() {
    const read = (made: unknown) => new Date(made as string)
    return this.#value('now', () => this.#x.host.now().toISOString(), read)
  }

  get random() {
    return this.#value('random', () => Math.random())
  }

  get uuid() {
    return this.#value('uuid', () => randomUUID())
  }

  get set() {
    return (name: string, value: unknown) =>
      this.#call(name, (key) => publish(this.#x, key, name, value), stateId)
  }

  get setAttributes() {
    return (values: Record<string, Json>) =>
      this.#call(
        ATTRIBUTES,
        (key) =>
          setAttributes(this.#x, key, values, this.#rules.attributes).catch((error) =>
            this.#refused<void>(error),
          ),
        (id) => id,
      )
  }

  get patched() {
    return (name: string) => this.#decide(name, () => patched(this.#x, name))
  }

  get continueAsNew() {
    return (input?: unknown, options?: ContinueOptions) =>
      this.#decide('step.continueAsNew', () =>
        continueAsNew(this.#x, this.#rules.inputSchema, input, options),
      )
  }

  get continueAsNewSuggested() {
    return () => this.#decide('step.continueAsNewSuggested', () => continueAsNewSuggested(this.#x))
  }

  /** What is asked of the run as a whole, not of a step. */
  #decide<T>(name: string, work: () => Promise<T>): Promise<T> {
    if (this.#x.over) return forever<T>()
    try {
      refuseInside(name)
      const promise = work()
      promise.catch(ignore)
      return promise
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * @param work takes what is recorded of the step before it returns
   * @param check gives the id under which the journal knows it
   */
  #call<T>(
    id: string,
    work: (key: string) => Promise<T>,
    check: (id: string) => string = checkStepId,
  ): Promise<T> {
    if (this.#x.over) return forever()
    const promise = this.#begin(id, work, check)
    // a step whose promise nobody awaits must not take the process down when it fails
    promise.catch(ignore)
    return promise
  }

  #begin<T>(
    id: string,
    work: (key: string) => Promise<T>,
    check: (id: string) => string,
  ): Promise<T> {
    try {
      refuseInside(id)
      return work(this.#x.key(check(id)))
    } catch (error) {
      return this.#refused(error)
    }
  }

  /** As #call, for work that takes it on the way. */
  #callAsync<T>(id: string, work: (key: string) => Promise<T>): Promise<T> {
    return this.#call(id, (key) => work(key).catch((error) => this.#refused<T>(error)))
  }

  /**
   * A history that does not fit pauses the run instead of reaching the handler, which could swallow
   * it.
   */
  #refused<T>(error: unknown): Promise<T> {
    if (!(error instanceof HistoryMismatchError)) return Promise.reject(error)
    this.#x.mismatch(error)
    return forever<T>()
  }

  #wait<Args extends unknown[]>(
    go: (x: Execution, key: string, ...args: Args) => Promise<unknown>,
  ) {
    return (id: string, ...args: Args) => this.#callAsync(id, (key) => go(this.#x, key, ...args))
  }

  #child(go: typeof invoke | typeof startWorkflow) {
    return (id: string, workflow: Startable, input: unknown, options: ChildOptions = {}) =>
      this.#callAsync<unknown>(id, (key) =>
        go(this.#x, { id, key, workflow, input, options, retry: this.#maker.retry({}) }),
      )
  }

  #value(name: string, make: () => unknown, read = (made: unknown) => made) {
    return (id = name) =>
      this.#callAsync(id, async (key) => read(await recorded(this.#x, key, make)))
  }
}

/** All methods, as properties of a plain object. */
export function listSteps(steps: Steps): StepBaseContext {
  const names = Object.getOwnPropertyNames(Steps.prototype) as (keyof Steps | 'constructor')[]
  const methods = names.flatMap((name) => (name === 'constructor' ? [] : [[name, steps[name]]]))
  return Object.fromEntries(methods) as StepBaseContext
}

/** A call of a step's handler, and what bounds it. */
type Call = {
  readonly id: string
  readonly key: string
  readonly ms: number | null
  readonly group?: AbortSignal
  /** What it did has to be undone, if it is done: it is not given up with its group, but recorded. */
  readonly lasting?: boolean
}

/** Makes steps of what calls say, what definitions say, and what the workflow says of all. */
class StepMaker {
  readonly #x: Execution
  readonly #defaults: StepDefaults
  readonly #hooks: Hooks | null

  constructor(x: Execution, defaults: StepDefaults, hooks: Hooks | null) {
    this.#x = x
    this.#defaults = defaults
    this.#hooks = hooks
  }

  retry(options: StepOptions, defined?: StepOptions): ResolvedRetry {
    const { retry: workflow, retries } = this.#defaults
    return resolveRetry({ call: options.retry, definition: defined?.retry, workflow, retries })
  }

  step(
    id: string,
    key: string,
    fn: StepFn,
    options: RunStepOptions = {},
    defined?: StepOptions,
  ): RunStep {
    checkHandler(key, fn)
    const ms = timeoutOf(options) ?? timeoutOf(defined)
    const perform = (tries: number) => this.#perform({ id, key, ms }, tries, fn)
    const step = { id, key, perform, retry: this.retry(options, defined), hooks: this.#hooks }
    return options.undo === undefined ? step : { ...step, undo: this.#undo(id, key, options) }
  }

  /** How a step is undone. */
  #undo(id: string, key: string, { undo, undoRetry, undoTimeout }: RunStepOptions): Undo {
    if (typeof undo !== 'function') {
      throw new InvalidInputError(
        `The undo of step "${key}" is ${undo === null ? 'null' : typeof undo}, not a function.`,
        { issues: [{ message: 'not a function' }] },
      )
    }
    const x = this.#x
    const name = undoName(key)
    const retry = this.retry(undoRetry === undefined ? {} : { retry: undoRetry })
    const limits = {
      ...{ what: 'The undo of step', key, ms: timeoutOf({ timeout: undoTimeout }) },
      signal: () => x.undoing.signal,
    }
    const perform = (output: unknown, tries: number) =>
      attempt(limits, (signal) =>
        insideStep(name, undo, output as never, new AttemptContext(x, id, name, tries, signal)),
      )
    return { id, key, retry, hooks: this.#hooks, perform }
  }

  defined(
    id: string,
    key: string,
    step: StepDefinition,
    input: unknown,
    options?: RunStepOptions,
  ): RunStep {
    checkHandler(key, step?.handler ?? step)
    return this.step(id, key, withSchemas(step, input), options, step.options)
  }

  /** One item of a map. */
  item(
    id: string,
    key: string,
    index: number,
    value: unknown,
    map: { fn: MapFn; options: RunStepOptions; group: AbortSignal },
  ): RunStep {
    const { fn, options, group } = map
    checkHandler(key, fn)
    const one: StepFn = (ctx) =>
      fn(value, Object.defineProperty(ctx, 'index', { value: index }) as never)
    const ms = timeoutOf(options)
    const lasting = options.undo !== undefined
    const perform = (tries: number) => this.#perform({ id, key, ms, group, lasting }, tries, one)
    const step = { id, key, perform, retry: this.retry(options), hooks: this.#hooks, group }
    return lasting ? { ...step, undo: this.#undo(id, key, options) } : step
  }

  transaction(
    id: string,
    key: string,
    fn: TransactionStep['fn'],
    options: TransactionOptions,
  ): RunStep {
    checkHandler(key, fn)
    const isolation = options.isolation ?? 'read committed'
    const step: TransactionStep = { id, key, fn, isolation, timeoutMs: timeoutOf(options) }
    const perform = (tries: number) =>
      this.#hooked(id, () => performTransaction(this.#x, step, tries))
    return { id, key, perform, retry: this.retry(options), hooks: this.#hooks }
  }

  #perform(call: Call, tries: number, fn: StepFn): unknown {
    return this.#hooked(call.id, () => {
      const output = this.#attempt(call, tries, fn)
      return isThenable(output)
        ? Promise.resolve(output).then((value) => this.#record(call, value))
        : this.#record(call, output)
    })
  }

  #attempt({ id, key, ms, group, lasting }: Call, tries: number, fn: StepFn): unknown {
    const x = this.#x
    // the usual case, without all that a limit needs
    if (ms === null && !group)
      return insideStep(key, fn, new AttemptContext(x, id, key, tries, null))
    const signal = () => (group ? AbortSignal.any([x.signal, group]) : x.signal)
    const prompt = group !== undefined && !lasting
    return attempt({ what: 'Step', key, ms, signal, prompt }, (given) =>
      insideStep(key, fn, new AttemptContext(x, id, key, tries, given)),
    )
  }

  /** @returns what is recorded, read back */
  #record({ key, group, lasting }: Call, output: unknown): unknown {
    if (this.#x.over || (group?.aborted && !lasting)) throw new Error('The step was given up.')
    const data = encodePayload(output, { what: `the output of step "${key}"` })
    this.#x.record({ kind: 'r', name: key, data })
    return decodePayload(data)
  }

  #hooked(id: string, work: () => unknown): unknown {
    return this.#hooks ? this.#withHooks(this.#hooks, id, work) : work()
  }

  async #withHooks(hooks: Hooks, id: string, work: () => unknown): Promise<unknown> {
    await hooks.beforeStep(id)
    const value = await work()
    await hooks.afterStep(id, value)
    return value
  }
}

/** A value that is made here, once, and is the same at every replay. */
async function recorded(x: Execution, key: string, make: () => unknown): Promise<unknown> {
  const { end } = x.take(key, 'a recorded value', 'r')
  const value = end ? decodePayload(end.data) : make()
  if (!end) x.record({ kind: 'r', name: key, data: JSON.stringify(value) })
  await x.deliver(key)
  return value
}

function withSchemas(step: StepDefinition, input: unknown): StepFn {
  const { inputSchema, outputSchema } = step.options
  return async (ctx) => {
    const given = inputSchema
      ? await validate(inputSchema, input, `the input of step "${step.name}"`)
      : input
    const output = await step.handler(given, ctx)
    return outputSchema
      ? validate(outputSchema, output, `the output of step "${step.name}"`)
      : output
  }
}

function isThenable(value: unknown): boolean {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
}

function timeoutOf(options: StepOptions | undefined): number | null {
  return options?.timeout === undefined ? null : parseDuration(options.timeout)
}

function checkHandler(key: string, fn: unknown): void {
  if (typeof fn === 'function') return
  throw new InvalidInputError(
    `Step "${key}" was given ${fn === null ? 'null' : typeof fn} as its handler. Give a function.`,
    { issues: [{ message: 'not a function' }] },
  )
}

function checkItems(key: string, items: unknown): readonly unknown[] {
  if (Array.isArray(items)) return items
  throw new InvalidInputError(
    `Map "${key}" was given ${items === null ? 'null' : typeof items}, not an array.`,
    { issues: [{ message: 'not an array' }] },
  )
}

function ignore(): void {}
