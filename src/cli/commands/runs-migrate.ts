import type { Command } from 'commander'
import { forMany, isForMany, type ManyOptions, steerMany } from '../bulk.ts'
import { withClient } from '../connection.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { showMoved, userName } from './runs-control.ts'

/** `millrace runs migrate` */
export function migrateRunsCommand(): Command {
  return forMany(
    makeCommand('migrate', 'move runs that wait to another version of their workflow', [
      'millrace runs migrate <id> --to-version 2',
      'millrace runs migrate --where workflow=order --where version=1 --to-version 2 --dry-run',
    ]),
  )
    .argument('[id]')
    .requiredOption('--to-version <version>', 'whose code goes on with their history')
    .option('--by <who>', 'who does it, for the timeline (default: your user name)')
    .action(
      async (
        runId: string | undefined,
        options: ManyOptions & { toVersion: string; by?: string },
        command: Command,
      ) => {
        const settings = readSettings(command)
        const { toVersion, by = userName() } = options
        if (isForMany(runId, options))
          return steerMany(settings, { ...options, by }, (client, many) =>
            client.bulk.migrate({ ...many, toVersion }),
          )
        await withClient(settings, async (client) => {
          const run = await client.migrateWorkflow({ runId: runId as string, toVersion, by })
          showMoved(run, 'moved', settings.out)
        })
      },
    )
}
