import { type Command, Option } from 'commander'
import { InvalidInputError } from '../model/errors.ts'
import { makeOutput, type Output } from './output.ts'

/** What the global options and the environment say. Only the CLI reads the environment. */
export type Settings = {
  readonly databaseUrl: string | undefined
  readonly schema: string | undefined
  readonly tenant: string | undefined
  readonly embedded: boolean
  /** What secrets of tenants are encrypted with: MILLRACE_SECRETS_KEY, of several the first encrypts. */
  readonly secretsKey: readonly string[] | undefined
  readonly verbose: boolean
  readonly out: Output
}

type GlobalOptions = {
  databaseUrl?: string
  schema?: string
  tenant?: string
  json?: boolean
  embedded?: boolean
  quiet?: boolean
  verbose?: boolean
}

/** Adds the options that every command has. */
export function addGlobalOptions(program: Command): Command {
  return program
    .addOption(
      new Option('--database-url <url>', 'Postgres to use')
        .env('DATABASE_URL')
        .default(undefined, 'that of "millrace dev" here'),
    )
    .addOption(
      new Option('--schema <name>', 'schema of the engine')
        .env('MILLRACE_SCHEMA')
        .default(undefined, 'millrace'),
    )
    .addOption(
      new Option('--tenant <slug>', 'whose runs these are')
        .env('MILLRACE_TENANT')
        .default(undefined, 'default'),
    )
    .option('--embedded', 'use the Postgres in ./.millrace; start it if need be')
    .option('--json', 'print JSON')
    .option('-q, --quiet', 'print ids, or nothing')
    .addOption(new Option('--verbose', 'errors with stacks').env('MILLRACE_DEBUG'))
}

/** The settings of a command that runs. */
export function readSettings(command: Command): Settings {
  const options = command.optsWithGlobals<GlobalOptions>()
  const json = options.json ?? false
  return {
    // an empty variable is how a shell unsets one for a command
    databaseUrl: options.databaseUrl || undefined,
    schema: options.schema || undefined,
    tenant: options.tenant || undefined,
    embedded: options.embedded ?? false,
    secretsKey: readSecretsKey(process.env),
    verbose: options.verbose ?? false,
    out: makeOutput({ json, quiet: options.quiet ?? false }),
  }
}

/** Of the global options that have a variable, too, those that stand on the command line. */
export function givenGlobally(
  command: Command,
): Pick<Partial<Settings>, 'databaseUrl' | 'schema' | 'tenant'> {
  const all = command.optsWithGlobals<GlobalOptions>()
  const names = ['databaseUrl', 'schema', 'tenant'] as const
  const said = names.filter((name) => command.getOptionValueSourceWithGlobals(name) === 'cli')
  return Object.fromEntries(said.map((name) => [name, all[name]]))
}

/**
 * For what prints something else than a result.
 * @param what prints what. @example refuseJson(settings, '--sql prints SQL')
 * @throws InvalidInputError for --json
 */
export function refuseJson({ out }: Settings, what: string): void {
  if (out.json) throw new InvalidInputError(`${what}, no JSON: leave out --json.`)
}

/** No option of the command line: those are seen by whoever lists processes. */
function readSecretsKey({ MILLRACE_SECRETS_KEY: given }: NodeJS.ProcessEnv): string[] | undefined {
  const keys = (given ?? '').split(',').map((key) => key.trim())
  const known = keys.filter((key) => key !== '')
  return known.length === 0 ? undefined : known
}
