import { type Command, Option } from 'commander'
import { migrate, migrationScript } from '../../kernel/migrate.ts'
import { checkSchemaName, DEFAULT_SCHEMA } from '../../kernel/schema-name.ts'
import { COMPATIBLE, type Compatible } from '../../kernel/sql-files.ts'
import { withDatabase } from '../connection.ts'
import { makeCommand } from '../program.ts'
import { roleStatements } from '../roles.ts'
import { readSettings, refuseJson, type Settings } from '../settings.ts'
import { count } from '../show/words.ts'

type Options = { dryRun?: boolean; sql?: boolean; roles?: boolean; compat?: Compatible }

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
    .option('--roles', 'print roles and grants as SQL; needs no database')
    .action(async (options: Options, command: Command) => {
      const settings = readSettings(command)
      if (options.sql || options.roles) refuseJson(settings, '--sql and --roles print SQL')
      const schema = checkSchemaName(settings.schema ?? DEFAULT_SCHEMA)
      if (options.sql) return settings.out.print(migrationScript(schema, options.compat).trimEnd())
      if (options.roles) return settings.out.print(roleStatements(schema).trimEnd())
      await apply(settings, options)
    })
}

async function apply(settings: Settings, { dryRun = false, compat }: Options): Promise<void> {
  const { out } = settings
  const [schema, applied] = await withDatabase(settings, async (db) => {
    const result = await migrate(db, { dryRun, compat })
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
