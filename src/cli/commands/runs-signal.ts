import type { Command } from 'commander'
import type { WorkflowRun } from '../../client/workflow-run.ts'
import { withClient } from '../connection.ts'
import { readJsonArgument } from '../json-input.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { awaitedEvents } from '../show/waits-view.ts'
import { showMoved } from './runs-control.ts'

/** `millrace runs signal` */
export function signalCommand(): Command {
  return makeCommand('signal', 'send a message to a run', [
    'millrace runs signal <id> approved',
    `millrace runs signal <id> approved '{"by": "ada"}' --dedupe mail-77`,
  ])
    .argument('<id>', 'of the run')
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
    const miss = describeMiss(run, eventName, dedupe !== undefined)
    if (miss !== null) settings.out.note(miss)
  })
}

/**
 * A run that still waits does so for something else: perhaps the name was mistyped.
 * @param maybeOld the message may have been sent, and taken, before
 */
function describeMiss(run: WorkflowRun, eventName: string, maybeOld: boolean): string | null {
  const events = awaitedEvents(run.waits)
  if (run.status !== 'waiting' || events.includes(eventName)) return null
  const what = events.length === 0 ? 'no event now' : events.map((name) => `"${name}"`).join(', ')
  if (maybeOld) return `The run waits for ${what}.`
  return `The run waits for ${what}; this message is kept until it waits for "${eventName}".`
}
