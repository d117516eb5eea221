import { text as readAll } from 'node:stream/consumers'
import { type Command, Option } from 'commander'
import type { PutWebhook, WebhookWithSecret } from '../../client/webhooks.ts'
import { InvalidInputError } from '../../model/errors.ts'
import { MAX_PRIORITY } from '../../model/limits.ts'
import { SCHEMES, type Scheme } from '../../webhook/index.ts'
import { withClient } from '../connection.ts'
import { collect, duration, wholeNumber } from '../option-values.ts'
import type { Output } from '../output.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { showWebhooks } from '../show/webhooks-view.ts'
import { userName } from './runs-control.ts'

type Options = {
  workflow?: string
  scheme?: Scheme
  secret?: string
  path?: string
  tolerance?: number
  retention?: number
  url?: string
  event?: string[]
  version?: string
  queue?: string
  priority?: number
  resource?: string
  tag?: string[]
  active?: true
  inactive?: true
}

const priorities = wholeNumber(-MAX_PRIORITY, MAX_PRIORITY)

/** `millrace webhooks put` */
export function putWebhookCommand(): Command {
  return makeCommand('put', 'make a webhook, or change it to this', [
    'millrace webhooks put orders --workflow order --scheme github',
    'millrace webhooks put stripe --workflow paid --scheme stripe --secret - < secret.txt',
    'millrace webhooks put alerts --url https://hooks.example.com/x --event run.failed --event run.paused',
  ])
    .argument('<id>')
    .option('--workflow <id>', 'what it starts; with --url: only of its runs')
    .addOption(
      new Option('--scheme <how>', 'how deliveries are signed (default: standard)').choices(
        SCHEMES,
      ),
    )
    .option('--secret <text>', 'what signs; - reads it from stdin (default: one that is drawn)')
    .option('--path <path>', 'under which it is called (default: one that is drawn)')
    .option('--tolerance <duration>', 'by which times may be off (default: 5 min)', duration)
    .option('--retention <duration>', 'how long deliveries are kept (default: 7 days)', duration)
    .option('--url <url>', 'it goes out, to this address')
    .option(
      '--event <name>',
      'what it tells: run.failed, run.*, *; may be given several times',
      collect,
    )
    .option('--version <version>', 'of the workflow (default: the newest at each time)')
    .option('--queue <name>', "queue (default: the workflow's)")
    .option('--priority <n>', `higher first, -${MAX_PRIORITY} to ${MAX_PRIORITY}`, priorities)
    .option('--resource <id>', 'what its runs are about')
    .option('--tag <tag>', 'a tag of its runs; may be given several times', collect)
    .option('--active', 'it works again')
    .option('--inactive', 'nothing comes in or goes out by it')
    .action(put)
}

async function put(id: string, options: Options, command: Command): Promise<void> {
  const settings = readSettings(command)
  const { workflow, secret, event, resource, tag, active, inactive, ...rest } = options
  if (workflow === undefined && rest.url === undefined)
    throw new InvalidInputError('Give --workflow (what it starts) or --url (where it goes).')
  const given = await readSecret(secret)
  const webhook = await withClient(settings, (client) =>
    client.putWebhook({
      ...{ id, ...rest, by: userName() },
      ...(workflow === undefined ? {} : { workflowId: workflow }),
      ...(given === undefined ? {} : { secret: given }),
      ...(event === undefined ? {} : { events: event }),
      ...(resource === undefined ? {} : { resourceId: resource }),
      ...(tag === undefined ? {} : { tags: tag }),
      ...(active || inactive ? { active: active === true } : {}),
    } as PutWebhook),
  )
  const { out } = settings
  out.show(webhook, () => (out.quiet ? '' : showWebhooks([webhook], out)))
  tellSecret(webhook, out)
}

/** The text itself, or `-` for the first line of stdin: what is on a command line others can see. */
export async function readSecret(text: string | undefined): Promise<string | undefined> {
  if (text !== '-') return text
  return (await readAll(process.stdin)).replace(/\r?\n$/, '')
}

/** One that was drawn is shown this once. */
export function tellSecret({ secret }: WebhookWithSecret, out: Output): void {
  if (secret !== undefined) out.note(`Its secret is shown this once:\n  ${secret}`)
}
