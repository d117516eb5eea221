import { type Command, Option } from 'commander'
import type { StoredDefinition } from '../../client/definitions.ts'
import { InvalidInputError } from '../../model/errors.ts'
import { withClient } from '../connection.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'

type Options = { version?: string; format: 'yaml' | 'json' | 'sql' }

/** `millrace workflows export` */
export function exportWorkflowCommand(): Command {
  return makeCommand('export', 'print the stored document of a workflow', [
    'millrace workflows export order > order.yaml',
    'millrace workflows export order --version 2 --format json',
    'millrace workflows export order --format sql > migrations/20270301_order.sql',
  ])
    .argument('<id>')
    .option('--version <version>', 'of the workflow (default: the newest)')
    .addOption(
      new Option('--format <format>', 'how it is written')
        .choices(['yaml', 'json', 'sql'])
        .default('yaml'),
    )
    .action(async (id: string, { version, format }: Options, command: Command) => {
      const settings = readSettings(command)
      const { out } = settings
      const which = version === undefined ? {} : { version }
      const stored = await withClient(settings, (client) =>
        client.getDefinition({ workflowId: id, ...which }),
      )
      const text = inOwnSchema(await textOf(stored, format), settings.schema)
      out.show(stored, () => text.trimEnd())
    })
}

async function textOf(stored: StoredDefinition, format: Options['format']): Promise<string> {
  const { workflowId, kind } = stored
  if (format === 'sql' && kind !== 'graph' && kind !== 'machine') {
    throw new InvalidInputError(
      `Workflow "${workflowId}" is a ${kind}, of which the database has the shape alone. "millrace workflows compile ${workflowId}" writes SQL from its code.`,
      { workflowId },
    )
  }
  const { exportDocument, versionedDocument } = await import('../../graph/moving/index.ts')
  return exportDocument(versionedDocument(stored), format)
}

/** The statement for an engine in another schema; a document has no line that begins so. */
function inOwnSchema(text: string, schema: string | undefined): string {
  return schema === undefined ? text : text.replace(/^select millrace\./m, `select ${schema}.`)
}
