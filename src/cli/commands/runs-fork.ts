import type { Command } from 'commander'
import { forMany, isForMany, type ManyOptions, steerMany } from '../bulk.ts'
import { withClient } from '../connection.ts'
import { readJsonArgument } from '../json-input.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { showMoved, userName } from './runs-control.ts'

type ForkOptions = ManyOptions & {
  fromStep: string
  input?: string
  output?: string
  version?: string
  by?: string
}

/** `millrace runs fork` */
export function forkCommand(): Command {
  return forMany(
    makeCommand('fork', 'a new run that has the history of another up to a step', [
      'millrace runs fork <id> --from-step charge',
      `millrace runs fork <id> --from-step charge --output '{"id": "ch_1"}' --version 2`,
      'millrace runs fork --where workflow=order --where since="1 h" --from-step charge --dry-run',
    ]),
  )
    .argument('[id]')
    .requiredOption('--from-step <step>', 'which runs anew, as the timeline shows it')
    .option('--input <json>', 'of the new run; - reads it from stdin (default: as it was)')
    .option('--output <json>', 'what the step gives: it does not run; - reads it from stdin')
    .option('--version <version>', 'of the workflow (default: as it was)')
    .option('--by <who>', 'who does it, for the record (default: your user name)')
    .action(fork)
}

async function fork(
  runId: string | undefined,
  options: ForkOptions,
  command: Command,
): Promise<void> {
  const settings = readSettings(command)
  const { fromStep, version, by = userName() } = options
  const many = isForMany(runId, options)
  const input = await readJsonArgument('input', options.input)
  const output = await readJsonArgument('output', options.output)
  const place = {
    fromStep,
    ...(version === undefined ? {} : { version }),
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
  }
  if (many)
    return steerMany(settings, { ...options, by }, (client, which) =>
      client.bulk.fork({ ...which, ...place }),
    )
  await withClient(settings, async (client) => {
    const run = await client.forkWorkflow({ runId: runId as string, ...place, by })
    showMoved(run, 'forked as', settings.out)
  })
}
