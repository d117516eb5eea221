import type { Command } from 'commander'
import type { DispatchPlace } from '../../client/limits.ts'
import { withClient } from '../connection.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { pausedPlace, programName, quoted } from '../show/words.ts'
import { userName } from './runs-control.ts'

type Where = { queue?: string; workflow?: string; everything?: true }

/** `millrace dispatch …` */
export function dispatchCommand(): Command {
  return makeCommand('dispatch', 'whether workers are given runs', [
    'millrace dispatch pause --queue mail --reason "the provider is down"',
    'millrace dispatch resume --queue mail',
    'millrace limits                       what is paused',
  ])
    .addCommand(pauseCommand())
    .addCommand(resumeCommand())
}

function pauseCommand(): Command {
  return withPlace(
    makeCommand('pause', 'give workers no run of a queue, of a workflow, or any at all', [
      'millrace dispatch pause --queue mail --reason "the provider is down"',
      'millrace dispatch pause --everything',
    ]),
  )
    .option('--reason <text>', 'why')
    .option('--by <who>', 'who does it (default: your user name)')
    .action(async (options: Where & { reason?: string; by?: string }, command: Command) => {
      const settings = readSettings(command)
      const place = placeOf(options, command)
      const { reason, by = userName() } = options
      await withClient(settings, (client) =>
        client.pauseDispatch({ ...place, by, ...(reason === undefined ? {} : { reason }) }),
      )
      settings.out.show({ ...place, paused: true }, () => '')
      settings.out.note(
        `Workers are given no run${nameOf(place)} until "${resumeLine(place)}"; what they have goes on.`,
      )
    })
}

function resumeCommand(): Command {
  return withPlace(
    makeCommand('resume', 'give workers runs again', ['millrace dispatch resume --queue mail']),
  ).action(async (options: Where, command: Command) => {
    const settings = readSettings(command)
    const place = placeOf(options, command)
    await withClient(settings, (client) => client.resumeDispatch(place))
    settings.out.show({ ...place, paused: false }, () => '')
    settings.out.note(`Workers are given runs${nameOf(place)} again.`)
    const others = await withClient(settings, (client) => client.getLimits())
    const paused = others.filter(({ rule }) => rule === 'pause').map(pausedPlace)
    if (paused.length > 0) settings.out.note(`Still paused: ${paused.join(', ')}.`)
  })
}

function withPlace(command: Command): Command {
  return command
    .option('--queue <name>', 'of this queue')
    .option('--workflow <id>', 'of this workflow')
    .option('--everything', 'of everything of the tenant')
}

/** Nothing is everything in the client; here it has to be said. */
function placeOf({ queue, workflow, everything }: Where, command: Command): DispatchPlace {
  const given = [queue, workflow, everything].filter((one) => one !== undefined)
  if (given.length !== 1) command.error('Give one of --queue, --workflow and --everything.')
  return {
    ...(queue === undefined ? {} : { queue }),
    ...(workflow === undefined ? {} : { workflowId: workflow }),
  }
}

function nameOf({ queue, workflowId }: DispatchPlace): string {
  if (queue !== undefined) return ` of queue "${queue}"`
  return workflowId === undefined ? '' : ` of workflow "${workflowId}"`
}

/** The command that ends the pause of a place. */
function resumeLine({ queue, workflowId }: DispatchPlace): string {
  const options =
    queue !== undefined
      ? `--queue ${quoted(queue)}`
      : workflowId !== undefined
        ? `--workflow ${quoted(workflowId)}`
        : '--everything'
  return `${programName()} dispatch resume ${options}`
}
