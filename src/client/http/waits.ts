import { parseDuration } from '../../model/duration.ts'
import { UnavailableError } from '../../model/errors.ts'
import type { RunFailure } from '../../model/failure.ts'
import { MAX_TIMER_MS } from '../../model/limits.ts'
import { isTerminal, type WorkflowStatus } from '../../model/status.ts'
import type { LiveSource } from '../follow/live-source.ts'
import { notEnded, runCancelled, runFailed, stillNot, willNotBecome } from '../run-ends.ts'
import type { StatusWaitOptions, WaitOptions, WorkflowRun } from '../workflow-run.ts'
import { backoff, pause } from './pause.ts'

/** A server lets a request wait 55 s at most. */
const LONGEST_WAIT_MS = 50_000
const LONGEST_PAUSE_MS = 5000

/** Asks for a run as it is when it has ended, or after so long. */
export type Ask = (id: string, waitMs: number, signal: AbortSignal) => Promise<WorkflowRun>

/** The output of a run, by requests that wait for its end. A server that is away meanwhile is waited for. */
export async function awaitResult(first: string, options: WaitOptions, ask: Ask): Promise<unknown> {
  const ms = options.timeout === undefined ? null : parseDuration(options.timeout)
  return within(ms, options.signal, async (signal, left) => {
    let id = first
    let run: WorkflowRun | null = null
    for (let idle = 0; ; ) {
      const since = performance.now()
      const asked = Math.min(left(), LONGEST_WAIT_MS)
      if (asked <= 0) throw late(id, ms ?? 0, run)
      try {
        run = await ask(id, Math.ceil(asked), signal)
      } catch (error) {
        if (left() <= 0 && signal.aborted) throw late(id, ms ?? 0, run)
        if (!(error instanceof UnavailableError) || signal.aborted) throw error
        await pause(Math.min(backoff(++idle, LONGEST_PAUSE_MS), left()), signal)
        continue
      }
      if (isTerminal(run.status) && run.continuedAs === null) return outputOf(run)
      if (isTerminal(run.status)) id = run.continuedAs as string
      // a server that closes answers before the time
      else if (performance.now() - since < Math.min(asked, 1000))
        await pause(Math.min(backoff(++idle, LONGEST_PAUSE_MS), left()), signal)
      else idle = 0
    }
  })
}

/** The run when it has one of the statuses: each event of its course may be the one. */
export async function awaitStatus(
  run: WorkflowRun,
  statuses: readonly WorkflowStatus[],
  options: StatusWaitOptions,
  live: LiveSource,
): Promise<WorkflowRun> {
  const given = options.timeout ?? options.timeoutMs
  const ms = given === undefined ? null : parseDuration(given)
  let now = run
  const look = async () => {
    now = await run.refresh()
    return statuses.includes(now.status)
  }
  return within(ms, options.signal, async (signal, left) => {
    if (await look()) return now
    for await (const { event } of live.items(run.id, { signal, logs: false })) {
      if (left() <= 0) break
      if ((statuses as readonly string[]).includes(event.type) && (await look())) return now
    }
    options.signal?.throwIfAborted()
    if (await look()) return now
    if (left() <= 0) throw stillNot(now, statuses, ms ?? 0)
    throw willNotBecome(now, statuses)
  })
}

/** Runs something that a signal ends, or the time that is given. */
async function within<T>(
  ms: number | null,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal, left: () => number) => Promise<T>,
): Promise<T> {
  outer?.throwIfAborted()
  const until = ms === null ? Number.POSITIVE_INFINITY : performance.now() + ms
  const left = () => (over.signal.aborted ? 0 : until - performance.now())
  const over = new AbortController()
  // the answer to a request that waits comes a little after its time
  const grace = ms === null ? 0 : Math.min(ms, MAX_TIMER_MS - 1000) + 500
  const timer = ms === null ? undefined : setTimeout(() => over.abort(), grace)
  try {
    return await work(outer ? AbortSignal.any([outer, over.signal]) : over.signal, left)
  } finally {
    clearTimeout(timer)
  }
}

function outputOf(run: WorkflowRun): unknown {
  if (run.status === 'completed') return run.output
  if (run.status === 'cancelled') throw runCancelled(run.id)
  throw runFailed(run.id, run.failure as RunFailure)
}

function late(id: string, ms: number, run: WorkflowRun | null) {
  const known = run !== null && run.continuedAs === null ? run : null
  const reason = known?.reason ? ` (${known.reason})` : ''
  const failure = known?.status === 'paused' && known.failure ? `: ${known.failure.message}` : ''
  const state = known === null ? 'it goes on' : `it is ${known.status}${reason}${failure}`
  return notEnded(id, ms, state, known?.status ?? null)
}
