import type { Command } from 'commander'
import type { VersionReport } from '../../client/reports.ts'
import { withClient } from '../connection.ts'
import type { Output } from '../output.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { ago } from '../show/words.ts'
import { type Column, table } from '../table.ts'

/** `millrace versions` */
export function versionsCommand(): Command {
  return makeCommand('versions', 'which versions still have runs, and which have no worker', [
    'millrace versions order',
    'millrace runs migrate --where workflow=order --where version=1 --to-version 2 --dry-run',
  ])
    .argument('[workflow]')
    .action(async (workflowId: string | undefined, _options: object, command: Command) => {
      const settings = readSettings(command)
      const { out } = settings
      const versions = await withClient(settings, (client) =>
        client.getVersions(workflowId === undefined ? {} : { workflowId }),
      )
      if (versions.length === 0) out.note('No such version is registered; a worker does that.')
      out.show(versions, () => (versions.length === 0 ? '' : showVersions(versions, out)))
      if (versions.some(({ orphaned }) => orphaned))
        out.note(
          'Runs of a version without a worker wait until one has it, or until they are moved.',
        )
    })
}

function showVersions(versions: readonly VersionReport[], out: Output): string {
  const { paint, quiet, columns } = out
  if (quiet) return versions.map(({ workflowId, version }) => `${workflowId} ${version}`).join('\n')
  const dim = (text: string) => paint('dim', text)
  const number = (
    heading: string,
    cell: (row: VersionReport) => number,
    spare: number,
  ): Column<VersionReport> => ({
    heading: dim(heading),
    cell: (row) => String(cell(row)),
    align: 'right',
    spare,
  })
  return table<VersionReport>(
    [
      { heading: dim('WORKFLOW'), cell: ({ workflowId }) => workflowId },
      { heading: dim('VERSION'), cell: ({ version }) => version },
      number('UNFINISHED', ({ live }) => live, 0),
      number('PENDING', ({ pending }) => pending, 3),
      number('RUNNING', ({ running }) => running, 3),
      number('WAITING', ({ waiting }) => waiting, 3),
      number('PAUSED', ({ paused }) => paused, 3),
      { heading: dim('OLDEST'), cell: ({ oldest }) => (oldest ? ago(oldest) : ''), spare: 2 },
      number('WORKERS', ({ workers }) => workers, 1),
      { heading: '', cell: (row) => remark(row, out) },
    ],
    versions,
    columns,
  )
}

function remark({ orphaned, retirable }: VersionReport, { paint }: Output): string {
  if (orphaned) return paint('red', '✗ no worker has it')
  return retirable ? paint('dim', 'nothing needs it') : ''
}
