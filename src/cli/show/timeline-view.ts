import type { TimelineEntry } from '../../client/timeline.ts'
import type { WorkflowRun } from '../../client/workflow-run.ts'
import { formatDuration } from '../../model/duration.ts'
import type { RunFailure } from '../../model/failure.ts'
import { isTerminal, type SkipReason } from '../../model/status.ts'
import type { Output } from '../output.ts'
import type { Paint } from '../style.ts'
import { table } from '../table.ts'
import { isPauseReason, pauseReasons, showStack } from './run-view.ts'
import { ahead, firstLine, oneLine, paintStatus } from './words.ts'

/** Why a step was skipped. */
const skipReasons = {
  condition_unmet: 'its condition was not met',
  handler_failed: 'it failed, and is done without',
  dependency_skipped: 'what it depends on was skipped',
} as const satisfies Record<SkipReason, string>

/** What happened to a run, one line for each thing. With `stacks`, errors in full below it. */
export function showTimeline(
  entries: readonly TimelineEntry[],
  run: WorkflowRun,
  { paint, columns }: Output,
  stacks: boolean,
): string {
  if (entries.length === 0) return paint('dim', nothing(run))
  const after = (entry: TimelineEntry) => {
    const ms = Math.max(entry.timestamp.getTime() - run.createdAt.getTime(), 0)
    return `+${formatDuration(ms)}`
  }
  return table(
    [
      { heading: paint('dim', 'AFTER'), cell: after, align: 'right', spare: 1 },
      { heading: paint('dim', 'STEP'), cell: ({ stepId }) => stepId || paint('dim', '(the run)') },
      { heading: paint('dim', 'KIND'), cell: ({ kind }) => kind, spare: 3 },
      { heading: paint('dim', 'STATUS'), cell: (entry) => statusOf(entry, paint) },
      { heading: paint('dim', 'TRY'), cell: attempt, align: 'right', spare: 2 },
      { heading: paint('dim', 'RESULT'), cell: detail, text: true },
    ],
    entries,
    columns,
    ({ failure }) => (stacks && failure ? [indent(showStack(failure, paint))] : []),
  )
}

/** That a child or the undos began stays in the history of a run that has ended: it does not say that they go on. */
function statusOf({ kind, status }: TimelineEntry, paint: Paint): string {
  const begun = status === 'running' && (kind === 'child' || kind === 'undo')
  return begun ? paint('blue', '● begun') : paintStatus(status, paint)
}

/** Why there is nothing to tell. */
function nothing({ status, startsAt }: WorkflowRun): string {
  if (isTerminal(status)) return 'No step was recorded.'
  if (startsAt) return `Nothing has happened yet: it starts ${ahead(startsAt)}.`
  return status === 'pending' ? 'Nothing has happened yet.' : 'No step has ended yet.'
}

/** Children are tried by themselves: what is told of them here is how they ended. */
function attempt({ attempt: n, kind, status }: TimelineEntry): string {
  return n > 1 || (status === 'failed' && kind !== 'child') ? String(n) : ''
}

function detail({
  kind,
  stepId,
  failure,
  timedOut,
  output,
  childId,
  skipReason,
  ...entry
}: TimelineEntry): string {
  if (skipReason) return skipped(skipReason, failure)
  if (failure) return firstLine(`${failure.name}: ${failure.message}`)
  if (kind === 'child' && output === undefined && childId) return `run ${childId}`
  if (timedOut) return kind === 'timer' ? 'it took too long' : 'no message came in time'
  const ofTheRun = kind === 'control' || (kind === 'undo' && stepId === '')
  return ofTheRun ? control(entry) : oneLine(output)
}

function skipped(reason: SkipReason, failure: RunFailure | null): string {
  const said = failure ? `: ${failure.name}: ${failure.message}` : ''
  return firstLine(`${skipReasons[reason]}${said}`)
}

/** Who it was, and why. */
function control({ by, reason }: Pick<TimelineEntry, 'by' | 'reason'>): string {
  const said = reason ?? ''
  if (by !== null) return firstLine(said === '' ? `by ${by}` : `by ${by}: ${said}`)
  return isPauseReason(said) ? pauseReasons[said] : firstLine(said)
}

function indent(text: string): string {
  return text.replace(/^/gm, '      ')
}
