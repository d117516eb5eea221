import { type ResolvedRetry, type RetryOptions, resolveRetry } from '../model/backoff.ts'
import { parseDuration } from '../model/duration.ts'
import { InvalidInputError } from '../model/errors.ts'
import { decodePayload, encodePayload } from '../model/json.ts'
import { attempt, isThenable } from './attempt.ts'
import { callDefined } from './call-defined.ts'
import type { Execution } from './execution.ts'
import { insideStep } from './inside.ts'
import type { LazySignal } from './lazy-signal.ts'
import type { Hooks } from './plugin.ts'
import type { RunStep } from './run-step.ts'
import { AttemptContext } from './step-context.ts'
import type {
  RunStepOptions,
  StepBaseContext,
  StepContext,
  StepDefinition,
  StepOptions,
} from './step-types.ts'
import { performTransaction, type TransactionStep } from './transaction-step.ts'
import { type Undo, undoName } from './undoing.ts'

/** What the workflow says about all its steps. */
export type StepDefaults = { readonly retry?: RetryOptions; readonly retries?: number }

export type StepFn = (ctx: StepContext) => unknown
export type MapFn = (item: unknown, ctx: StepContext & { index: number }) => unknown
export type TransactionOptions = NonNullable<Parameters<StepBaseContext['transaction']>[2]>

/** A call of a step's handler, and what bounds it. */
type Call = {
  readonly id: string
  readonly key: string
  readonly ms: number | null
  readonly group?: LazySignal
  /** What it did has to be undone, if it is done: it is not given up with its group, but recorded. */
  readonly lasting?: boolean
}

/** Makes steps of what calls say, what definitions say, and what the workflow says of all. */
export class StepMaker {
  readonly #x: Execution
  readonly defaults: StepDefaults
  readonly hooks: Hooks | null
  /** What all its steps are given up with. */
  readonly #group: LazySignal | undefined

  constructor(
    x: Execution,
    defaults: StepDefaults,
    hooks: Hooks | null,
    group: LazySignal | undefined,
  ) {
    this.#x = x
    this.defaults = defaults
    this.hooks = hooks
    this.#group = group
  }

  retry(options: StepOptions, defined?: StepOptions): ResolvedRetry {
    const { retry: workflow, retries } = this.defaults
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
    const call = this.#within({ id, key, ms: timeoutOf(options) ?? timeoutOf(defined) }, options)
    const perform = (tries: number) => this.#perform(call, tries, fn)
    const retry = this.retry(options, defined)
    const step = this.#within({ id, key, perform, retry, hooks: this.hooks })
    return options.undo === undefined ? step : { ...step, undo: this.#undo(id, key, options) }
  }

  /** The same, given up with the others of its group. */
  #within<T extends object>(one: T, { undo }: RunStepOptions = {}): T & { group?: LazySignal } {
    const group = this.#group
    if (group === undefined) return one
    return undo === undefined ? { ...one, group } : { ...one, group, lasting: true }
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
      with: [x.undoing.aborting],
    }
    const perform = (output: unknown, tries: number) =>
      attempt(limits, (signal) =>
        insideStep(name, undo, output as never, new AttemptContext(x, id, name, tries, signal)),
      )
    return { id, key, retry, hooks: this.hooks, perform }
  }

  defined(
    id: string,
    key: string,
    step: StepDefinition,
    input: unknown,
    options?: RunStepOptions,
  ): RunStep {
    checkHandler(key, step?.handler ?? step)
    const call: StepFn = (ctx) => callDefined(step, input, ctx)
    return this.step(id, key, call, options, step.options)
  }

  /** One item of a map. */
  item(
    id: string,
    key: string,
    index: number,
    value: unknown,
    map: { fn: MapFn; options: RunStepOptions; group: LazySignal },
  ): RunStep {
    const { fn, options, group } = map
    checkHandler(key, fn)
    const one: StepFn = (ctx) =>
      fn(value, Object.defineProperty(ctx, 'index', { value: index }) as never)
    const ms = timeoutOf(options)
    const lasting = options.undo !== undefined
    const perform = (tries: number) => this.#perform({ id, key, ms, group, lasting }, tries, one)
    const step = { id, key, perform, retry: this.retry(options), hooks: this.hooks, group }
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
    const [timeoutMs, group] = [timeoutOf(options), this.#group]
    const step: TransactionStep = { id, key, fn, isolation, timeoutMs, group }
    const perform = (tries: number) =>
      this.#hooked(id, () => performTransaction(this.#x, step, tries))
    return this.#within({ id, key, perform, retry: this.retry(options), hooks: this.hooks })
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
    const all = group ? [x.aborting, group] : [x.aborting]
    const prompt = group !== undefined && !lasting
    return attempt({ what: 'Step', key, ms, with: all, prompt }, (given) =>
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
    return this.hooks ? this.#withHooks(this.hooks, id, work) : work()
  }

  async #withHooks(hooks: Hooks, id: string, work: () => unknown): Promise<unknown> {
    await hooks.beforeStep(id)
    const value = await work()
    await hooks.afterStep(id, value)
    return value
  }
}

function timeoutOf(options: StepOptions | undefined): number | null {
  return options?.timeout === undefined ? null : parseDuration(options.timeout)
}

/** @throws InvalidInputError for what is no function */
export function checkHandler(key: string, fn: unknown): void {
  if (typeof fn === 'function') return
  throw new InvalidInputError(
    `Step "${key}" was given ${fn === null ? 'null' : typeof fn} as its handler. Give a function.`,
    { issues: [{ message: 'not a function' }] },
  )
}
