import type { Command } from 'commander'
import type { FailureGroup } from '../../client/failures.ts'
import { withClient } from '../connection.ts'
import { collect, wholeNumber } from '../option-values.ts'
import type { Output } from '../output.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { ago, firstLine, programName } from '../show/words.ts'
import { table } from '../table.ts'
import { parseWhere } from '../where.ts'

type Options = { where?: string[]; limit: number; after?: string }

/** `millrace failures …` */
export function failuresCommand(): Command {
  const failures = makeCommand('failures', 'runs that failed and need somebody', [
    'millrace failures list',
    'millrace runs retry --where fingerprint=<fingerprint>',
    'millrace runs discard --where fingerprint=<fingerprint> --reason "known"',
  ])
  failures.addCommand(
    makeCommand('list', 'failures that nobody has retried or discarded, by their cause', [
      'millrace failures list --where workflow=order',
    ])
      .option(
        '--where <part>',
        'of runs that are so, as workflow=order; several times: all of it',
        collect,
      )
      .option('--limit <n>', 'at most so many, 1 to 100', wholeNumber(1, 100), 20)
      .option('--after <id>', 'go on after the group with this run')
      .action(list),
    { isDefault: true },
  )
  return failures
}

async function list({ where = [], limit, after }: Options, command: Command): Promise<void> {
  const settings = readSettings(command)
  const { out } = settings
  const page = await withClient(settings, (client) =>
    client.getFailures({ ...parseWhere(where), limit, startingAfter: after ?? null }),
  )
  out.show(page, () => (page.items.length === 0 ? '' : showGroups(page.items, out)))
  if (page.items.length === 0) out.note('No failure that nobody has dealt with.')
  else out.note(`Retry them: ${programName()} runs retry --where fingerprint=<fingerprint>`)
  if (page.nextCursor !== null) out.note(`There are more: add --after ${page.nextCursor}`)
}

function showGroups(groups: readonly FailureGroup[], { paint, columns, quiet }: Output): string {
  if (quiet) return groups.map(({ fingerprint }) => fingerprint).join('\n')
  const dim = (text: string) => paint('dim', text)
  return table(
    [
      { heading: dim('FINGERPRINT'), cell: ({ fingerprint }) => fingerprint },
      { heading: dim('RUNS'), cell: ({ count }) => String(count), align: 'right' },
      { heading: dim('CODE'), cell: ({ code }) => paint('red', code), spare: 3 },
      { heading: dim('LAST'), cell: ({ lastAt }) => ago(lastAt), spare: 2 },
      { heading: dim('NEWEST RUN'), cell: ({ sample }) => sample, spare: 1 },
      { heading: dim('MESSAGE'), cell: ({ message }) => firstLine(message), text: true },
    ],
    groups,
    columns,
  )
}
