import type { Command } from 'commander'
import { SCOPES, type Scope } from '../../auth/principal.ts'
import type { ApiKey } from '../../client/keys.ts'
import { withClient } from '../connection.ts'
import { duration, list, wholeNumber } from '../option-values.ts'
import type { Output } from '../output.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { ago, ahead } from '../show/words.ts'
import { table } from '../table.ts'
import { userName } from './runs-control.ts'

/** `millrace keys …` */
export function keysCommand(): Command {
  return makeCommand('keys', 'API keys of a tenant', [
    'millrace keys create deploy --scopes runs:write,runs:read --expires-in "90 days"',
    'millrace keys list',
    'millrace keys revoke 0123456789abcdef',
  ])
    .addCommand(listCommand(), { isDefault: true })
    .addCommand(createCommand())
    .addCommand(revokeCommand())
}

function createCommand(): Command {
  return makeCommand('create', 'make a key; it is printed once', [
    'millrace keys create deploy --scopes runs:write,runs:read',
    'millrace keys create ops --scopes admin --tenant acme --quiet | pbcopy',
  ])
    .argument('<name>', 'what it is for')
    .requiredOption('--scopes <names>', `what it may do: ${SCOPES.join(', ')}`, list)
    .option('--expires-in <duration>', 'for how long it is good (default: for good)', duration)
    .option('--by <who>', 'who does it (default: your user name)')
    .action(
      async (
        name: string,
        options: { scopes: string[]; expiresIn?: number; by?: string },
        command: Command,
      ) => {
        const settings = readSettings(command)
        const { out } = settings
        const { scopes, expiresIn, by = userName() } = options
        const made = await withClient(settings, (client) =>
          client.createKey({
            ...{ name, by, scopes: scopes as Scope[] },
            ...(expiresIn === undefined ? {} : { expiresIn }),
          }),
        )
        out.show(made, () => made.key)
        out.note('Keep it: it is shown only now.')
      },
    )
}

function listCommand(): Command {
  return makeCommand('list', 'keys, the newest first', ['millrace keys list --tenant acme'])
    .option('--limit <n>', 'at most so many, 1 to 100', wholeNumber(1, 100), 20)
    .option('--after <id>', 'go on after this key')
    .action(async ({ limit, after }: { limit: number; after?: string }, command: Command) => {
      const settings = readSettings(command)
      const { out } = settings
      const page = await withClient(settings, (client) =>
        client.getKeys({ limit, startingAfter: after ?? null }),
      )
      out.show(page, () => showKeys(page.items, out))
      if (page.items.length === 0) out.note('No key.')
      if (page.nextCursor !== null) out.note(`There are more: add --after ${page.nextCursor}`)
    })
}

function showKeys(keys: readonly ApiKey[], { paint, quiet, columns }: Output): string {
  if (quiet) return keys.map(({ id }) => id).join('\n')
  const dim = (text: string) => paint('dim', text)
  const state = ({ revokedAt, expiresAt }: ApiKey) => {
    if (revokedAt) return paint('red', `✗ revoked ${ago(revokedAt)}`)
    if (expiresAt === null) return ''
    return expiresAt < new Date() ? paint('red', '✗ over') : `until ${ahead(expiresAt)}`
  }
  return table<ApiKey>(
    [
      { heading: dim('KEY'), cell: ({ id }) => id },
      { heading: dim('STATE'), cell: state },
      { heading: dim('SCOPES'), cell: ({ scopes }) => scopes.join(' ') },
      {
        heading: dim('USED'),
        cell: ({ lastUsedAt }) => (lastUsedAt ? ago(lastUsedAt) : 'never'),
        spare: 1,
      },
      { heading: dim('BY'), cell: ({ createdBy }) => createdBy, spare: 2 },
      { heading: dim('NAME'), cell: ({ name }) => name, text: true },
    ],
    keys,
    columns,
  )
}

function revokeCommand(): Command {
  return makeCommand('revoke', 'let nobody in with it any more, within five seconds', [
    'millrace keys revoke 0123456789abcdef',
  ])
    .argument('<id>', 'what stands between the underscores of the key')
    .option('--by <who>', 'who does it (default: your user name)')
    .action(async (id: string, { by = userName() }: { by?: string }, command: Command) => {
      const settings = readSettings(command)
      const { out } = settings
      const key = await withClient(settings, (client) => client.revokeKey({ id, by }))
      out.show(key, () => (out.quiet ? '' : `${out.paint('green', '✓')} revoked ${id}`))
    })
}
