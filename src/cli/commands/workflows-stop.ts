import type { Command } from 'commander'
import { withClient } from '../connection.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { count, programName, quoted } from '../show/words.ts'
import { userName } from './runs-control.ts'

type Options = { reason?: string; by?: string }

/** `millrace workflows deactivate` */
export function deactivateCommand(): Command {
  return withWhy(
    makeCommand('deactivate', 'let no run of a workflow be started; what runs goes on', [
      'millrace workflows deactivate order --reason "prices are wrong"',
    ]),
  ).action(async (workflowId: string, options: Options, command: Command) => {
    const settings = readSettings(command)
    const changed = await withClient(settings, (client) =>
      client.deactivateWorkflow({ workflowId, ...whyOf(options) }),
    )
    settings.out.show({ workflowId, active: false, changed }, () => '')
    const back = `${programName()} workflows activate ${quoted(workflowId)}`
    settings.out.note(
      changed ? `No run of it can be started until "${back}".` : 'It was not active before.',
    )
  })
}

/** `millrace workflows activate` */
export function activateCommand(): Command {
  return makeCommand('activate', 'let runs of a workflow be started again', [
    'millrace workflows activate order',
  ])
    .argument('<id>')
    .action(async (workflowId: string, _options: object, command: Command) => {
      const settings = readSettings(command)
      const changed = await withClient(settings, (client) =>
        client.activateWorkflow({ workflowId }),
      )
      settings.out.show({ workflowId, active: true, changed }, () => '')
      settings.out.note(changed ? 'Runs of it can be started.' : 'It was active before.')
    })
}

/** `millrace workflows delete` */
export function deleteCommand(): Command {
  return withWhy(
    makeCommand('delete', 'delete a workflow with all its versions; its runs can still be read', [
      'millrace workflows delete order',
      'millrace workflows delete order --leave-runs',
    ]),
  )
    .option('--leave-runs', 'also while it has unfinished runs: they go on')
    .action(
      async (workflowId: string, options: Options & { leaveRuns?: true }, command: Command) => {
        const settings = readSettings(command)
        const { leaveRuns = false } = options
        const deleted = await withClient(settings, (client) =>
          client.deleteWorkflow({ workflowId, leaveRuns, ...whyOf(options) }),
        )
        settings.out.show({ workflowId, ...deleted }, () => '')
        const left = deleted.live === 0 ? '' : ` ${count(deleted.live, 'unfinished run')} left.`
        settings.out.note(`${count(deleted.versions, 'version')} deleted.${left}`)
      },
    )
}

function withWhy(command: Command): Command {
  return command
    .argument('<id>')
    .option('--reason <text>', 'why')
    .option('--by <who>', 'who does it (default: your user name)')
}

function whyOf({ reason, by = userName() }: Options): { by: string; reason?: string } {
  return { by, ...(reason === undefined ? {} : { reason }) }
}
