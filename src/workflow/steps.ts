import { randomUUID } from 'node:crypto'
import type { Startable } from '../definition/startable.ts'
import { type ResolvedRetry, type RetryOptions, resolveRetry } from '../model/backoff.ts'
import { parseDuration } from '../model/duration.ts'
import { HistoryMismatchError, InvalidInputError } from '../model/errors.ts'
import { decodePayload, encodePayload } from '../model/json.ts'
import { checkStepId } from '../model/names.ts'
import { validate } from '../model/schema.ts'
import { attempt } from './attempt.ts'
import { invoke, startWorkflow } from './child-step.ts'
import type { Execution } from './execution.ts'
import { forever } from './forever.ts'
import { insideStep, refuseInside } from './inside.ts'
import { mapItems } from './map-step.ts'
import type { Hooks } from './plugin.ts'
import { poll } from './poll-step.ts'
import { type RunStep, runStep } from './run-step.ts'
import { stepContext } from './step-context.ts'
import type {
  ChildOptions,
  StepBaseContext,
  StepContext,
  StepDefinition,
  StepOptions,
} from './step-types.ts'
import { performTransaction, type TransactionStep } from './transaction-step.ts'
import { delay, pause, waitFor, waitUntil } from './wait-step.ts'

/** What the workflow says about all its steps. */
export type StepDefaults = { readonly retry?: RetryOptions; readonly retries?: number }

type StepFn = (ctx: StepContext) => unknown
type TransactionOptions = NonNullable<Parameters<StepBaseContext['transaction']>[2]>
type MapFn = (item: unknown, ctx: StepContext & { index: number }) => unknown
type MapOptions = NonNullable<Parameters<StepBaseContext['map']>[3]>

const DEFAULT_MAP_CONCURRENCY = 10

/**
 * The `step` object of one execution. Keys are given in the order of the calls, before anything is
 * awaited.
 */
export function makeSteps(x: Execution, defaults: StepDefaults, hooks: Hooks): StepBaseContext {
  const maker = new StepMaker(x, defaults, hooks)
  const call = <T>(id: string, work: (key: string) => Promise<T>) =>
    guard(x, async () => {
      refuseInside(id)
      return work(x.key(checkStepId(id)))
    })
  const child =
    (go: typeof invoke | typeof startWorkflow) =>
    (id: string, workflow: Startable, input: unknown, options: ChildOptions = {}) =>
      call<unknown>(id, (key) =>
        go(x, { id, key, workflow, input, options, retry: maker.retry({}) }),
      )
  const wait =
    <Args extends unknown[]>(go: (x: Execution, key: string, ...args: Args) => Promise<unknown>) =>
    (id: string, ...args: Args) =>
      call(id, (key) => go(x, key, ...args))
  const value =
    (name: string, make: () => unknown, read = (made: unknown) => made) =>
    (id = name) =>
      call(id, async (key) => read(await recorded(x, key, make)))
  const steps = {
    run: (id: string, what: StepFn | StepDefinition, second?: unknown, third?: StepOptions) =>
      call(id, async (key) =>
        typeof what === 'function'
          ? runStep(x, maker.step(id, key, what, second as StepOptions | undefined))
          : runStep(x, maker.defined(id, key, what, second, third)),
      ),
    transaction: (id: string, fn: TransactionStep['fn'], options: TransactionOptions = {}) =>
      call(id, async (key) => runStep(x, maker.transaction(id, key, fn, options))),
    map: (id: string, items: readonly unknown[], fn: MapFn, options: MapOptions = {}) =>
      call(id, (key) =>
        mapItems(x, {
          key,
          count: checkItems(key, items).length,
          concurrency: options.concurrency ?? DEFAULT_MAP_CONCURRENCY,
          item: (index, group) =>
            maker.item(id, `${key}[${index}]`, index, items[index], { fn, options, group }),
        }),
      ),
    waitFor: wait(waitFor),
    waitUntil: wait(waitUntil),
    delay: wait(delay),
    sleep: wait(delay),
    pause: wait(pause),
    poll: (id: string, fn: StepFn, options: Parameters<typeof poll>[4] = {}) =>
      call(id, (key) => poll(x, id, key, fn, options)),
    invoke: child(invoke),
    startWorkflow: child(startWorkflow),
    now: value(
      'now',
      () => x.host.now().toISOString(),
      (made) => new Date(made as string),
    ),
    random: value('random', () => Math.random()),
    uuid: value('uuid', () => randomUUID()),
  }
  return steps as unknown as StepBaseContext
}

/** Makes steps of what calls say, what definitions say, and what the workflow says of all. */
class StepMaker {
  readonly #x: Execution
  readonly #defaults: StepDefaults
  readonly #hooks: Hooks

  constructor(x: Execution, defaults: StepDefaults, hooks: Hooks) {
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
    options: StepOptions = {},
    defined?: StepOptions,
  ): RunStep {
    checkHandler(key, fn)
    const ms = timeoutOf(options) ?? timeoutOf(defined)
    const perform = (tries: number) => this.#perform(id, key, tries, fn, { ms })
    return { id, key, perform, retry: this.retry(options, defined), hooks: this.#hooks }
  }

  defined(
    id: string,
    key: string,
    step: StepDefinition,
    input: unknown,
    options?: StepOptions,
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
    map: { fn: MapFn; options: StepOptions; group: AbortSignal },
  ): RunStep {
    const { fn, options, group } = map
    checkHandler(key, fn)
    const one: StepFn = (ctx) =>
      fn(value, Object.defineProperty(ctx, 'index', { value: index }) as never)
    const ms = timeoutOf(options)
    const perform = (tries: number) => this.#perform(id, key, tries, one, { ms, group })
    return { id, key, perform, retry: this.retry(options), hooks: this.#hooks, group }
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
    const perform = async (tries: number) => {
      if (this.#hooks.any) await this.#hooks.beforeStep(id)
      const value = await performTransaction(this.#x, step, tries)
      if (this.#hooks.any) await this.#hooks.afterStep(id, value)
      return value
    }
    return { id, key, perform, retry: this.retry(options), hooks: this.#hooks }
  }

  async #perform(
    id: string,
    key: string,
    tries: number,
    fn: StepFn,
    { ms, group }: { ms: number | null; group?: AbortSignal },
  ): Promise<unknown> {
    const x = this.#x
    if (this.#hooks.any) await this.#hooks.beforeStep(id)
    const signal = group ? AbortSignal.any([x.signal, group]) : x.signal
    const limits = { what: `Step "${key}"`, ms, signal, prompt: group !== undefined }
    const output = await attempt(limits, (given) =>
      insideStep(key, () => fn(stepContext(x, id, key, tries, given))),
    )
    if (x.over || group?.aborted) throw new Error('The step was given up.')
    const data = encodePayload(output, { what: `the output of step "${key}"` })
    x.record({ kind: 'r', name: key, data })
    const value = decodePayload(data)
    if (this.#hooks.any) await this.#hooks.afterStep(id, value)
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

/**
 * A history that does not fit pauses the run instead of reaching the handler, which could swallow
 * it. A step whose promise nobody awaits must not take the process down when it fails. And a
 * handler that this process let go gets nothing more.
 */
function guard<T>(x: Execution, work: () => Promise<T>): Promise<T> {
  if (x.over) return forever()
  const promise = work().catch((error: unknown) => {
    if (!(error instanceof HistoryMismatchError)) throw error
    x.mismatch(error)
    return forever<T>()
  })
  promise.catch(() => {})
  return promise
}
