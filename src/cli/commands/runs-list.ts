import type { Command } from 'commander'
import type { RunFilter } from '../../client/run-filter.ts'
import { WorkflowStatus } from '../../model/status.ts'
import { withClient } from '../connection.ts'
import { collect, duration, statuses, wholeNumber } from '../option-values.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { showRuns } from '../show/run-view.ts'

type Options = {
  workflow?: string
  version?: string
  status?: WorkflowStatus[]
  resource?: string
  tag?: string[]
  queue?: string
  parent?: string
  schedule?: string
  since?: number
  limit: number
  after?: string
}

const known = Object.values(WorkflowStatus).join(', ')

/** `millrace runs list` */
export function listCommand(): Command {
  return makeCommand('list', 'runs, newest first', [
    'millrace runs list',
    'millrace runs list --workflow order --status failed,paused --since "2 days"',
    'millrace runs list --tag eu --tag vip --limit 100 --json',
  ])
    .option('--workflow <id>', 'of one workflow')
    .option('--version <version>', 'of one version')
    .option('--status <list>', `with one of these, commas between them: ${known}`, statuses)
    .option('--resource <id>', 'about one resource')
    .option('--tag <tag>', 'with this tag; given several times: with all of them', collect)
    .option('--queue <name>', 'of one queue')
    .option('--parent <id>', 'started by this run')
    .option('--schedule <id>', 'started by this schedule')
    .option('--since <duration>', 'started within the last …', duration)
    .option('--limit <n>', 'at most so many, 1 to 100', wholeNumber(1, 100), 20)
    .option('--after <id>', 'go on after this run')
    .action(list)
}

async function list(options: Options, command: Command): Promise<void> {
  const settings = readSettings(command)
  const { out } = settings
  const { limit, after } = options
  const page = await withClient(settings, (client) =>
    client.getRuns({ ...filterOf(options), limit, startingAfter: after ?? null }),
  )
  out.show(page, () => {
    if (out.quiet) return page.items.map(({ id }) => id).join('\n')
    return page.items.length === 0 ? '' : showRuns(page.items, out)
  })
  if (page.items.length === 0) out.note('No run.')
  if (page.nextCursor !== null) out.note(`There are more: add --after ${page.nextCursor}`)
}

function filterOf({ workflow, since, status, ...rest }: Options): RunFilter {
  const { version, resource, tag, queue, parent, schedule } = rest
  return {
    ...(workflow === undefined ? {} : { workflowId: workflow }),
    ...(version === undefined ? {} : { version }),
    ...(status === undefined ? {} : { statuses: status }),
    ...(resource === undefined ? {} : { resourceId: resource }),
    ...(tag === undefined ? {} : { tags: tag }),
    ...(queue === undefined ? {} : { queue }),
    ...(parent === undefined ? {} : { parentId: parent }),
    ...(schedule === undefined ? {} : { scheduleId: schedule }),
    ...(since === undefined ? {} : { createdAfter: new Date(Date.now() - since) }),
  }
}
