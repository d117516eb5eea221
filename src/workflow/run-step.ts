import type { ResolvedRetry } from '../model/backoff.ts'
import type { StepFailedError } from '../model/errors.ts'
import { type RunFailure, toFailure } from '../model/failure.ts'
import type { JournalRow } from '../model/journal.ts'
import { decodePayload } from '../model/json.ts'
import type { Execution } from './execution.ts'
import { forever } from './forever.ts'
import type { LazySignal } from './lazy-signal.ts'
import type { Hooks } from './plugin.ts'
import { retryDelay } from './retry-delay.ts'
import { stepFailed } from './step-failed.ts'
import type { Undo } from './undoing.ts'

/** A step that is about to run, all its options resolved. */
export type RunStep = {
  /** As the code wrote it. */
  readonly id: string
  /** Its id and call count: what the journal knows it by. */
  readonly key: string
  readonly retry: ResolvedRetry
  readonly hooks: Hooks | null
  /** One attempt: does the work, records its result, gives it, or a promise of it. The first is number 1. */
  readonly perform: (tries: number) => unknown
  /** False: what it gives is not the end of the step, and waits for no turn; default true. */
  readonly ends?: boolean
  /** It only computes, from what it was given: done again after a crash it gives the same, and nobody sees that it was. */
  readonly isPure?: boolean
  /** How it is undone, if it can be. */
  readonly undo?: Undo
  /** Aborted when the step is given up with those beside it: it ends without a result. */
  readonly group?: LazySignal
}

/** How a step ended. */
export type Ended =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: StepFailedError }

/**
 * Runs a step until it has a result or no attempt is left, or gives what is recorded of it.
 * @throws HistoryMismatchError at once; the promise: StepFailedError
 */
export function runStep(x: Execution, step: RunStep): Promise<unknown> {
  const { end, failures } = x.take(step.key, 'step.run', 'rfe')
  if (step.undo) x.undoing.register(step.undo, end !== null)
  return end ? recordedEnd(x, step.key, end) : attempts(x, step, failures)
}

/** The recorded end of a step, in its turn. */
export async function recordedEnd(x: Execution, key: string, end: JournalRow): Promise<unknown> {
  const ended = readEnd(key, end)
  const turn = x.deliver(key)
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
 * the count survives this process. All in one function: there are tens of thousands a second.
 * @param failures attempts that failed before
 * @throws StepFailedError
 */
export async function attempts(x: Execution, step: RunStep, failures: number): Promise<unknown> {
  const { key } = step
  const backoff = `~${key}`
  if (x.isKept(backoff)) await x.wait({ key: backoff, name: null, ms: null })
  let ended: Ended | null = null
  for (let tries = failures + 1; ended === null; tries++) {
    const start = x.begin(key, step.isPure)
    if (start) await start
    try {
      if (isGivenUp(x, step)) return forever()
      if (x.host.followed) x.host.began(key, tries)
      const made = step.perform(tries)
      const value = made instanceof Promise ? await made : made
      if (step.ends === false) return value
      ended = { ok: true, value }
    } catch (error) {
      if (isGivenUp(x, step)) return forever()
      if (step.hooks) await step.hooks.stepFailed(step.id, error)
      if (isGivenUp(x, step)) return forever()
      const ms = retryDelay(step.retry, error, tries, x.host.now())
      const failure = toFailure(error, { stepId: key, attempt: tries })
      x.record({ kind: ms === null ? 'f' : 'e', name: key, data: JSON.stringify(failure) })
      if (ms === null) ended = { ok: false, error: stepFailed(key, failure, error) }
      else {
        x.end(key)
        await x.wait({ key: backoff, name: null, ms })
      }
    } finally {
      x.end(key)
    }
  }
  const turn = x.deliver(key)
  if (turn) await turn
  if (ended.ok) return ended.value
  throw ended.error
}

function isGivenUp(x: Execution, step: RunStep): boolean {
  return x.over || step.group?.aborted === true
}
