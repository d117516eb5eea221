import type { Command } from 'commander'
import type { Role } from '../../auth/principal.ts'
import type { Member } from '../../client/members.ts'
import { withClient } from '../connection.ts'
import { list, wholeNumber } from '../option-values.ts'
import type { Output } from '../output.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { ago } from '../show/words.ts'
import { table } from '../table.ts'
import { userName } from './runs-control.ts'

/** `millrace members …` */
export function membersCommand(): Command {
  return makeCommand('members', 'people of a tenant, and what they may do', [
    'millrace members put "auth0|ada" --roles admin --email ada@example.com',
    'millrace members list',
  ])
    .addCommand(listCommand(), { isDefault: true })
    .addCommand(putCommand())
    .addCommand(removeCommand())
}

type PutOptions = { roles?: string[]; email?: string; name?: string; by?: string }

function putCommand(): Command {
  return makeCommand('put', 'say what somebody may do; what is not given stays as it is', [
    'millrace members put "auth0|ada" --roles operator --name Ada',
  ])
    .argument('<subject>', 'as the tokens of your identity provider name them (sub)')
    .option('--roles <names>', 'viewer, operator, admin (default: viewer)', list)
    .option('--email <address>', 'for people')
    .option('--name <text>', 'for people')
    .option('--by <who>', 'who does it (default: your user name)')
    .action(async (subject: string, options: PutOptions, command: Command) => {
      const settings = readSettings(command)
      const { out } = settings
      const { roles, ...rest } = options
      const member = await withClient(settings, (client) =>
        client.putMember({
          ...{ subject, by: userName() },
          ...rest,
          ...(roles === undefined ? {} : { roles: roles as Role[] }),
        }),
      )
      out.show(member, () =>
        out.quiet ? '' : `${out.paint('green', '✓')} ${subject}: ${member.roles.join(', ')}`,
      )
    })
}

function listCommand(): Command {
  return makeCommand('list', 'members, by subject', ['millrace members list --tenant acme'])
    .option('--limit <n>', 'at most so many, 1 to 100', wholeNumber(1, 100), 20)
    .option('--after <subject>', 'go on after this one')
    .action(async ({ limit, after }: { limit: number; after?: string }, command: Command) => {
      const settings = readSettings(command)
      const { out } = settings
      const page = await withClient(settings, (client) =>
        client.getMembers({ limit, startingAfter: after ?? null }),
      )
      out.show(page, () => showMembers(page.items, out))
      if (page.items.length === 0) out.note('No member.')
      if (page.nextCursor !== null) out.note(`There are more: add --after "${page.nextCursor}"`)
    })
}

function showMembers(members: readonly Member[], { paint, quiet, columns }: Output): string {
  if (quiet) return members.map(({ subject }) => subject).join('\n')
  const dim = (text: string) => paint('dim', text)
  return table<Member>(
    [
      { heading: dim('MEMBER'), cell: ({ subject }) => subject },
      { heading: dim('ROLES'), cell: ({ roles }) => roles.join(' ') },
      { heading: dim('EMAIL'), cell: ({ email }) => email ?? '', spare: 1 },
      { heading: dim('SINCE'), cell: ({ createdAt }) => ago(createdAt), spare: 2 },
      { heading: dim('NAME'), cell: ({ name }) => name ?? '', text: true },
    ],
    members,
    columns,
  )
}

function removeCommand(): Command {
  return makeCommand('remove', 'take away all roles of somebody, within five seconds', [
    'millrace members remove "auth0|ada"',
  ])
    .argument('<subject>')
    .option('--by <who>', 'who does it (default: your user name)')
    .action(async (subject: string, { by = userName() }: { by?: string }, command: Command) => {
      const settings = readSettings(command)
      const { out } = settings
      await withClient(settings, (client) => client.removeMember({ subject, by }))
      out.show({ subject, removed: true }, () =>
        out.quiet ? '' : `${out.paint('green', '✓')} removed ${subject}`,
      )
    })
}
