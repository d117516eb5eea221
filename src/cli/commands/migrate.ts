import { type Command, Option } from 'commander'
import { type MigrateOptions, migrate, migrationScript } from '../../kernel/migrate.ts'
import { checkSchemaName, DEFAULT_SCHEMA } from '../../kernel/schema-name.ts'
import { COMPATIBLE, type Compatible } from '../../kernel/sql-files.ts'
import { withDatabase } from '../connection.ts'
import { makeCommand } from '../program.ts'
import { roleStatements } from '../roles.ts'
import { readSettings, refuseJson, type Settings } from '../settings.ts'
import { count } from '../show/words.ts'

type Options = {
  dryRun?: boolean
  sql?: boolean
  roles?: boolean
  compat?: Compatible
  api?: string | true
  apiRole: string
}

/** Where PostgREST finds what it serves, unless another name is given. */
const API = 'api'

/** `millrace migrate` */
export function migrateCommand(): Command {
  return makeCommand('migrate', 'bring the schema of a database up to date', [
    'millrace migrate --dry-run',
    'millrace migrate',
    'millrace migrate --sql > install.sql',
    'millrace migrate --roles | psql "$DATABASE_URL"',
  ])
    .addOption(
      new Option('--dry-run', 'only list what would be applied').conflicts(['sql', 'roles']),
    )
    .addOption(new Option('--sql', 'print it all as SQL; needs no database').conflicts('roles'))
    .addOption(
      new Option('--compat <system>', 'also its names in SQL, over ours, in a schema of its name')
        .choices(COMPATIBLE)
        .conflicts('roles'),
    )
    .option(
      '--api [schema]',
      `also what PostgREST serves, in a schema of its own (default: ${API})`,
    )
    .option('--roles', 'print roles and grants as SQL; needs no database')
    .option('--api-role <role>', 'with --roles and --api: as whom PostgREST asks', 'authenticated')
    .action(async (options: Options, command: Command) => {
      const settings = readSettings(command)
      if (options.sql || options.roles) refuseJson(settings, '--sql and --roles print SQL')
      const schema = checkSchemaName(settings.schema ?? DEFAULT_SCHEMA)
      const api = options.api === true ? API : options.api
      const { compat, apiRole, dryRun } = options
      if (options.sql) return settings.out.print(migrationScript(schema, { compat, api }).trimEnd())
      if (options.roles) {
        const served =
          api === undefined ? undefined : { schema: checkSchemaName(api), role: apiRole }
        return settings.out.print(roleStatements(schema, served).trimEnd())
      }
      await apply(settings, { dryRun, compat, api })
    })
}

async function apply(settings: Settings, options: MigrateOptions): Promise<void> {
  const { out } = settings
  const { dryRun = false } = options
  const [schema, applied] = await withDatabase(settings, async (db) => {
    const result = await migrate(db, options)
    return [db.schema, result.applied] as const
  })
  out.show({ schema, dryRun, applied }, () => {
    if (out.quiet) return ''
    if (applied.length === 0) return `${out.paint('green', '✓')} schema "${schema}" is up to date`
    if (dryRun) return applied.join('\n')
    return `${out.paint('green', '✓')} schema "${schema}": applied ${summarise(applied)}`
  })
  if (dryRun && applied.length > 0) {
    out.note(`${count(applied.length, 'file')} would be applied to schema "${schema}".`)
  }
}

/** The migrations by name, the rest by number. */
function summarise(paths: readonly string[]): string {
  const migrations = paths.filter((path) => path.startsWith('migrations/'))
  const rest = paths.length - migrations.length
  const names = migrations.map((path) => path.replace('migrations/', ''))
  return [...names, ...(rest > 0 ? [count(rest, 'function, view or policy file')] : [])].join(', ')
}
