import type { Command } from 'commander'
import { withClient } from '../connection.ts'
import { whyNotTaken } from '../not-taken.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { showNext, showRun, showStack } from '../show/run-view.ts'
import { showTimeline } from '../show/timeline-view.ts'

type Options = { stacks?: boolean }

/** `millrace runs show` */
export function showCommand(): Command {
  const examples = ['millrace runs show <id>', 'millrace runs show <id> --stacks']
  return makeCommand('show', 'one run, and what happened to it', examples)
    .argument('<id>')
    .option('--stacks', 'errors with their stacks')
    .action(async (runId: string, { stacks = false }: Options, command: Command) => {
      const settings = readSettings(command)
      const { out } = settings
      await withClient(settings, async (client) => {
        const run = await client.checkProgress({ runId })
        const timeline = await run.timeline()
        out.show({ ...run, timeline }, () => {
          const { failure } = run
          const parts = [
            showRun(run, out),
            ...(stacks && failure ? [showStack(failure, out.paint)] : []),
            showTimeline(timeline, run, out, stacks),
          ]
          return parts.join('\n\n')
        })
        const asks = run.status === 'waiting' ? (await client.getApprovals({ runId })).items : []
        const next = showNext(run, asks) ?? (await whyNotTaken(client, run))
        if (next !== null) out.note(`\n${next}`)
      })
    })
}

/** `millrace runs timeline` */
export function timelineCommand(): Command {
  const examples = ['millrace runs timeline <id>', 'millrace runs timeline <id> --json']
  return makeCommand('timeline', 'what happened to one run', examples)
    .argument('<id>')
    .option('--stacks', 'errors with their stacks')
    .action(async (runId: string, { stacks = false }: Options, command: Command) => {
      const settings = readSettings(command)
      const { out } = settings
      await withClient(settings, async (client) => {
        const run = await client.getRun({ runId })
        const timeline = await run.timeline()
        out.show(timeline, () => showTimeline(timeline, run, out, stacks))
      })
    })
}
