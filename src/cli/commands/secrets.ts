import { readFile } from 'node:fs/promises'
import { text as readAll } from 'node:stream/consumers'
import type { Command } from 'commander'
import type { SecretEntry } from '../../client/secrets.ts'
import { InvalidInputError } from '../../model/errors.ts'
import { withClient } from '../connection.ts'
import { wholeNumber } from '../option-values.ts'
import type { Output } from '../output.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { ago, count } from '../show/words.ts'
import { table } from '../table.ts'
import { userName } from './runs-control.ts'

/** `millrace secrets …` */
export function secretsCommand(): Command {
  return makeCommand('secrets', 'what graphs read as secrets.<name>; nobody reads it back', [
    'printf %s "$TOKEN" | millrace secrets put crm_token',
    'millrace secrets list',
  ])
    .addCommand(listCommand(), { isDefault: true })
    .addCommand(putCommand())
    .addCommand(deleteCommand())
    .addCommand(resealCommand())
}

function putCommand(): Command {
  return makeCommand('put', 'keep a secret, encrypted; its value comes on stdin', [
    'printf %s "$TOKEN" | millrace secrets put crm_token',
    'millrace secrets put tls_key --file key.pem',
  ])
    .argument('<name>', 'a letter or _ first, then letters, digits and _')
    .option('--file <path>', 'take the value from this file')
    .option('--by <who>', 'who does it (default: your user name)')
    .action(
      async (
        name: string,
        { file, by = userName() }: { file?: string; by?: string },
        command: Command,
      ) => {
        const settings = readSettings(command)
        const { out } = settings
        const value = await readValue(file)
        await withClient(settings, (client) => client.putSecret(name, value, { by }))
        out.show({ name, put: true }, () =>
          out.quiet ? '' : `${out.paint('green', '✓')} put ${name}`,
        )
      },
    )
}

/** Not from an argument: those are seen by whoever lists processes, and kept by shells. */
async function readValue(file: string | undefined): Promise<string> {
  if (file !== undefined)
    return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw new InvalidInputError(`${file} cannot be read: ${error.message}.`)
    })
  if (process.stdin.isTTY)
    throw new InvalidInputError(
      'The value comes on stdin: printf %s "$TOKEN" | millrace secrets put <name>; or from a file: --file <path>.',
    )
  return readAll(process.stdin)
}

function listCommand(): Command {
  return makeCommand('list', 'names of secrets, never their values', ['millrace secrets list'])
    .option('--limit <n>', 'at most so many, 1 to 100', wholeNumber(1, 100), 20)
    .option('--after <name>', 'go on after this one')
    .action(async ({ limit, after }: { limit: number; after?: string }, command: Command) => {
      const settings = readSettings(command)
      const { out } = settings
      const page = await withClient(settings, (client) =>
        client.getSecrets({ limit, startingAfter: after ?? null }),
      )
      out.show(page, () => showSecrets(page.items, out))
      if (page.items.length === 0) out.note('No secret.')
      if (page.nextCursor !== null) out.note(`There are more: add --after ${page.nextCursor}`)
    })
}

function showSecrets(secrets: readonly SecretEntry[], { paint, quiet, columns }: Output): string {
  if (quiet) return secrets.map(({ name }) => name).join('\n')
  const dim = (text: string) => paint('dim', text)
  return table<SecretEntry>(
    [
      { heading: dim('SECRET'), cell: ({ name }) => name },
      { heading: dim('CHANGED'), cell: ({ changedAt }) => ago(changedAt) },
      { heading: dim('BY'), cell: ({ changedBy }) => changedBy, spare: 1 },
      { heading: dim('UNDER KEY'), cell: ({ key }) => key, spare: 2 },
    ],
    secrets,
    columns,
  )
}

function deleteCommand(): Command {
  return makeCommand('delete', 'nodes that read it fail from now on', [
    'millrace secrets delete crm_token',
  ])
    .argument('<name>')
    .option('--by <who>', 'who does it (default: your user name)')
    .action(async (name: string, { by = userName() }: { by?: string }, command: Command) => {
      const settings = readSettings(command)
      const { out } = settings
      await withClient(settings, (client) => client.deleteSecret({ name, by }))
      out.show({ name, deleted: true }, () =>
        out.quiet ? '' : `${out.paint('green', '✓')} deleted ${name}`,
      )
    })
}

function resealCommand(): Command {
  return makeCommand('reseal', 'encrypt all anew under the first key of MILLRACE_SECRETS_KEY', [
    'MILLRACE_SECRETS_KEY="$NEW,$OLD" millrace secrets reseal',
  ])
    .option('--by <who>', 'who does it (default: your user name)')
    .action(async ({ by = userName() }: { by?: string }, command: Command) => {
      const settings = readSettings(command)
      const { out } = settings
      const result = await withClient(settings, (client) => client.resealSecrets({ by }))
      out.show(result, () =>
        out.quiet
          ? ''
          : `${out.paint('green', '✓')} encrypted ${count(result.resealed, 'secret')} anew`,
      )
    })
}
