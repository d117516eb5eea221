import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import type { Writable } from 'node:stream'
import type { Command } from 'commander'
import type { Tenant } from '../../client/tenants.ts'
import type { WorkflowClient } from '../../client/workflow-client.ts'
import { InvalidInputError } from '../../model/errors.ts'
import { withClient } from '../connection.ts'
import { wholeNumber } from '../option-values.ts'
import type { Output } from '../output.ts'
import { makeCommand } from '../program.ts'
import { readSettings, refuseJson, type Settings } from '../settings.ts'
import { ago, count } from '../show/words.ts'
import { table } from '../table.ts'
import { userName } from './runs-control.ts'
import { quotaCommand } from './tenants-quota.ts'

/** `millrace tenants …` */
export function tenantsCommand(): Command {
  return makeCommand('tenants', 'whose runs are kept apart', [
    'millrace tenants create acme --name "Acme Inc." --with-key',
    'millrace tenants list',
    'millrace tenants suspend acme --reason unpaid',
  ])
    .addCommand(listCommand(), { isDefault: true })
    .addCommand(createCommand())
    .addCommand(showCommand())
    .addCommand(suspendCommand())
    .addCommand(resumeCommand())
    .addCommand(quotaCommand())
    .addCommand(exportCommand())
    .addCommand(deleteCommand())
}

/** The same for another tenant than --tenant says. */
export function ofTenant(settings: Settings, slug: string): Settings {
  return { ...settings, tenant: slug }
}

function listCommand(): Command {
  return makeCommand('list', 'all tenants, by slug', ['millrace tenants list --json'])
    .option('--limit <n>', 'at most so many, 1 to 100', wholeNumber(1, 100), 20)
    .option('--after <slug>', 'go on after this one')
    .action(async ({ limit, after }: { limit: number; after?: string }, command: Command) => {
      const settings = readSettings(command)
      const { out } = settings
      const page = await withClient(settings, (client) =>
        client.getTenants({ limit, startingAfter: after ?? null }),
      )
      out.show(page, () => showTenants(page.items, out))
      if (page.nextCursor !== null) out.note(`There are more: add --after ${page.nextCursor}`)
    })
}

function showTenants(tenants: readonly Tenant[], { paint, quiet, columns }: Output): string {
  if (quiet) return tenants.map(({ slug }) => slug).join('\n')
  const dim = (text: string) => paint('dim', text)
  const state = ({ suspendedAt, deletingAt }: Tenant) =>
    deletingAt ? paint('red', '✗ being deleted') : suspendedAt ? paint('yellow', '‖ suspended') : ''
  return table<Tenant>(
    [
      { heading: dim('TENANT'), cell: ({ slug }) => slug },
      { heading: dim('STATE'), cell: state },
      { heading: dim('CREATED'), cell: ({ createdAt }) => ago(createdAt), spare: 1 },
      { heading: dim('NAME'), cell: ({ name }) => name, text: true },
    ],
    tenants,
    columns,
  )
}

function createCommand(): Command {
  return makeCommand('create', 'make a tenant', [
    'millrace tenants create acme --name "Acme Inc."',
    'millrace tenants create acme --with-key        # prints a key with the scope admin, once',
  ])
    .argument('<slug>', 'its name in options, tokens and paths, for good')
    .option('--name <text>', 'as people call it')
    .option('--with-key', 'also a key with the scope admin')
    .option('--by <who>', 'who does it (default: your user name)')
    .action(
      async (
        slug: string,
        { name, withKey, by = userName() }: { name?: string; withKey?: boolean; by?: string },
        command: Command,
      ) => {
        const settings = readSettings(command)
        const { out } = settings
        const made = await withClient(settings, (client) =>
          client.registerTenant({
            ...{ slug, by },
            ...(name === undefined ? {} : { name }),
            ...(withKey ? { key: { name: 'first', scopes: ['admin'] as const } } : {}),
          }),
        )
        const { key } = made
        out.show(made, () => {
          if (out.quiet) return key?.key ?? made.slug
          const line = `${out.paint('green', '✓')} made tenant ${made.slug}`
          return key === null ? line : `${line}\n${key.key}`
        })
        if (key !== null) out.note('Keep the key: it is shown only now.')
      },
    )
}

function showCommand(): Command {
  return makeCommand('show', 'a tenant, and how much it may have', ['millrace tenants show acme'])
    .argument('[slug]', 'default: that of --tenant')
    .action(async (slug: string | undefined, _options: object, command: Command) => {
      const settings = readSettings(command)
      const { out } = settings
      const found = await withClient(
        slug === undefined ? settings : ofTenant(settings, slug),
        async (client) => ({ ...(await client.getTenant()), quotas: await client.getQuotas() }),
      )
      out.show(found, () => {
        if (out.quiet) return found.slug
        const dim = (text: string) => out.paint('dim', text)
        const quotas = table(
          [
            { heading: dim('QUOTA'), cell: ({ kind }) => kind },
            {
              heading: dim('USED'),
              cell: ({ used }) => (used === null ? '' : String(used)),
              align: 'right' as const,
            },
            {
              heading: dim('MOST'),
              cell: ({ most }) => (most === null ? '∞' : String(most)),
              align: 'right' as const,
            },
            { heading: '', cell: ({ own }) => (own ? dim('its own') : '') },
          ],
          found.quotas,
          out.columns,
        )
        return `${showTenants([found], out)}\n\n${quotas}`
      })
    })
}

function suspendCommand(): Command {
  return makeCommand('suspend', 'nobody gets in as it, and nothing of it is run; nothing is lost', [
    'millrace tenants suspend acme --reason unpaid',
  ])
    .argument('<slug>')
    .option('--reason <text>', 'why')
    .option('--by <who>', 'who does it (default: your user name)')
    .action((slug: string, options: { reason?: string; by?: string }, command: Command) =>
      steer(command, 'suspended', (client) =>
        client.suspendTenant({ slug, by: userName(), ...options }),
      ),
    )
}

function resumeCommand(): Command {
  return makeCommand('resume', 'let it go on where it was', ['millrace tenants resume acme'])
    .argument('<slug>')
    .option('--by <who>', 'who does it (default: your user name)')
    .action((slug: string, options: { by?: string }, command: Command) =>
      steer(command, 'resumed', (client) =>
        client.resumeTenant({ slug, by: userName(), ...options }),
      ),
    )
}

async function steer(
  command: Command,
  done: string,
  work: (client: WorkflowClient) => Promise<Tenant>,
): Promise<void> {
  const settings = readSettings(command)
  const { out } = settings
  const tenant = await withClient(settings, work)
  out.show(tenant, () => (out.quiet ? '' : `${out.paint('green', '✓')} ${done} ${tenant.slug}`))
}

function exportCommand(): Command {
  return makeCommand('export', 'all that is kept of it, as lines of JSON; no keys, no secrets', [
    'millrace tenants export acme > acme.ndjson',
    'millrace tenants export acme --file acme.ndjson',
  ])
    .argument('<slug>')
    .option('--file <path>', 'write to this file, not to stdout')
    .action(async (slug: string, { file }: { file?: string }, command: Command) => {
      const settings = readSettings(command)
      refuseJson(settings, 'An export prints lines of JSON')
      let lines = 0
      await withClient(ofTenant(settings, slug), async (client) => {
        const to: Writable = file === undefined ? process.stdout : createWriteStream(file)
        for await (const line of client.exportTenant()) {
          lines++
          if (!to.write(`${line}\n`)) await once(to, 'drain')
        }
        if (to !== process.stdout) await new Promise<void>((done) => to.end(done))
      })
      settings.out.note(`${count(lines, 'row')} of "${slug}".`)
    })
}

function deleteCommand(): Command {
  return makeCommand('delete', 'delete it, with every row that is its', [
    'millrace tenants delete acme --yes',
    'millrace tenants delete acme --yes --cancel    # also while it has unfinished runs',
  ])
    .argument('<slug>')
    .option('--yes', 'really: there is no way back')
    .option('--cancel', 'also while it has unfinished runs: they end where they are, without undos')
    .option('--by <who>', 'who does it (default: your user name)')
    .action(
      async (
        slug: string,
        { yes, cancel, by = userName() }: { yes?: boolean; cancel?: boolean; by?: string },
        command: Command,
      ) => {
        const settings = readSettings(command)
        const { out } = settings
        if (!yes)
          throw new InvalidInputError(
            `There is no way back: "millrace tenants export ${slug}" first, then add --yes.`,
          )
        const result = await withClient(settings, (client) =>
          client.deleteTenant({ slug, by, cancel: cancel ?? false }),
        )
        out.show({ slug, ...result }, () =>
          out.quiet
            ? ''
            : `${out.paint('green', '✓')} deleted ${slug}: ${count(result.deleted, 'row')}`,
        )
      },
    )
}
