import type { Command } from 'commander'
import type { StorageReport } from '../../client/reports.ts'
import { withClient } from '../connection.ts'
import type { Output } from '../output.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { table } from '../table.ts'

/** `millrace storage` */
export function storageCommand(): Command {
  return makeCommand('storage', 'how much is kept of each workflow', ['millrace storage'])
    .argument('[workflow]')
    .action(async (workflowId: string | undefined, _options: object, command: Command) => {
      const settings = readSettings(command)
      const { out } = settings
      const rows = await withClient(settings, (client) =>
        client.getStorage(workflowId === undefined ? {} : { workflowId }),
      )
      out.show(rows, () => (rows.length === 0 ? '' : showStorage(rows, out)))
      if (rows.length === 0) out.note('Nothing is kept yet.')
      if (rows.some(({ estimated }) => estimated)) out.note('Reckoned from a sample of the rows.')
    })
}

function showStorage(rows: readonly StorageReport[], { paint, quiet, columns }: Output): string {
  if (quiet) return rows.map(({ workflowId, bytes }) => `${workflowId} ${bytes}`).join('\n')
  const dim = (text: string) => paint('dim', text)
  return table<StorageReport>(
    [
      { heading: dim('WORKFLOW'), cell: ({ workflowId }) => workflowId },
      { heading: dim('RUNS'), cell: ({ runs }) => String(runs), align: 'right' },
      { heading: dim('UNFINISHED'), cell: ({ live }) => String(live), align: 'right', spare: 2 },
      {
        heading: dim('JOURNAL ROWS'),
        cell: ({ journalRows }) => String(journalRows),
        align: 'right',
        spare: 1,
      },
      { heading: dim('SIZE'), cell: ({ bytes }) => size(bytes), align: 'right' },
    ],
    rows,
    columns,
  )
}

function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1)
  const value = bytes / 1000 ** power
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${units[power]}`
}
