import { readFileSync } from 'node:fs'
import { Command, CommanderError, type Option } from 'commander'
import { nearest } from '../model/nearest.ts'
import { capitalise } from '../model/text.ts'
import { reportFailure, UsageError } from './failure-report.ts'
import { addGlobalOptions } from './settings.ts'

/** A command with its one-line description and lines to copy. */
export function makeCommand(name: string, description: string, examples: string[] = []): Command {
  const command = new Command(name).description(capitalise(description)).helpCommand(false)
  if (examples.length === 0) return command
  const lines = examples.map((example) => `  $ ${example}`).join('\n')
  return command.addHelpText('after', `\nExamples:\n${lines}`)
}

/** The version of this package. */
export function packageVersion(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}

/** The program without its commands. */
export function makeProgram(): Command {
  const program = makeCommand('millrace', 'Durable workflows in the Postgres you already have.', [
    'millrace dev                          your workflows, reloaded on save',
    `millrace start order '{"id": 7}'      start a run`,
    'millrace runs list --status failed    what went wrong',
    'millrace runs show <id>               what happened to one run',
  ])
  // not commander's: it would take the --version of "start" and "runs list" for its own
  program.option('-V', 'print the version')
  return addGlobalOptions(program)
}

/**
 * Runs a command line to its end and gives the exit code.
 * @param args without node and the script
 */
export async function runProgram(program: Command, args: readonly string[]): Promise<number> {
  if (args[0] === '--version' || args[0] === '-V') {
    process.stdout.write(`${packageVersion()}\n`)
    return 0
  }
  prepare(program, program.name())
  try {
    await program.parseAsync(args.length === 0 ? ['--help'] : args, { from: 'user' })
    return typeof process.exitCode === 'number' ? process.exitCode : 0
  } catch (error) {
    const has = (...flags: string[]) => flags.some((flag) => args.includes(flag))
    const debug = process.env.MILLRACE_DEBUG ?? ''
    const verbose = has('--verbose') || debug !== ''
    return reportFailure(error, { json: has('--json'), verbose, embedded: has('--embedded') })
  }
}

/** Settings that commander does not hand down: errors are ours to print, and help looks alike. */
function prepare(command: Command, path: string): void {
  command.exitOverride((error: CommanderError) => {
    throw error.code.startsWith('commander.help') ? error : usageError(error, command, path)
  })
  command.configureOutput({ outputError: () => {} })
  command.configureHelp({
    showGlobalOptions: true,
    styleTitle: (text) => `\u001b[1m${text}\u001b[22m`,
    optionTerm: (option) => (option.short === '-V' ? '-V, --version' : option.flags),
    optionDescription: describeOption,
  })
  for (const child of command.commands) prepare(child, `${path} ${child.name()}`)
}

/** A verb that a group with a default does not have has gone to that default, as an argument too many. */
function usageError(error: CommanderError, command: Command, path: string): UsageError {
  const group = command.parent
  const verbs = group?.commands.map((one) => one.name()) ?? []
  const verb = error.code === 'commander.excessArguments' ? group?.args[0] : undefined
  if (group === null || verb === undefined || verbs.includes(verb))
    return new UsageError(error, path)
  const [meant] = nearest(verb, verbs)
  const hint = meant === undefined ? '' : ` Did you mean "${meant}"?`
  const message = `"${group.name()}" has no "${verb}".${hint} There are: ${verbs.join(', ')}.`
  const above = path.slice(0, path.lastIndexOf(' '))
  return new UsageError(new CommanderError(error.exitCode, error.code, message), above)
}

/** What it is for, and what it is when it is not given. */
function describeOption({ description, envVar, ...option }: Option): string {
  const value = option.defaultValueDescription ?? option.defaultValue
  const notes = [
    ...(envVar === undefined ? [] : [`or ${envVar}`]),
    ...(value === undefined ? [] : [`default: ${value}`]),
  ]
  return notes.length === 0 ? description : `${description} (${notes.join('; ')})`
}
