import type { Command } from 'commander'
import { makeCommand } from '../program.ts'
import {
  cancelCommand,
  discardCommand,
  fastForwardCommand,
  pauseCommand,
  resumeCommand,
  retryCommand,
  terminateCommand,
} from './runs-control.ts'
import { forkCommand } from './runs-fork.ts'
import { listCommand } from './runs-list.ts'
import { logsCommand } from './runs-logs.ts'
import { migrateRunsCommand } from './runs-migrate.ts'
import { showCommand, timelineCommand } from './runs-show.ts'
import { signalCommand } from './runs-signal.ts'
import { waitCommand } from './runs-wait.ts'
import { watchCommand } from './runs-watch.ts'

/** `millrace runs …` */
export function runsCommand(): Command {
  const runs = makeCommand('runs', 'see runs and steer them', [
    'millrace runs list --status failed --since 1h',
    'millrace runs show <id> --stacks',
    `millrace runs signal <id> approved '{"by": "ada"}'`,
  ])
  runs.commandsGroup('See:')
  runs.addCommand(listCommand())
  runs.addCommand(showCommand())
  runs.addCommand(timelineCommand())
  runs.addCommand(waitCommand())
  runs.addCommand(watchCommand())
  runs.addCommand(logsCommand())
  runs.commandsGroup('Steer:')
  runs.addCommand(signalCommand())
  runs.addCommand(pauseCommand())
  runs.addCommand(resumeCommand())
  runs.addCommand(cancelCommand())
  runs.addCommand(terminateCommand())
  runs.addCommand(retryCommand())
  runs.addCommand(forkCommand())
  runs.addCommand(discardCommand())
  runs.addCommand(migrateRunsCommand())
  runs.addCommand(fastForwardCommand())
  return runs
}
