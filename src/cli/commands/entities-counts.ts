import type { Command } from 'commander'
import type { SlaBreach, StateCount, StateTimes } from '../../client/entity/reports.ts'
import { withClient } from '../connection.ts'
import { duration, wholeNumber } from '../option-values.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { shortDuration } from '../show/entities-view.ts'
import { versionWord } from '../show/words.ts'
import { table } from '../table.ts'

type CountFlags = { version?: string; table?: string }

/** `millrace entities counts` */
export function countsCommand(): Command {
  return makeCommand('counts', 'how many entities are in each state of a machine', [
    'millrace entities counts order',
  ])
    .argument('<machine>', 'its name')
    .option('--version <version>', 'on this version of it')
    .option('--table <name>', 'of this table')
    .action(async (machine: string, flags: CountFlags, command: Command) => {
      const settings = readSettings(command)
      const { out } = settings
      const { version, table: of } = flags
      const counts = await withClient(settings, (client) =>
        client.countEntities({
          machine,
          ...(version === undefined ? {} : { version }),
          ...(of === undefined ? {} : { table: of }),
        }),
      )
      const dim = (text: string) => out.paint('dim', text)
      out.show(counts, () =>
        table<StateCount>(
          [
            { heading: dim('STATE'), cell: ({ state }) => state },
            { heading: dim('ENTITIES'), cell: (one) => String(one.count), align: 'right' },
            { heading: '', cell: ({ final }) => (final ? dim('final') : '') },
          ],
          counts,
          out.columns,
        ),
      )
    })
}

type TimesFlags = { version?: string; state?: string; since?: number }

/** `millrace entities times` */
export function timesCommand(): Command {
  return makeCommand('times', 'how long entities were in each state before they left it', [
    'millrace entities times order',
    'millrace entities times order --state paid --since "7 days"',
  ])
    .argument('<machine>', 'its name')
    .option('--version <version>', 'on this version of it')
    .option('--state <state>', 'of this state')
    .option('--since <duration>', 'that left it within the last … (default: 30 days)', duration)
    .action(async (machine: string, flags: TimesFlags, command: Command) => {
      const settings = readSettings(command)
      const { out } = settings
      const { version, state, since } = flags
      const times = await withClient(settings, (client) =>
        client.getStateTimes({
          machine,
          ...(version === undefined ? {} : { version }),
          ...(state === undefined ? {} : { state }),
          ...(since === undefined ? {} : { since: new Date(Date.now() - since) }),
        }),
      )
      const ms = (name: string, of: (one: StateTimes) => number) => ({
        heading: out.paint('dim', name),
        cell: (one: StateTimes) => (one.count === 0 ? '' : shortDuration(of(one))),
        align: 'right' as const,
      })
      out.show(times, () =>
        times.length === 0
          ? ''
          : table<StateTimes>(
              [
                { heading: out.paint('dim', 'STATE'), cell: (one) => one.state },
                {
                  heading: out.paint('dim', 'LEFT IT'),
                  cell: (one) => String(one.count),
                  align: 'right',
                },
                ms('MEAN', (one) => one.averageMs),
                ms('HALF UNDER', (one) => one.p50Ms),
                ms('95 % UNDER', (one) => one.p95Ms),
                ms('LONGEST', (one) => one.maxMs),
              ],
              times,
              out.columns,
            ),
      )
      if (times.length === 0) out.note('No entity has left a state in that time.')
    })
}

type BreachFlags = {
  version?: string
  table?: string
  state?: string
  limit: number
  after?: string
}

/** `millrace entities breaches` */
export function slaBreachesCommand(): Command {
  return makeCommand('breaches', 'entities that are in a state for longer than its sla', [
    'millrace entities breaches order',
  ])
    .argument('<machine>', 'its name')
    .option('--version <version>', 'on this version of it')
    .option('--table <name>', 'of this table')
    .option('--state <state>', 'in this state')
    .option('--limit <n>', 'at most so many, 1 to 100', wholeNumber(1, 100), 20)
    .option('--after <id>', 'go on after this instance, or cursor')
    .action(async (machine: string, flags: BreachFlags, command: Command) => {
      const settings = readSettings(command)
      const { out } = settings
      const { version, table: of, state, limit, after } = flags
      const page = await withClient(settings, (client) =>
        client.getSlaBreaches({
          ...{ machine, limit, startingAfter: after ?? null },
          ...(version === undefined ? {} : { version }),
          ...(of === undefined ? {} : { table: of }),
          ...(state === undefined ? {} : { state }),
        }),
      )
      out.show(page, () => (page.items.length === 0 ? '' : showBreaches(page.items, out)))
      if (page.items.length === 0) out.note('No entity is late.')
      if (page.nextCursor !== null) out.note(`There are more: add --after ${page.nextCursor}`)
    })
}

function showBreaches(
  late: readonly SlaBreach[],
  { paint, quiet, columns }: ReturnType<typeof readSettings>['out'],
): string {
  if (quiet) return late.map(({ id }) => id).join('\n')
  const dim = (text: string) => paint('dim', text)
  return table<SlaBreach>(
    [
      { heading: dim('INSTANCE'), cell: ({ id }) => id },
      { heading: dim('ENTITY'), cell: (one) => `${one.table}:${one.entityId}` },
      { heading: dim('ON'), cell: ({ version }) => versionWord(version), spare: 2 },
      { heading: dim('STATE'), cell: ({ state }) => state },
      { heading: dim('SLA'), cell: (one) => shortDuration(one.slaMs), align: 'right', spare: 1 },
      {
        heading: dim('LATE BY'),
        cell: (one) => paint('red', shortDuration(one.lateMs)),
        align: 'right',
      },
    ],
    late,
    columns,
  )
}
