import type { Schedule } from '../../client/schedules.ts'
import { formatDuration } from '../../model/duration.ts'
import type { Output } from '../output.ts'
import { printable } from '../style.ts'
import { table } from '../table.ts'
import { ago, ahead, localTime } from './words.ts'

/** Schedules as a table; what is wrong with one stands under it. */
export function showSchedules(schedules: readonly Schedule[], out: Output): string {
  const { paint, quiet, columns } = out
  if (quiet) return schedules.map(({ id }) => id).join('\n')
  const dim = (text: string) => paint('dim', text)
  return table<Schedule>(
    [
      { heading: dim('SCHEDULE'), cell: ({ id }) => id },
      { heading: dim('WORKFLOW'), cell: ({ workflowId }) => workflowId, spare: 1 },
      { heading: dim('WHEN'), cell: when },
      { heading: dim('NEXT'), cell: (one) => next(one, out) },
      {
        heading: dim('LAST'),
        cell: ({ lastRunAt }) => (lastRunAt ? ago(lastRunAt) : ''),
        spare: 2,
      },
      { heading: dim('OVERLAP'), cell: overlap, spare: 3 },
    ],
    schedules,
    columns,
    (schedule) => remarks(schedule, out),
  )
}

function when({ cron, timezone, every }: Schedule): string {
  if (every !== null) return `every ${formatDuration(every)}`
  return timezone === 'UTC' ? `${cron}` : `${cron} ${timezone}`
}

function next({ paused, pausedAt, nextRuns }: Schedule, { paint }: Output): string {
  if (paused) return paint('yellow', `‖ paused ${pausedAt ? ago(pausedAt) : ''}`)
  const at = nextRuns[0]
  return at ? `${localTime(at)}  ${paint('dim', ahead(at))}` : paint('red', '✗ never')
}

function overlap({ overlap: how, waiting, skipped }: Schedule): string {
  const counts = [
    ...(waiting > 0 ? [`${waiting} waiting`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ]
  return counts.length === 0 ? how : `${how} (${counts.join(', ')})`
}

function remarks(schedule: Schedule, { paint }: Output): string[] {
  const { problem, note, pauseReason, pausedBy } = schedule
  const by = pausedBy === null ? '' : ` by ${pausedBy}`
  const why = pauseReason === null ? '' : `: ${printable(pauseReason)}`
  return [
    ...(by + why === '' ? [] : [paint('dim', `    paused${by}${why}`)]),
    ...(problem ? [paint('red', `    ${problem.code} ${printable(problem.message)}`)] : []),
    ...(note ? [paint('dim', `    ${printable(note.message)}`)] : []),
  ]
}
