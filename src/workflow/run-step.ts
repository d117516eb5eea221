import { backoffDelay, type ResolvedRetry } from '../model/backoff.ts'
import {
  InvalidInputError,
  isNonRetryable,
  PayloadError,
  retryAfterMs,
  StepFailedError,
} from '../model/errors.ts'
import { type RunFailure, toFailure } from '../model/failure.ts'
import { decodePayload, encodePayload } from '../model/json.ts'
import { attempt } from './attempt.ts'
import type { Execution } from './execution.ts'
import type { Hooks } from './plugin.ts'
import { stepContext } from './step-context.ts'
import type { StepContext } from './step-types.ts'

/** A step that is about to run, all its options resolved. */
export type RunStep = {
  readonly id: string
  /** Its id and call count: what the journal knows it by. */
  readonly key: string
  readonly retry: ResolvedRetry
  readonly timeoutMs: number | null
  readonly hooks: Hooks
  readonly fn: (ctx: StepContext) => unknown
  /** Runs one attempt and records its result; default: call `fn`, encode, record. */
  readonly record?: (
    ctx: StepContext,
    text: (value: unknown) => string | null,
  ) => Promise<string | null>
}

/**
 * Runs a step until it has a result or no attempt is left. Each failed attempt is recorded with its
 * error, so that the count survives this process.
 * @throws StepFailedError
 */
export async function runStep(x: Execution, step: RunStep): Promise<unknown> {
  const { key } = step
  const entry = x.journal.take(key, 'step.run', 'rf')
  if (entry.end) return readEnd(key, entry.end, entry.failures)
  if (x.isKept(`~${key}`)) await x.wait({ key: `~${key}`, name: null, ms: null })
  for (let tries = entry.failures + 1; ; tries++) {
    await x.begin(key)
    try {
      const text = await tryOnce(x, step, tries)
      return decodePayload(text)
    } catch (error) {
      const ms = retryDelay(step.retry, error, tries, x.host.now())
      if (step.hooks.any) await step.hooks.stepFailed(step.id, error)
      const failure = toFailure(error, { stepId: key, attempt: tries })
      x.record({ kind: ms === null ? 'f' : 'e', name: key, data: JSON.stringify(failure) })
      if (ms === null) throw failed(key, failure, tries, error)
      x.end(key)
      await x.wait({ key: `~${key}`, name: null, ms })
    } finally {
      x.end(key)
    }
  }
}

async function tryOnce(x: Execution, step: RunStep, tries: number): Promise<string | null> {
  const { id, key, fn } = step
  const limits = { what: `Step "${key}"`, ms: step.timeoutMs, signal: x.signal }
  if (step.hooks.any) await step.hooks.beforeStep(id)
  const encode = (value: unknown) => encodePayload(value, { what: `the output of step "${key}"` })
  const text = await attempt(limits, async (signal) => {
    const ctx = stepContext(x, id, key, tries, signal)
    if (step.record) return step.record(ctx, encode)
    return encode(await fn(ctx))
  })
  if (!step.record) x.record({ kind: 'r', name: key, data: text })
  if (step.hooks.any) await step.hooks.afterStep(id, text)
  return text
}

/** What an ended step gives at replay: its result, or the error that it threw then. */
function readEnd(
  key: string,
  end: { kind: string; data: string | null },
  failures: number,
): unknown {
  if (end.kind === 'r') return decodePayload(end.data)
  const failure = decodePayload(end.data) as RunFailure
  const cause = Object.assign(new Error(failure.message), {
    name: failure.name,
    stack: failure.stack ?? undefined,
  })
  throw failed(key, failure, failures + 1, cause)
}

function failed(key: string, failure: RunFailure, tries: number, cause: unknown): StepFailedError {
  const times = tries === 1 ? '' : ` after ${tries} attempts`
  return new StepFailedError(`Step "${key}" failed${times}: ${failure.message}`, {
    cause,
    details: { step: key, attempts: tries, failure },
  })
}

/** Milliseconds until the next attempt; null if there is none. */
export function retryDelay(
  retry: ResolvedRetry,
  error: unknown,
  tries: number,
  now: Date,
): number | null {
  if (tries >= retry.maxAttempts || isNonRetryable(error)) return null
  if (error instanceof PayloadError || (error instanceof InvalidInputError && error.issues))
    return null
  if (retry.retryIf && !safely(retry.retryIf, error)) return null
  return retryAfterMs(error, now) ?? backoffDelay(retry, tries)
}

function safely(retryIf: (error: unknown) => boolean, error: unknown): boolean {
  try {
    return retryIf(error)
  } catch {
    return true
  }
}
