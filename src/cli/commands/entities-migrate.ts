import type { Command } from 'commander'
import type { EntityMigration } from '../../client/entity/reports.ts'
import { InvalidInputError } from '../../model/errors.ts'
import { countOf } from '../../model/text.ts'
import { withClient } from '../connection.ts'
import { collect } from '../option-values.ts'
import type { Output } from '../output.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { table } from '../table.ts'
import { userName } from './runs-control.ts'

type Flags = {
  fromVersion: string
  toVersion: string
  map?: string[]
  dryRun?: true
  by?: string
  executedBy?: string
  notes?: string
}

/** `millrace entities migrate` */
export function migrateEntitiesCommand(): Command {
  return makeCommand('migrate', 'move entities to another version of their machine', [
    'millrace entities migrate order --from-version 1 --to-version 2 --dry-run',
    'millrace entities migrate order --from-version 1 --to-version 2 --map open=new --map held=new',
  ])
    .argument('<machine>', 'its name')
    .requiredOption('--from-version <version>', 'on which they are')
    .requiredOption('--to-version <version>', 'to which they go')
    .option(
      '--map <old=new>',
      'where those of a state go; several times; others keep the name of theirs',
      collect,
    )
    .option('--dry-run', 'only tell what would be done')
    .option('--by <who>', 'who does it, for the trail (default: your user name)')
    .option('--executed-by <who>', 'who you say that it is for; not checked')
    .option('--notes <text>', 'why, for the trail')
    .action(async (machine: string, flags: Flags, command: Command) => {
      const settings = readSettings(command)
      const { fromVersion, toVersion, dryRun = false, by = userName(), executedBy, notes } = flags
      const mapping = mappingOf(flags.map ?? [])
      const done = await withClient(settings, (client) =>
        client.migrateEntities({
          ...{ machine, fromVersion, toVersion, mapping, dryRun, by },
          ...(executedBy === undefined ? {} : { claimedBy: executedBy }),
          ...(notes === undefined ? {} : { notes }),
        }),
      )
      settings.out.show(done, () => show(done, dryRun, settings.out))
    })
}

/** @throws InvalidInputError */
function mappingOf(given: readonly string[]): Record<string, string> {
  const pairs = given.map((text): [string, string] => {
    const [, from, to] = /^([^=]+)=([^=]+)$/.exec(text) ?? []
    if (from !== undefined && to !== undefined) return [from.trim(), to.trim()]
    throw new InvalidInputError(
      `--map "${text}" is not two states with = between them. Write it as --map open=new.`,
    )
  })
  return Object.fromEntries(pairs)
}

function show(
  { states, migrated }: EntityMigration,
  dryRun: boolean,
  { paint, quiet, columns }: Output,
): string {
  if (quiet) return String(migrated)
  const dim = (text: string) => paint('dim', text)
  const rows = table<EntityMigration['states'][number]>(
    [
      { heading: dim('FROM'), cell: ({ from }) => from },
      { heading: dim('TO'), cell: ({ to }) => to ?? paint('yellow', 'stays: no such state') },
      { heading: dim('ENTITIES'), cell: (one) => String(one.count), align: 'right' },
    ],
    states,
    columns,
  )
  const going = states.reduce((sum, one) => sum + (one.to === null ? 0 : one.count), 0)
  const what = dryRun
    ? `${countOf(going, 'entity', 'entities')} would be moved`
    : `${migrated} moved`
  const line = `${paint('green', '✓')} ${what}`
  return states.length === 0 ? line : `${rows}\n${line}`
}
