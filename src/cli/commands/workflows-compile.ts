import type { Command } from 'commander'
import { checkSchemaName } from '../../kernel/schema-name.ts'
import { makeCommand } from '../program.ts'
import { readSettings, refuseJson } from '../settings.ts'
import { DEFAULT_GLOB } from '../workflow-files/glob.ts'

/** `millrace workflows compile` */
export function compileWorkflowsCommand(): Command {
  return makeCommand('compile', 'print SQL that makes workflows known to another database', [
    'millrace workflows compile > migrations/20270301_workflows.sql',
    'millrace workflows compile order refund',
    'millrace workflows compile --workflows \'dist/workflows/*.js\' | psql "$PROD_URL" -1',
  ])
    .argument('[ids...]', 'of the workflows (default: all)')
    .option('--workflows <glob>', 'files that export workflows, or are graphs', DEFAULT_GLOB)
    .action(async (ids: string[], { workflows }: { workflows: string }, command: Command) => {
      const settings = readSettings(command)
      refuseJson(settings, 'compile prints SQL')
      // the compiler of TypeScript is loaded only where it is used
      const { definitionsOfGlob } = await import('../workflow-files/given.ts')
      const { compileDefinition } = await import('../../definition/compile-definition.ts')
      const { tenant, out } = settings
      const schema = settings.schema === undefined ? undefined : checkSchemaName(settings.schema)
      const definitions = await definitionsOfGlob(workflows, ids)
      const statements = definitions.flatMap((one) => compileDefinition(one, tenant, schema))
      out.print(`-- Workflows for Millrace. Run it as the owner of its schema; again: no change.\n`)
      out.print(statements.join('\n\n'))
    })
}
