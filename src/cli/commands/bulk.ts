import type { Command } from 'commander'
import type { BulkOperation } from '../../client/bulk-operations.ts'
import type { WorkflowClient } from '../../client/workflow-client.ts'
import { withClient } from '../connection.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { showBulk } from '../show/bulk-view.ts'

/** `millrace bulk …` */
export function bulkCommand(): Command {
  const bulk = makeCommand('bulk', 'operations on many runs, which --where begins', [
    'millrace runs retry --where workflow=order --where status=failed --dry-run',
    'millrace bulk show <id>',
  ])
  bulk.addCommand(oneCommand('show', 'how far it is', (client, id) => client.bulk.get(id)))
  bulk.addCommand(
    oneCommand('stop', 'what it has not done yet it will not do', (client, id) =>
      client.bulk.stop(id),
    ),
  )
  return bulk
}

function oneCommand(
  verb: string,
  description: string,
  act: (client: WorkflowClient, id: string) => Promise<BulkOperation>,
): Command {
  return makeCommand(verb, description, [`millrace bulk ${verb} <id>`])
    .argument('<id>')
    .action(async (id: string, _options: object, command: Command) => {
      const settings = readSettings(command)
      await withClient(settings, async (client) => showBulk(await act(client, id), settings.out))
    })
}
