import type { RunEnd } from '../definition/definition.ts'
import type { PreparedSuccessor } from '../definition/host.ts'
import { ChildFailedError, StepFailedError } from '../model/errors.ts'
import { type RunFailure, toFailure } from '../model/failure.ts'
import type { JournalRow } from '../model/journal.ts'
import type { RunLogger } from '../model/logger.ts'
import type { Part } from './outbox.ts'

/** What the handler gave: a value, as JSON, or what it threw; with a successor, the run goes on as that. */
export type Settled =
  | { readonly ok: true; readonly output: string | null; readonly successor?: PreparedSuccessor }
  | { readonly ok: false; readonly failure: Failing }

/** A handler that threw: fail the run (null), or try the handler again after this long. */
export type Failing = { readonly error: unknown; readonly retryMs: number | null }

/** Steps at work when the handler returned may have lost a race. Or an await is missing, and nobody would ever hear of it. */
export function warnOfLosers(losers: readonly { step: string }[], logger: RunLogger): void {
  for (const { step } of losers)
    logger.warn(
      `the handler returned while step "${step}" was at work: nothing of it is recorded. Await it, unless it lost a race.`,
    )
}

/** How this process and a run part that wrote this. */
export function endOf({ op, output = null, successor }: Part): RunEnd {
  if (successor) return { kind: 'continued' }
  if (op === 'c') return { kind: 'completed', output }
  if (op === 'x') return { kind: 'cancelled' }
  return op === 'f' ? { kind: 'failed', output } : { kind: 'parked' }
}

/** The row that says as which run it goes on: the last of its journal. */
export function continuedRow({ id, start }: PreparedSuccessor): JournalRow {
  return { kind: 'z', name: '', data: JSON.stringify({ run: start.id, id }) }
}

/** The row of a pause that the engine itself makes. */
export function suspensionRow(reason: string, error: Error): JournalRow {
  const { step, expected, attempts } =
    (error as { details?: { step?: string; expected?: string; attempts?: number } }).details ?? {}
  const failure = toFailure(error, { stepId: step ?? expected ?? null, attempt: attempts ?? 1 })
  return { kind: 'p', name: '', data: JSON.stringify({ reason, by: null, failure }) }
}

/**
 * The row of a failed attempt of the handler. A step that used up its attempts is named by what it
 * threw.
 */
export function failingRow(error: unknown, attempt: number): JournalRow {
  const failure = failureOf(error, attempt)
  return { kind: 'h', name: '', data: JSON.stringify(failure) }
}

/** What the row says by which the undos of a run that fails begin. @param failing the row of its failure */
export function failedBegin(failing: JournalRow): string {
  return `{"status":"f","failure":${failing.data},"reason":null,"by":null}`
}

function failureOf(error: unknown, attempt: number): RunFailure {
  const failure = ownFailure(error, attempt)
  const { alsoFailed } = error instanceof StepFailedError ? error.details : {}
  return alsoFailed === undefined ? failure : { ...failure, alsoFailed: alsoFailed as string[] }
}

function ownFailure(error: unknown, attempt: number): RunFailure {
  // of a child, what its parent threw: it names the child, whose own failure is with it
  if (error instanceof ChildFailedError)
    return toFailure(error, { stepId: String(error.details.step), attempt })
  const ofStep =
    error instanceof StepFailedError ? (error.details.failure as RunFailure | undefined) : undefined
  return ofStep ?? toFailure(error, { stepId: null, attempt })
}
