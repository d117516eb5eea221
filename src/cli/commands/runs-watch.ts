import type { Command } from 'commander'
import type { WorkflowClient } from '../../client/workflow-client.ts'
import type { RunEvent } from '../../model/run-event.ts'
import { withClient } from '../connection.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { eventLine } from '../show/event-line.ts'
import { stopRequested } from '../stop-signal.ts'

type Flags = { after?: string; workflow?: string }

/** `millrace runs watch` */
export function watchCommand(): Command {
  return makeCommand('watch', 'see what happens to a run, or to all, while it does', [
    'millrace runs watch <id>',
    'millrace runs watch --workflow order --json',
  ])
    .argument('[id]', 'a run: from its start until it has ended; without it, all runs from now on')
    .option('--after <event>', 'go on after the event with this id')
    .option('--workflow <name>', 'without a run: those of this workflow')
    .action(watch)
}

async function watch(runId: string | undefined, flags: Flags, command: Command): Promise<void> {
  const settings = readSettings(command)
  const { out } = settings
  const stop = new AbortController()
  void stopRequested().then(() => stop.abort())
  await withClient(settings, async (client) => {
    const events = await open(client, runId, flags, stop.signal)
    for await (const event of events) {
      if (out.json) out.print(JSON.stringify(event))
      else out.print(eventLine(event, out, runId === undefined))
    }
  })
}

async function open(
  client: WorkflowClient,
  runId: string | undefined,
  { after, workflow }: Flags,
  signal: AbortSignal,
): Promise<AsyncIterable<RunEvent>> {
  const options = { signal, ...(after === undefined ? {} : { after }) }
  if (runId === undefined)
    return client.followRuns({
      ...options,
      ...(workflow === undefined ? {} : { workflowId: workflow }),
    })
  return (await client.getRun({ runId })).events(options)
}
