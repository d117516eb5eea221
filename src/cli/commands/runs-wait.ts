import type { Command } from 'commander'
import type { WorkflowRun } from '../../client/workflow-run.ts'
import { isTerminal } from '../../model/status.ts'
import { withClient } from '../connection.ts'
import { duration } from '../option-values.ts'
import type { Output } from '../output.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { why } from '../show/run-view.ts'

/** `millrace runs wait` */
export function waitCommand(): Command {
  return makeCommand('wait', 'wait until a run ends, and print its output', [
    'millrace runs wait <id>',
    `millrace runs wait <id> --timeout '30 s' && echo done`,
  ])
    .argument('<id>')
    .option('--timeout <duration>', 'at most so long; then exit code 1', duration)
    .action(async (runId: string, options: { timeout?: number }, command: Command) => {
      const settings = readSettings(command)
      await withClient(settings, async (client) => {
        const run = await client.getRun({ runId })
        await awaitRun(run, options.timeout, settings.out)
      })
    })
}

/** Waits for the end of a run and prints its output. @throws what it ended with */
export async function awaitRun(run: WorkflowRun, ms: number | undefined, out: Output) {
  if (run.status === 'paused') {
    out.note(`Run ${run.id} is paused (${why(run)}): it ends only after "millrace runs resume".`)
  } else if (!isTerminal(run.status)) {
    out.note(`Waiting for run ${run.id}; Ctrl-C leaves it running.`)
  }
  const output = await run.result(ms === undefined ? {} : { timeout: ms })
  if (out.json) return out.show(await run.refresh(), () => '')
  if (output !== undefined) out.print(JSON.stringify(output, null, 2))
}
