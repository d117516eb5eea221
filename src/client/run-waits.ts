import type { Outcome } from '../kernel/runs.ts'
import { formatDuration, parseDuration } from '../model/duration.ts'
import {
  IllegalMoveError,
  RunCancelledError,
  RunFailedError,
  TimeoutError,
  UnavailableError,
} from '../model/errors.ts'
import type { RunFailure } from '../model/failure.ts'
import { decodePayload } from '../model/json.ts'
import { MAX_TIMER_MS } from '../model/limits.ts'
import { isTerminal, type WorkflowStatus } from '../model/status.ts'
import type { Results } from './results.ts'
import type { StatusWaitOptions, WaitOptions, WorkflowRun } from './workflow-run.ts'

/** Between two looks at a run's status. */
const FIRST_LOOK_MS = 10
const LONGEST_LOOK_MS = 500

/** Waits until a run ends and gives its output, or throws what it ended with. */
export async function awaitResult(
  id: string,
  run: string,
  options: WaitOptions,
  results: Results,
): Promise<unknown> {
  const outcome = await awaitOutcome(id, run, options, results)
  if (outcome.status === 'c') return decodePayload(outcome.output)
  if (outcome.status === 'x') throw new RunCancelledError(`Run ${id} was cancelled.`, { runId: id })
  const failure = decodePayload(outcome.output) as RunFailure
  const at = failure.stepId ? ` at step "${failure.stepId}"` : ''
  throw new RunFailedError(`Run ${id} failed${at}: ${failure.message}`, {
    runId: id,
    failure,
    details: { failure },
  })
}

function awaitOutcome(
  id: string,
  run: string,
  options: WaitOptions,
  results: Results,
): Promise<Outcome> {
  const ms = options.timeout === undefined ? null : parseDuration(options.timeout)
  return new Promise((resolve, reject) => {
    const leave = (settle: () => void) => {
      clearTimeout(timer)
      options.signal?.removeEventListener('abort', aborted)
      stop()
      settle()
    }
    const aborted = () => leave(() => reject(options.signal?.reason))
    const late = () =>
      leave(() =>
        reject(
          new TimeoutError(
            `Run ${id} has not ended within ${formatDuration(ms ?? 0)}; it goes on.`,
            {
              runId: id,
              details: { timeoutMs: ms },
            },
          ),
        ),
      )
    const timer = ms === null ? undefined : setTimeout(late, Math.min(ms, MAX_TIMER_MS))
    const stop = results.wait(run, (outcome) =>
      leave(() => (outcome ? resolve(outcome) : reject(stopped(id)))),
    )
    options.signal?.addEventListener('abort', aborted, { once: true })
    if (options.signal?.aborted) aborted()
  })
}

/** The same error, saying what the run does instead of ending: a paused one needs somebody. */
export async function explainLate(
  error: TimeoutError,
  read: () => Promise<WorkflowRun>,
): Promise<TimeoutError> {
  const run = await read().catch(() => null)
  if (run === null || isTerminal(run.status)) return error
  const why = run.reason === null ? '' : ` (${run.reason})`
  const failure = run.failure ? `: ${run.failure.message}` : ''
  const state = run.status === 'paused' ? `it is paused${why}${failure}` : `it is ${run.status}`
  const message = error.message.replace('it goes on.', () => `${state.replace(/\.$/, '')}.`)
  return new TimeoutError(message, {
    runId: run.id,
    details: { ...error.details, status: run.status },
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
      if (isTerminal(now.status)) {
        throw new IllegalMoveError(
          `Run ${run.id} is ${now.status} and will not become ${statuses.join(' or ')}.`,
          { runId: run.id },
        )
      }
      if (performance.now() > until) {
        throw new TimeoutError(
          `Run ${run.id} is still ${now.status}, not ${statuses.join(' or ')}, after ${formatDuration(timeoutMs)}.`,
          { runId: run.id },
        )
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
