import type { BulkOperation } from '../../client/bulk-operations.ts'
import type { Output } from '../output.ts'
import { count, firstLine, programName } from './words.ts'

/** How far a bulk operation is, or what a dry run found. */
export function showBulk(operation: BulkOperation, out: Output): void {
  const { id, status, matched, done, failed, verb } = operation
  out.show(operation, () => {
    if (out.quiet) return id ?? String(matched)
    if (id === null) return describeDryRun(operation, out)
    const sign = status === 'running' ? '●' : status === 'completed' ? '✓' : '⊘'
    const colour = status === 'running' ? 'blue' : failed > 0 ? 'yellow' : 'green'
    const head = `${out.paint(colour, `${sign} ${verb} ${status}`)}  ${done} of ${count(matched, 'run')} done`
    const rest = failed > 0 ? `, ${failed} failed` : ''
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
  return [`${count(matched, 'run')} would be affected by ${verb}.`, ...lines, ...more].join('\n')
}

function failuresOf({ failures, failed }: BulkOperation): string[] {
  const lines = failures.map(
    ({ runId, code, message }) => `  ${runId ?? 'all'}  ${code}  ${firstLine(message)}`,
  )
  return failed > failures.length ? [...lines, `  and ${failed - failures.length} more`] : lines
}
