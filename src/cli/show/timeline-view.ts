import type { TimelineEntry } from '../../client/timeline.ts'
import { formatDuration } from '../../model/duration.ts'
import type { Output } from '../output.ts'
import { table } from '../table.ts'
import { showStack } from './run-view.ts'
import { firstLine, oneLine, paintStatus } from './words.ts'

/** What happened to a run, one line for each thing. With `stacks`, errors in full below it. */
export function showTimeline(
  entries: readonly TimelineEntry[],
  startedAt: Date,
  { paint, columns }: Output,
  stacks: boolean,
): string {
  if (entries.length === 0) return paint('dim', 'Nothing has happened yet.')
  const after = (entry: TimelineEntry) => {
    const ms = Math.max(entry.timestamp.getTime() - startedAt.getTime(), 0)
    return `+${formatDuration(ms)}`
  }
  const lines = table(
    [
      { heading: paint('dim', 'AFTER'), cell: after, align: 'right' },
      { heading: paint('dim', 'STEP'), cell: ({ stepId }) => stepId || paint('dim', '(the run)') },
      { heading: paint('dim', 'KIND'), cell: ({ kind }) => kind },
      { heading: paint('dim', 'STATUS'), cell: (entry) => paintStatus(entry.status, paint) },
      { heading: paint('dim', 'TRY'), cell: attempt, align: 'right' },
      { heading: paint('dim', 'RESULT'), cell: detail },
    ],
    entries,
    columns,
  ).split('\n')
  if (!stacks) return lines.join('\n')
  const [head, ...rows] = lines
  const body = rows.map((line, i) => {
    const failure = entries[i]?.failure
    return failure ? `${line}\n${indent(showStack(failure, paint))}` : line
  })
  return [head, ...body].join('\n')
}

function attempt(entry: TimelineEntry): string {
  return entry.attempt > 1 || entry.status === 'failed' ? String(entry.attempt) : ''
}

function detail({ failure, timedOut, output, by }: TimelineEntry): string {
  if (failure) return firstLine(`${failure.name}: ${failure.message}`)
  if (timedOut) return 'no message came in time'
  if (by !== null) return `by ${firstLine(by)}`
  return oneLine(output)
}

function indent(text: string): string {
  return text.replace(/^/gm, '      ')
}
