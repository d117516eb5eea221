import type { Command } from 'commander'
import type { Schedule } from '../../client/schedules.ts'
import { withClient } from '../connection.ts'
import type { Output } from '../output.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { showSchedules } from '../show/schedules-view.ts'
import { programName } from '../show/words.ts'
import { showMoved, userName } from './runs-control.ts'
import { putScheduleCommand } from './schedules-put.ts'

/** `millrace schedules …` */
export function schedulesCommand(): Command {
  return makeCommand('schedules', 'runs that are started at their times', [
    'millrace schedules list',
    `millrace schedules put report --workflow daily-report --cron '0 9 * * 1-5' --timezone Europe/Vienna`,
    'millrace schedules pause report --reason "holidays"',
  ])
    .addCommand(listCommand(), { isDefault: true })
    .addCommand(putScheduleCommand())
    .addCommand(runCommand())
    .addCommand(pauseCommand())
    .addCommand(resumeCommand())
    .addCommand(deleteCommand())
}

function listCommand(): Command {
  return makeCommand('list', 'schedules, their next times, and what became of the last', [
    'millrace schedules list',
    'millrace schedules list --workflow report --json',
  ])
    .option('--workflow <id>', 'of this workflow')
    .action(async ({ workflow }: { workflow?: string }, command: Command) => {
      const settings = readSettings(command)
      const { out } = settings
      const schedules = await withClient(settings, (client) =>
        client.getSchedules(workflow === undefined ? {} : { workflowId: workflow }),
      )
      out.show(schedules, () => (schedules.length === 0 ? '' : showSchedules(schedules, out)))
      if (schedules.length === 0) out.note(`No schedule. To make one:\n  ${putExample()}`)
    })
}

function putExample(): string {
  return `${programName()} schedules put <id> --workflow <id> --cron '0 9 * * 1-5'`
}

function runCommand(): Command {
  return makeCommand('run', 'start a run of it now; its times stay as they are', [
    'millrace schedules run report',
  ])
    .argument('<id>')
    .action(async (id: string, _options: object, command: Command) => {
      const settings = readSettings(command)
      await withClient(settings, async (client) => {
        const run = await client.runSchedule({ id })
        if (settings.out.quiet) settings.out.print(run.id)
        else showMoved(run, 'started', settings.out)
      })
    })
}

function pauseCommand(): Command {
  return makeCommand('pause', 'start nothing until it is resumed; its runs go on', [
    'millrace schedules pause report --reason "the printer is broken"',
  ])
    .argument('<id>')
    .option('--reason <text>', 'why')
    .option('--by <who>', 'who does it (default: your user name)')
    .action(
      async (id: string, { reason, by }: { reason?: string; by?: string }, command: Command) => {
        const settings = readSettings(command)
        const why = reason === undefined ? {} : { reason }
        const schedule = await withClient(settings, (client) =>
          client.pauseSchedule({ id, by: by ?? userName(), ...why }),
        )
        settings.out.show(schedule, () => done('paused', schedule, settings.out))
      },
    )
}

function resumeCommand(): Command {
  return makeCommand('resume', 'let it go on; times that came meanwhile are gone', [
    'millrace schedules resume report',
  ])
    .argument('<id>')
    .action(async (id: string, _options: object, command: Command) => {
      const settings = readSettings(command)
      const schedule = await withClient(settings, (client) => client.resumeSchedule({ id }))
      settings.out.show(schedule, () => done('resumed', schedule, settings.out))
    })
}

function deleteCommand(): Command {
  return makeCommand('delete', 'start nothing any more; its runs go on', [
    'millrace schedules delete report',
  ])
    .argument('<id>')
    .action(async (id: string, _options: object, command: Command) => {
      const settings = readSettings(command)
      const { out } = settings
      await withClient(settings, (client) => client.deleteSchedule({ id }))
      out.show({ id, deleted: true }, () =>
        out.quiet ? '' : `${out.paint('green', '✓')} deleted ${id}`,
      )
      if (id.includes('#'))
        out.note('It is declared in code: it comes back with the next worker that has that code.')
    })
}

function done(what: string, { id, workflowId }: Schedule, { paint, quiet }: Output): string {
  return quiet ? '' : `${paint('green', '✓')} ${what} ${id}  ${paint('dim', workflowId)}`
}
