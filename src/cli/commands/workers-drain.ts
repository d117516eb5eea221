import type { Command } from 'commander'
import { InvalidInputError } from '../../model/errors.ts'
import { withClient } from '../connection.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { count } from '../show/words.ts'

type DrainFlags = { all?: true; allTenants?: true }

/** `millrace workers drain` */
export function drainWorkersCommand(): Command {
  return makeCommand('drain', 'let workers finish what runs, hand the rest back, and end', [
    'millrace workers drain <id>',
    'millrace workers drain --all',
    'millrace workers drain --all --all-tenants',
  ])
    .argument('[id...]')
    .option('--all', 'all that there are now')
    .option('--all-tenants', 'of those that serve all tenants, not of this tenant’s own')
    .action(async (ids: string[], { all, allTenants }: DrainFlags, command: Command) => {
      const settings = readSettings(command)
      if (ids.length > 0 === (all === true))
        throw new InvalidInputError('Give the ids of workers, or --all.')
      const which = allTenants ? { allTenants } : {}
      const told = await withClient(settings, (client) =>
        client.drainWorkers({ ...(all ? { all } : { workerIds: ids }), ...which }),
      )
      settings.out.show(told, () => (settings.out.quiet ? told.join('\n') : ''))
      settings.out.note(
        told.length === 0
          ? 'There is no worker.'
          : `${count(told.length, 'worker')} told to end; "millrace workers" shows those that have not yet.`,
      )
    })
}
