import type { BulkOperation } from '../../client/bulk-operations.ts'
import type { Output } from '../output.ts'
import { count, firstLine, programName } from './words.ts'

/** Of the runs that match a filter, those for which a verb is refused: a dry run does not try it. */
const whoRefuses: Readonly<Record<string, string>> = {
  cancel: 'have ended',
  terminate: 'have ended',
  pause: 'have ended',
  signal: 'have ended',
  migrate: 'have ended, or are with a worker',
  resume: 'are not paused',
  retry: 'have not failed',
  discard: 'have not failed',
  fork: 'did not come to the step',
}

/** How far a bulk operation is, or what a dry run found. */
export function showBulk(operation: BulkOperation, out: Output): void {
  const { id, status, matched, done, failed, verb } = operation
  out.show(operation, () => {
    if (out.quiet) return id ?? String(matched)
    if (id === null) return describeDryRun(operation, out)
    const sign = status === 'running' ? '●' : status === 'completed' ? '✓' : '⊘'
    const colour = status === 'running' ? 'blue' : failed > 0 ? 'yellow' : 'green'
    const head = `${out.paint(colour, `${sign} ${verb} ${status}`)}  ${done} of ${count(matched, 'run')} done`
    const rest = failed > 0 ? `, ${failed} refused` : ''
    return [
      `${head}${rest}  ${out.paint('dim', `operation ${id}`)}`,
      ...failuresOf(operation),
    ].join('\n')
  })
  if (status === 'running' && id !== null)
    out.note(`Workers carry it out. See how far it is: ${programName()} bulk show ${id}`)
}

function describeDryRun({ matched, sample, verb }: BulkOperation, { paint }: Output): string {
  const lines = sample.map((run) => `  ${run}`)
  const more =
    matched > sample.length ? [paint('dim', `  and ${matched - sample.length} more`)] : []
  const head = matched === 1 ? '1 run matches.' : `${count(matched, 'run')} match.`
  const unfit = matched === 0 ? undefined : whoRefuses[verb]
  const note = unfit === undefined ? '' : ` ${verb} would be refused for those that ${unfit}.`
  return [`${head}${note}`, ...lines, ...more].join('\n')
}

function failuresOf({ failures, failed }: BulkOperation): string[] {
  const lines = failures.map(
    ({ runId, code, message }) => `  ${runId ?? 'all'}  ${code}  ${firstLine(message)}`,
  )
  return failed > failures.length ? [...lines, `  and ${failed - failures.length} more`] : lines
}
