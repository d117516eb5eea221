import type { Command } from 'commander'
import { MAX_BULK_RATE } from '../../model/limits.ts'
import { endOfBulk, orNothing } from '../bulk.ts'
import { withClient } from '../connection.ts'
import { wholeNumber } from '../option-values.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { showBulk } from '../show/bulk-view.ts'
import { programName } from '../show/words.ts'
import { userName } from './runs-control.ts'

type Options = { yes?: true; reason?: string; by?: string; perSecond?: number; wait?: true }

/** `millrace queues purge` */
export function purgeQueueCommand(): Command {
  return makeCommand(
    'purge',
    'cancel the runs of a queue that have not begun; without --yes it only counts',
    ['millrace queues purge mail', 'millrace queues purge mail --yes --reason "sent twice" --wait'],
  )
    .argument('<queue>')
    .option('--yes', 'do it')
    .option('--reason <text>', 'why, for the timelines')
    .option('--by <who>', 'who does it (default: your user name)')
    .option('--per-second <n>', 'so many a second', wholeNumber(1, MAX_BULK_RATE))
    .option('--wait', 'until all is done')
    .action(async (queue: string, options: Options, command: Command) => {
      const settings = readSettings(command)
      const { yes, reason, by = userName(), perSecond, wait } = options
      await withClient(settings, async (client) => {
        const given = {
          by,
          ...(reason === undefined ? {} : { reason }),
          ...(perSecond === undefined ? {} : { perSecond }),
        }
        const start = (dryRun: boolean) => client.purgeQueue(queue, { ...given, dryRun })
        const begun = await orNothing(start, yes !== true)
        showBulk(wait ? await endOfBulk(client, begun) : begun, settings.out)
        if (!yes && begun.matched > 0)
          settings.out.note(
            `Nothing is cancelled yet. To do it:\n  ${programName()} queues purge "${queue}" --yes`,
          )
      })
    })
}
