import type { Command } from 'commander'
import type { QueueReport } from '../../client/reports.ts'
import { withClient } from '../connection.ts'
import type { Output } from '../output.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { ago } from '../show/words.ts'
import { type Column, table } from '../table.ts'
import { purgeQueueCommand } from './queues-purge.ts'
import { putQueueCommand } from './queues-put.ts'

/** `millrace queues …` */
export function queuesCommand(): Command {
  return makeCommand('queues', 'what lies in each queue, and their limits', [
    'millrace queues list',
    'millrace queues put mail --concurrency 10',
    'millrace queues purge mail',
  ])
    .addCommand(listCommand(), { isDefault: true })
    .addCommand(putQueueCommand())
    .addCommand(purgeQueueCommand())
}

function listCommand(): Command {
  return makeCommand('list', 'unfinished runs by queue, and who takes them', [
    'millrace queues list',
  ])
    .argument('[queue]')
    .action(async (queue: string | undefined, _options: object, command: Command) => {
      const settings = readSettings(command)
      const { out } = settings
      const queues = await withClient(settings, (client) =>
        client.getQueues(queue === undefined ? {} : { queue }),
      )
      out.show(queues, () => (queues.length === 0 ? '' : showQueues(queues, out)))
      if (queues.length === 0) out.note('No unfinished run.')
      if (queues.some(({ ready, workers }) => ready > 0 && workers === 0))
        out.note('A queue that no worker takes waits until one does: "millrace worker" takes all.')
    })
}

function showQueues(queues: readonly QueueReport[], { paint, quiet, columns }: Output): string {
  if (quiet) return queues.map(({ queue, ready }) => `${queue} ${ready}`).join('\n')
  const dim = (text: string) => paint('dim', text)
  const number = (heading: string, cell: (row: QueueReport) => number): Column<QueueReport> => ({
    heading: dim(heading),
    cell: (row) => String(cell(row)),
    align: 'right',
  })
  return table<QueueReport>(
    [
      { heading: dim('QUEUE'), cell: ({ queue }) => queue },
      number('READY', ({ ready }) => ready),
      { heading: dim('OLDEST'), cell: ({ oldest }) => (oldest ? ago(oldest) : '') },
      number('DELAYED', ({ delayed }) => delayed),
      number('RUNNING', ({ running }) => running),
      number('WAITING', ({ waiting }) => waiting),
      number('PAUSED', ({ paused }) => paused),
      number('WORKERS', ({ workers }) => workers),
    ],
    queues,
    columns,
  )
}
