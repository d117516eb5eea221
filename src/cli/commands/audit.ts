import type { Command } from 'commander'
import type { AuditEntry } from '../../client/audit.ts'
import { withClient } from '../connection.ts'
import { duration, wholeNumber } from '../option-values.ts'
import type { Output } from '../output.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { localTime } from '../show/words.ts'
import { table } from '../table.ts'
import { userName } from './runs-control.ts'

/** `millrace audit …` */
export function auditCommand(): Command {
  return makeCommand('audit', 'who did what', [
    'millrace audit list --action "key.*"',
    'millrace audit list --installation             # who made and deleted tenants',
    'millrace audit prune --older-than "400 days"',
  ])
    .addCommand(listCommand(), { isDefault: true })
    .addCommand(pruneCommand())
}

type ListOptions = {
  subject?: string
  action?: string
  target?: string
  installation?: boolean
  limit: number
  after?: string
}

function listCommand(): Command {
  return makeCommand('list', 'the newest first', [
    'millrace audit list --subject key:0123456789abcdef',
  ])
    .option('--subject <who>', 'by whom')
    .option('--action <name>', 'what; with a * at its end: all that begin so')
    .option('--target <id>', 'of what')
    .option('--installation', 'of the installation, not of a tenant')
    .option('--limit <n>', 'at most so many, 1 to 100', wholeNumber(1, 100), 20)
    .option('--after <id>', 'go on after this entry')
    .action(async ({ after, ...filter }: ListOptions, command: Command) => {
      const settings = readSettings(command)
      const { out } = settings
      const page = await withClient(settings, (client) =>
        client.getAudit({ ...filter, startingAfter: after ?? null }),
      )
      out.show(page, () => showEntries(page.items, out))
      if (page.items.length === 0) out.note('No entry.')
      if (page.nextCursor !== null) out.note(`There are more: add --after ${page.nextCursor}`)
    })
}

function showEntries(entries: readonly AuditEntry[], { paint, quiet, columns }: Output): string {
  if (quiet) return entries.map(({ id }) => id).join('\n')
  const dim = (text: string) => paint('dim', text)
  return table<AuditEntry>(
    [
      { heading: dim('AT'), cell: ({ at }) => localTime(at) },
      { heading: dim('WHO'), cell: ({ subject }) => subject },
      { heading: dim('WHAT'), cell: ({ action }) => action },
      { heading: dim('OF'), cell: ({ target }) => target ?? '' },
      {
        heading: dim('DETAIL'),
        cell: ({ detail }) => (detail === null ? '' : JSON.stringify(detail)),
        text: true,
      },
    ],
    entries,
    columns,
  )
}

function pruneCommand(): Command {
  return makeCommand(
    'prune',
    'take entries that are so old, and keys that nobody could use since',
    ['millrace audit prune --older-than "400 days"'],
  )
    .requiredOption('--older-than <duration>', 'since they were written', duration)
    .option('--by <who>', 'who does it (default: your user name)')
    .action(async (options: { olderThan: number; by?: string }, command: Command) => {
      const settings = readSettings(command)
      const { out } = settings
      const { olderThan, by = userName() } = options
      const result = await withClient(settings, (client) => client.pruneAudit({ olderThan, by }))
      out.show(result, () =>
        out.quiet
          ? ''
          : `${out.paint('green', '✓')} took ${result.pruned} ${result.pruned === 1 ? 'entry' : 'entries'}`,
      )
    })
}
