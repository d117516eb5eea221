import type { Outcome } from '../kernel/runs.ts'
import { parseDuration } from '../model/duration.ts'
import { type TimeoutError, UnavailableError } from '../model/errors.ts'
import type { RunFailure } from '../model/failure.ts'
import { decodePayload } from '../model/json.ts'
import { MAX_TIMER_MS } from '../model/limits.ts'
import { encodeRunId } from '../model/run-id.ts'
import { isTerminal, type WorkflowStatus } from '../model/status.ts'
import type { Results } from './results.ts'
import { notEnded, runCancelled, runFailed, stillNot, willNotBecome } from './run-ends.ts'
import type { StatusWaitOptions, WaitOptions, WorkflowRun } from './workflow-run.ts'

/** Between two looks at a run's status. */
const FIRST_LOOK_MS = 10
const LONGEST_LOOK_MS = 500

/** How an error that a run did not end in time finds out what it does instead. */
export type Looks = {
  /** The run as it is. */
  read(id: string): Promise<WorkflowRun>
  /** Why nobody takes it, as the end of a sentence. */
  whyNotTaken(run: WorkflowRun): Promise<string | null>
}

/**
 * Waits until a run ends and gives its output, or throws what it ended with. Where it continued as new, the last
 * of those runs is meant.
 */
export async function awaitResult(
  first: RunName,
  options: WaitOptions,
  results: Results,
  looks: Looks,
): Promise<unknown> {
  const outcome = await awaitOutcome(first, options, results, looks)
  if (outcome.status === 'c') return decodePayload(outcome.output)
  const id = idOf(outcome.run, first)
  if (outcome.status === 'x') throw runCancelled(id)
  throw runFailed(id, decodePayload(outcome.output) as RunFailure)
}

/** A run: its UUID, and its number. */
export type RunName = { readonly id: string; readonly run: string }

/** The UUID of a run that may go on for another. */
function idOf(run: string, first: RunName): string {
  return run === first.run ? first.id : encodeRunId(BigInt(run))
}

function awaitOutcome(
  first: RunName,
  options: WaitOptions,
  results: Results,
  looks: Looks,
): Promise<Outcome> {
  let run = first.run
  let stop: () => void = () => {}
  const ms = options.timeout === undefined ? null : parseDuration(options.timeout)
  return new Promise((resolve, reject) => {
    const leave = (settle: () => void) => {
      clearTimeout(timer)
      options.signal?.removeEventListener('abort', aborted)
      stop()
      settle()
    }
    const aborted = () => leave(() => reject(options.signal?.reason))
    const late = () => leave(() => void describeLate(idOf(run, first), ms ?? 0, looks).then(reject))
    const timer = ms === null ? undefined : setTimeout(late, Math.min(ms, MAX_TIMER_MS))
    const ended = (outcome: Outcome | null) => {
      if (outcome?.continuedAs == null)
        return leave(() => (outcome ? resolve(outcome) : reject(stopped(first.id))))
      run = outcome.continuedAs
      stop = results.wait(run, ended)
    }
    stop = results.wait(run, ended)
    options.signal?.addEventListener('abort', aborted, { once: true })
    if (options.signal?.aborted) aborted()
  })
}

/** A paused run needs somebody, one that runs only time. */
async function describeLate(id: string, ms: number, looks: Looks): Promise<TimeoutError> {
  const run = await looks.read(id).catch(() => null)
  const reason = run?.reason ? ` (${run.reason})` : ''
  const failure = run?.status === 'paused' && run.failure ? `: ${run.failure.message}` : ''
  const state =
    run === null || run.continuedAs !== null
      ? 'it goes on'
      : `it is ${run.status}${reason}${failure}${await describeTakers(run, looks)}`
  return notEnded(id, ms, state, run?.status ?? null)
}

/** It is asked for once the time is over, so it costs nobody else anything; that it cannot be known is no error. */
async function describeTakers(run: WorkflowRun, { whyNotTaken }: Looks): Promise<string> {
  const why = await whyNotTaken(run).catch(() => null)
  return why === null ? '' : `: ${why}`
}

/** Whether the run ended in time; false also where the wait was aborted, or its client stopped. Reads nothing of the run. */
export function awaitEnd(run: string, options: WaitOptions, results: Results): Promise<boolean> {
  const ms = options.timeout === undefined ? null : parseDuration(options.timeout)
  const { signal } = options
  return new Promise((resolve) => {
    const leave = (ended: boolean) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', aborted)
      stop()
      resolve(ended)
    }
    const aborted = () => leave(false)
    const timer =
      ms === null ? undefined : setTimeout(() => leave(false), Math.min(ms, MAX_TIMER_MS))
    const stop = results.wait(run, (outcome) => leave(outcome !== null))
    signal?.addEventListener('abort', aborted, { once: true })
    if (signal?.aborted) aborted()
  })
}

function stopped(id: string): UnavailableError {
  return new UnavailableError(
    `The client was stopped before run ${id} had ended; it goes on. Ask another client for its result.`,
    { runId: id },
  )
}

/** Waits until a run has one of the statuses. */
export async function awaitStatus(
  run: WorkflowRun,
  statuses: readonly WorkflowStatus[],
  options: StatusWaitOptions,
  results: Results,
  looks: Looks,
  number: (id: string) => Promise<string>,
): Promise<WorkflowRun> {
  const given = options.timeout ?? options.timeoutMs
  const timeoutMs = given === undefined ? Number.POSITIVE_INFINITY : parseDuration(given)
  const until = performance.now() + timeoutMs
  let ended = false
  let closed = false
  let wake: () => void = () => {}
  const stop = results.wait(await number(run.id), (outcome) => {
    ended = outcome !== null
    closed = outcome === null
    wake()
  })
  options.signal?.addEventListener('abort', () => wake(), { once: true })
  try {
    for (let pause = FIRST_LOOK_MS; ; pause = ended ? 0 : Math.min(pause * 2, LONGEST_LOOK_MS)) {
      options.signal?.throwIfAborted()
      if (closed) throw stopped(run.id)
      const now = await run.refresh()
      if (statuses.includes(now.status)) return now
      if (isTerminal(now.status)) throw willNotBecome(now, statuses)
      if (performance.now() > until) {
        throw stillNot(now, statuses, timeoutMs, await describeTakers(now, looks))
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(pause, Math.max(until - performance.now(), 0)))
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  } finally {
    stop()
  }
}
