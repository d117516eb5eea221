import type { Command } from 'commander'
import { withClient } from '../connection.ts'
import { readJsonArgument } from '../json-input.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { showMoved } from './runs-control.ts'

/** `millrace runs signal` */
export function signalCommand(): Command {
  return makeCommand('signal', 'send a message to a run', [
    'millrace runs signal <id> approved',
    `millrace runs signal <id> approved '{"by": "ada"}' --dedupe mail-77`,
  ])
    .argument('<id>')
    .argument('<event>', 'its name, as step.waitFor has it')
    .argument('[data]', 'JSON; - reads it from stdin')
    .option('--dedupe <id>', 'the same id again sends nothing')
    .action(signal)
}

async function signal(
  runId: string,
  eventName: string,
  text: string | undefined,
  { dedupe }: { dedupe?: string },
  command: Command,
): Promise<void> {
  const settings = readSettings(command)
  const data = await readJsonArgument('data', text)
  await withClient(settings, async (client) => {
    const run = await client.triggerEvent({
      runId,
      eventName,
      data,
      ...(dedupe === undefined ? {} : { dedupeId: dedupe }),
    })
    showMoved(run, `sent "${eventName}" to`, settings.out)
  })
}
