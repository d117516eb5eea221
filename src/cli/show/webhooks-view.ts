import type { Delivery, DeliveryWithBody } from '../../client/deliveries.ts'
import type { Webhook } from '../../client/webhooks.ts'
import type { Output } from '../output.ts'
import { printable } from '../style.ts'
import { facts, table } from '../table.ts'
import { ago, ahead, count, localTime } from './words.ts'

/** Webhooks as a table; what is wrong with one stands under it. */
export function showWebhooks(webhooks: readonly Webhook[], out: Output): string {
  const { paint, quiet, columns } = out
  if (quiet) return webhooks.map(({ id }) => id).join('\n')
  const dim = (text: string) => paint('dim', text)
  return table<Webhook>(
    [
      { heading: dim('WEBHOOK'), cell: ({ id }) => id },
      { heading: dim('SCHEME'), cell: ({ scheme }) => scheme, spare: 2 },
      { heading: dim('WORKFLOW'), cell: ({ workflowId }) => workflowId ?? '', spare: 1 },
      { heading: dim('STATE'), cell: (one) => state(one, out), spare: 3 },
      { heading: dim('WHERE'), cell: where, text: true },
    ],
    webhooks,
    columns,
    ({ problem }) => (problem ? [paint('red', `    ${printable(problem.message)}`)] : []),
  )
}

function where({ direction, path, url, events }: Webhook): string {
  return direction === 'in' ? `/webhooks/${path}` : `${url}  ${(events ?? []).join(', ')}`
}

function state({ active, counts, failures, failingSince }: Webhook, { paint }: Output): string {
  if (!active) return paint('yellow', '‖ not active')
  if (failingSince !== null)
    return paint('red', `✗ ${count(failures, 'failure')} since ${localTime(failingSince)}`)
  const { rejected, errors } = counts
  const odd = [
    ...(errors > 0 ? [count(errors, 'error')] : []),
    ...(rejected > 0 ? [`${rejected} rejected`] : []),
  ]
  return odd.length === 0 ? '' : odd.join(', ')
}

const marks: Readonly<
  Record<Delivery['status'], readonly ['green' | 'red' | 'yellow' | 'dim', string]>
> = {
  accepted: ['green', '✓'],
  delivered: ['green', '✓'],
  pending: ['yellow', '…'],
  duplicate: ['dim', '='],
  rejected: ['red', '✗'],
  error: ['red', '✗'],
  failed: ['red', '✗'],
}

function status({ status: word }: Delivery, { paint }: Output): string {
  const [colour, mark] = marks[word]
  return paint(colour, `${mark} ${word}`)
}

/** Deliveries as a table. */
export function showDeliveries(deliveries: readonly Delivery[], out: Output): string {
  const { paint, quiet, columns } = out
  if (quiet) return deliveries.map(({ id }) => id).join('\n')
  const dim = (text: string) => paint('dim', text)
  return table<Delivery>(
    [
      { heading: dim('DELIVERY'), cell: ({ id }) => id },
      { heading: dim('WEBHOOK'), cell: ({ webhookId }) => webhookId, spare: 2 },
      { heading: dim('STATUS'), cell: (one) => status(one, out) },
      { heading: dim('WHEN'), cell: ({ receivedAt }) => ago(receivedAt), spare: 1 },
      { heading: dim('RUN'), cell: ({ runId }) => runId ?? '' },
      {
        heading: dim('WHY'),
        cell: ({ reason, event }) => printable(reason ?? event ?? ''),
        text: true,
      },
    ],
    deliveries,
    columns,
  )
}

/** One delivery, with what was sent. */
export function showDelivery(delivery: DeliveryWithBody, out: Output): string {
  if (out.quiet) return delivery.id
  const { answer, nextAttemptAt, attempts, headers, body } = delivery
  const lines = Object.entries(headers ?? {}).map(([name, value]) => `${name}: ${value}`)
  return facts(
    [
      ['delivery', delivery.id],
      ['webhook', delivery.webhookId],
      ['status', status(delivery, out)],
      ['reason', delivery.reason && printable(delivery.reason), 'sentence'],
      ['event', delivery.event],
      ['received', localTime(delivery.receivedAt)],
      ['from', delivery.sourceIp],
      ['run', delivery.runId],
      ['delivered again', delivery.redeliveryOf],
      ['attempts', attempts > 0 ? String(attempts) : null],
      ['answer', answer === null ? null : String(answer)],
      ['next attempt', nextAttemptAt && ahead(nextAttemptAt)],
      ['headers', printable(lines.join('; '))],
      ['body', body && printable(body)],
    ],
    out.columns,
  )
}
