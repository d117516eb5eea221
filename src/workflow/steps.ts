import { randomUUID } from 'node:crypto'
import type { PoolClient } from 'pg'
import { type ResolvedRetry, type RetryOptions, resolveRetry } from '../model/backoff.ts'
import { parseDuration } from '../model/duration.ts'
import { HistoryMismatchError } from '../model/errors.ts'
import { decodePayload } from '../model/json.ts'
import { checkStepId } from '../model/names.ts'
import { validate } from '../model/schema.ts'
import { invoke, startWorkflow } from './child-step.ts'
import type { Execution } from './execution.ts'
import { mapItems } from './map-step.ts'
import type { Hooks } from './plugin.ts'
import { poll } from './poll-step.ts'
import { type RunStep, runStep } from './run-step.ts'
import type { StepBaseContext, StepContext, StepDefinition, StepOptions } from './step-types.ts'
import { delay, pause, waitFor, waitUntil } from './wait-step.ts'

/** What the workflow says about all its steps. */
export type StepDefaults = { readonly retry?: RetryOptions; readonly retries?: number }

const DEFAULT_MAP_CONCURRENCY = 10
const never = new Promise<never>(() => {})

/** The `step` object of one execution. Keys are given in the order of the calls, before anything is awaited. */
export function makeSteps(x: Execution, defaults: StepDefaults, hooks: Hooks): StepBaseContext {
  const resolve = (
    id: string,
    key: string,
    fn: RunStep['fn'],
    options: StepOptions = {},
    defined?: StepOptions,
  ): RunStep => ({
    id,
    key,
    fn,
    hooks,
    retry: retryOf(options, defined, defaults),
    timeoutMs: timeoutOf(options) ?? timeoutOf(defined),
  })
  const call = <T>(id: string, work: (key: string) => Promise<T>) =>
    guard(x, async () => work(x.key(checkStepId(id))))
  const steps = {
    run: (id: string, what: unknown, second?: unknown, third?: unknown) =>
      call(id, async (key) => {
        if (typeof what === 'function')
          return runStep(x, resolve(id, key, what as RunStep['fn'], second as StepOptions))
        const defined = what as StepDefinition
        return runStep(
          x,
          resolve(id, key, withSchemas(defined, second), third as StepOptions, defined.options),
        )
      }),
    transaction: (id: string, fn: TransactionFn, options: TransactionOptions = {}) =>
      call(id, (key) =>
        runStep(
          x,
          transactionStep(
            x,
            resolve(id, key, () => undefined, options),
            fn,
            options,
          ),
        ),
      ),
    map: (id: string, items: readonly unknown[], fn: MapFn, options: MapOptions = {}) =>
      call(id, (key) =>
        mapItems(key, items.length, options.concurrency ?? DEFAULT_MAP_CONCURRENCY, (index) => {
          const item = items[index]
          const one = (ctx: StepContext) =>
            fn(item, Object.defineProperty(ctx, 'index', { value: index }) as never)
          return runStep(x, resolve(id, `${key}[${index}]`, one, options))
        }),
      ),
    waitFor: (id: string, options: Parameters<typeof waitFor>[2]) =>
      call(id, (key) => waitFor(x, key, options)),
    waitUntil: (id: string, at: Parameters<typeof waitUntil>[2]) =>
      call(id, (key) => waitUntil(x, key, at)),
    delay: (id: string, duration: Parameters<typeof delay>[2]) =>
      call(id, (key) => delay(x, key, duration)),
    sleep: (id: string, duration: Parameters<typeof delay>[2]) =>
      call(id, (key) => delay(x, key, duration)),
    pause: (id: string) => call(id, (key) => pause(x, key)),
    poll: (
      id: string,
      fn: (ctx: StepContext) => unknown,
      options: Parameters<typeof poll>[4] = {},
    ) => call(id, (key) => poll(x, id, key, fn, options)),
    invoke: (
      id: string,
      workflow: Parameters<typeof invoke>[2],
      input: unknown,
      options: Parameters<typeof invoke>[4] = {},
    ) => call(id, (key) => invoke(x, key, workflow, input, options)),
    startWorkflow: (
      id: string,
      workflow: Parameters<typeof invoke>[2],
      input: unknown,
      options: Parameters<typeof invoke>[4] = {},
    ) => call(id, (key) => startWorkflow(x, key, workflow, input, options)),
    now: (id = 'now') =>
      call(
        id,
        async (key) =>
          new Date((await recorded(x, key, () => x.host.now().toISOString())) as string),
      ),
    random: (id = 'random') => call(id, (key) => recorded(x, key, () => Math.random())),
    uuid: (id = 'uuid') => call(id, (key) => recorded(x, key, () => randomUUID())),
  }
  return steps as unknown as StepBaseContext
}

type TransactionFn = (tx: PoolClient, ctx: StepContext) => unknown
type TransactionOptions = NonNullable<Parameters<StepBaseContext['transaction']>[2]>
type MapFn = (item: unknown, ctx: StepContext & { index: number }) => unknown
type MapOptions = NonNullable<Parameters<StepBaseContext['map']>[3]>

/** A value that is made here, once, and is the same at every replay. */
async function recorded(x: Execution, key: string, make: () => unknown): Promise<unknown> {
  const { end } = x.journal.take(key, 'a recorded value', 'r')
  if (end) return decodePayload(end.data)
  const value = make()
  x.record({ kind: 'r', name: key, data: JSON.stringify(value) })
  return value
}

/** The step's result is recorded by the commit of its own transaction. */
function transactionStep(
  x: Execution,
  step: RunStep,
  fn: TransactionFn,
  options: TransactionOptions,
): RunStep {
  return {
    ...step,
    record: (ctx, encode) =>
      x.transact((change) =>
        x.host.transact(
          options.isolation ?? 'read committed',
          async (client) => encode(await fn(client, ctx)),
          (data) => change([{ kind: 'r', name: step.key, data }]),
        ),
      ),
  }
}

function withSchemas(step: StepDefinition, input: unknown): RunStep['fn'] {
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

function retryOf(
  options: StepOptions,
  defined: StepOptions | undefined,
  defaults: StepDefaults,
): ResolvedRetry {
  return resolveRetry({
    call: options.retry,
    definition: defined?.retry,
    workflow: defaults.retry,
    retries: defaults.retries,
  })
}

function timeoutOf(options: StepOptions | undefined): number | null {
  return options?.timeout === undefined ? null : parseDuration(options.timeout)
}

/**
 * A history that does not fit pauses the run instead of reaching the handler, which could swallow it.
 * And a step whose promise nobody awaits must not take the process down when it fails.
 */
function guard<T>(x: Execution, work: () => Promise<T>): Promise<T> {
  const promise = work().catch((error: unknown) => {
    if (!(error instanceof HistoryMismatchError)) throw error
    x.mismatch(error)
    return never
  })
  promise.catch(() => {})
  return promise
}
