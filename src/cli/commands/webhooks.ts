import type { Command } from 'commander'
import type { Delivery } from '../../client/deliveries.ts'
import { withClient } from '../connection.ts'
import { duration, wholeNumber } from '../option-values.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { showDeliveries, showDelivery, showWebhooks } from '../show/webhooks-view.ts'
import { programName } from '../show/words.ts'
import { userName } from './runs-control.ts'
import { putWebhookCommand, readSecret, tellSecret } from './webhooks-put.ts'

/** `millrace webhooks …` */
export function webhooksCommand(): Command {
  return makeCommand('webhooks', 'what comes in and starts runs, and what is told of runs', [
    'millrace webhooks put orders --workflow order --scheme github',
    `millrace webhooks put alerts --url https://hooks.example.com/x --event run.failed`,
    'millrace webhooks deliveries orders --status rejected',
  ])
    .addCommand(listCommand(), { isDefault: true })
    .addCommand(putWebhookCommand())
    .addCommand(rotateCommand())
    .addCommand(deliveriesCommand())
    .addCommand(showCommand())
    .addCommand(redeliverCommand())
    .addCommand(deleteCommand())
}

function listCommand(): Command {
  return makeCommand('list', 'webhooks, and where they are', ['millrace webhooks list'])
    .option('--workflow <id>', 'of this workflow')
    .action(async ({ workflow }: { workflow?: string }, command: Command) => {
      const settings = readSettings(command)
      const { out } = settings
      const webhooks = await withClient(settings, (client) =>
        client.getWebhooks(workflow === undefined ? {} : { workflowId: workflow }),
      )
      out.show(webhooks, () => (webhooks.length === 0 ? '' : showWebhooks(webhooks, out)))
      if (webhooks.length === 0)
        out.note(
          `No webhook. To make one:\n  ${programName()} webhooks put <id> --workflow <id> --scheme github`,
        )
    })
}

function rotateCommand(): Command {
  return makeCommand('rotate', 'give it another secret; the one before counts for a day still', [
    'millrace webhooks rotate orders',
    'millrace webhooks rotate stripe --secret - < new-secret.txt',
  ])
    .argument('<id>')
    .option('--secret <text>', 'what it is; - reads it from stdin (default: one that is drawn)')
    .option('--keep-old <duration>', 'how long the one before counts (default: 1 day)', duration)
    .option('--now', 'the one before does not count any more')
    .action(rotate)
}

type RotateFlags = { secret?: string; keepOld?: number; now?: true }

async function rotate(
  id: string,
  { secret, keepOld, now }: RotateFlags,
  command: Command,
): Promise<void> {
  const settings = readSettings(command)
  const given = await readSecret(secret)
  const keep = now ? 0 : keepOld
  const webhook = await withClient(settings, (client) =>
    client.rotateWebhookSecret({
      ...{ id, by: userName() },
      ...(given === undefined ? {} : { secret: given }),
      ...(keep === undefined ? {} : { keepOld: keep }),
    }),
  )
  const { out } = settings
  out.show(webhook, () =>
    out.quiet ? (webhook.secret ?? '') : `${out.paint('green', '✓')} ${id} has another secret`,
  )
  tellSecret(webhook, out)
}

type DeliveryFlags = { status?: Delivery['status']; limit: number; after?: string }

function deliveriesCommand(): Command {
  return makeCommand('deliveries', 'what webhooks were sent, or have sent, the newest first', [
    'millrace webhooks deliveries',
    'millrace webhooks deliveries orders --status error',
  ])
    .argument('[id]', 'of this webhook')
    .option(
      '--status <status>',
      'accepted, rejected, error or duplicate; pending, delivered or failed',
    )
    .option('--limit <n>', 'at most so many, 1 to 100', wholeNumber(1, 100), 20)
    .option('--after <id>', 'go on after this delivery')
    .action(
      async (id: string | undefined, { status, limit, after }: DeliveryFlags, command: Command) => {
        const settings = readSettings(command)
        const { out } = settings
        const page = await withClient(settings, (client) =>
          client.getDeliveries({
            ...{ limit, startingAfter: after ?? null },
            ...(id === undefined ? {} : { webhookId: id }),
            ...(status === undefined ? {} : { status }),
          }),
        )
        out.show(page, () => (page.items.length === 0 ? '' : showDeliveries(page.items, out)))
        if (page.items.length === 0) out.note('No delivery. They are kept for a week.')
        if (page.nextCursor !== null) out.note(`There are more: add --after ${page.nextCursor}`)
      },
    )
}

function showCommand(): Command {
  return makeCommand('show', 'a delivery, with what was sent', ['millrace webhooks show 42'])
    .argument('<delivery>')
    .action(async (deliveryId: string, _options: object, command: Command) => {
      const settings = readSettings(command)
      const delivery = await withClient(settings, (client) => client.getDelivery({ deliveryId }))
      settings.out.show(delivery, () => showDelivery(delivery, settings.out))
    })
}

function redeliverCommand(): Command {
  return makeCommand('redeliver', 'deliver it again: another run starts, or it is sent again', [
    'millrace webhooks redeliver 42',
  ])
    .argument('<delivery>')
    .action(async (deliveryId: string, _options: object, command: Command) => {
      const settings = readSettings(command)
      const { out } = settings
      const made = await withClient(settings, (client) =>
        client.redeliver({ deliveryId, by: userName() }),
      )
      out.show(made, () => showDeliveries([made], out))
    })
}

function deleteCommand(): Command {
  return makeCommand('delete', 'nothing comes in or goes out by it any more; its runs go on', [
    'millrace webhooks delete orders',
  ])
    .argument('<id>')
    .action(async (id: string, _options: object, command: Command) => {
      const settings = readSettings(command)
      const { out } = settings
      await withClient(settings, (client) => client.deleteWebhook({ id, by: userName() }))
      out.show({ id, deleted: true }, () =>
        out.quiet ? '' : `${out.paint('green', '✓')} deleted ${id}`,
      )
      if (id.includes('#'))
        out.note('It is that of a stored graph: it comes back when the graph is put again.')
    })
}
