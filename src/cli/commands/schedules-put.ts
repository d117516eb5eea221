import { type Command, Option } from 'commander'
import type { PutSchedule } from '../../client/schedules.ts'
import { InvalidInputError } from '../../model/errors.ts'
import { MAX_PRIORITY } from '../../model/limits.ts'
import type { Overlap } from '../../model/schedule-rules.ts'
import type { CatchUp } from '../../model/ticks.ts'
import { withClient } from '../connection.ts'
import { readJsonArgument } from '../json-input.ts'
import { collect, duration, wholeNumber } from '../option-values.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { showSchedules } from '../show/schedules-view.ts'

type Options = {
  workflow: string
  cron?: string
  timezone?: string
  every?: number
  overlap?: Overlap
  catchUp?: CatchUp
  input?: string
  version?: string
  queue?: string
  priority?: number
  resource?: string
  tag?: string[]
  paused?: true
}

const priorities = wholeNumber(-MAX_PRIORITY, MAX_PRIORITY)

/** `millrace schedules put` */
export function putScheduleCommand(): Command {
  return makeCommand('put', 'make a schedule, or change it to this', [
    "millrace schedules put report --workflow daily-report --cron '0 9 * * 1-5' --timezone Europe/Vienna",
    `millrace schedules put sweep --workflow sweep --every '10 minutes' --input '{"deep": true}'`,
  ])
    .argument('<id>')
    .requiredOption('--workflow <id>', 'what it starts')
    .option('--cron <cron>', '5 fields, or 6 with seconds first')
    .option('--timezone <name>', 'of the cron (default: UTC)')
    .option('--every <duration>', 'once in so long, from now on', duration)
    .addOption(
      new Option(
        '--overlap <how>',
        'while its last run has not ended: skip, queue, allow or replace (default: skip)',
      ).choices(['skip', 'queue', 'allow', 'replace']),
    )
    .addOption(
      new Option(
        '--catch-up <how>',
        'of times without any worker: none, one or all (default: one)',
      ).choices(['none', 'one', 'all']),
    )
    .option('--input <json>', 'of its runs; - reads it from stdin')
    .option('--version <version>', 'of the workflow (default: the newest at each time)')
    .option('--queue <name>', "queue (default: the workflow's)")
    .option('--priority <n>', `higher first, -${MAX_PRIORITY} to ${MAX_PRIORITY}`, priorities)
    .option('--resource <id>', 'what its runs are about')
    .option('--tag <tag>', 'a tag of its runs; may be given several times', collect)
    .option('--paused', 'it starts nothing until it is resumed')
    .action(put)
}

async function put(id: string, options: Options, command: Command): Promise<void> {
  const settings = readSettings(command)
  const { workflow, catchUp, resource, tag, input: text, cron, every, ...rest } = options
  if ((cron === undefined) === (every === undefined))
    throw new InvalidInputError('Give either --cron or --every.')
  const input = await readJsonArgument('input', text)
  const schedule = await withClient(settings, (client) =>
    client.putSchedule({
      ...{ id, workflowId: workflow, ...rest },
      ...(cron === undefined ? { every } : { cron }),
      ...(catchUp === undefined ? {} : { catchUp }),
      ...(resource === undefined ? {} : { resourceId: resource }),
      ...(tag === undefined ? {} : { tags: tag }),
      ...(input === undefined ? {} : { input }),
    } as PutSchedule),
  )
  settings.out.show(schedule, () =>
    settings.out.quiet ? '' : showSchedules([schedule], settings.out),
  )
}
