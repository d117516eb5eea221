import type { Command } from 'commander'
import { InvalidInputError } from '../../model/errors.ts'
import { withClient } from '../connection.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { userName } from './runs-control.ts'

/** `millrace tenants quota` */
export function quotaCommand(): Command {
  return makeCommand('quota', 'say how much a tenant may have of something', [
    'millrace tenants quota start_per_minute 600 --of acme',
    'millrace tenants quota live_runs none --of acme',
    'millrace tenants quota streams 20 --all         # for all that have none of their own',
    'millrace tenants quota streams default --of acme',
  ])
    .argument('<kind>', 'of those that "tenants show" lists')
    .argument('<most>', 'a number, none, or default')
    .option('--of <slug>', 'of this tenant (default: that of --tenant)')
    .option('--all', 'of all tenants that have none of their own')
    .option('--by <who>', 'who does it (default: your user name)')
    .action(
      async (
        kind: string,
        most: string,
        { of, all, by = userName() }: { of?: string; all?: boolean; by?: string },
        command: Command,
      ) => {
        const settings = readSettings(command)
        if (of !== undefined && all) throw new InvalidInputError('Give --of or --all, not both.')
        const value = readMost(most)
        await withClient({ ...settings, ...(of === undefined ? {} : { tenant: of }) }, (client) =>
          client.putQuota(kind, value, { by, ...(all ? { installation: true } : {}) }),
        )
        settings.out.show({ kind, most: value }, () => '')
        settings.out.note(`${kind}: ${most}${all ? ', for all that have none of their own' : ''}.`)
      },
    )
}

function readMost(text: string): number | null | 'default' {
  if (text === 'default') return text
  if (text === 'none') return null
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new InvalidInputError(`"${text}" is no quota. Give a number, none, or default.`)
}
