import { type Command, Option } from 'commander'
import { type DemoOptions, demoFlags } from '../../demo/options.ts'
import { wholeNumber } from '../option-values.ts'
import { makeCommand } from '../program.ts'
import { readSettings, refuseJson } from '../settings.ts'

/** `millrace demo` */
export function demoCommand(): Command {
  const command = makeCommand('demo', 'see a worker killed, and nothing lost or repeated', [
    'millrace demo',
    'millrace demo --quick',
    'millrace demo --orders 5000 --kills 5',
  ])
  for (const { flags, description, range } of demoFlags) {
    const option = new Option(flags, description)
    command.addOption(range ? option.argParser(wholeNumber(...range)) : option)
  }
  return command.action(async (options: DemoOptions, command: Command) => {
    const settings = readSettings(command)
    refuseJson(settings, 'The demo prints a report')
    const { databaseUrl } = settings
    const { runDemo } = await import('../../demo/demo.ts')
    process.exitCode = await runDemo({ ...options, databaseUrl })
  })
}
