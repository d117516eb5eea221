import { type Command, Option } from 'commander'
import type { EntityFilter } from '../../client/entity/reports.ts'
import { withClient } from '../connection.ts'
import { entityPlace, PLACE } from '../entities/entity-place.ts'
import { duration, wholeNumber } from '../option-values.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { showEntities, showEntity } from '../show/entities-view.ts'

/** Which entities, as options say it. */
export type FilterFlags = {
  machine?: string
  version?: string
  table?: string
  entity?: string
  state?: string
  status?: 'live' | 'completed'
  updatedSince?: number
}

/** Adds options that choose entities. */
export function addFilter(command: Command): Command {
  return command
    .option('--machine <name>', 'in this machine')
    .option('--version <version>', 'on this version of it')
    .option('--table <name>', 'of this table')
    .option('--entity <id>', 'of this row of a table')
    .option('--state <state>', 'in this state')
    .addOption(
      new Option('--status <status>', 'completed: in a final state').choices(['live', 'completed']),
    )
    .option('--updated-since <duration>', 'moved or started within the last …', duration)
}

/** The filter of a client. */
export function filterOf(flags: FilterFlags): EntityFilter {
  const { machine, version, table, entity, state, status, updatedSince } = flags
  return {
    ...(machine === undefined ? {} : { machine }),
    ...(version === undefined ? {} : { version }),
    ...(table === undefined ? {} : { table }),
    ...(entity === undefined ? {} : { entityId: entity }),
    ...(state === undefined ? {} : { state }),
    ...(status === undefined ? {} : { status }),
    ...(updatedSince === undefined ? {} : { updatedAfter: new Date(Date.now() - updatedSince) }),
  }
}

type ListFlags = FilterFlags & { limit: number; after?: string }

/** `millrace entities list` */
export function listEntitiesCommand(): Command {
  return addFilter(
    makeCommand('list', 'instances of machines, the newest first', [
      'millrace entities list --machine order --state paid',
      'millrace entities list --table orders --entity 17 --json',
      'millrace entities list --status live --updated-since "2 days"',
    ]),
  )
    .option('--limit <n>', 'at most so many, 1 to 100', wholeNumber(1, 100), 20)
    .option('--after <id>', 'go on after this instance, or cursor')
    .action(async ({ limit, after, ...flags }: ListFlags, command: Command) => {
      const settings = readSettings(command)
      const { out } = settings
      const page = await withClient(settings, (client) =>
        client.getEntities({ ...filterOf(flags), limit, startingAfter: after ?? null }),
      )
      out.show(page, () => (page.items.length === 0 ? '' : showEntities(page.items, out)))
      if (page.items.length === 0) out.note('No entity.')
      if (page.nextCursor !== null) out.note(`There are more: add --after ${page.nextCursor}`)
    })
}

/** `millrace entities get` */
export function getEntityCommand(): Command {
  return makeCommand('get', 'where an entity stands, and since when', [
    'millrace entities get order/17',
    'state=$(millrace entities get order/17 --quiet)',
  ])
    .argument('<entity>', PLACE)
    .option('--table <name>', "of the row (default: what the machine's document says)")
    .action(async (text: string, { table }: { table?: string }, command: Command) => {
      const settings = readSettings(command)
      const entity = await withClient(settings, async (client) =>
        entityPlace(client, text, table).get(),
      )
      settings.out.show(entity, () => showEntity(entity, settings.out))
    })
}
