import { type Command, Option } from 'commander'
import { withClient } from '../connection.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'

type Options = { version?: string; format: 'yaml' | 'json' }

/** `millrace workflows export` */
export function exportWorkflowCommand(): Command {
  return makeCommand('export', 'print the stored document of a workflow', [
    'millrace workflows export order > order.yaml',
    'millrace workflows export order --version 2 --format json',
  ])
    .argument('<id>')
    .option('--version <version>', 'of the workflow (default: the newest)')
    .addOption(
      new Option('--format <format>', 'how it is written')
        .choices(['yaml', 'json'])
        .default('yaml'),
    )
    .action(async (id: string, { version, format }: Options, command: Command) => {
      const settings = readSettings(command)
      const { out } = settings
      const which = version === undefined ? {} : { version }
      const stored = await withClient(settings, (client) =>
        client.getDefinition({ workflowId: id, ...which }),
      )
      const { documentText } = await import('../../graph/document-text.ts')
      const text = await documentText(stored.document, format)
      out.show(stored, () => text.trimEnd())
    })
}
