import { randomUUID } from 'node:crypto'
import type { EmissionOptions } from '../definition/emission.ts'
import type { Event } from '../definition/event.ts'
import type { Startable } from '../definition/startable.ts'
import type { AttributeRules } from '../model/attribute-rules.ts'
import { HistoryMismatchError, InvalidInputError } from '../model/errors.ts'
import { decodePayload, type Json } from '../model/json.ts'
import { checkStepId } from '../model/names.ts'
import type { Schema } from '../model/schema.ts'
import { type ApprovalOptions, approval } from './approval-step.ts'
import { ATTRIBUTES, setAttributes } from './attributes-step.ts'
import { invoke, startWorkflow } from './child-step.ts'
import { type ContinueOptions, continueAsNew, continueAsNewSuggested } from './continue-step.ts'
import { emitEvent } from './emit-step.ts'
import { ENGINE, type EngineCall, EngineSteps, type Within } from './engine-steps.ts'
import type { Execution } from './execution.ts'
import { forever } from './forever.ts'
import { checkGiven } from './given-output.ts'
import { refuseInside } from './inside.ts'
import { mapItems } from './map-step.ts'
import { patched } from './patch-step.ts'
import type { Hooks } from './plugin.ts'
import { poll } from './poll-step.ts'
import { runStep } from './run-step.ts'
import { publish, stateId } from './state-step.ts'
import {
  checkHandler,
  type MapFn,
  type StepDefaults,
  type StepFn,
  StepMaker,
  type TransactionOptions,
} from './step-maker.ts'
import type {
  ChildOptions,
  RunStepOptions,
  StepBaseContext,
  StepDefinition,
  StepOptions,
} from './step-types.ts'
import { type StreamSource, streamHandler } from './stream-step.ts'
import type { TransactionStep } from './transaction-step.ts'
import { delay, pause, waitFor, waitForAll, waitForAny, waitUntil } from './wait-step.ts'

/** What the workflow takes: its input, and its attributes. */
export type StepRules = {
  readonly inputSchema: Schema | undefined
  readonly attributes: AttributeRules
}

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
  readonly #group: Within['group']
  readonly #suffix: string

  /** @param within default: steps of the run itself */
  constructor(
    x: Execution,
    defaults: StepDefaults,
    hooks: Hooks | null,
    rules: StepRules,
    within: Within = { group: null, suffix: '' },
  ) {
    this.#x = x
    this.#rules = rules
    this.#group = within.group
    this.#suffix = within.suffix
    this.#maker = new StepMaker(x, defaults, hooks, within.group?.aborting)
  }

  /** What handlers do that the engine writes. */
  get [ENGINE](): EngineSteps {
    const call: EngineCall = (key, work) => this.#callAsync(key, work, (id) => id)
    const run = (id: string, key: string, fn: StepFn, options: RunStepOptions, isPure = false) => {
      const step = this.#maker.step(id, key, fn, options)
      return runStep(this.#x, isPure ? { ...step, isPure } : step)
    }
    const within = { group: this.#group, suffix: this.#suffix }
    const { defaults, hooks } = this.#maker
    const inner = (one: Within) => new Steps(this.#x, defaults, hooks, this.#rules, one)
    return new EngineSteps(this.#x, within, { call, run, within: inner })
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
          within: this.#group?.aborting,
          item: (index, group) => {
            const itemKey = `${key}[${index}]`
            this.#group?.enter(itemKey)
            return this.#maker.item(id, itemKey, index, items[index], { fn, options, group })
          },
        }),
      )
  }

  get stream() {
    return (id: string, source: StreamSource, options: StepOptions = {}) =>
      this.#call(id, (key) => {
        checkHandler(key, source)
        return runStep(this.#x, this.#maker.step(id, key, streamHandler(key, source), options))
      })
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
    return this.#wait((x, key, options: ApprovalOptions) => {
      this.#group?.ask(key)
      return approval(x, key, options).finally(() => this.#group?.answered(key))
    })
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
    if (this.#x.over || this.#group?.isOver) return forever()
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
      const key = this.#x.key(check(id) + this.#suffix)
      this.#group?.enter(key)
      return work(key)
    } catch (error) {
      return this.#refused(error)
    }
  }

  /** As #call, for work that takes it on the way. */
  #callAsync<T>(
    id: string,
    work: (key: string) => Promise<T>,
    check?: (id: string) => string,
  ): Promise<T> {
    return this.#call(id, (key) => work(key).catch((error) => this.#refused<T>(error)), check)
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
        go(this.#x, {
          ...{ id, key, workflow, input, options, retry: this.#maker.retry({}) },
          group: go === invoke ? this.#group : null,
        }),
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

/** A value that is made here, once, and is the same at every replay. */
async function recorded(x: Execution, key: string, make: () => unknown): Promise<unknown> {
  const { end } = x.take(key, 'a recorded value', 'r')
  const value = end ? decodePayload(end.data) : make()
  if (!end) x.record({ kind: 'r', name: key, data: JSON.stringify(value) })
  await x.deliver(key)
  return value
}

function checkItems(key: string, items: unknown): readonly unknown[] {
  if (Array.isArray(items)) return items
  throw new InvalidInputError(
    `Map "${key}" was given ${items === null ? 'null' : typeof items}, not an array.`,
    { issues: [{ message: 'not an array' }] },
  )
}

function ignore(): void {}
