import { relative } from 'node:path'
import type { Command } from 'commander'
import { InvalidInputError } from '../../model/errors.ts'
import { readConfiguration } from '../configuration/read-configuration.ts'
import { withClient, withDatabase } from '../connection.ts'
import type { Output } from '../output.ts'
import { makeCommand } from '../program.ts'
import type { Seed } from '../seed.ts'
import { connectionOf } from '../server-parts.ts'
import { givenGlobally, readSettings } from '../settings.ts'
import { programName } from '../show/words.ts'
import { userName } from './runs-control.ts'

type Options = {
  name?: string
  config?: string
  url?: string
  code: boolean
  folder: string
  newKey?: boolean
}

/** `millrace seed` */
export function seedCommand(): Command {
  return makeCommand('seed', 'a tenant with a key, and sample workflows of every kind', [
    'millrace seed',
    'millrace seed --name "My Project"',
    'millrace seed --tenant acme --no-code',
  ])
    .option('--name <text>', 'of the tenant (or DEFAULT_TENANT_NAME); its slug is made of it')
    .option('--folder <path>', 'where samples in code are written', './workflows')
    .option('--no-code', 'write none')
    .option('--new-key', 'another key, though there is one of this name')
    .option('--config <file>', 'settings of the server (default: ./millrace.config.*)')
    .option('--url <url>', 'of the server, for what to try (default: of PORT)')
    .action(async (options: Options, command: Command) => {
      const settings = readSettings(command)
      const { out } = settings
      const { config } = options
      const flags = { ...givenGlobally(command), ...(config !== undefined && { config }) }
      const { values, from } = await readConfiguration(flags, process.env)
      const name = options.name ?? values.defaultTenantName
      const slug = from.tenant === 'default' ? slugOf(name) : values.tenant
      const { migrate } = await import('../../kernel/migrate.ts')
      const { seed } = await import('../seed.ts')
      // of the installation's, as the tenant may be yet to be made
      const databaseUrl = connectionOf(values) ?? undefined
      const general = { ...settings, databaseUrl, schema: values.schema, tenant: undefined }
      await withDatabase(general, (db) => migrate(db))
      const folder = options.code ? options.folder : null
      const made = await withClient(general, (client) =>
        seed(client, {
          ...{ slug, name, folder, newKey: options.newKey ?? false, by: userName() },
        }),
      )
      const url = options.url ?? `http://127.0.0.1:${values.port}${values.basePath ?? ''}`
      out.show(made, () => show(made, url, out))
      if (made.key !== null) out.note('Keep the key: it is shown only now.')
    })
}

/** @example slugOf('My Project') // 'my-project' */
function slugOf(name: string | undefined): string {
  if (name === undefined) return 'default'
  const slug = name.toLowerCase().replace(/[^a-z0-9]+/g, '-')
  const trimmed = slug.slice(0, 60).replace(/^-|-$/g, '')
  if (trimmed !== '') return trimmed
  throw new InvalidInputError(
    `The name "${name}" of the tenant has no letter from a to z or digit to make a slug of. Give one with --tenant.`,
  )
}

function show(made: Seed, url: string, out: Output): string {
  const { tenant, madeTenant, key, documents, webhook, files } = made
  if (out.quiet) return key ?? ''
  const done = out.paint('green', '✓')
  const there = out.paint('dim', '·')
  const line = (created: boolean, text: string) => `${created ? done : there} ${text}`
  const code = files.map((file) => line(true, `${relative('.', file)} written`))
  const lines = [
    line(madeTenant, `tenant ${tenant}${madeTenant ? '' : ' was there'}`),
    ...documents.map(({ id, created }) => line(created, `${id}${created ? '' : ' was there'}`)),
    ...code,
    ...(code.length === 0
      ? []
      : [out.paint('dim', '  A server that runs takes files at its next start.')]),
    key === null
      ? line(false, `its key was shown before; another one: ${programName()} seed --new-key`)
      : line(true, `key ${key}`),
    ...(webhook?.secret ? [line(true, `secret of the webhook ${webhook.secret}`)] : []),
  ]
  return `${lines.join('\n')}\n\n${whatToTry(made, url, webhook)}`
}

function whatToTry({ key }: Seed, url: string, webhook: Seed['webhook']): string {
  const json = "-H 'content-type: application/json'"
  const start = (path: string, body: string) =>
    `curl -X POST "${url}${path}" -H "x-api-key: $KEY" ${json} -d '${body}'`
  const sent = '{"order_id":"ORD-001","customer":"Jane","amount":250}'
  const hook =
    webhook === null
      ? []
      : [
          '',
          '# by webhook; the answer has its id',
          `PAYLOAD='${sent}'`,
          `SECRET='${webhook.secret ?? 'the secret that was shown'}'`,
          `SIG=$(echo -n "$PAYLOAD" | openssl dgst -sha256 -hmac "$SECRET" | awk '{print $2}')`,
          `curl -X POST "${url}/webhooks/${webhook.path}" ${json} -H "x-hub-signature-256: sha256=$SIG" -d "$PAYLOAD"`,
        ]
  return [
    `# with "${programName()} server" in another terminal:`,
    `KEY='${key ?? 'the key that was shown'}'`,
    '# a graph, by hand',
    start('/api/workflows/sample_graph/execute?wait=10s', '{"trigger_data": {"name": "Ada"}}'),
    ...hook,
    '',
    '# an entity: an order in a machine of states; to pay it starts a run, and its trail says who did it',
    start('/api/entities/sample_machine/17', '{"metadata": {"amount": 90}}'),
    start('/api/entities/sample_machine/17/transition', '{"name": "pay", "notes": "by card"}'),
    `curl "${url}/api/entities/sample_machine/17/history" -H "x-api-key: $KEY"`,
    '',
    '# a function and a flow, of files: a server that was started before they were written is to be started again',
    start('/api/definitions/sample_function/runs?wait=10s', '{"input": {"name": "Ada"}}'),
    start('/api/definitions/sample_flow/runs?wait=10s', '{"input": {"upTo": 5}}'),
    '',
    '# what ran, and when the next comes by cron',
    `curl "${url}/api/runs" -H "x-api-key: $KEY"`,
    `curl "${url}/api/schedules" -H "x-api-key: $KEY"`,
  ].join('\n')
}
