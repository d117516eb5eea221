import type { Command } from 'commander'
import { MAX_BULK_RATE } from '../../model/limits.ts'
import { type ManyOptions, orNothing, steerMany } from '../bulk.ts'
import { collect, duration, wholeNumber } from '../option-values.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { userName } from './runs-control.ts'

/** `millrace prune` */
export function pruneCommand(): Command {
  return makeCommand('prune', 'take runs that ended long ago out of the history', [
    'millrace prune --older-than "90 days" --dry-run',
    'millrace prune --older-than "30 days" --where workflow=order --where status=completed --wait',
  ])
    .requiredOption('--older-than <duration>', 'since they ended', duration)
    .option(
      '--where <part>',
      'only runs that are so, as workflow=order; several times: all of it',
      collect,
    )
    .option('--dry-run', 'count and sample them, and change nothing')
    .option('--per-second <n>', 'so many a second', wholeNumber(1, MAX_BULK_RATE))
    .option('--wait', 'until all is done')
    .option('--by <who>', 'who does it, for the record (default: your user name)')
    .action((options: ManyOptions & { olderThan: number; by?: string }, command: Command) => {
      const { olderThan, by = userName() } = options
      return steerMany(readSettings(command), { ...options, by }, (client, many) =>
        orNothing((dryRun) => client.prune({ ...many, olderThan, dryRun }), many.dryRun ?? false),
      )
    })
}
