import type { Command } from 'commander'
import { InvalidInputError } from '../../model/errors.ts'
import { withClient } from '../connection.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { count } from '../show/words.ts'

/** `millrace workers drain` */
export function drainWorkersCommand(): Command {
  return makeCommand('drain', 'let workers finish what runs, hand the rest back, and end', [
    'millrace workers drain <id>',
    'millrace workers drain --all',
  ])
    .argument('[id...]')
    .option('--all', 'all that there are now')
    .action(async (ids: string[], { all }: { all?: true }, command: Command) => {
      const settings = readSettings(command)
      if (ids.length > 0 === (all === true))
        throw new InvalidInputError('Give the ids of workers, or --all.')
      const told = await withClient(settings, (client) =>
        client.drainWorkers(all ? { all } : { workerIds: ids }),
      )
      settings.out.show(told, () => (settings.out.quiet ? told.join('\n') : ''))
      settings.out.note(
        told.length === 0
          ? 'There is no worker.'
          : `${count(told.length, 'worker')} told to end; "millrace workers" shows those that have not yet.`,
      )
    })
}
