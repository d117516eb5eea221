import type { Command } from 'commander'
import type { LimitReport } from '../../client/limits.ts'
import { withClient } from '../connection.ts'
import type { Output } from '../output.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { ago, coarse } from '../show/words.ts'
import { table } from '../table.ts'

/** `millrace limits` */
export function limitsCommand(): Command {
  return makeCommand('limits', 'limits and pauses of workflows and queues, and how they are used', [
    'millrace limits',
    'millrace limits --workflow newsletter --json',
  ])
    .option('--workflow <id>', 'of this workflow')
    .option('--queue <name>', 'of this queue')
    .action(async (options: { workflow?: string; queue?: string }, command: Command) => {
      const settings = readSettings(command)
      const { out } = settings
      const { workflow: workflowId, queue } = options
      const place = {
        ...(workflowId === undefined ? {} : { workflowId }),
        ...(queue === undefined ? {} : { queue }),
      }
      const limits = await withClient(settings, (client) => client.getLimits(place))
      if (limits.length === 0) out.note('No limit, and nothing is paused.')
      out.show(limits, () => (limits.length === 0 ? '' : showLimits(limits, out)))
    })
}

function showLimits(limits: readonly LimitReport[], { paint, quiet, columns }: Output): string {
  if (quiet) return limits.map((row) => `${placeOf(row)} ${ruleOf(row)}`).join('\n')
  const dim = (text: string) => paint('dim', text)
  return table<LimitReport>(
    [
      { heading: dim('OF'), cell: placeOf },
      {
        heading: dim('RULE'),
        cell: (row) => (row.rule === 'pause' ? paint('yellow', ruleOf(row)) : ruleOf(row)),
      },
      { heading: dim('KEY'), cell: ({ key }) => key?.join(', ') ?? '' },
      { heading: dim('RUNNING'), cell: ({ running }) => String(running), align: 'right' },
      {
        heading: dim('KEYS WAITING'),
        cell: ({ waitingKeys }) => String(waitingKeys),
        align: 'right',
      },
      { heading: dim('BUSIEST'), cell: busiestOf, text: true },
    ],
    limits,
    columns,
  )
}

function placeOf({ scope, name }: LimitReport): string {
  return name === null ? scope : `${scope} ${name}`
}

function ruleOf(row: LimitReport): string {
  const { rule, limit, periodMs, burst } = row
  if (rule === 'concurrency') return `${limit} at once`
  if (rule === 'rate') {
    const more = burst === limit ? '' : `, ${burst} in a burst`
    return `${limit} in ${coarse(periodMs ?? 0)}${more}`
  }
  if (rule === 'fairness') return 'in turns'
  const { pausedAt, pausedBy, pauseReason } = row
  const by = pausedBy === null ? '' : ` by ${pausedBy}`
  const why = pauseReason === null ? '' : `: ${pauseReason}`
  return `paused ${pausedAt ? ago(pausedAt) : ''}${by}${why}`
}

function busiestOf({ busiest }: LimitReport): string {
  return busiest
    .filter(({ keys }) => Object.keys(keys).length > 0)
    .map(({ keys, running }) => `${Object.values(keys).join(' ')} (${running})`)
    .join(', ')
}
