import type { ResolvedRetry } from '../model/backoff.ts'
import type { StepFailedError } from '../model/errors.ts'
import { type RunFailure, toFailure } from '../model/failure.ts'
import type { JournalRow } from '../model/journal.ts'
import { decodePayload } from '../model/json.ts'
import type { Execution } from './execution.ts'
import { forever } from './forever.ts'
import type { Hooks } from './plugin.ts'
import { retryDelay } from './retry-delay.ts'
import { stepFailed } from './step-failed.ts'

/** A step that is about to run, all its options resolved. */
export type RunStep = {
  /** As the code wrote it. */
  readonly id: string
  /** Its id and call count: what the journal knows it by. */
  readonly key: string
  readonly retry: ResolvedRetry
  readonly hooks: Hooks | null
  /** One attempt: does the work, records its result, returns it. The first is number 1. */
  readonly perform: (tries: number) => Promise<unknown>
  /** Aborted when the step is given up with those beside it: it ends without a result. */
  readonly group?: AbortSignal
}

/** How a step ended. */
export type Ended =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: StepFailedError }

/**
 * Runs a step until it has a result or no attempt is left, or gives what is recorded of it.
 * @throws StepFailedError
 */
export async function runStep(x: Execution, step: RunStep): Promise<unknown> {
  const { end, failures } = x.take(step.key, 'step.run', 'rfe')
  const ended = end ? readEnd(step.key, end) : await attempts(x, step, failures)
  const turn = x.deliver(step.key)
  if (turn) await turn
  if (ended.ok) return ended.value
  throw ended.error
}

/** What an ended step gives at replay: its result, or the error that it threw then. */
export function readEnd(key: string, end: JournalRow): Ended {
  if (end.kind !== 'f') return { ok: true, value: decodePayload(end.data) }
  const failure = decodePayload(end.data) as RunFailure
  const { name, message, stack } = failure
  const cause = Object.assign(new Error(message), { name, stack: stack ?? undefined })
  return { ok: false, error: stepFailed(key, failure, cause) }
}

/**
 * Attempts, until one succeeds or none is left. Each failed one is recorded with its error, so that
 * the count survives this process.
 * @param failures attempts that failed before
 */
export async function attempts(x: Execution, step: RunStep, failures: number): Promise<Ended> {
  const { key } = step
  const backoff = `~${key}`
  if (x.isKept(backoff)) await x.wait({ key: backoff, name: null, ms: null })
  for (let tries = failures + 1; ; tries++) {
    const turn = x.begin(key)
    if (turn) await turn
    try {
      if (isGivenUp(x, step)) return forever()
      return { ok: true, value: await step.perform(tries) }
    } catch (error) {
      if (isGivenUp(x, step)) return forever()
      if (step.hooks) await step.hooks.stepFailed(step.id, error)
      if (isGivenUp(x, step)) return forever()
      const ms = retryDelay(step.retry, error, tries, x.host.now())
      const failure = toFailure(error, { stepId: key, attempt: tries })
      x.record({ kind: ms === null ? 'f' : 'e', name: key, data: JSON.stringify(failure) })
      if (ms === null) return { ok: false, error: stepFailed(key, failure, error) }
      x.end(key)
      await x.wait({ key: backoff, name: null, ms })
    } finally {
      x.end(key)
    }
  }
}

function isGivenUp(x: Execution, step: RunStep): boolean {
  return x.over || step.group?.aborted === true
}
